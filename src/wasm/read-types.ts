import { type Cursor, malformed } from "./cursor.ts";
import type { FunctionType, TypeDefinition, ValueType } from "./module.ts";

/** V8's own limits (`wasm-limits.h`), so that nothing it would take is refused here. */
const TYPES_MAX = 1_000_000;
const PARAMETERS_MAX = 1000;
const FIELDS_MAX = 10_000;
const SUPERTYPES_MAX = 64;

/** Value types of one byte: numbers, vectors, and the short forms of nullable abstract references. */
const SHORT_TYPES: Readonly<Record<number, ValueType>> = {
	0x7f: "i32",
	0x7e: "i64",
	0x7d: "f32",
	0x7c: "f64",
	0x7b: "v128",
	0x78: "i8",
	0x77: "i16",
	0x75: "nullcontref",
	0x74: "nullexnref",
	0x73: "nullfuncref",
	0x72: "nullexternref",
	0x71: "nullref",
	0x70: "funcref",
	0x6f: "externref",
	0x6e: "anyref",
	0x6d: "eqref",
	0x6c: "i31ref",
	0x6b: "structref",
	0x6a: "arrayref",
	0x69: "exnref",
	0x68: "contref",
	0x67: "stringref",
};

/** Heap types, by the code that a signed LEB128 gives them. */
const HEAP_TYPES: Readonly<Record<number, string>> = {
	[-0x0b]: "nocont",
	[-0x0c]: "noexn",
	[-0x0d]: "nofunc",
	[-0x0e]: "noextern",
	[-0x0f]: "none",
	[-0x10]: "func",
	[-0x11]: "extern",
	[-0x12]: "any",
	[-0x13]: "eq",
	[-0x14]: "i31",
	[-0x15]: "struct",
	[-0x16]: "array",
	[-0x17]: "exn",
	[-0x18]: "cont",
	[-0x19]: "string",
};

const REF_NULL = 0x63;
const REF = 0x64;
const SHARED = 0x65;
const EXACT = 0x62;

/**
 * The type section's entries, recursion groups flattened (GC proposal, `rectype`).
 *
 * Pushed one by one, so that what was read before an unreadable entry is kept.
 */
export function readTypes(cursor: Cursor, types: TypeDefinition[]): void {
	const count = cursor.count("the number of types", 1, TYPES_MAX);
	for (let entry = 0; entry < count; entry++) {
		if (cursor.peek() === 0x4e) readGroup(cursor, types);
		else types.push(readSubtype(cursor));
	}
	cursor.finish("the type section");
}

function readGroup(cursor: Cursor, types: TypeDefinition[]): void {
	cursor.skip(1, "a recursion group");
	const size = cursor.count("the size of a recursion group", 1, TYPES_MAX - types.length);
	for (let member = 0; member < size; member++) types.push(readSubtype(cursor));
}

function readSubtype(cursor: Cursor): TypeDefinition {
	let form = cursor.byte("a type");
	if (form === 0x50 || form === 0x4f) {
		const supertypes = cursor.count("the number of supertypes", 1, SUPERTYPES_MAX);
		for (let index = 0; index < supertypes; index++) cursor.u32("a supertype");
		form = cursor.byte("a type");
	}
	return readComposite(cursor, readPrefixes(cursor, form));
}

/** `shared`, `descriptor` and `describes` stand before the type proper (proposals in flight). */
function readPrefixes(cursor: Cursor, first: number): number {
	let form = first;
	if (form === SHARED) form = cursor.byte("a type");
	while (form === 0x4c || form === 0x4d) {
		cursor.u32("a descriptor's type");
		form = cursor.byte("a type");
	}
	return form;
}

function readComposite(cursor: Cursor, form: number): TypeDefinition {
	if (form === 0x60) return readFunctionType(cursor);
	if (form === 0x5f) {
		const fields = cursor.count("the number of fields", 2, FIELDS_MAX);
		for (let field = 0; field < fields; field++) skipField(cursor);
		return { kind: "struct" };
	}
	if (form === 0x5e) {
		skipField(cursor);
		return { kind: "array" };
	}
	if (form === 0x5d) {
		cursor.s33("a continuation's type");
		return { kind: "continuation" };
	}
	throw malformed(`type form 0x${form.toString(16)} is not known`, cursor.offset - 1);
}

function readFunctionType(cursor: Cursor): FunctionType {
	return { kind: "function", params: readValueTypes(cursor), results: readValueTypes(cursor) };
}

function readValueTypes(cursor: Cursor): readonly ValueType[] {
	const count = cursor.count("the number of parameters", 1, PARAMETERS_MAX);
	const types: ValueType[] = [];
	for (let index = 0; index < count; index++) types.push(readValueType(cursor));
	return types;
}

/** Nobody asks for fields: they are passed over, because a module for garbage collection has thousands. */
function skipField(cursor: Cursor): void {
	const code = cursor.byte("a field's type");
	if (code === REF_NULL || code === REF) skipHeapType(cursor);
	else if (SHORT_TYPES[code] === undefined) readSharedType(cursor, code);
	cursor.byte("a field's mutability");
}

function skipHeapType(cursor: Cursor): void {
	const prefix = cursor.peek();
	if (prefix === SHARED || prefix === EXACT) cursor.skip(1, "a heap type");
	cursor.s33("a heap type");
}

/** A value, storage or reference type, in the text format's words. */
export function readValueType(cursor: Cursor): ValueType {
	const code = cursor.byte("a value type");
	const short = SHORT_TYPES[code];
	if (short !== undefined) return short;
	if (code === REF_NULL) return `(ref null ${readHeapType(cursor)})`;
	if (code === REF) return `(ref ${readHeapType(cursor)})`;
	return readSharedType(cursor, code);
}

/** After `shared` only a short form may follow, so that no chain of prefixes nests. */
function readSharedType(cursor: Cursor, prefix: number): ValueType {
	const code = prefix === SHARED ? cursor.byte("a value type") : prefix;
	const short = SHORT_TYPES[code];
	if (short === undefined || prefix !== SHARED)
		throw malformed(`value type 0x${code.toString(16)} is not known`, cursor.offset - 1);
	return `(shared ${short})`;
}

/** In the text format's words: `func`, an index. */
export function readHeapType(cursor: Cursor): string {
	const prefix = cursor.peek();
	if (prefix === SHARED || prefix === EXACT) cursor.skip(1, "a heap type");
	const at = cursor.offset;
	const code = cursor.s33("a heap type");
	const name = code >= 0 ? String(code) : HEAP_TYPES[code];
	if (name === undefined) throw malformed(`heap type ${code} is not known`, at);
	if (prefix === SHARED) return `(shared ${name})`;
	return prefix === EXACT ? `(exact ${name})` : name;
}
