import type { Value } from "./expressions.ts";
import type { Piece } from "./pieces.ts";

/** A block that is open. */
export interface Frame {
	readonly kind: "function" | "block" | "loop" | "if";
	readonly label: string;
	/** What a branch to a loop's begin carries. */
	readonly params: readonly string[];
	readonly results: readonly string[];
	/** Values on the stack below it. */
	readonly height: number;
	/** Values that it began with: an else begins with them again. */
	readonly entry: readonly Value[];
	/** The line that opens it. */
	readonly head: Piece;
	/** How often something branches to it. */
	uses: number;
	hasElse: boolean;
}

interface Shape {
	readonly params: number;
	readonly results: number;
	readonly height: number;
	readonly entry: readonly Value[];
}

/**
 * Lines and names of so many characters are made of one function: one of a few bytes may pass on a thousand values at each
 * instruction.
 */
const CHARACTERS_MAX = 32 * 1024 * 1024;
/** What a line or a name costs beside its characters. */
const LINE_COST = 64;

/** So far back a loop is looked through for the if that guards it: a hostile body nests them without end. */
const GUARDED_MAX = 1000;

interface Guard {
	readonly opens: Piece;
	readonly goesOn: Piece;
	readonly closes: Piece;
}

/** Blocks, loops and ifs as lines with braces; labels only where something branches to them. */
export class Structure {
	readonly pieces: Piece[] = [];
	readonly #frames: Frame[] = [];
	#names = 0;
	#labels = 0;
	#left = CHARACTERS_MAX;

	constructor(results: number) {
		const head: Piece = { text: "", offset: 0, braces: "none", shown: false };
		const names = Array.from({ length: results }, () => "");
		this.#frames.push({
			kind: "function",
			label: "",
			params: [],
			results: names,
			height: 0,
			entry: [],
			head,
			uses: 0,
			hasElse: false,
		});
	}

	get top(): Frame {
		return this.#frames.at(-1)!;
	}

	/** Where a branch of this depth goes; what is deeper than the function is the function. */
	target(depth: number): Frame {
		return this.#frames[Math.max(0, this.#frames.length - 1 - depth)]!;
	}

	/** Names that get the values of a branch. */
	carried(frame: Frame): readonly string[] {
		return frame.kind === "loop" ? frame.params : frame.results;
	}

	/** Whether no more is to be made: what there is is longer than anybody reads. */
	get isFull(): boolean {
		return this.#left <= 0;
	}

	/** Counts what was made of characters and names. */
	spend(characters: number): void {
		this.#left -= characters + LINE_COST;
	}

	say(text: string, offset: number): void {
		this.spend(text.length);
		this.pieces.push({ text: flat(text), offset, braces: "none", shown: true });
	}

	open(kind: "block" | "loop" | "if", shape: Shape, condition: string | undefined, offset: number): Frame {
		const name = (letter: string) => `${letter}${this.#names++}`;
		const head: Piece = {
			text: condition === undefined ? "" : `if (${condition}) {`,
			offset,
			braces: "open",
			shown: true,
		};
		const frame: Frame = {
			kind,
			label: `L${this.#labels++}`,
			params: Array.from({ length: shape.params }, () => name("a")),
			results: Array.from({ length: shape.results }, () => name("r")),
			height: shape.height,
			entry: shape.entry,
			head,
			uses: 0,
			hasElse: false,
		};
		this.spend((shape.params + shape.results) * LINE_COST);
		this.pieces.push(head);
		this.#frames.push(frame);
		return frame;
	}

	/** A line just before the block that was opened last. */
	before({ head }: Frame, text: string, offset: number): void {
		this.spend(text.length);
		this.pieces.splice(this.pieces.lastIndexOf(head), 0, { text, offset, braces: "none", shown: true });
	}

	otherwise(offset: number): void {
		this.top.hasElse = true;
		this.pieces.push({ text: "} else {", offset, braces: "both", shown: true });
	}

	/** Ends the innermost block. `isReached`: its end is, by what stands before it. */
	close(isReached: boolean, offset: number): void {
		const frame = this.#frames.pop()!;
		const tail: Piece = { text: "}", offset, braces: "close", shown: true };
		if (frame.kind === "loop") this.#closeLoop(frame, tail, isReached, offset);
		else if (frame.kind === "if")
			frame.head.text = `${frame.uses > 0 ? `${frame.label}: ` : ""}${frame.head.text}`;
		else if (frame.uses > 0) frame.head.text = `${frame.label}: {`;
		else frame.head.shown = tail.shown = false;
		this.pieces.push(tail);
	}

	/**
	 * A loop that nothing branches to runs once; one that is all behind an if is a while; one that branches at its end alone is a
	 * do-while; others say where they break.
	 */
	#closeLoop({ head, label, uses }: Frame, tail: Piece, isReached: boolean, offset: number): void {
		const last = this.pieces.at(-1);
		const isLast = last?.continues?.label === label;
		const guard = uses === 1 && isReached ? this.#guardOf(head, label) : undefined;
		if (guard !== undefined) {
			head.text = guard.opens.text.replace("if", "while");
			for (const piece of [guard.opens, guard.goesOn, guard.closes]) piece.shown = false;
		} else if (uses === 0) {
			head.shown = tail.shown = false;
		} else if (isLast && last.continues.condition !== undefined && uses === 1) {
			last.shown = false;
			head.text = "do {";
			tail.text = `} while (${last.continues.condition})`;
		} else {
			const isForever = isLast && last.continues.condition === undefined;
			if (isForever) last.shown = false;
			else if (isReached) this.say("break", offset);
			head.text = `${uses === 1 && isForever ? "" : `${label}: `}while (true) {`;
		}
	}

	/** The if without an else that is all there is in a loop, and ends by going on with it. */
	#guardOf(head: Piece, label: string): Guard | undefined {
		let closes: Piece | undefined;
		let goesOn: Piece | undefined;
		let opens: Piece | undefined;
		let depth = 1;
		for (let at = this.pieces.length - 1, left = GUARDED_MAX; at >= 0 && left > 0; at--, left--) {
			const piece = this.pieces[at]!;
			if (!piece.shown) continue;
			if (closes === undefined) {
				if (piece.braces !== "close") return undefined;
				closes = piece;
			} else if (goesOn === undefined) {
				if (piece.continues?.label !== label || piece.continues.condition !== undefined) return undefined;
				goesOn = piece;
			} else if (opens !== undefined) {
				return piece === head ? { opens, goesOn, closes } : undefined;
			} else if (piece.braces === "close") depth += 1;
			else if (piece.braces === "both" && depth === 1) return undefined;
			else if (piece.braces === "open" && --depth === 0) {
				if (!piece.text.startsWith("if (")) return undefined;
				opens = piece;
			}
		}
		return undefined;
	}

	/** Where instructions follow as they are, all that is open is closed. */
	closeAll(offset: number): void {
		while (this.#frames.length > 1) this.close(true, offset);
	}

	jump(frame: Frame, condition: string | undefined, offset: number): void {
		const text = this.#jumpText(frame, []);
		const continues = frame.kind === "loop" ? { label: frame.label, condition } : undefined;
		const line = condition === undefined ? text : `if (${condition}) ${text}`;
		this.pieces.push({
			text: line,
			offset,
			braces: "none",
			shown: true,
			...(continues === undefined ? {} : { continues }),
		});
	}

	jumpWith(frame: Frame, condition: string, values: readonly string[], offset: number): void {
		this.say(`if (${condition}) { ${this.#jumpText(frame, values)} }`, offset);
	}

	jumpTable(selector: string, depths: readonly number[], values: readonly string[], offset: number): void {
		this.pieces.push({ text: `switch (${selector}) {`, offset, braces: "open", shown: true });
		const last = depths.length - 1;
		for (let at = 0; at < last && !this.isFull;) {
			let next = at + 1;
			while (next < last && depths[next] === depths[at]) next += 1;
			const word = next - at > 1 ? `case ${at} to ${next - 1}` : `case ${at}`;
			this.say(`${word}: ${this.#jumpText(this.target(depths[at] ?? 0), values)}`, offset);
			at = next;
		}
		this.say(`default: ${this.#jumpText(this.target(depths[last] ?? 0), values)}`, offset);
		this.pieces.push({ text: "}", offset, braces: "close", shown: true });
	}

	#jumpText(frame: Frame, values: readonly string[]): string {
		if (frame.kind === "function") return values.length === 0 ? "return" : `return ${values.join(", ")}`;
		frame.uses += 1;
		const assigned = values.map((value, at) => `${this.carried(frame)[at] ?? "?"} = ${value}; `).join("");
		return `${assigned}${frame.kind === "loop" ? "continue" : "break"} ${frame.label}`;
	}
}

/** Engines keep a text as the tree of what it was made of until somebody looks into it: here, before it is kept for long. */
function flat(text: string): string {
	return text.charCodeAt(0) > 0 ? text : "";
}
