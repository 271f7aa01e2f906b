import type { StringEncoding } from "../../wasm/component/definitions.ts";
import type { Codec } from "./codec.ts";
import type { Context } from "./context.ts";
import { trap } from "./trap.ts";
import { numberOf, stringOf } from "./values.ts";

/** The specification's limit, for what is lifted and what is lowered. */
const STRING_BYTES_MAX = 2 ** 28 - 1;

/** Set in a length: the string is UTF-16, in the encoding that may be either. */
const UTF16_TAG = 0x8000_0000;

/** Up to here a loop is faster than a decoder or encoder. */
const SHORT = 48;

const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf16Decoder = new TextDecoder("utf-16le", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Address and length of a string that was lowered. */
interface Place {
	at: number;
	length: number;
}

type Lift = (context: Context, at: number, length: number) => string;
type Lower = (context: Context, text: string) => Place;

/** Strings in one encoding. */
export function stringCodec(encoding: StringEncoding): Codec {
	const lift = LIFTS[encoding];
	const lower = LOWERS[encoding];
	return {
		size_bytes: 8,
		align: 4,
		flat: ["i32", "i32"],
		load: (context, at) => {
			const { view } = context;
			return lift(context, view.getUint32(at, true), view.getUint32(at + 4, true));
		},
		store: (context, value, at) => {
			const place = lower(context, stringOf(value));
			const { view } = context;
			view.setUint32(at, place.at, true);
			view.setUint32(at + 4, place.length, true);
		},
		lift: (context, flat, at) => lift(context, numberOf(flat[at]) >>> 0, numberOf(flat[at + 1]) >>> 0),
		lower: (context, value, flat) => {
			const place = lower(context, stringOf(value));
			flat.push(place.at | 0, place.length | 0);
		},
	};
}

const LIFTS: Readonly<Record<StringEncoding, Lift>> = {
	utf8: (context, at, length) => {
		claim(context, at, length, 1);
		const { bytes } = context;
		return shortAscii(bytes, at, length) ?? decode(utf8Decoder, bytes.subarray(at, at + length));
	},
	utf16: liftUtf16,
	"latin1+utf16": (context, at, tagged) => {
		if (tagged >= UTF16_TAG) return liftUtf16(context, at, tagged - UTF16_TAG);
		claim(context, at, tagged, 2);
		return latin1(context.bytes.subarray(at, at + tagged));
	},
};

function liftUtf16(context: Context, at: number, units: number): string {
	claim(context, at, units * 2, 2);
	return decode(utf16Decoder, context.bytes.subarray(at, at + units * 2));
}

function claim(context: Context, at: number, size_bytes: number, align: number): void {
	if (size_bytes > STRING_BYTES_MAX) throw trap(`a string of ${size_bytes} bytes`);
	context.demand(at, size_bytes, align);
	context.state.spend(2 * size_bytes);
}

function shortAscii(bytes: Uint8Array, at: number, length: number): string | undefined {
	if (length > SHORT) return undefined;
	let text = "";
	for (let offset = at; offset < at + length; offset++) {
		const byte = bytes[offset] ?? 0x80;
		if (byte >= 0x80) return undefined;
		text += String.fromCharCode(byte);
	}
	return text;
}

function decode(decoder: TextDecoder, bytes: Uint8Array): string {
	try {
		return decoder.decode(bytes);
	} catch {
		throw trap(`a string that is not ${decoder.encoding}`);
	}
}

/** The label `latin1` means Windows' code page to a TextDecoder. */
function latin1(bytes: Uint8Array): string {
	const parts: string[] = [];
	for (let start = 0; start < bytes.length; start += 4096)
		parts.push(String.fromCharCode(...bytes.subarray(start, start + 4096)));
	return parts.join("");
}

const LOWERS: Readonly<Record<StringEncoding, Lower>> = {
	utf8: (context, text) => {
		if (isShortAscii(text)) return lowerUnits(context, text, 1);
		const encoded = encoder.encode(text);
		if (encoded.length > STRING_BYTES_MAX) throw tooLong(encoded.length);
		const at = context.allocate(encoded.length, 1);
		context.bytes.set(encoded, at);
		return { at, length: encoded.length };
	},
	utf16: (context, text) => lowerUtf16(context, text),
	"latin1+utf16": (context, text) => {
		if (isLatin1(text)) return lowerUnits(context, text, 2);
		const { at, length } = lowerUtf16(context, text);
		return { at, length: length + UTF16_TAG };
	},
};

function lowerUtf16(context: Context, text: string): Place {
	const whole = text.toWellFormed();
	const size_bytes = 2 * whole.length;
	if (size_bytes > STRING_BYTES_MAX) throw tooLong(size_bytes);
	const at = context.allocate(size_bytes, 2);
	const { view } = context;
	for (let unit = 0; unit < whole.length; unit++) view.setUint16(at + 2 * unit, whole.charCodeAt(unit), true);
	return { at, length: whole.length };
}

/** One byte for each code unit. */
function lowerUnits(context: Context, text: string, align: number): Place {
	if (text.length > STRING_BYTES_MAX) throw tooLong(text.length);
	const at = context.allocate(text.length, align);
	const { bytes } = context;
	for (let unit = 0; unit < text.length; unit++) bytes[at + unit] = text.charCodeAt(unit);
	return { at, length: text.length };
}

function isShortAscii(text: string): boolean {
	if (text.length > SHORT) return false;
	for (let unit = 0; unit < text.length; unit++) if (text.charCodeAt(unit) >= 0x80) return false;
	return true;
}

function isLatin1(text: string): boolean {
	for (let unit = 0; unit < text.length; unit++) if (text.charCodeAt(unit) >= 0x100) return false;
	return true;
}

function tooLong(size_bytes: number): RangeError {
	return new RangeError(`a string of ${size_bytes} bytes cannot be passed`);
}
