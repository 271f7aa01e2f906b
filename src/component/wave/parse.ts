/**
 * Values of component types from text, as WAVE writes them
 * (https://github.com/bytecodealliance/wasm-tools/tree/main/crates/wasm-wave).
 */
import { nearMisses, orList } from "../../base/near.ts";
import { camelCase } from "../jco/spelling.ts";
import type { Named, ValueType } from "../types.ts";
import { readFloat, readInteger } from "./numbers.ts";
import { readChar, readString } from "./quoted.ts";
import type { Reader } from "./reader.ts";
import { typeText } from "./type-text.ts";
import { isPlain, KEYWORDS, listOf } from "./values.ts";

/** So deep values may lie within each other. */
const DEPTH_MAX = 100;

/**
 * The value of `type` that comes next, in JavaScript's form for it.
 *
 * @throws Problem
 */
export function readValue(reader: Reader, type: ValueType, depth = 0): unknown {
	if (depth > DEPTH_MAX) throw reader.problem(`values lie within each other over ${DEPTH_MAX} deep`);
	const inner = (one: ValueType) => readValue(reader, one, depth + 1);
	switch (type.kind) {
		case "bool":
			return readBool(reader);
		case "f32":
		case "f64":
			return readFloat(reader, type.kind);
		case "char":
			reader.start();
			return readChar(reader);
		case "string":
			reader.start();
			return readString(reader);
		case "record":
			return readRecord(reader, type.fields, inner);
		case "tuple":
			return readTuple(reader, type, inner);
		case "variant":
			return readVariant(reader, type, inner);
		case "enum":
			return readCase(reader, type.names, type);
		case "flags":
			return readFlags(reader, type.names);
		case "option":
			return readOption(reader, type, inner);
		case "result":
			return readResult(reader, type, inner);
		case "list":
			return readList(reader, type, inner);
		case "map":
			return readMap(reader, type, inner);
		case "own":
		case "borrow":
		case "stream":
		case "future":
		case "error-context":
			throw reader.problem(`a value of type ${typeText(type)} cannot be written`);
		default:
			return readInteger(reader, type.kind);
	}
}

type Inner = (type: ValueType) => unknown;
type Of<Kind extends ValueType["kind"]> = Extract<ValueType, { kind: Kind }>;

function readBool(reader: Reader): boolean {
	const start = reader.start();
	const word = reader.label();
	if (word !== "true" && word !== "false")
		throw reader.problem(`true or false is wanted here, not ${reader.found(start)}`, start);
	return word === "true";
}

/** What stands between two marks, separated by commas; one more at the end does no harm. */
function readItems(
	reader: Reader,
	[open, close]: readonly [string, string],
	wanted: string,
	read: () => void,
) {
	reader.demand(open, wanted);
	while (!reader.takes(close)) {
		read();
		if (reader.takes(",")) continue;
		reader.demand(close, `',' or '${close}'`);
		return;
	}
}

function readList(reader: Reader, type: Of<"list">, inner: Inner): unknown {
	const start = reader.start();
	const values: unknown[] = [];
	readItems(reader, ["[", "]"], typeText(type), () => values.push(inner(type.element)));
	if (type.length !== undefined && values.length !== type.length)
		throw reader.problem(`${type.length} elements are wanted here, not ${values.length}`, start);
	return listOf(type.element, values);
}

function readMap(reader: Reader, { key, value }: Of<"map">, inner: Inner): ReadonlyMap<unknown, unknown> {
	const pair: ValueType = { kind: "tuple", items: [key, value] };
	const pairs: (readonly [unknown, unknown])[] = [];
	const wanted = `a list of ${typeText(pair)}`;
	readItems(reader, ["[", "]"], wanted, () => pairs.push(inner(pair) as [unknown, unknown]));
	return new Map(pairs);
}

function readTuple(reader: Reader, type: Of<"tuple">, inner: Inner): unknown[] {
	const start = reader.start();
	const values: unknown[] = [];
	readItems(reader, ["(", ")"], typeText(type), () => {
		const item = type.items[values.length];
		if (item === undefined) throw reader.problem(`${typeText(type)} has no more items`);
		values.push(inner(item));
	});
	if (values.length < type.items.length)
		throw reader.problem(`${typeText(type)} has ${type.items.length} items, not ${values.length}`, start);
	return values;
}

/** Fields in any order; those of an option may be left out. */
function readRecord(reader: Reader, fields: readonly Named<ValueType>[], inner: Inner): object {
	const start = reader.start();
	const values = new Map<string, unknown>();
	if (!takesEmptyRecord(reader))
		readItems(reader, ["{", "}"], "a record", () => readField(reader, fields, values, inner));
	if (values.size === 0 && reader.text[reader.at - 2] === "{")
		throw reader.problem("a record all of whose fields are left out is written '{:}'", start);
	return Object.fromEntries(
		fields.map((field) => [camelCase(field.name), fieldValue(reader, field, values, start)]),
	);
}

function takesEmptyRecord(reader: Reader): boolean {
	const start = reader.at;
	if (reader.takes("{") && reader.takes(":")) {
		reader.demand("}");
		return true;
	}
	reader.at = start;
	return false;
}

function readField(
	reader: Reader,
	fields: readonly Named<ValueType>[],
	values: Map<string, unknown>,
	inner: Inner,
): void {
	const start = reader.start();
	const name = nameOf(reader.label());
	const field = fields.find((one) => one.name === name);
	if (field === undefined)
		throw reader.problem(
			unknown(
				reader,
				start,
				name,
				fields.map((one) => one.name),
				"a field",
			),
			start,
		);
	if (values.has(field.name)) throw reader.problem(`the field '${field.name}' stands here twice`, start);
	reader.demand(":");
	values.set(field.name, inner(field.type));
}

function fieldValue(
	reader: Reader,
	{ name, type }: Named<ValueType>,
	values: ReadonlyMap<string, unknown>,
	start: number,
): unknown {
	if (values.has(name)) return values.get(name);
	if (type.kind === "option") return none(type);
	throw reader.problem(`the field '${name}' of type ${typeText(type)} is missing`, start);
}

function readFlags(reader: Reader, names: readonly string[]): object {
	const set = new Set<string>();
	readItems(reader, ["{", "}"], "a set of flags in braces", () => {
		const start = reader.start();
		const name = nameOf(reader.label());
		if (name === undefined || !names.includes(name))
			throw reader.problem(unknown(reader, start, name, names, "a flag"), start);
		if (set.has(name)) throw reader.problem(`the flag '${name}' stands here twice`, start);
		set.add(name);
	});
	return Object.fromEntries(names.map((name) => [camelCase(name), set.has(name)]));
}

function readVariant(reader: Reader, type: Of<"variant">, inner: Inner): unknown {
	const tag = readCase(
		reader,
		type.cases.map(({ name }) => name),
		type,
	);
	const payload = type.cases.find(({ name }) => name === tag)?.type;
	return payload === undefined ? { tag } : { tag, val: readPayload(reader, payload, inner) };
}

/** The name of a case: a word of WAVE's own only with a '%'. */
function readCase(reader: Reader, names: readonly string[], type: ValueType): string {
	const start = reader.start();
	const label = reader.label();
	const name = nameOf(label);
	if (name === undefined || !names.includes(name))
		throw reader.problem(unknown(reader, start, name, names, `a case of ${typeText(type)}`), start);
	if (KEYWORDS.has(name) && label === name)
		throw reader.problem(`'${name}' means something else in WAVE: write '%${name}'`, start);
	return name;
}

function readPayload(reader: Reader, type: ValueType, inner: Inner): unknown {
	reader.demand("(", `'(' and a value of type ${typeText(type)}`);
	const value = inner(type);
	reader.demand(")");
	return value;
}

function none(type: Of<"option">): unknown {
	return isPlain(type) ? undefined : { tag: "none" };
}

/** `none`, `some(VALUE)`, or the value alone unless it is an option or a result itself. */
function readOption(reader: Reader, type: Of<"option">, inner: Inner): unknown {
	const word = keyword(reader, ["some", "none"]);
	if (word === "none") return none(type);
	if (word === undefined && isTagged(type.some))
		throw reader.problem(`some(...) or none is wanted here, not ${reader.found()}`);
	const value = word === undefined ? inner(type.some) : readPayload(reader, type.some, inner);
	return isPlain(type) ? value : { tag: "some", val: value };
}

/** `ok(VALUE)`, `err(VALUE)`, or the good value alone unless it is an option or a result itself. */
function readResult(reader: Reader, { ok, err }: Of<"result">, inner: Inner): unknown {
	const word = keyword(reader, ["ok", "err"]);
	if (word === undefined) {
		if (ok === undefined || isTagged(ok))
			throw reader.problem(`ok or err is wanted here, not ${reader.found()}`);
		return { tag: "ok", val: inner(ok) };
	}
	const payload = word === "ok" ? ok : err;
	return payload === undefined ? { tag: word } : { tag: word, val: readPayload(reader, payload, inner) };
}

function isTagged({ kind }: ValueType): boolean {
	return kind === "option" || kind === "result";
}

/** Which of these words comes next; undefined: none, and nothing is read. */
function keyword(reader: Reader, words: readonly string[]): string | undefined {
	const start = reader.start();
	const word = reader.label();
	if (word !== undefined && words.includes(word)) return word;
	reader.at = start;
	return undefined;
}

function nameOf(label: string | undefined): string | undefined {
	return label?.startsWith("%") === true ? label.slice(1) : label;
}

function unknown(
	reader: Reader,
	start: number,
	name: string | undefined,
	names: readonly string[],
	what: string,
): string {
	const near = nearMisses(name ?? "", names);
	if (near.length > 0) return `'${name}' is not ${what}; did you mean ${orList(near)}?`;
	const some = names.slice(0, NAMES_SHOWN);
	return `${what} is wanted here, not ${reader.found(start)}; there are ${some.join(", ")}${names.length > NAMES_SHOWN ? ", ..." : ""}`;
}

const NAMES_SHOWN = 20;
