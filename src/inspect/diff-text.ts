import { oneLine } from "../base/fault.ts";
import type { Changes, Difference } from "./diff.ts";

/** So many lines of a kind are shown on one page; all are in the JSON form. */
const SHOWN_MAX = 20;
/** What is newly asked for is never cut short before this, nor a type that changed. */
const NEEDS_SHOWN_MAX = 400;
const INTERFACES_SHOWN_MAX = 60;

/** The difference as a page for a terminal: `+` is new, `-` is gone, `~` is different. What programs say of themselves is escaped. */
export function differenceText(difference: Difference): string {
	const { old, new: now } = difference;
	const head = [`old  ${facts(old)}`, `new  ${facts(now)}`];
	if (difference.equal) return lines([...head, "the same, byte by byte"]);
	return lines([
		...head,
		...needLines(difference),
		...section("interfaces", interfaceLines(difference), INTERFACES_SHOWN_MAX),
		...section("code", codeLines(difference)),
		...section("data", dataLines(difference)),
		...section("findings", findingLines(difference)),
		...section(
			"dependencies",
			signed(difference.dependencies, ({ name, version }) => `${name} ${version ?? "of no known version"}`),
		),
		...section(
			"made by",
			signed(difference.madeBy, ({ field, name, version }) => `${field} ${name} ${version}`),
		),
	]);
}

function lines(all: readonly string[]): string {
	return all.map((line) => `${oneLine(line).trimEnd()}\n`).join("");
}

function facts({ file, size_bytes, digest }: Difference["old"]): string {
	return `${file}, ${size_bytes} bytes, ${digest}`;
}

function section(title: string, all: readonly string[], most = SHOWN_MAX): string[] {
	if (all.length === 0) return [];
	const shown = all.slice(0, most).map((line) => `  ${line}`);
	return [
		title,
		...shown,
		...(all.length > most ? [`  and ${all.length - most} more: --format json lists them`] : []),
	];
}

function findingLines({ findings }: Difference): string[] {
	return [
		...signed(findings, ({ level, title }) => `${level}: ${title}`),
		...findings.changed.flatMap((finding) => [
			`~ ${finding.level}: ${finding.title}`,
			...signed(finding, (shows) => shows).map((line) => `    ${line}`),
		]),
	];
}

function signed<Entry>(changes: Changes<Entry>, textOf: (entry: Entry) => string): string[] {
	return [
		...changes.new.map((entry) => `+ ${textOf(entry)}`),
		...changes.gone.map((entry) => `- ${textOf(entry)}`),
	];
}

function needLines({ needs, hosts }: Difference): string[] {
	const changed = needs.changed.flatMap((need) => [
		`~ ${need.capability}: ${need.says}`,
		...signed(need, (name) => name).map((line) => `    ${line}`),
	]);
	const all = [
		...signed(
			needs,
			({ capability, says, grant }) =>
				`${capability}: ${says}${grant === undefined ? "" : ` (granted by ${grant})`}`,
		),
		...changed,
		...signed(hosts, (host) => `made for ${host}`),
	];
	return all.length === 0 ? ["asks for", "  the same as before"] : section("asks for", all, NEEDS_SHOWN_MAX);
}

function interfaceLines({ imports, exports }: Difference): string[] {
	const shown = ({ kind, name, type }: { kind: string; name: string; type?: string }) =>
		`${kind} ${name} ${type ?? ""}`.trim();
	return [
		...signed(imports, (one) => `import ${one.module} ${shown(one)}`),
		...imports.changed.map(({ old, new: now }) => `~ import ${now.module} ${shown(now)}, was ${shown(old)}`),
		...renamedLine(imports.renamed.length, "imports"),
		...signed(exports, (one) => `export ${shown(one)}`),
		...exports.changed.map(({ old, new: now }) => `~ export ${shown(now)}, was ${shown(old)}`),
		...renamedLine(exports.renamed.length, "exports"),
	];
}

function renamedLine(count: number, what: string): string[] {
	return count === 0 ? [] : [`~ ${count} ${what} under another version or hash of their names`];
}

const SIGNS = { added: "+", removed: "-", changed: "~", "numbers only": "~" };

function codeLines({ functions }: Difference): string[] {
	const { same, changed, numbersOnly, added, removed, old_bytes, new_bytes, list, more } = functions;
	if (list.length === 0 && old_bytes === new_bytes) return [];
	const told = list.filter(({ change }) => change !== "numbers only").slice(0, SHOWN_MAX);
	const untold = list.length + more - told.length;
	return [
		`${delta(old_bytes, new_bytes)} of code; functions: ${added} new, ${removed} gone, ${changed} changed, ${numbersOnly} changed in numbers only, ${same} the same`,
		...told
			.slice(0, SHOWN_MAX - 2)
			.map(
				(one) =>
					`${SIGNS[one.change]} ${one.name ?? `function ${one.function}`} ${delta(one.old_bytes, one.new_bytes)}`,
			),
		...(untold > 0 && told.length > 0 ? [`and ${untold} more: --format json lists them`] : []),
	];
}

function dataLines({ data, sections, memories }: Difference): string[] {
	const isSame = data.old_bytes === data.new_bytes && data.old_segments === data.new_segments;
	return [
		...(isSame
			? []
			: [
					`${delta(data.old_bytes, data.new_bytes)} in segments: ${data.old_segments}, now ${data.new_segments}`,
				]),
		...signed(memories, (text) => text),
		...sections.map(
			({ binary, name, old_bytes, new_bytes }) =>
				`~ section '${name}'${binary === "0" ? "" : ` of ${binary}`} ${delta(old_bytes, new_bytes)}`,
		),
	];
}

/** `120 bytes (+20)`. */
function delta(old_bytes: number, new_bytes: number): string {
	const change = new_bytes - old_bytes;
	return `${new_bytes} bytes (${change > 0 ? "+" : ""}${change})`;
}
