import { Fault } from "../../base/fault.ts";
import { customSection } from "../../wasm/module.ts";
import type { Examined } from "../diff.ts";
import type { Part } from "../programs.ts";
import type { Scan } from "../scan.ts";
import { functionLines } from "../text/function-text.ts";
import { layOut, type Source } from "../text/lines.ts";
import { functionName } from "../text/names.ts";
import { sourceOf } from "../text/source.ts";
import { escaped, escapedName, sizeText } from "./escape.ts";

/** Text of so many functions is in a page: those on ways to imports, those in findings, then the largest. */
const ON_WAYS_MAX = 24;
const LARGEST_MAX = 24;
const FOUND_MAX = 16;
const LINE_TABLE_BYTES_MAX = 200_000;
const TEXT_CHARACTERS_MAX = 40_000;
/** Of all together, escaped. */
const PAGE_CHARACTERS_MAX = 1_200_000;

interface Chosen {
	readonly part: Part;
	readonly scan: Scan;
	readonly index: number;
	readonly size_bytes: number;
}

/** Functions that a reader is likely to ask for, in the text format, each to be opened. */
export interface FunctionTexts {
	readonly html: string;
	/** Path of the module and index of each, with a space between. */
	readonly places: ReadonlySet<string>;
}

export function functionTexts(examined: Examined): FunctionTexts {
	let left = PAGE_CHARACTERS_MAX;
	const places = new Set<string>();
	const texts = chosen(examined).map((one) => {
		const text = left <= 0 ? "" : textOf(one);
		left -= text.length;
		if (left < 0 || text === "") return "";
		places.add(placeOf(one));
		return text;
	});
	const shown = texts.join("");
	const hint =
		"Those on the ways above, those that were found worth a look, and the largest: wherry wat shows any other.";
	return { html: shown === "" ? "" : `<p class="hint">${hint}</p>${shown}`, places };
}

function placeOf({ part, index }: Chosen): string {
	return `${part.path} ${index}`;
}

function textOf({ part, scan, index, size_bytes }: Chosen): string {
	const layout = { offsets: true, comment: ";;", base: part.start, characters_max: TEXT_CHARACTERS_MAX };
	const name = functionName(scan, index) ?? `function ${index}`;
	const where = part.path === "0" ? "" : ` of ${part.path}`;
	try {
		const text = escaped(layOut(functionLines(scan, index, sourceLines(scan, index)), layout));
		return `<details class="text" id="text-${part.path}-${index}" data-at="${part.path} ${index}"><summary><code>${escapedName(name)}</code> <span class="where">function ${index}${where}, ${sizeText(size_bytes)}</span></summary><pre tabindex="0">${text}</pre></details>`;
	} catch (error) {
		// a body that cannot be read has no text
		if (error instanceof Fault) return "";
		throw error;
	}
}

/** Each text looks through the whole table of lines. */
function sourceLines(scan: Scan, index: number): Source | undefined {
	const lines = customSection(scan.module, ".debug_line");
	if (lines !== undefined && lines.end - lines.start > LINE_TABLE_BYTES_MAX) return undefined;
	return sourceOf(scan, index);
}

function chosen(examined: Examined): Chosen[] {
	const ways = distinct(onWays(examined)).slice(0, ON_WAYS_MAX);
	const found = distinct(inFindings(examined)).slice(0, FOUND_MAX);
	return distinct([...ways, ...found, ...largest(examined)]);
}

function distinct(all: readonly Chosen[]): Chosen[] {
	return [...new Map(all.map((one) => [placeOf(one), one])).values()];
}

function inFindings({ report, parts }: Examined): Chosen[] {
	const byPath = new Map(parts.map((part) => [part.path, part]));
	return report.findings.flatMap(({ evidence }) =>
		evidence.flatMap(({ binary, function: index }) => {
			const part = byPath.get(binary);
			return part === undefined || index === undefined ? [] : choose(part, index);
		}),
	);
}

function onWays({ report, parts }: Examined): Chosen[] {
	const byPath = new Map(parts.map((part) => [part.path, part]));
	return report.needs.flatMap(({ reached }) =>
		reached.flatMap(({ binary, path }) =>
			path.flatMap((step) => {
				const part = byPath.get(step.binary ?? binary);
				return part === undefined ? [] : choose(part, step.function);
			}),
		),
	);
}

function largest({ parts }: Examined): Chosen[] {
	return parts
		.flatMap((part) => {
			const { scan } = part;
			if (scan === undefined) return [];
			const imported = scan.module.importedFunctions;
			const size = (entry: number) => (scan.bodyEnd[entry] ?? 0) - (scan.bodyStart[entry] ?? 0);
			const order = Uint32Array.from(scan.bodyStart.keys()).sort((a, b) => size(b) - size(a));
			return [...order.subarray(0, LARGEST_MAX)].flatMap((entry) => choose(part, imported + entry));
		})
		.toSorted((a, b) => b.size_bytes - a.size_bytes)
		.slice(0, LARGEST_MAX);
}

/** Nothing for imports. */
function choose(part: Part, index: number): Chosen[] {
	const { scan } = part;
	const entry = index - (scan?.module.importedFunctions ?? 0);
	if (scan === undefined || entry < 0 || entry >= scan.bodyStart.length) return [];
	return [{ part, scan, index, size_bytes: (scan.bodyEnd[entry] ?? 0) - (scan.bodyStart[entry] ?? 0) }];
}
