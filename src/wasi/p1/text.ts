import { Errno } from "../../sys/errno.ts";
import type { GuestMemory } from "./memory.ts";

const PATH_BYTES_MAX = 4095;
const ASCII_FAST_MAX = 64;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function encodeUtf8(text: string): Uint8Array {
	return encoder.encode(text);
}

/** A path that the guest passes: not empty, without NUL, of a bounded length, and UTF-8. */
export function readPath(memory: GuestMemory, pointer: number, length: number): string | Errno {
	const size = length >>> 0;
	if (!memory.has(pointer, size)) return Errno.FAULT;
	if (size === 0) return Errno.NOENT;
	if (size > PATH_BYTES_MAX) return Errno.NAMETOOLONG;
	const path = decode(memory.bytes, pointer >>> 0, size);
	if (path === undefined) return Errno.ILSEQ;
	return path.includes("\0") ? Errno.INVAL : path;
}

/** Strings that a trace shows: never an error, never long. */
export function readForTrace(memory: GuestMemory, pointer: number, length: number): string | undefined {
	const bytes = memory.span(pointer, Math.min(length >>> 0, 256));
	return bytes === undefined ? undefined : new TextDecoder().decode(bytes.slice());
}

/** Short ASCII, which most paths are, is faster by hand than through TextDecoder. */
function decode(bytes: Uint8Array, start: number, size: number): string | undefined {
	if (size <= ASCII_FAST_MAX) {
		let text = "";
		for (let index = start; index < start + size; index += 1) {
			const byte = bytes[index] ?? 0x80;
			if (byte >= 0x80) return decodeStrictly(bytes, start, size);
			text += String.fromCharCode(byte);
		}
		return text;
	}
	return decodeStrictly(bytes, start, size);
}

function decodeStrictly(bytes: Uint8Array, start: number, size: number): string | undefined {
	try {
		// a copy, because TextDecoder refuses shared memory
		return decoder.decode(bytes.slice(start, start + size));
	} catch {
		return undefined;
	}
}
