/** Puts hostile binaries together from pieces, megabytes of them: what `module-builder.ts` is for small ones. */
import type { Code } from "../../../src/base/codes.ts";
import { encodeUnsigned } from "../../../src/wasm/encode.ts";

export type Piece = Uint8Array | readonly number[];

/** A hostile file, by description. */
export interface Hostile {
	/** What it does to its reader. */
	readonly name: string;
	readonly bytes: () => Uint8Array<ArrayBuffer>;
	/** The code of the fault that refuses it, where it has to be refused whatever V8 says. */
	readonly refused?: Code;
	/** What it is compared with; otherwise with an ordinary program. */
	readonly older?: () => Uint8Array<ArrayBuffer>;
}

export const MODULE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
export const COMPONENT = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
/** 2^32 - 1. */
export const HUGE = [0xff, 0xff, 0xff, 0xff, 0x0f];
export const END = 0x0b;
export const I32 = 0x7f;

export function cat(...pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
	return joined(pieces);
}

/** Of more pieces than a call can have. */
export function joined(pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
	const all = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
	let at = 0;
	for (const piece of pieces) {
		all.set(piece, at);
		at += piece.length;
	}
	return all;
}

export function times(count: number, piece: Piece): Uint8Array<ArrayBuffer> {
	const all = new Uint8Array(count * piece.length);
	for (let at = 0; at < all.length; at += piece.length) all.set(piece, at);
	return all;
}

/** The pieces for 0, 1, ... in a row. */
export function each(count: number, piece: (index: number) => Piece): Uint8Array<ArrayBuffer> {
	return joined(Array.from({ length: count }, (_, index) => piece(index)));
}

export const leb = encodeUnsigned;

export function text(words: string): Uint8Array<ArrayBuffer> {
	return new TextEncoder().encode(words);
}

export function sized(...pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
	const contents = cat(...pieces);
	return cat(leb(contents.length), contents);
}

export function name(words: string): Uint8Array<ArrayBuffer> {
	return sized(text(words));
}

export function section(id: number, ...contents: readonly Piece[]): Uint8Array<ArrayBuffer> {
	return cat([id], sized(...contents));
}

export function custom(title: string, ...contents: readonly Piece[]): Uint8Array<ArrayBuffer> {
	return section(0, name(title), ...contents);
}

export function vector(count: number, ...entries: readonly Piece[]): Uint8Array<ArrayBuffer> {
	return cat(leb(count), ...entries);
}

export function wasm(...sections: readonly Piece[]): Uint8Array<ArrayBuffer> {
	return cat(MODULE, ...sections);
}

export function component(...sections: readonly Piece[]): Uint8Array<ArrayBuffer> {
	return cat(COMPONENT, ...sections);
}

export function type(params: Piece, results: Piece): Uint8Array<ArrayBuffer> {
	return cat([0x60], leb(params.length), params, leb(results.length), results);
}

/** A body without locals; `end` is added. */
export function body(...code: readonly Piece[]): Uint8Array<ArrayBuffer> {
	return sized([0], ...code, [END]);
}

export interface Parts {
	readonly types?: readonly Piece[];
	readonly imports?: readonly Piece[];
	/** Sections between the imports' and the exports'. */
	readonly middle?: readonly Piece[];
	/** `exports` is the section's contents, its count first. */
	readonly exports?: Piece;
	readonly elements?: Piece;
	/** Bodies, each with the index of its type. */
	readonly functions?: readonly (readonly [type: number, body: Piece])[];
	readonly after?: readonly Piece[];
}

/** A module of the usual sections in their order. */
export function program(parts: Parts): Uint8Array<ArrayBuffer> {
	const { types = [type([], [])], imports = [], middle = [], functions = [], after = [] } = parts;
	return wasm(
		section(1, vector(types.length, ...types)),
		imports.length === 0 ? [] : section(2, vector(imports.length, joined(imports))),
		functions.length === 0
			? []
			: section(3, vector(functions.length, joined(functions.map(([index]) => leb(index))))),
		...middle,
		parts.exports === undefined ? [] : section(7, parts.exports),
		parts.elements === undefined ? [] : section(9, parts.elements),
		functions.length === 0
			? []
			: section(10, vector(functions.length, joined(functions.map(([, code]) => code)))),
		...after,
	);
}

export function importOf(
	module: string,
	field: string,
	...description: readonly Piece[]
): Uint8Array<ArrayBuffer> {
	return cat(name(module), name(field), ...description);
}

export function exportOf(field: string, kind: number, index: number): Uint8Array<ArrayBuffer> {
	return cat(name(field), [kind], leb(index));
}

/** A passive data segment with these bytes, in a section of its own. */
export function data(...contents: readonly Piece[]): Uint8Array<ArrayBuffer> {
	return section(11, vector(1, [1], sized(...contents)));
}
