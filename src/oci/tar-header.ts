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

const NAME_AT = 0;
const MODE_AT = 100;
const SIZE_AT = 124;
const MODIFIED_AT = 136;
const CHECKSUM_AT = 148;
const TYPE_AT = 156;
const TARGET_AT = 157;
const MAGIC_AT = 257;
const PREFIX_AT = 345;
const STAR_MAGIC_AT = 508;

const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
/** star keeps times behind a shorter prefix, and says so in the last four bytes. */
const STAR_PREFIX_BYTES = 131;
const NUMBER_BYTES = 12;
const SMALL_NUMBER_BYTES = 8;

const USTAR = "ustar\0";
const STAR = "tar\0";
const EXECUTE_BITS = 0o111;
const SPACE = 0x20;
const DIGIT_0 = 0x30;
const NS_PER_S = 1_000_000_000n;

/** The header; undefined where the checksum is not that of the block. */
export function parseTarHeader(block: Uint8Array): TarHeader | undefined {
	if (!hasItsChecksum(block)) return undefined;
	const size = numberAt(block, SIZE_AT, NUMBER_BYTES);
	return {
		name: wholeName(block),
		type: String.fromCharCode(block[TYPE_AT] ?? 0),
		target: textAt(block, TARGET_AT, NAME_BYTES),
		size_bytes: size === undefined || size < 0 ? undefined : size,
		modified_ns: BigInt(numberAt(block, MODIFIED_AT, NUMBER_BYTES) ?? 0) * NS_PER_S,
		executable: ((numberAt(block, MODE_AT, SMALL_NUMBER_BYTES) ?? 0) & EXECUTE_BITS) !== 0,
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
	const name = textAt(block, NAME_AT, NAME_BYTES);
	// GNU's blocks have other things where POSIX has the first half of a long name
	if (block[PREFIX_AT] === 0 || !hasText(block, MAGIC_AT, USTAR)) return name;
	const length = hasText(block, STAR_MAGIC_AT, STAR) ? STAR_PREFIX_BYTES : PREFIX_BYTES;
	const prefix = textAt(block, PREFIX_AT, length);
	return name === undefined || prefix === undefined ? undefined : `${prefix}/${name}`;
}

/** Up to the first NUL. */
function textAt(block: Uint8Array, at: number, length: number): string | undefined {
	let end = at;
	while (end < at + length && block[end] !== 0) end += 1;
	return tarText(block.subarray(at, end));
}

function hasText(block: Uint8Array, at: number, text: string): boolean {
	for (let index = 0; index < text.length; index++)
		if (block[at + index] !== text.charCodeAt(index)) return false;
	return true;
}

/** The sum of all bytes with the checksum's own as spaces; some old writers added them up as signed. */
function hasItsChecksum(block: Uint8Array): boolean {
	const sum = numberAt(block, CHECKSUM_AT, SMALL_NUMBER_BYTES);
	return sum === sumOf(block) || sum === signedSumOf(block);
}

function sumOf(block: Uint8Array): number {
	const view = new DataView(block.buffer, block.byteOffset, TAR_BLOCK_BYTES);
	// four bytes at a time, in two sums of 16 bits: 256 bytes each have no more than 65,280
	let sums = 0;
	for (let at = 0; at < TAR_BLOCK_BYTES; at += 4) {
		const word = view.getUint32(at);
		sums += (word & 0x00ff00ff) + ((word >>> 8) & 0x00ff00ff);
	}
	return (sums & 0xffff) + (sums >>> 16) + spacesForChecksum(block);
}

function signedSumOf(block: Uint8Array): number {
	let sum = 0;
	for (const byte of block) sum += byte < 0x80 ? byte : byte - 0x100;
	return sum + spacesForChecksum(block);
}

/** What a sum gains when the field holds spaces instead of digits. */
function spacesForChecksum(block: Uint8Array): number {
	let gain = 0;
	for (let at = CHECKSUM_AT; at < CHECKSUM_AT + SMALL_NUMBER_BYTES; at++) gain += SPACE - (block[at] ?? 0);
	return gain;
}

/**
 * Octal digits with spaces around them, up to a NUL; or GNU's base-256. An empty field is 0. Undefined
 * for all else, beyond 2^53-1, and where a NUL comes first: some readers end there, others look behind it.
 */
function numberAt(block: Uint8Array, from: number, length: number): number | undefined {
	if (((block[from] ?? 0) & 0x80) !== 0) return base256(block.subarray(from, from + length));
	const end = from + length;
	let at = skipSpaces(block, from, end);
	const first = at;
	let value = 0;
	for (; at < end; at++) {
		const digit = (block[at] ?? 0) - DIGIT_0;
		if (digit < 0 || digit > 7) break;
		value = value * 8 + digit;
	}
	const hasDigits = at > first;
	at = skipSpaces(block, at, end);
	if (hasDigits) return at === end || block[at] === 0 ? value : undefined;
	while (at < end && (block[at] === 0 || block[at] === SPACE)) at += 1;
	return at === end ? 0 : undefined;
}

function skipSpaces(block: Uint8Array, from: number, end: number): number {
	let at = from;
	while (at < end && block[at] === SPACE) at += 1;
	return at;
}

/** Big-endian two's complement behind the first bit, which marks it. */
function base256(bytes: Uint8Array): number | undefined {
	let value = 0n;
	for (const byte of bytes) value = (value << 8n) | BigInt(byte);
	const number = Number(BigInt.asIntN(bytes.length * 8 - 1, value));
	return Number.isSafeInteger(number) ? number : undefined;
}
