import { Fault } from "../../base/fault.ts";
import type { Examined } from "../diff.ts";
import type { Part } from "../programs.ts";
import type { Scan } from "../scan.ts";
import { functionLines } from "../text/function-text.ts";
import { layOut } from "../text/lines.ts";
import { functionName } from "../text/names.ts";
import { escaped, escapedName, sizeText } from "./escape.ts";

/** Text of so many functions is in a page: those on ways to imports, then the largest. */
const ON_WAYS_MAX = 24;
const LARGEST_MAX = 24;
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
export function functionTexts(examined: Examined): string {
	let left = PAGE_CHARACTERS_MAX;
	const texts = chosen(examined).map((one) => {
		const text = left <= 0 ? "" : textOf(one);
		left -= text.length;
		return left < 0 ? "" : text;
	});
	const shown = texts.join("");
	return shown === ""
		? ""
		: `<p class="hint">Those on the ways above, and the largest: wherry wat shows any other.</p>${shown}`;
}

function textOf({ part, scan, index, size_bytes }: Chosen): string {
	const layout = { offsets: true, comment: ";;", base: part.start, characters_max: TEXT_CHARACTERS_MAX };
	const name = functionName(scan, index) ?? `function ${index}`;
	const where = part.path === "0" ? "" : ` of ${part.path}`;
	try {
		const text = escaped(layOut(functionLines(scan, index), layout));
		return `<details class="text" data-at="${part.path} ${index}"><summary><code>${escapedName(name)}</code> <span class="where">function ${index}${where}, ${sizeText(size_bytes)}</span></summary><pre tabindex="0">${text}</pre></details>`;
	} catch (error) {
		// a body that cannot be read has no text
		if (error instanceof Fault) return "";
		throw error;
	}
}

function chosen(examined: Examined): Chosen[] {
	const all = [...onWays(examined).slice(0, ON_WAYS_MAX), ...largest(examined)];
	const seen = new Set<string>();
	return all.filter(({ part, index }) => {
		const key = `${part.path} ${index}`;
		return seen.has(key) ? false : seen.add(key);
	});
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
