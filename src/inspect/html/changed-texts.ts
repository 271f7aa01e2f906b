import { Fault } from "../../base/fault.ts";
import type { Difference, Examined } from "../diff.ts";
import type { FunctionChange } from "../diff-functions.ts";
import type { Scan } from "../scan.ts";
import { functionLines } from "../text/function-text.ts";
import { layOut } from "../text/lines.ts";
import { escaped, escapedName } from "./escape.ts";
import { lineDiff, type Row } from "./line-diff.ts";

/** So many functions are shown, line by line. */
const FUNCTIONS_MAX = 20;
const TEXT_CHARACTERS_MAX = 300_000;
/** Of all together. */
const PAGE_CHARACTERS_MAX = 400_000;
const CONTEXT_LINES = 3;

/** What changed within functions that are in both programs: those that changed most, as differences of their texts. */
export function changedTexts(old: Examined, now: Examined, { functions }: Difference): string {
	let left = PAGE_CHARACTERS_MAX;
	const changed = functions.list.filter(({ change }) => change === "changed").slice(0, FUNCTIONS_MAX);
	const shown = changed.map((change) => {
		const text = left <= 0 ? "" : changedText(old, now, change);
		left -= text.length;
		return left < 0 ? "" : text;
	});
	const texts = shown.filter((text) => text !== "");
	if (texts.length === 0) return "";
	const rest = functions.changed - texts.length;
	const more = rest > 0 ? ` ${rest} more changed: wherry wat shows them in either.` : "";
	return `<h3>Functions that changed</h3><p class="hint">Other numbers of functions and types are no change.${more}</p>${texts.join("")}`;
}

function changedText(old: Examined, now: Examined, change: FunctionChange): string {
	const { was, binary, function: index, name, old_bytes, new_bytes } = change;
	const [before, after] = [linesOf(old, was?.binary, was?.function), linesOf(now, binary, index)];
	const rows =
		before === undefined || after === undefined ? undefined : lineDiff(before, after, withoutNumbers);
	if (rows === undefined) return "";
	const title = escapedName(name ?? `function ${index}`);
	const where = `function ${index}${was?.function === index ? "" : `, was ${was?.function}`}; ${new_bytes} bytes, were ${old_bytes}`;
	const body = hunks(rows).map(rowText).join("\n");
	return `<details class="table"><summary><code>${title}</code> <span class="where">${where}</span></summary><pre class="difference" tabindex="0">${body}</pre></details>`;
}

/** Undefined where it cannot be read, or is too long to be compared. */
function linesOf({ parts }: Examined, path: string | undefined, index = 0): string[] | undefined {
	const scan: Scan | undefined = parts.find((part) => part.path === path)?.scan;
	if (scan === undefined) return undefined;
	const layout = { offsets: false, comment: ";;", base: 0, characters_max: TEXT_CHARACTERS_MAX };
	try {
		const text = layOut(functionLines(scan, index), layout);
		return text.length > TEXT_CHARACTERS_MAX ? undefined : text.trimEnd().split("\n");
	} catch (error) {
		if (error instanceof Fault) return undefined;
		throw error;
	}
}

/** A linker numbers functions and types anew; blocks are numbered as they come. */
function withoutNumbers(line: string): string {
	return line
		.replace(/\b(call|return_call|ref\.func) \d+/, "$1")
		.replaceAll(/\(type \d+\)/g, "(type)")
		.replaceAll(/\(;\d+;\)/g, "")
		.replaceAll(/\$(block|loop|if|try)\d+/g, "$1");
}

/** Lines that changed, and a few about them; what is left out is undefined. */
function hunks(rows: readonly Row[]): (Row | undefined)[] {
	const isShown = new Uint8Array(rows.length);
	for (const [at, { sign }] of rows.entries())
		if (sign !== " ") isShown.fill(1, Math.max(0, at - CONTEXT_LINES), at + CONTEXT_LINES + 1);
	return rows.flatMap((row, at) =>
		isShown[at] === 1 ? [row] : at === 0 || isShown[at - 1] === 1 ? [undefined] : [],
	);
}

const CLASSES = { "+": "new", "-": "gone", " ": "" };

function rowText(row: Row | undefined): string {
	if (row === undefined) return `<span class="where">...</span>`;
	return `<span class="${CLASSES[row.sign]}">${escaped(`${row.sign} ${row.text}`)}</span>`;
}
