import { oneLine } from "../base/fault.ts";
import type { BinaryReport, Evidence, Finding, Need, Report } from "./report.ts";

/** So many imports and exports are shown on one page; all are in the JSON form. */
const SHOWN_MAX = 12;
const IMPORTS_SHOWN_MAX = 6;
const EVIDENCE_SHOWN_MAX = 4;
const LABEL_CHARACTERS = 10;

/** The report as a page for a terminal. Everything that the program says of itself is escaped. */
export function textReport(report: Report): string {
	return [
		head(report),
		section("asks for", report.needs.flatMap(needLines), "nothing: it may only compute"),
		section("findings", report.findings.flatMap(findingLines), "none of those that are looked for"),
		section("gives", exportLines(report)),
		section("carries", report.binaries.flatMap(binaryLines)),
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

function needLines({ capability, says, imports, reached, grant }: Need): string[] {
	const more = imports.length - IMPORTS_SHOWN_MAX;
	const names = `${imports.slice(0, IMPORTS_SHOWN_MAX).join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
	const [way] = reached;
	return [
		`${capability}: ${says}${grant === undefined ? "" : ` (granted by ${grant})`}`,
		`  by ${names}`,
		...(way === undefined ? [] : [`  reached from '${way.export}': ${wayText(way.path)}`]),
	];
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

function placeText({ binary, function: index, functionName, offset }: Evidence): string {
	const words = [
		...(index === undefined ? [] : [`in ${functionName ?? `function ${index}`}`]),
		...(offset === undefined ? [] : [`at 0x${offset.toString(16)}`]),
		...(binary === "0" ? [] : [`of ${binary}`]),
	];
	return words.length === 0 ? "" : ` (${words.join(" ")})`;
}

function wayText(path: Need["reached"][number]["path"]): string {
	return path
		.map(
			({ function: index, name, possible }) => `${possible ? "possibly " : ""}${name ?? `function ${index}`}`,
		)
		.join(" > ");
}

function exportLines({ binaries }: Report): string[] {
	const exports = binaries[0]?.exports ?? [];
	const more = exports.length - SHOWN_MAX;
	const lines = exports
		.slice(0, SHOWN_MAX)
		.map(({ name, kind, type }) => `${kind} ${name}${type === undefined ? "" : ` ${type}`}`);
	return more > 0 ? [...lines, `and ${more} more`] : lines;
}

function binaryLines(binary: BinaryReport): string[] {
	const { path, kind, size_bytes, functions, data, memories, sections, debug } = binary;
	const indent = path === "0" ? "" : `${path} `;
	if (kind === "component") return [`${indent}component, ${size_bytes} bytes, ${sections.length} sections`];
	const custom = sections.filter(({ name }) => !STANDARD.has(name)).map(({ name }) => name);
	return [
		`${indent}module, ${size_bytes} bytes: ${functions.defined} functions of ${functions.code_bytes} bytes, ${functions.instructions} instructions`,
		...memories.map(memoryLine),
		`  data: ${data.segments} segments, ${data.bytes} bytes`,
		...(custom.length === 0 ? [] : [`  custom sections: ${custom.slice(0, SHOWN_MAX).join(", ")}`]),
		debug.names ? `  names of ${functions.named} functions` : "  names of functions are stripped",
		...(debug.dwarf ? ["  DWARF for debuggers"] : []),
	];
}

const STANDARD: ReadonlySet<string> = new Set(
	"type import function table memory global export start element code data tag"
		.split(" ")
		.concat("data count"),
);

function memoryLine({
	minimum_bytes,
	maximum_bytes,
	imported,
	shared,
}: BinaryReport["memories"][number]): string {
	const most = maximum_bytes === undefined ? "no maximum" : `at most ${maximum_bytes} bytes`;
	const how = [imported ? "imported" : "", shared ? "shared" : ""].filter((word) => word !== "").join(", ");
	return `  memory${how === "" ? "" : ` (${how})`}: ${minimum_bytes} bytes to begin with, ${most}`;
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
