import type { Line, Source } from "./lines.ts";

/** A line of pseudo-code that may still change: whether a block needs a label is known at its end. */
export interface Piece {
	text: string;
	readonly offset: number;
	/** Opens braces, closes them, or does both: `} else {`. */
	readonly braces: "open" | "close" | "both" | "none";
	shown: boolean;
	/** The loop that this line goes on with, and on which condition. */
	readonly continues?: { readonly label: string; readonly condition: string | undefined };
}

/** Pieces as lines, indented by their braces. */
export function* pieceLines(pieces: readonly Piece[], source?: Source): Generator<Line> {
	let depth = 1;
	for (const { text, offset, braces, shown } of pieces) {
		if (!shown) continue;
		if (braces === "close" || braces === "both") depth -= 1;
		yield { depth, text, offset, source: source?.(offset) };
		if (braces === "open" || braces === "both") depth += 1;
	}
}
