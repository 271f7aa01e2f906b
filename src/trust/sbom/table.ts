import { printable } from "../../base/fault.ts";
import type { Bill } from "./bill.ts";
import { distinct, type Part } from "./part.ts";

/** The bill for people: a line for each part, and what is not known. */
export function billTable(bill: Bill): string {
	const parts = distinct([...bill.programs.flatMap(({ inventory }) => inventory.parts), ...bill.packages]);
	const rows = [HEADINGS, ...parts.map(rowOf)];
	const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
	const lines = rows.map((row) =>
		row
			.map((text, column) => text.padEnd(widths[column]!))
			.join("   ")
			.trimEnd(),
	);
	return `${[...(parts.length === 0 ? [] : lines), ...notesOf(bill)].join("\n")}\n`;
}

const HEADINGS = ["NAME", "VERSION", "KIND", "EVIDENCE", "ORIGIN"];
const CELL_CHARACTERS_MAX = 60;

function rowOf(part: Part): readonly string[] {
	return [part.name, part.version ?? "", part.kind, part.evidence, part.origin].map(cell);
}

function cell(text: string): string {
	const line = printable(text).replaceAll(/[\n\t]/g, " ");
	return line.length > CELL_CHARACTERS_MAX ? `${line.slice(0, CELL_CHARACTERS_MAX - 3)}...` : line;
}

function notesOf(bill: Bill): readonly string[] {
	return bill.programs.map(({ path, inventory }) => {
		const name = cell(path ?? bill.name);
		return `${name}: ${KNOWLEDGE[inventory.libraries]}`;
	});
}

const KNOWLEDGE = {
	complete: "its toolchain listed all of its libraries",
	incomplete: "there may be more libraries: its toolchain left no list, or not for all of it",
	unknown: "nothing tells which libraries are in it",
} as const;
