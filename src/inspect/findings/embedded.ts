import { fromHex } from "../../base/hex.ts";
import { asText, characters, type Match, spanEnd, trace, type Trace } from "./traces.ts";

const PRINTABLE = characters(" -~");
const SCRIPT_LINE_MAX = 100;

type Check = (view: DataView) => boolean;

/** Beginnings of files, with what else has to be true of their first bytes: two bytes alone occur by chance. */
const FILES: readonly (readonly [name: string, hex: string, least: number, holds: Check])[] = [
	// class and data 1 or 2, version 1
	["ELF", "7f454c46", 20, (it) => isOneOf(it, 4, 1, 2) && isOneOf(it, 5, 1, 2) && it.getUint8(6) === 1],
	["Windows executable", "4d5a", 64, (it) => portableAt(it)],
	["Mach-O", "cffaedfe", 16, (it) => isMachine(it.getUint32(4, true))],
	["Mach-O", "cefaedfe", 16, (it) => isMachine(it.getUint32(4, true))],
	// the same number begins Java's classes, whose version is higher
	[
		"Mach-O of several machines",
		"cafebabe",
		12,
		(it) => isBetween(it.getUint32(4), 1, 20) && isMachine(it.getUint32(8)),
	],
	["Java class", "cafebabe", 12, (it) => it.getUint16(4) < 100 && isBetween(it.getUint16(6), 45, 80)],
	["WebAssembly module", "0061736d01000000", 8, () => true],
	["WebAssembly component", "0061736d0d000100", 8, () => true],
	// version needed, then flags, then a known method
	[
		"entry of a ZIP archive",
		"504b0304",
		30,
		(it) => it.getUint16(4, true) <= 63 && isOneOf(it, 8, 0, 8, 9, 12, 14, 93, 95),
	],
	[
		"gzip stream",
		"1f8b08",
		18,
		(it) => it.getUint8(3) < 0x20 && isOneOf(it, 8, 0, 2, 4) && isOneOf(it, 9, 0, 3, 7, 10, 11, 255),
	],
	["xz stream", "fd377a585a00", 12, () => true],
	["zstd stream", "28b52ffd", 12, (it) => (it.getUint8(4) & 0x08) === 0],
	["7z archive", "377abcaf271c", 32, () => true],
];

/** Files of other kinds in data. */
export const FILE_TRACES: readonly Trace[] = [
	...FILES.map(([name, hex, least, holds]) =>
		trace("embedded-executable", fromHex(hex)!, (bytes, at, _start, end): Match | undefined => {
			if (end - at < least) return undefined;
			const view = new DataView(bytes.buffer, bytes.byteOffset + at, end - at);
			return holds(view) ? { end: at + hex.length / 2, shows: name } : undefined;
		}),
	),
	trace("embedded-script", "#!", readScript),
	// dense where there is much JavaScript: see data.ts
	...["function(", "function (", "=>{", "=> {", "===", "!=="].map((word) =>
		trace("javascript-word", word, (_bytes, at) => ({ end: at + word.length, shows: word })),
	),
];

function isOneOf(view: DataView, offset: number, ...values: readonly number[]): boolean {
	return values.includes(view.getUint8(offset));
}

function isBetween(value: number, least: number, most: number): boolean {
	return value >= least && value <= most;
}

/** The offset at 0x3c leads to `PE\0\0`. */
function portableAt(view: DataView): boolean {
	const at = view.getUint32(0x3c, true);
	return at >= 4 && at <= 0x1000 && at + 4 <= view.byteLength && view.getUint32(at) === 0x5045_0000;
}

/** x86 and ARM, of 32 and 64 bits. */
function isMachine(cpu: number): boolean {
	return [7, 12, 0x0100_0007, 0x0100_000c].includes(cpu);
}

/** `#!/` or `#! /` and a program, to the line's end. */
function readScript(bytes: Uint8Array, at: number, _start: number, end: number): Match | undefined {
	const last = spanEnd(bytes, at, end, PRINTABLE, SCRIPT_LINE_MAX);
	const line = asText(bytes, at, last);
	if (bytes[last] !== 0x0a || !/^#! ?\/[\w./-]+( |$)/.test(line)) return { end: last, shows: undefined };
	return { end: last, shows: line };
}
