/** One header block of a tar archive: POSIX ustar, GNU, star and V7 (pax(1), "ustar Interchange Format"). */

export const TAR_BLOCK_BYTES = 512;

/** What the block itself says; records and blocks before it may say otherwise. */
export interface TarHeader {
	/** Undefined where it is not UTF-8: a long one may be cut off here in the middle of a character. */
	readonly name: string | undefined;
	/** One character: the type flag. */
	readonly type: string;
	readonly target: string | undefined;
	/** Undefined where the field holds no size from 0 to 2^53-1. */
	readonly size_bytes: number | undefined;
	readonly modified_ns: bigint;
	readonly executable: boolean;
}

const FIELDS = {
	name: [0, 100],
	mode: [100, 8],
	size: [124, 12],
	modified: [136, 12],
	checksum: [148, 8],
	target: [157, 100],
	magic: [257, 6],
	prefix: [345, 155],
	/** star keeps times behind a shorter prefix, and says so in the last four bytes. */
	starPrefix: [345, 131],
	starMagic: [508, 4],
} as const;

const TYPE_AT = 156;
const EXECUTE_BITS = 0o111;
const SPACE = 0x20;
const DIGIT_0 = 0x30;

type Place = readonly [at: number, length: number];

/** The header; undefined where the checksum is not that of the block. */
export function parseTarHeader(block: Uint8Array): TarHeader | undefined {
	if (!hasItsChecksum(block)) return undefined;
	return {
		name: wholeName(block),
		type: String.fromCharCode(block[TYPE_AT] ?? 0),
		target: textOf(block, FIELDS.target),
		size_bytes: sizeOf(numberOf(field(block, FIELDS.size))),
		modified_ns: BigInt(numberOf(field(block, FIELDS.modified)) ?? 0) * 1_000_000_000n,
		executable: ((numberOf(field(block, FIELDS.mode)) ?? 0) & EXECUTE_BITS) !== 0,
	};
}

/** Bytes as names are written: UTF-8; undefined where they are not. */
export function tarText(bytes: Uint8Array): string | undefined {
	if (bytes.length === 0) return "";
	try {
		return STRICT_UTF8.decode(bytes);
	} catch {
		return undefined;
	}
}

// a byte order mark is part of a name
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function wholeName(block: Uint8Array): string | undefined {
	const name = textOf(block, FIELDS.name);
	const prefix = prefixOf(block);
	if (name === undefined || prefix === undefined) return undefined;
	return prefix === "" ? name : `${prefix}/${name}`;
}

/** GNU's blocks have other things where POSIX has the first half of a long name. */
function prefixOf(block: Uint8Array): string | undefined {
	if (textOf(block, FIELDS.magic) !== "ustar") return "";
	return textOf(block, textOf(block, FIELDS.starMagic) === "tar" ? FIELDS.starPrefix : FIELDS.prefix);
}

/** Up to the first NUL. */
function textOf(block: Uint8Array, place: Place): string | undefined {
	const bytes = field(block, place);
	const end = bytes.indexOf(0);
	return tarText(end === -1 ? bytes : bytes.subarray(0, end));
}

function field(block: Uint8Array, [at, length]: Place): Uint8Array {
	return block.subarray(at, at + length);
}

/** The sum of all bytes with the checksum's own as spaces; some old writers added them up as signed. */
function hasItsChecksum(block: Uint8Array): boolean {
	const [at, length] = FIELDS.checksum;
	let unsigned = 0;
	let high = 0;
	for (const byte of block) {
		unsigned += byte;
		high += byte >> 7;
	}
	for (const byte of field(block, FIELDS.checksum)) {
		unsigned += SPACE - byte;
		high -= byte >> 7;
	}
	const sum = numberOf(block.subarray(at, at + length));
	return sum === unsigned || sum === unsigned - 256 * high;
}

function sizeOf(number: number | undefined): number | undefined {
	return number === undefined || number < 0 ? undefined : number;
}

/** Octal digits, or GNU's base-256; an empty field is 0. Undefined for all else, and beyond 2^53-1. */
function numberOf(bytes: Uint8Array): number | undefined {
	if (((bytes[0] ?? 0) & 0x80) !== 0) return base256(bytes);
	let at = 0;
	while (bytes[at] === SPACE) at += 1;
	let value = 0;
	for (; at < bytes.length; at++) {
		const digit = (bytes[at] ?? 0) - DIGIT_0;
		if (digit < 0 || digit > 7) break;
		value = value * 8 + digit;
	}
	const ended = at === bytes.length || bytes[at] === 0 || bytes[at] === SPACE;
	return ended ? value : undefined;
}

/** Big-endian two's complement behind the first bit, which marks it. */
function base256(bytes: Uint8Array): number | undefined {
	let value = 0n;
	for (const byte of bytes) value = (value << 8n) | BigInt(byte);
	const number = Number(BigInt.asIntN(bytes.length * 8 - 1, value));
	return Number.isSafeInteger(number) ? number : undefined;
}
