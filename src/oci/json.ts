import { type Code } from "../base/codes.ts";
import { Fault } from "../base/fault.ts";
import type { Digest } from "./digest.ts";
import { JSON_DEPTH_MAX, MANIFEST_BYTES_MAX } from "./limits.ts";

/** What a JSON document is, for messages and bounds. */
export interface JsonDocument {
	/** `the manifest`: stands behind "cannot read". */
	readonly what: string;
	/** The code of faults; IMAGE_INVALID. */
	readonly code?: Code;
	/** MANIFEST_BYTES_MAX. */
	readonly bytes_max?: number;
}

/**
 * Reads a JSON document whose top is an object: strict UTF-8, bounded in bytes and depth, and no name
 * twice in one object, which two readers could understand differently.
 *
 * @throws Fault with the document's code
 */
export function parseJsonObject(bytes: Uint8Array, document: JsonDocument): JsonObject {
	return new JsonObject(parseJson(bytes, document), document, "");
}

/** As `parseJsonObject`, for any value; objects in it may have names such as `__proto__` of their own. */
export function parseJson(bytes: Uint8Array, document: JsonDocument): unknown {
	const bytes_max = document.bytes_max ?? MANIFEST_BYTES_MAX;
	if (bytes.length > bytes_max)
		throw jsonFault(document, `it has ${bytes.length} bytes, over the limit of ${bytes_max}`);
	const text = decode(bytes, document);
	checkStructure(text, document);
	try {
		return JSON.parse(text) as unknown;
	} catch {
		throw jsonFault(document, "it is no JSON");
	}
}

/** Which of many documents cannot be read is the first thing to know. */
export function named(what: string, digest: Digest | undefined): JsonDocument {
	return { what: digest === undefined ? what : `${what} '${digest}'` };
}

/** The bytes of a document of ours: no spaces, names in the order they were set, absent ones left out. */
export function encodeJson(value: unknown): Uint8Array<ArrayBuffer> {
	return new TextEncoder().encode(JSON.stringify(value));
}

/** The same record with its names in order, so that equal records make equal bytes. */
export function sortedRecord<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
	return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}

export function jsonFault({ what, code }: JsonDocument, note: string): Fault {
	return new Fault(code ?? "IMAGE_INVALID", `cannot read ${what}`, { note });
}

/**
 * Reads members of an object by name and type; only its own properties. `null` is taken as absent, as
 * writers in Go and Rust mean it. Each method throws the document's fault where the type is another.
 */
export class JsonObject {
	readonly #members: Readonly<Record<string, unknown>>;
	readonly #document: JsonDocument;
	/** `layers[3]`: where this object stands. */
	readonly #place: string;

	constructor(value: unknown, document: JsonDocument, place: string) {
		this.#document = document;
		this.#place = place;
		if (typeof value !== "object" || value === null || Array.isArray(value))
			throw jsonFault(document, `${place === "" ? "it" : `'${place}'`} is no object`);
		this.#members = value as Record<string, unknown>;
	}

	has(name: string): boolean {
		return this.#get(name) !== undefined;
	}

	names(): readonly string[] {
		return Object.keys(this.#members);
	}

	/** The value as it is, unchecked; undefined when absent or null. */
	value(name: string): unknown {
		return this.#get(name);
	}

	text(name: string): string {
		return this.optionalText(name) ?? this.#missing(name);
	}

	optionalText(name: string): string | undefined {
		const value = this.#get(name);
		if (value === undefined || typeof value === "string") return value;
		throw this.fault(name, "is no text");
	}

	/** A whole number from 0 to 2^53-1. */
	size(name: string): number {
		const value = this.#get(name) ?? this.#missing(name);
		if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
		throw this.fault(name, "is no whole number from 0 to 2^53-1");
	}

	optionalBoolean(name: string): boolean | undefined {
		const value = this.#get(name);
		if (value === undefined || typeof value === "boolean") return value;
		throw this.fault(name, "is neither true nor false");
	}

	object(name: string): JsonObject {
		return this.optionalObject(name) ?? this.#missing(name);
	}

	optionalObject(name: string): JsonObject | undefined {
		const value = this.#get(name);
		return value === undefined ? undefined : this.#child(value, name);
	}

	/** Absent: empty. */
	texts(name: string, most: number): readonly string[] {
		return this.#list(name, most).map((value, index) => {
			if (typeof value === "string") return value;
			throw this.fault(`${name}[${index}]`, "is no text");
		});
	}

	/** Absent: empty. */
	objects(name: string, most: number): readonly JsonObject[] {
		return this.#list(name, most).map((value, index) => this.#child(value, `${name}[${index}]`));
	}

	/** An object whose members are all texts, such as annotations. */
	optionalRecord(name: string, most: number): Readonly<Record<string, string>> | undefined {
		const object = this.optionalObject(name);
		if (object === undefined) return undefined;
		const names = object.names();
		if (names.length > most) throw this.fault(name, `has ${names.length} members, over the limit of ${most}`);
		// fromEntries defines, it does not assign: `__proto__` becomes a name like any other
		return Object.fromEntries(names.map((key) => [key, object.text(key)]));
	}

	/** The document's fault about the member `name`. */
	fault(name: string, problem: string): Fault {
		const place = this.#place === "" ? name : `${this.#place}.${name}`;
		return jsonFault(this.#document, `'${place}' ${problem}`);
	}

	#get(name: string): unknown {
		return Object.hasOwn(this.#members, name) ? (this.#members[name] ?? undefined) : undefined;
	}

	#list(name: string, most: number): readonly unknown[] {
		const value = this.#get(name) ?? [];
		if (!Array.isArray(value)) throw this.fault(name, "is no list");
		if (value.length > most) throw this.fault(name, `has ${value.length} entries, over the limit of ${most}`);
		return value as readonly unknown[];
	}

	#child(value: unknown, name: string): JsonObject {
		const place = this.#place === "" ? name : `${this.#place}.${name}`;
		return new JsonObject(value, this.#document, place);
	}

	#missing(name: string): never {
		throw this.fault(name, "is missing");
	}
}

function decode(bytes: Uint8Array, document: JsonDocument): string {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		throw jsonFault(document, "it is not UTF-8");
	}
}

/** Before JSON.parse: it has no bound on depth, and keeps the last of two equal names. */
function checkStructure(text: string, document: JsonDocument): void {
	// for each open bracket: the names so far of an object, nothing of a list
	const open: (Set<string> | undefined)[] = [];
	let nameMayFollow = false;
	for (let at = 0; at < text.length; at++) {
		const character = text[at];
		if (character === "{" || character === "[") {
			if (open.length === (JSON_DEPTH_MAX as number))
				throw jsonFault(document, `it is nested deeper than ${JSON_DEPTH_MAX}`);
			open.push(character === "{" ? new Set() : undefined);
		} else if (character === "}" || character === "]") open.pop();
		else if (character === '"') {
			const end = stringEnd(text, at);
			if (nameMayFollow) noteName(open.at(-1), text.slice(at, end), document);
			at = end - 1;
		}
		if (character !== " " && character !== "\n" && character !== "\r" && character !== "\t")
			nameMayFollow = character === "{" || character === ",";
	}
}

/** One past the closing quote of the string that begins at `start`, or the end of the text. */
function stringEnd(text: string, start: number): number {
	for (let at = start + 1; at < text.length; at++) {
		if (text[at] === "\\") at += 1;
		else if (text[at] === '"') return at + 1;
	}
	return text.length;
}

function noteName(names: Set<string> | undefined, quoted: string, document: JsonDocument): void {
	if (names === undefined) return;
	const name = unquote(quoted, document);
	if (names.has(name)) throw jsonFault(document, `'${name}' stands twice in one object`);
	names.add(name);
}

function unquote(quoted: string, document: JsonDocument): string {
	if (!quoted.includes("\\")) return quoted.slice(1, -1);
	try {
		return JSON.parse(quoted) as string;
	} catch {
		throw jsonFault(document, "it is no JSON");
	}
}
