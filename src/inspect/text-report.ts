import { oneLine } from "../base/fault.ts";
import { binaryLines } from "./carries-text.ts";
import { shortened } from "./phrases.ts";
import type { Evidence, Finding, Need, Reach, ReachedFrom, Report } from "./report.ts";

/** So many imports and exports are shown on one page; all are in the JSON form. */
const SHOWN_MAX = 12;
const IMPORTS_SHOWN_MAX = 6;
const EVIDENCE_SHOWN_MAX = 4;
const EXPORTS_SHOWN_MAX = 6;
const BINARIES_SHOWN_MAX = 40;
const LABEL_CHARACTERS = 10;

/** The report as a page for a terminal. Everything that the program says of itself is escaped. */
export function textReport(report: Report): string {
	return [
		head(report),
		section("asks for", report.needs.flatMap(needLines), "nothing: it may only compute"),
		section("findings", report.findings.flatMap(findingLines), "none of those that are looked for"),
		section("gives", exportLines(report)),
		section("carries", partLines(report)),
		section("made by", report.madeBy.map(makerLine), "nobody who says so"),
		section("made of", dependencyLines(report), "nothing that tells of itself"),
	].join("\n");
}

function head({ file, is, kind, size_bytes, digest }: Report): string {
	const rows = [
		["program", file],
		["is", is],
		["kind", kind],
		["size", `${size_bytes} bytes`],
		["digest", digest],
	];
	return rows
		.map(([label = "", value = ""]) => `${label.padEnd(LABEL_CHARACTERS)}${oneLine(value)}\n`)
		.join("");
}

function section(title: string, lines: readonly string[], otherwise = ""): string {
	const shown = lines.length === 0 && otherwise !== "" ? [otherwise] : lines;
	return shown.length === 0 ? "" : `${title}\n${shown.map((line) => `  ${oneLine(line)}\n`).join("")}`;
}

function needLines({ capability, says, imports, reached, reachedFrom, grant }: Need): string[] {
	const more = imports.length - IMPORTS_SHOWN_MAX;
	const names = `${imports.slice(0, IMPORTS_SHOWN_MAX).join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
	const [way] = reached;
	return [
		`${capability}: ${says}${grant === undefined ? "" : ` (granted by ${grant})`}`,
		`  by ${names}`,
		...(way === undefined
			? []
			: [`  reached from ${rootText(way)}: ${wayText(way)}`, ...alsoFrom(way, reachedFrom)]),
	];
}

/** The others that can reach it. */
function alsoFrom(told: Reach, reachedFrom: readonly ReachedFrom[]): string[] {
	const others = reachedFrom.filter(
		(root) => root.export !== told.export || root.from !== told.from || root.binary !== told.binary,
	);
	if (others.length === 0) return [];
	const names = others
		.slice(0, EXPORTS_SHOWN_MAX)
		.map((root) => `${root.possible ? "possibly " : ""}${rootText(root)}`);
	const more = others.length - names.length;
	return [`  and from ${names.join(", ")}${more > 0 ? `, and ${more} more` : ""}`];
}

/** Where code begins to run. What a nested module exports is none of the program's own. */
function rootText({ binary, from, export: name }: Pick<ReachedFrom, "binary" | "from" | "export">): string {
	const root =
		from === "start"
			? "the start function"
			: `${from === "table" ? "what others can call out of " : ""}'${shortened(name)}'`;
	return binary === "0" ? root : `${root} of ${binary}`;
}

function findingLines({ level, title, why, evidence, more }: Finding): string[] {
	const left = more + Math.max(0, evidence.length - EVIDENCE_SHOWN_MAX);
	return [
		`${level}: ${title}`,
		`  ${why}`,
		...evidence.slice(0, EVIDENCE_SHOWN_MAX).map((one) => `  - ${one.shows}${placeText(one)}`),
		...(left > 0 ? [`  - and ${left} more`] : []),
	];
}

function placeText({ binary, function: index, functionName, offset, bytes }: Evidence): string {
	const words = [
		...(index === undefined ? [] : [`in ${functionName ?? `function ${index}`}`]),
		...(offset === undefined
			? []
			: [`at 0x${offset.toString(16)}${bytes === undefined ? "" : `: ${bytes}`}`]),
		...(binary === "0" ? [] : [`of ${binary}`]),
	];
	return words.length === 0 ? "" : ` (${words.join(" ")})`;
}

function wayText({ binary: begin, path, import: target, leftOut = 0 }: Reach): string {
	const steps = path.map(({ binary, function: index, name, possible }, at) => {
		const shown = at === path.length - 1 ? target : (name ?? `function ${index}`);
		const goesInto = binary === path[at - 1]?.binary || at === 0 ? "" : ` of ${binary ?? begin}`;
		return `${possible ? "possibly " : ""}${shown}${goesInto}`;
	});
	if (leftOut > 0) steps.splice(path.length / 2, 0, `(${leftOut} more)`);
	return steps.join(" > ");
}

function partLines({ binaries }: Report): string[] {
	const lines = binaries.slice(0, BINARIES_SHOWN_MAX).flatMap(binaryLines);
	const more = binaries.length - BINARIES_SHOWN_MAX;
	return more > 0 ? [...lines, `and ${more} more modules and components`] : lines;
}

function exportLines({ binaries }: Report): string[] {
	const exports = binaries[0]?.exports ?? [];
	const more = exports.length - SHOWN_MAX;
	const lines = exports
		.slice(0, SHOWN_MAX)
		.map(({ name, kind, type }) => `${kind} ${name}${type === undefined ? "" : ` ${type}`}`);
	return more > 0 ? [...lines, `and ${more} more`] : lines;
}

function makerLine({ field, name, version, source }: Report["madeBy"][number]): string {
	return `${field} ${name}${version === "" ? "" : ` ${version}`}${source === "inferred" ? " (inferred)" : ""}`;
}

function dependencyLines({ dependencies }: Report): string[] {
	const more = dependencies.length - SHOWN_MAX;
	const lines = dependencies
		.slice(0, SHOWN_MAX)
		.map(({ name, version, source }) => `${name}${version === undefined ? "" : ` ${version}`} (${source})`);
	return more > 0 ? [...lines, `and ${more} more: wherry sbom lists them`] : lines;
}
