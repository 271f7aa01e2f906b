import { tarText } from "./tar-header.ts";

/** What the records of a PAX header say of the entry behind it (pax(1), "pax Extended Header"). */
export interface TarRecords {
	readonly name?: string | undefined;
	readonly target?: string | undefined;
	readonly size_bytes?: number | undefined;
	readonly modified_ns?: bigint | undefined;
}

/** The records; or, as text, what is wrong with them. Keys that we have no use for are passed over. */
export function parseTarRecords(bytes: Uint8Array): TarRecords | string {
	const records: Writable<TarRecords> = {};
	for (let at = 0; at < bytes.length;) {
		const record = recordAt(bytes, at);
		if (record === undefined) return "a record of its extended header is damaged";
		const wrong = take(records, record.key, record.value);
		if (wrong !== undefined) return wrong;
		at = record.end;
	}
	return records;
}

interface Record {
	readonly key: string;
	readonly value: Uint8Array;
	readonly end: number;
}

const LENGTH_DIGITS_MAX = 10;
const SPACE = 0x20;
const EQUALS = 0x3d;
const LINE_END = 0x0a;

/** `LENGTH KEY=VALUE\n`, LENGTH being that of the whole in bytes. */
function recordAt(bytes: Uint8Array, at: number): Record | undefined {
	const space = bytes.subarray(at, at + LENGTH_DIGITS_MAX + 1).indexOf(SPACE);
	const digits = String.fromCharCode(...bytes.subarray(at, at + Math.max(0, space)));
	if (!/^[1-9][0-9]*$/.test(digits)) return undefined;
	const end = at + Number(digits);
	if (end > bytes.length || bytes[end - 1] !== LINE_END) return undefined;
	const record = bytes.subarray(at + space + 1, end - 1);
	const equals = record.indexOf(EQUALS);
	if (equals < 1) return undefined;
	return {
		key: String.fromCharCode(...record.subarray(0, Math.min(equals, 64))),
		value: record.subarray(equals + 1),
		end,
	};
}

/** Answers what is wrong with the record. One without a value takes back what an earlier one said. */
function take(records: Writable<TarRecords>, key: string, value: Uint8Array): string | undefined {
	if (key.startsWith("GNU.sparse.")) return "it is sparse";
	const field = FIELDS.get(key);
	if (field === undefined) return undefined;
	const read = value.length === 0 ? undefined : READERS[field](value);
	if (value.length > 0 && read === undefined) return `the '${key}' of its extended header cannot be read`;
	Object.assign(records, { [field]: read });
	return undefined;
}

const FIELDS: ReadonlyMap<string, keyof TarRecords> = new Map([
	["path", "name"],
	["linkpath", "target"],
	["size", "size_bytes"],
	["mtime", "modified_ns"],
]);

const READERS: { readonly [key in keyof TarRecords]-?: (value: Uint8Array) => TarRecords[key] } = {
	name: nameIn,
	target: nameIn,
	size_bytes(value) {
		const digits = value.length <= 16 ? String.fromCharCode(...value) : "";
		const size_bytes = /^[0-9]+$/.test(digits) ? Number(digits) : undefined;
		return Number.isSafeInteger(size_bytes) ? size_bytes : undefined;
	},
	/** Seconds since 1970 as a decimal number. */
	modified_ns(value) {
		const text = value.length <= 40 ? String.fromCharCode(...value) : "";
		const [, sign, seconds, fraction = ""] = /^(-?)([0-9]{1,16})(?:\.([0-9]*))?$/.exec(text) ?? [];
		if (seconds === undefined) return undefined;
		const ns = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, "0"));
		return sign === "-" ? -ns : ns;
	},
};

function nameIn(value: Uint8Array): string | undefined {
	return value.includes(0) ? undefined : tarText(value);
}

type Writable<T> = { -readonly [key in keyof T]: T[key] };
