/** Modules written byte by byte, where a text would be too large for an assembler. */

/** An unsigned number as LEB128. */
export function leb(value: number): number[] {
	const bytes: number[] = [];
	let rest = value;
	do {
		const low = rest % 128;
		rest = Math.floor(rest / 128);
		bytes.push(rest > 0 ? low + 128 : low);
	} while (rest > 0);
	return bytes;
}

/** A section: its id, its length, its contents. */
export function section(id: number, contents: Uint8Array): Buffer {
	return Buffer.concat([Buffer.from([id, ...leb(contents.length)]), contents]);
}

/** A list of `count` entries that are all the same. */
export function repeated(count: number, entry: readonly number[]): Buffer {
	return Buffer.concat([Buffer.from(leb(count)), Buffer.alloc(count * entry.length, Buffer.from(entry))]);
}

const HEADER = Buffer.from([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const ONE_EMPTY_TYPE = section(1, Buffer.from([1, 0x60, 0, 0]));
const START_IS_FIRST = section(
	7,
	Buffer.concat([Buffer.from([1, 6]), Buffer.from("_start"), Buffer.from([0, 0])]),
);

/** A module of `count` functions of no parameters with this code each; the first is `_start`. */
export function functions(count: number, code: Uint8Array): Buffer {
	const body = [...leb(code.length), ...code];
	return Buffer.concat([
		HEADER,
		ONE_EMPTY_TYPE,
		section(3, repeated(count, [0])),
		START_IS_FIRST,
		section(10, repeated(count, body)),
	]);
}

/** Code without locals: these instructions and the end. */
export function codeOf(...instructions: readonly Uint8Array[]): Buffer {
	return Buffer.concat([Buffer.from([0]), ...instructions, Buffer.from([0x0b])]);
}
