/** Components that hand every value back through an import, and the types and values to hand over: for tests. */
import fc from "fast-check";
import { readModule } from "../../wasm/read-module.ts";
import { hookTranspiler } from "../../cli/component/transpiler-hooks.ts";
import type { FunctionType as CoreType } from "../../wasm/module.ts";
import { camelCase } from "../jco/spelling.ts";
import type { Named, ValueType } from "../types.ts";

hookTranspiler();
const { componentEmbed, componentNew, parse } = await import("@bytecodealliance/jco-transpile/wasm-tools");

export type Encoding = "utf8" | "utf16" | "compact-utf16";

/** A component from its text. */
export async function assembled(text: string): Promise<Uint8Array<ArrayBuffer>> {
	return new Uint8Array(await parse(text));
}

/** A component from a core module's text and a world. */
export async function componentOf(
	core: string,
	witSource: string,
	encoding: Encoding = "utf8",
): Promise<Uint8Array<ArrayBuffer>> {
	const binary = await parse(core);
	const embedded = await componentEmbed({ binary, witSource, world: "w", stringEncoding: encoding });
	return new Uint8Array(await componentNew(embedded, []));
}

/** One whose interface `test:echo/echo` is imported and exported: `e0` of the one calls `e0` of the other, and so on. */
export async function echoComponent(
	types: readonly ValueType[],
	encoding: Encoding,
): Promise<Uint8Array<ArrayBuffer>> {
	const wit = witOf(types);
	const dummy = readModule(
		new Uint8Array(
			await componentEmbed({ dummy: true, witSource: wit, world: "w", stringEncoding: encoding }),
		),
	);
	const functions = dummy.imports.map(({ name, type }) => {
		if (type.kind !== "function" || type.signature === undefined) throw new Error(`what is ${name}?`);
		return { name, type: type.signature };
	});
	return componentOf(echoCore(functions), wit, encoding);
}

/** Hands on what it was passed. Results that lie in memory are at address 16. */
function echoCore(functions: readonly { readonly name: string; readonly type: CoreType }[]): string {
	const imports = functions.map(
		({ name, type }) =>
			`(import "${ECHO}" "${name}" (func $${name} ${signature(type.params, type.results)}))`,
	);
	const exports = functions.map(({ name, type: { params, results } }) => {
		// with a result in memory, the import's last parameter is the address where it is to be
		const inMemory = results.length === 0;
		const own = inMemory ? params.slice(0, -1) : params;
		const gets = own.map((_, index) => `local.get ${index}`).join(" ");
		const call = inMemory ? `${gets} i32.const 16 call $${name} i32.const 16` : `${gets} call $${name}`;
		return `(func (export "${ECHO}#${name}") ${signature(own, inMemory ? ["i32"] : results)} ${call})
			(func (export "cabi_post_${ECHO}#${name}") (param ${inMemory ? "i32" : results[0]}))`;
	});
	return `(module ${imports.join("\n")} ${ALLOCATOR} ${exports.join("\n")})`;
}

const ECHO = "test:echo/echo";

function signature(params: readonly string[], results: readonly string[]): string {
	return `(param ${params.join(" ")}) (result ${results.join(" ")})`;
}

/** Never frees, and grows by what it needs. */
export const ALLOCATOR = `
	(memory (export "memory") 1)
	(global $next (mut i32) (i32.const 8192))
	(func (export "cabi_realloc") (param $old i32) (param $oldSize i32) (param $align i32) (param $size i32) (result i32)
		(local $at i32)
		(local.set $at (i32.and (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
			(i32.sub (i32.const 0) (local.get $align))))
		(global.set $next (i32.add (local.get $at) (local.get $size)))
		(block $enough (loop $grow
			(br_if $enough (i32.ge_u (i32.shl (memory.size) (i32.const 16)) (global.get $next)))
			(br_if $enough (i32.eq (memory.grow (i32.const 1)) (i32.const -1)))
			(br $grow)))
		(if (local.get $old) (then (memory.copy (local.get $at) (local.get $old) (local.get $oldSize))))
		(local.get $at))`;

function witOf(types: readonly ValueType[]): string {
	const names = new Map<ValueType, string>();
	const definitions: string[] = [];
	const functions = types.map((type, index) => {
		const text = typeText(type, names, definitions);
		return `e${index}: func(v: ${text}) -> ${text};`;
	});
	return `package test:echo;
		interface echo { ${definitions.join("\n")} ${functions.join("\n")} }
		world w { import echo; export echo; }`;
}

/** A type as WIT refers to it; what has to have a name is defined. */
function typeText(type: ValueType, names: Map<ValueType, string>, definitions: string[]): string {
	const text = (part: ValueType) => typeText(part, names, definitions);
	const define = (what: string, members: readonly string[]) => {
		const known = names.get(type);
		if (known !== undefined) return known;
		const name = `t${names.size}`;
		names.set(type, name);
		definitions.push(`${what} ${name} { ${members.join(", ")} }`);
		return name;
	};
	switch (type.kind) {
		case "record":
			return define(
				"record",
				type.fields.map(({ name, type: part }) => `%${name}: ${text(part)}`),
			);
		case "variant":
			return define(
				"variant",
				type.cases.map(({ name, type: part }) => `%${name}${part === undefined ? "" : `(${text(part)})`}`),
			);
		case "enum":
		case "flags":
			return define(
				type.kind,
				type.names.map((name) => `%${name}`),
			);
		case "tuple":
			return `tuple<${type.items.map(text).join(", ")}>`;
		case "list":
			return `list<${text(type.element)}>`;
		case "option":
			return `option<${text(type.some)}>`;
		case "result":
			return resultText(type.ok && text(type.ok), type.err && text(type.err));
		default:
			return type.kind;
	}
}

function resultText(ok: string | undefined, err: string | undefined): string {
	if (err !== undefined) return `result<${ok ?? "_"}, ${err}>`;
	return ok === undefined ? "result" : `result<${ok}>`;
}

const PRIMITIVES = [
	"bool",
	"s8",
	"u8",
	"s16",
	"u16",
	"s32",
	"u32",
	"s64",
	"u64",
	"f32",
	"f64",
	"char",
	"string",
] as const;

const namesOf = (count: number) =>
	Array.from({ length: count }, (_, index) => `n${index}-of-Many`.toLowerCase());

const named = <Type>(types: readonly Type[]): Named<Type>[] =>
	types.map((type, index) => ({ name: namesOf(types.length)[index] ?? "", type }));

/** All kinds of types that values of 0.2 have, nested some levels. */
export const anyType: fc.Arbitrary<ValueType> = fc.letrec<{ type: ValueType }>((tie) => {
	const part = tie("type");
	const some = fc.array(part, { minLength: 1, maxLength: 6 });
	const optional = fc.option(part, { nil: undefined });
	return {
		type: fc.oneof(
			{ maxDepth: 4, depthSize: "small" },
			fc.constantFrom(...PRIMITIVES).map((kind): ValueType => ({ kind })),
			some.map((types): ValueType => ({ kind: "record", fields: named(types) })),
			some.map((items): ValueType => ({ kind: "tuple", items })),
			fc
				.array(optional, { minLength: 1, maxLength: 5 })
				.map((types): ValueType => ({ kind: "variant", cases: named(types) })),
			fc.constantFrom(1, 3, 257).map((count): ValueType => ({ kind: "enum", names: namesOf(count) })),
			fc.constantFrom(1, 8, 9, 17, 32).map((count): ValueType => ({ kind: "flags", names: namesOf(count) })),
			part.map((element): ValueType => ({ kind: "option", some: element })),
			fc
				.record({ ok: optional, err: optional })
				.map(({ ok, err }): ValueType => ({ kind: "result", ok, err })),
			part.map((element): ValueType => ({ kind: "list", element, length: undefined })),
		),
	};
}).type;

const TYPED = {
	u8: Uint8Array,
	s8: Int8Array,
	u16: Uint16Array,
	s16: Int16Array,
	u32: Uint32Array,
	s32: Int32Array,
	u64: BigUint64Array,
	s64: BigInt64Array,
	f32: Float32Array,
	f64: Float64Array,
} as const;

/** Values of a type, as JavaScript has them. */
export function valueOf(type: ValueType): fc.Arbitrary<unknown> {
	switch (type.kind) {
		case "bool":
			return fc.boolean();
		case "s8":
		case "s16":
		case "s32":
			return fc.integer({ min: -(2 ** (bits(type.kind) - 1)), max: 2 ** (bits(type.kind) - 1) - 1 });
		case "u8":
		case "u16":
		case "u32":
			return fc.integer({ min: 0, max: 2 ** bits(type.kind) - 1 });
		case "s64":
			return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
		case "u64":
			return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
		case "f32":
			return fc.float();
		case "f64":
			return fc.double();
		case "char":
			return fc.string({ unit: "binary", minLength: 1, maxLength: 1 });
		case "string":
			return fc.oneof(
				fc.string({ unit: "binary" }),
				fc.string({ maxLength: 100 }),
				fc.string({ unit: latin1 }),
			);
		case "record":
			return fc.record(
				Object.fromEntries(type.fields.map((field) => [camelCase(field.name), valueOf(field.type)])),
			);
		case "tuple":
			return fc.tuple(...type.items.map(valueOf));
		case "variant":
			return fc.oneof(...type.cases.map((one) => payloadOf(one.type).map((val) => ({ tag: one.name, val }))));
		case "enum":
			return fc.constantFrom(...type.names);
		case "flags":
			return fc.record(Object.fromEntries(type.names.map((name) => [camelCase(name), fc.boolean()])));
		case "option":
			return optionOf(type.some);
		case "result":
			return fc.oneof(
				payloadOf(type.ok).map((val) => ({ tag: "ok", val })),
				payloadOf(type.err).map((val) => ({ tag: "err", val })),
			);
		case "list":
			return listOf(type.element);
		default:
			throw new Error(`no values of ${type.kind} here`);
	}
}

const latin1 = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));

function bits(kind: string): number {
	return Number(kind.slice(1));
}

function payloadOf(type: ValueType | undefined): fc.Arbitrary<unknown> {
	return type === undefined ? fc.constant(undefined) : valueOf(type);
}

/** Tagged, where what they hold may be undefined itself. */
function optionOf(some: ValueType): fc.Arbitrary<unknown> {
	const value = valueOf(some);
	if (some.kind !== "option") return fc.option(value, { nil: undefined });
	return fc.oneof(
		fc.constant({ tag: "none", val: undefined }),
		value.map((val) => ({ tag: "some", val })),
	);
}

function listOf(element: ValueType): fc.Arbitrary<unknown> {
	const list = fc.array(valueOf(element), { maxLength: 20 });
	const Typed = TYPED[element.kind as keyof typeof TYPED] as { from(list: unknown[]): unknown } | undefined;
	return Typed === undefined ? list : list.map((values) => Typed.from(values));
}
