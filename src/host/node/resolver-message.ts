/** Questions and answers of DNS on the wire (RFC 1035 §4, RFC 3596). Answers come from anybody. */
import { addressText } from "../../base/ip-address.ts";

/** A for IPv4, AAAA for IPv6. */
export type RecordType = 1 | 28;

export interface Answer {
	/** 0: fine; 3: there is no such name. */
	readonly code: number;
	/** It did not fit, and is to be asked for by TCP. */
	readonly isTruncated: boolean;
	readonly addresses: readonly string[];
}

const HEADER_BYTES = 12;
const NAME_BYTES_MAX = 255;
const CLASS_INTERNET = 1;
const TYPE_CNAME = 5;
const RECORDS_MAX = 512;
const ALIASES_MAX = 16;
export const ADDRESSES_MAX = 64;

/** A question, to be looked up for us (recursively). `name`: of DNS, in lower case. */
export function encodeQuestion(id: number, name: string, type: RecordType): Uint8Array<ArrayBuffer> {
	const labels = name.split(".").map((label) => new TextEncoder().encode(label));
	const bytes = new Uint8Array(HEADER_BYTES + labels.reduce((sum, { length }) => sum + 1 + length, 1) + 4);
	const view = new DataView(bytes.buffer);
	view.setUint16(0, id);
	view.setUint16(2, 0x0100); // recursion desired
	view.setUint16(4, 1);
	let at = HEADER_BYTES;
	for (const label of labels) {
		bytes[at] = label.length;
		bytes.set(label, at + 1);
		at += 1 + label.length;
	}
	view.setUint16(at + 1, type);
	view.setUint16(at + 3, CLASS_INTERNET);
	return bytes;
}

/** The answer to this question; undefined for what is none, or is broken. */
export function decodeAnswer(
	bytes: Uint8Array,
	id: number,
	name: string,
	type: RecordType,
): Answer | undefined {
	const message = new Message(bytes);
	const isAnswer =
		message.u16(0) === id && ((message.u16(2) ?? 0) & 0xf800) === 0x8000 && message.u16(4) === 1;
	const question = isAnswer ? message.name(HEADER_BYTES) : undefined;
	if (question === undefined || question.text !== name) return undefined;
	if (message.u16(question.end) !== type || message.u16(question.end + 2) !== CLASS_INTERNET)
		return undefined;
	const flags = message.u16(2) ?? 0;
	const head = { code: flags & 0xf, isTruncated: (flags & 0x0200) !== 0 };
	const records = readRecords(message, question.end + 4);
	if (records === undefined) return head.isTruncated ? { ...head, addresses: [] } : undefined;
	return { ...head, addresses: addressesOf(records, name, type) };
}

interface Record_ {
	readonly name: string;
	readonly type: number;
	/** Of a CNAME: its target. Of others: the bytes. */
	readonly target: string | undefined;
	readonly data: Uint8Array;
}

function readRecords(message: Message, start: number): readonly Record_[] | undefined {
	const records: Record_[] = [];
	let at = start;
	const count = Math.min(message.u16(6) ?? 0, RECORDS_MAX);
	for (let index = 0; index < count; index += 1) {
		const name = message.name(at);
		if (name === undefined) return undefined;
		const type = message.u16(name.end);
		const length = message.u16(name.end + 8);
		if (type === undefined || length === undefined) return undefined;
		const from = name.end + 10;
		const data = message.slice(from, length);
		if (data === undefined) return undefined;
		const isInternet = message.u16(name.end + 2) === CLASS_INTERNET;
		const target = type === TYPE_CNAME ? message.name(from)?.text : undefined;
		if (isInternet) records.push({ name: name.text, type, target, data });
		at = from + length;
	}
	return records;
}

/** Of the name, or of what it is an alias of. Records of other names are nobody's business. */
function addressesOf(records: readonly Record_[], name: string, type: RecordType): readonly string[] {
	let current = name;
	for (let aliases = 0; aliases <= ALIASES_MAX; aliases += 1) {
		const own = records.filter((record) => record.name === current);
		const size_bytes = type === 1 ? 4 : 16;
		const found = own.filter((record) => record.type === type && record.data.length === size_bytes);
		if (found.length > 0) return found.slice(0, ADDRESSES_MAX).map(({ data }) => addressText([...data]));
		const alias = own.find(({ target }) => target !== undefined)?.target;
		if (alias === undefined) return [];
		current = alias;
	}
	return [];
}

/** Bytes of a message; what lies outside of them is undefined. */
class Message {
	readonly #bytes: Uint8Array;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	u16(at: number): number | undefined {
		const high = this.#bytes[at];
		const low = this.#bytes[at + 1];
		return high === undefined || low === undefined ? undefined : (high << 8) | low;
	}

	slice(at: number, length: number): Uint8Array | undefined {
		return at + length <= this.#bytes.length ? this.#bytes.subarray(at, at + length) : undefined;
	}

	/** A name in lower case, and where it ends. A pointer leads backwards only, so that there is an end. */
	name(start: number): { readonly text: string; readonly end: number } | undefined {
		const labels: string[] = [];
		let end: number | undefined;
		let length = 0;
		let earliest = start;
		for (let at = start; ;) {
			const head = this.#bytes[at];
			if (head === undefined) return undefined;
			if (head === 0) return { text: labels.join(".").toLowerCase(), end: end ?? at + 1 };
			if ((head & 0xc0) === 0xc0) {
				const pointer = (this.u16(at) ?? 0) & 0x3fff;
				end ??= at + 2;
				if (pointer >= earliest) return undefined;
				earliest = pointer;
				at = pointer;
				continue;
			}
			const label = (head & 0xc0) === 0 ? this.slice(at + 1, head) : undefined;
			length += head + 1;
			if (label === undefined || length > NAME_BYTES_MAX) return undefined;
			labels.push(String.fromCharCode(...label));
			at += head + 1;
		}
	}
}
