import { plural, shortened } from "./phrases.ts";
import type { BinaryReport } from "./report.ts";

/** So many names are shown in one line; all are in the JSON form. */
const SHOWN_MAX = 12;

/** What a binary is made of, in lines for a terminal, not yet escaped. */
export function binaryLines(binary: BinaryReport): string[] {
	const { path, kind, size_bytes, functions, data, elements, globals, memories, tables } = binary;
	const indent = path === "0" ? "" : `${path} `;
	if (kind === "component")
		return [`${indent}component, ${size_bytes} bytes, ${plural(binary.sections.length, "section")}`];
	const mutable = globals.filter((one) => one.mutable).length;
	return [
		`${indent}module, ${size_bytes} bytes: ${plural(functions.defined, "function")} of ${functions.code_bytes} bytes, ${plural(functions.instructions, "instruction")}`,
		...few(memories.map(memoryLine), "memories"),
		...few(tables.map(tableLine), "tables"),
		...(elements.segments === 0
			? []
			: [`  elements: ${plural(elements.segments, "segment")}, ${plural(elements.functions, "function")}`]),
		...(globals.length === 0 ? [] : [`  globals: ${globals.length}, ${mutable} of them mutable`]),
		`  data: ${plural(data.segments, "segment")}, ${data.bytes} bytes`,
		...histogramLine(binary),
		...markLines(binary),
	];
}

/** As many as are read through. */
function few(lines: readonly string[], noun: string): readonly string[] {
	if (lines.length <= SHOWN_MAX) return lines;
	return [...lines.slice(0, SHOWN_MAX), `  and ${lines.length - SHOWN_MAX} more ${noun}`];
}

/** What it brings for tools and people. */
function markLines({ sections, functions, features, debug }: BinaryReport): string[] {
	const custom = sections.filter((section) => section.custom).map(({ name }) => name);
	const listed = (names: readonly string[]) =>
		names.length > SHOWN_MAX
			? `${names.slice(0, SHOWN_MAX).join(", ")}, and ${names.length - SHOWN_MAX} more`
			: names.join(", ");
	return [
		...(features.length === 0 ? [] : [`  features: ${listed(features)}`]),
		...(custom.length === 0 ? [] : [`  custom sections: ${listed(custom)}`]),
		debug.names ? `  names of ${plural(functions.named, "function")}` : "  names of functions are stripped",
		...(debug.dwarf ? ["  DWARF for debuggers"] : []),
		...(debug.sourceMap === undefined ? [] : [`  debug information in ${shortened(debug.sourceMap)}`]),
	];
}

const INSTRUCTIONS_SHOWN_MAX = 5;

function histogramLine({ histogram, functions }: BinaryReport): string[] {
	const shown = histogram
		.slice(0, INSTRUCTIONS_SHOWN_MAX)
		.map(({ name, count }) => `${name} ${Math.round((100 * count) / functions.instructions)} %`);
	return shown.length === 0 ? [] : [`  most used: ${shown.join(", ")}`];
}

function tableLine({ minimum, maximum, imported, exported }: BinaryReport["tables"][number]): string {
	const how = [
		...(imported ? ["imported"] : []),
		...(exported.length === 0 ? [] : [`exported as ${exported.slice(0, 2).map(shortened).join(", ")}`]),
	].join(", ");
	const most = maximum === undefined ? "no maximum" : `at most ${maximum}`;
	return `  table${how === "" ? "" : ` (${how})`}: ${plural(minimum, "entry")}, ${most}`;
}

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
