/** An entry of the cache as bytes: a MAC, a table of contents as JSON, and what that lists, one after another. */
import type { CoreModule, Mode, Need, Transpiled } from "../../component/jco/transpiled.ts";
import { Sha256 } from "../../oci/sha256.ts";

export interface Entry {
	/** What it was made of and by: an entry under another key is none. */
	readonly key: string;
	readonly transpiled: Transpiled;
	/** What V8 compiled of the script; empty where there is none. */
	readonly compiled: Uint8Array<ArrayBuffer>;
}

interface Contents {
	readonly key: string;
	readonly mode: Mode;
	readonly needs: readonly Need[];
	readonly exports: readonly string[];
	/** A core module's place in the component, or the size of its bytes behind the script. */
	readonly cores: readonly (
		| readonly [name: string, start: number, end: number]
		| readonly [string, number]
	)[];
	readonly script_bytes: number;
	readonly compiled_bytes: number;
}

/** In the file's order: the MAC, the size of the table, the table. */
const MAC_BYTES = 32;
const SIZE_BYTES = 4;
/** V8 wants its data on a whole word. */
const ALIGNMENT = 8;

export function encodeEntry(
	{ key, transpiled, compiled }: Entry,
	secret: Uint8Array,
): Uint8Array<ArrayBuffer> {
	const { mode, needs, exports, cores } = transpiled;
	const script = Buffer.from(asciiOf(transpiled.script), "latin1");
	const made = cores.flatMap(({ code }) => (code instanceof Uint8Array ? [code] : []));
	const contents: Contents = {
		key,
		mode,
		needs,
		exports,
		cores: cores.map(({ name, code }) =>
			code instanceof Uint8Array ? [name, code.length] : [name, code.start, code.end],
		),
		script_bytes: script.length,
		compiled_bytes: compiled.length,
	};
	const table = padded(JSON.stringify(contents), compiled.length);
	const size = new Uint8Array(SIZE_BYTES);
	new DataView(size.buffer).setUint32(0, table.length, true);
	const body = Buffer.concat([size, table, compiled, script, ...made]);
	return new Uint8Array(Buffer.concat([macOf(secret, body), body]));
}

/** So that what follows the table begins on a whole word. */
function padded(json: string, compiled_bytes: number): Buffer {
	const bytes = Buffer.byteLength(json);
	const over = compiled_bytes === 0 ? 0 : (MAC_BYTES + SIZE_BYTES + bytes) % ALIGNMENT;
	return Buffer.from(json + " ".repeat(over === 0 ? 0 : ALIGNMENT - over));
}

/** As a string of JavaScript it means the same. */
function asciiOf(script: string): string {
	// oxlint-disable-next-line no-control-regex -- all that is not ASCII
	return script.replaceAll(
		/[^\u0000-\u007f]/g,
		(unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}

/** Undefined where it is not what was written under this key with this secret, to the last bit. */
export function decodeEntry(
	file: Uint8Array<ArrayBuffer>,
	key: string,
	secret: Uint8Array,
): Entry | undefined {
	if (file.length < MAC_BYTES + SIZE_BYTES) return undefined;
	const body = file.subarray(MAC_BYTES);
	if (!isSame(file.subarray(0, MAC_BYTES), macOf(secret, body))) return undefined;
	// from here on it is what we wrote
	const view = new DataView(body.buffer, body.byteOffset);
	const table_bytes = view.getUint32(0, true);
	let at = SIZE_BYTES;
	const next = (size: number) => body.subarray(at, (at += size));
	const contents = JSON.parse(textOf(next(table_bytes))) as Contents;
	if (contents.key !== key) return undefined;
	const { mode, needs, exports } = contents;
	const compiled = next(contents.compiled_bytes);
	const script = textOf(next(contents.script_bytes));
	const cores = contents.cores.map(([name, start, end]): CoreModule =>
		end === undefined ? { name, code: next(start) } : { name, code: { start, end } },
	);
	return { key, compiled, transpiled: { mode, script, cores, needs, exports } };
}

function textOf(bytes: Uint8Array<ArrayBuffer>): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** Without ending early: how far two MACs agree must not be seen in time. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
	let difference = 0;
	for (const [index, byte] of one.entries()) difference |= byte ^ (other[index] ?? 0);
	return difference === 0;
}

const BLOCK_BYTES = 64;

/** HMAC-SHA256 (RFC 2104) with a secret of at most a block. */
export function macOf(secret: Uint8Array, body: Uint8Array): Uint8Array<ArrayBuffer> {
	const pad = (byte: number) => {
		const block = new Uint8Array(BLOCK_BYTES).fill(byte);
		for (const [index, value] of secret.entries()) block[index] = byte ^ value;
		return block;
	};
	const inner = new Sha256().update(pad(0x36)).update(body).digest();
	return new Sha256().update(pad(0x5c)).update(inner).digest();
}
