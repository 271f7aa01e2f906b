import { malformed } from "../cursor.ts";
import { readLimits } from "../limits.ts";
import { readValueType } from "../read-types.ts";
import type {
	CoreType,
	Declaration,
	Labelled,
	Primitive,
	TypeDefinition,
	TypeReference,
} from "./definitions.ts";
import { readAlias, readExternName, readExternType } from "./read-items.ts";
import type { Reader } from "./reader.ts";

/** Primitive types by the byte that stands for them; all others are type indices. */
const PRIMITIVES: Readonly<Record<number, Primitive>> = {
	0x7f: "bool",
	0x7e: "s8",
	0x7d: "u8",
	0x7c: "s16",
	0x7b: "u16",
	0x7a: "s32",
	0x79: "u32",
	0x78: "s64",
	0x77: "u64",
	0x76: "f32",
	0x75: "f64",
	0x74: "char",
	0x73: "string",
	0x64: "error-context",
};

const FLAGS_MAX = 32;

/** `type` */
export function readTypeDefinition(reader: Reader): TypeDefinition {
	const code = reader.byte("a type");
	const primitive = PRIMITIVES[code];
	if (primitive !== undefined) return { kind: primitive };
	switch (code) {
		case 0x3f:
			reader.demand(0x7f, "a resource's representation");
			return {
				kind: "resource",
				destructor: reader.optional("a destructor", () => reader.u32("a destructor")),
			};
		case 0x40:
			return readFunction(reader, false);
		case 0x43:
			return readFunction(reader, true);
		case 0x41:
			return { kind: "component type", declarations: readDeclarations(reader, true) };
		case 0x42:
			return { kind: "instance type", declarations: readDeclarations(reader, false) };
		default:
			return readValueDefinition(reader, code);
	}
}

/** `defvaltype`, but for primitives */
function readValueDefinition(reader: Reader, code: number): TypeDefinition {
	switch (code) {
		case 0x72:
			return { kind: "record", fields: some(reader, "fields", readLabelled) };
		case 0x71:
			return { kind: "variant", cases: some(reader, "cases", readCase) };
		case 0x70:
			return { kind: "list", element: readReference(reader), length: undefined };
		case 0x67:
			return readFixedList(reader);
		case 0x6f:
			return { kind: "tuple", items: some(reader, "a tuple's items", readReference) };
		case 0x6e:
			return readFlags(reader);
		case 0x6d:
			return { kind: "enum", names: some(reader, "cases", readName) };
		case 0x6b:
			return { kind: "option", some: readReference(reader) };
		case 0x6a:
			return { kind: "result", ok: readOptional(reader), err: readOptional(reader) };
		case 0x69:
		case 0x68:
			return { kind: code === 0x69 ? "own" : "borrow", resource: reader.u32("a resource") };
		case 0x66:
		case 0x65:
			return { kind: code === 0x66 ? "stream" : "future", element: readOptional(reader) };
		case 0x63:
			return { kind: "map", key: readReference(reader), value: readReference(reader) };
		default:
			throw reader.unknown("a type", code);
	}
}

/** A list that may not be empty. */
function some<Entry>(reader: Reader, what: string, read: (reader: Reader) => Entry): Entry[] {
	const at = reader.offset;
	const entries = reader.list(what, read);
	if (entries.length === 0) throw malformed(`an empty list of ${what} begins`, at);
	return entries;
}

function readFlags(reader: Reader): TypeDefinition {
	const at = reader.offset;
	const names = some(reader, "flags", readName);
	if (names.length > FLAGS_MAX) throw malformed(`a type of over ${FLAGS_MAX} flags begins`, at);
	return { kind: "flags", names };
}

function readFixedList(reader: Reader): TypeDefinition {
	const element = readReference(reader);
	const at = reader.offset;
	const length = reader.u32("a list's length");
	if (length === 0) throw malformed("a list's length of zero stands", at);
	return { kind: "list", element, length };
}

function readName(reader: Reader): string {
	return reader.kebab("a label");
}

function readLabelled(reader: Reader): Labelled<TypeReference> {
	return { name: readName(reader), type: readReference(reader) };
}

function readCase(reader: Reader): Labelled<TypeReference | undefined> {
	const read = { name: readName(reader), type: readOptional(reader) };
	reader.demand(0x00, "what a case refines");
	return read;
}

function readOptional(reader: Reader): TypeReference | undefined {
	return reader.optional("whether there is a type", readReference);
}

/** `valtype`: a primitive's code, or an index. */
export function readReference(reader: Reader): TypeReference {
	const code = reader.peek();
	const primitive = code === undefined ? undefined : PRIMITIVES[code];
	if (primitive !== undefined) {
		reader.skip(1, "a type");
		return primitive;
	}
	const at = reader.offset;
	const index = reader.s33("a type");
	if (index < 0) throw malformed(`a type's code ${index} is not known`, at);
	return index;
}

function readFunction(reader: Reader, async: boolean): TypeDefinition {
	return {
		kind: "func",
		async,
		params: reader.list("parameters", readLabelled),
		result: readResultList(reader),
	};
}

/** `resultlist` */
export function readResultList(reader: Reader): TypeReference | undefined {
	const form = reader.byte("a result");
	if (form === 0x00) return readReference(reader);
	if (form !== 0x01) throw reader.unknown("a result", form);
	reader.demand(0x00, "a list of results");
	return undefined;
}

function readDeclarations(reader: Reader, importing: boolean): Declaration[] {
	return reader.nested((inner) => inner.list("declarations", () => readDeclaration(inner, importing)));
}

/** `componentdecl`, `instancedecl` */
function readDeclaration(reader: Reader, importing: boolean): Declaration {
	const code = reader.byte("a declaration");
	if (code === 0x00) return { kind: "core type", type: readCoreType(reader) };
	if (code === 0x01) return { kind: "type", type: readTypeDefinition(reader) };
	if (code === 0x02) return readAlias(reader);
	if (code === 0x03 && importing)
		return { kind: "import", name: readExternName(reader), type: readExternType(reader) };
	if (code === 0x04)
		return { kind: "export type", name: readExternName(reader), type: readExternType(reader) };
	throw reader.unknown("a declaration", code);
}

const FUNCTION = 0x60;
const MODULE_TYPE = 0x50;

/** `core:type`: passed over, for nothing is done with it. */
export function readCoreType(reader: Reader): CoreType {
	const form = reader.peek();
	if (form === MODULE_TYPE) {
		reader.skip(1, "a module's type");
		reader.nested((inner) => inner.list("declarations", skipModuleDeclaration));
		return { kind: "module" };
	}
	if (form !== FUNCTION) throw reader.unknown("a core type", form ?? 0);
	skipFunctionType(reader);
	return { kind: "other" };
}

function skipFunctionType(reader: Reader): void {
	reader.demand(FUNCTION, "a core type");
	reader.list("parameters", readValueType);
	reader.list("results", readValueType);
}

/** `core:moduledecl` */
function skipModuleDeclaration(reader: Reader): void {
	const code = reader.byte("a declaration");
	if (code === 0x01) return skipFunctionType(reader);
	if (code === 0x02) return skipOuterAlias(reader);
	if (code !== 0x00 && code !== 0x03) throw reader.unknown("a declaration", code);
	reader.name("a name");
	if (code === 0x00) reader.name("an import's name");
	skipCoreExternType(reader);
}

function skipOuterAlias(reader: Reader): void {
	reader.demand(0x10, "an alias's sort");
	reader.demand(0x01, "an alias");
	reader.u32("a count of scopes");
	reader.u32("a type's index");
}

/** `core:externtype` */
function skipCoreExternType(reader: Reader): void {
	const kind = reader.byte("an external kind");
	if (kind > 0x04) throw reader.unknown("an external kind", kind);
	if (kind === 0x04) reader.demand(0x00, "a tag's attribute");
	if (kind === 0x00 || kind === 0x04) reader.u32("a type's index");
	if (kind === 0x01 || kind === 0x03) readValueType(reader);
	if (kind === 0x01 || kind === 0x02) readLimits(reader);
	if (kind === 0x03) reader.flag("a global's mutability");
}
