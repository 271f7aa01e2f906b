import type { Export, Import } from "../../wasm/module.ts";
import type { Scan } from "../scan.ts";
import { functionLines, signatureText } from "./function-text.ts";
import type { Line } from "./lines.ts";
import { functionName } from "./names.ts";
import { dataLines, elementLines, globalLines, type Shown, tableLines, tagLines } from "./segments.ts";
import { typeLines } from "./types.ts";
import { limitsText, quotedName } from "./words.ts";

/** So many of each kind the outline shows. */
const OUTLINED_MAX = 100;
const OUTLINED: Shown = { segment_bytes: 48, elements: 16 };
const WHOLE: Shown = { segment_bytes: Infinity, elements: Infinity };

/**
 * All but the bodies: types, imports, functions by signature and name, memories, tables, globals, tags, exports and segments,
 * so many of each, long ones shortened.
 *
 * @throws Fault MODULE_INVALID
 */
export function* outlineLines(scan: Scan): Generator<Line> {
	yield { depth: 0, text: "(module" };
	yield* most("types", typeLines(scan));
	yield* most("imports", importLines(scan));
	yield* most("functions", headLines(scan));
	for (const [kind, lines] of fields(scan, OUTLINED)) yield* most(kind, lines);
	yield { depth: 0, text: ")" };
}

/** The whole module, every body in it; it assembles. As long as it is: lay it out with a limit. @throws Fault MODULE_INVALID */
export function* moduleLines(scan: Scan): Generator<Line> {
	yield { depth: 0, text: "(module" };
	yield* typeLines(scan);
	yield* importLines(scan);
	const { importedFunctions, definedFunctions } = scan.module;
	for (let entry = 0; entry < definedFunctions; entry++)
		yield* functionLines(scan, importedFunctions + entry);
	for (const [, lines] of fields(scan, WHOLE)) yield* lines;
	yield { depth: 0, text: ")" };
}

function fields(scan: Scan, shown: Shown): readonly (readonly [kind: string, lines: Generator<Line>])[] {
	return [
		["tables", tableLines(scan)],
		["memories", memoryLines(scan)],
		["tags", tagLines(scan)],
		["globals", globalLines(scan)],
		["exports", exportLines(scan)],
		["element segments", elementLines(scan, shown)],
		["data segments", dataLines(scan, shown)],
	];
}

function* most(kind: string, lines: Generator<Line>): Generator<Line> {
	let count = 0;
	for (const line of lines) {
		// what opens or closes a group is no entry
		if (count < OUTLINED_MAX) yield line;
		count += 1;
	}
	if (count > OUTLINED_MAX)
		yield { depth: 1, text: "", comment: `and ${count - OUTLINED_MAX} more lines of ${kind}` };
}

const WORDS: Readonly<Record<Export["kind"], string>> = {
	function: "func",
	memory: "memory",
	table: "table",
	global: "global",
	tag: "tag",
};

function* importLines(scan: Scan): Generator<Line> {
	const counts = new Map<string, number>();
	for (const { module, name, type } of scan.module.imports) {
		const index = counts.get(type.kind) ?? 0;
		counts.set(type.kind, index + 1);
		const what = `(${WORDS[type.kind]} (;${index};) ${importText(type)})`;
		const comment = type.kind === "function" ? signatureText(type.signature).trim() : "";
		const text = `(import ${quotedName(module)} ${quotedName(name)} ${what})`;
		yield { depth: 1, text, comment: comment === "" ? undefined : comment };
	}
}

function importText(type: Import["type"]): string {
	if (type.kind === "function" || type.kind === "tag") return `(type ${type.typeIndex})`;
	if (type.kind === "global") return type.mutable ? `(mut ${type.type})` : type.type;
	return type.kind === "table" ? `${limitsText(type)} ${type.element}` : limitsText(type);
}

/** Functions that are defined here, without their bodies. */
function* headLines(scan: Scan): Generator<Line> {
	const { importedFunctions, definedFunctions, types } = scan.module;
	for (let entry = 0; entry < definedFunctions; entry++) {
		const index = importedFunctions + entry;
		const typeIndex = scan.typeOf[entry] ?? 0;
		const type = types[typeIndex];
		const signature = signatureText(type?.kind === "function" ? type : undefined);
		const text = `(func (;${index};) (type ${typeIndex})${signature} ...)`;
		yield { depth: 1, text, offset: scan.bodyStart[entry] ?? 0, comment: functionName(scan, index) };
	}
}

function* memoryLines({ module }: Scan): Generator<Line> {
	let index = module.imports.filter(({ type }) => type.kind === "memory").length;
	for (const memory of module.memories)
		yield { depth: 1, text: `(memory (;${index++};) ${limitsText(memory)})` };
}

function* exportLines({ module }: Scan): Generator<Line> {
	for (const { name, kind, index } of module.exports)
		yield { depth: 1, text: `(export ${quotedName(name)} (${WORDS[kind]} ${index}))` };
	if (module.start !== undefined) yield { depth: 1, text: `(start ${module.start})` };
}
