import { printable } from "../../base/fault.ts";

const GAP = "   ";

/** Columns as docker sets them: as wide as their widest cell, three blanks between them. */
export function tableText(headings: readonly string[], rows: readonly (readonly string[])[]): string {
	const cells = [headings, ...rows].map((row) => row.map(printable));
	const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
	return cells
		.map(
			(row) =>
				`${row
					.map((cell, column) => cell.padEnd(widths[column] ?? 0))
					.join(GAP)
					.trimEnd()}\n`,
		)
		.join("");
}
