/** The same component by both linkers: values must come through both alike. jco's is the model. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { linkByJco } from "../../cli/component/link-jco.ts";
import { ComponentError, type Host } from "../../wasi/host-interface.ts";
import type { ComponentInstance } from "../linked.ts";
import { partsOf } from "../elaborate-types.ts";
import type { ValueType } from "../types.ts";
import { anyType, echoComponent, type Encoding, valueOf } from "./echo.contract.ts";
import { linkDirect } from "./link.ts";

const compile = (bytes: Uint8Array) => ({ module: new WebAssembly.Module(bytes) });

/** An instance, and the memory of its one core module that has one. */
interface Linkage {
	readonly instance: ComponentInstance;
	readonly memory: WebAssembly.Memory;
}

async function byBoth(bytes: Uint8Array<ArrayBuffer>, host: () => Host) {
	const memories: WebAssembly.Memory[] = [];
	const noting = (core: Uint8Array) => ({
		...compile(core),
		engage: ({ memory }: WebAssembly.Exports) => {
			if (memory instanceof WebAssembly.Memory) memories.push(memory);
		},
	});
	const direct = linkDirect(bytes, { compile: noting });
	assert.ok(direct !== undefined);
	const jco = await linkByJco(bytes, { mode: "sync", file: "x.wasm", compile: noting, folders: "none" });
	assert.deepEqual(direct.exports, jco.exports);
	const [one, other] = [direct.instantiate(host()), await jco.instantiate(host())];
	const linkage = (instance: ComponentInstance, memory: WebAssembly.Memory | undefined): Linkage => {
		assert.ok(memory !== undefined);
		return { instance, memory };
	};
	return { direct: linkage(one, memories[0]), jco: linkage(other, memories[1]) };
}

/** Where results lie that are passed in memory, and what is beside them. */
const resultOf = ({ memory }: Linkage) => new Uint8Array(memory.buffer, 16, 4096);

/** Nothing of it lies elsewhere: where the allocator puts things is not compared. */
function isFlat(type: ValueType): boolean {
	return type.kind !== "string" && type.kind !== "list" && partsOf(type).every(isFlat);
}

/** Each kind by itself, the shapes whose core values have to be widened, and more than are passed as core values. */
const CHOSEN: readonly ValueType[] = [
	...(
		["bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "char", "string"] as const
	).flatMap((kind): ValueType[] => [
		{ kind },
		{ kind: "list", element: { kind }, length: undefined },
		{ kind: "option", some: { kind } },
	]),
	variant({ kind: "f32" }, { kind: "u32" }),
	variant({ kind: "f32" }, { kind: "u64" }, { kind: "f64" }, { kind: "s32" }, { kind: "string" }),
	{ kind: "result", ok: undefined, err: undefined },
	{ kind: "option", some: { kind: "option", some: { kind: "u8" } } },
	{ kind: "tuple", items: Array.from({ length: 17 }, () => ({ kind: "u8" }) as const) },
	{ kind: "tuple", items: Array.from({ length: 16 }, () => ({ kind: "u64" }) as const) },
	{
		kind: "tuple",
		items: [{ kind: "u8" }, { kind: "u64" }, { kind: "bool" }, variant({ kind: "u16" }, { kind: "f32" })],
	},
];

function variant(...types: ValueType[]): ValueType {
	return { kind: "variant", cases: types.map((type, index) => ({ name: `c${index}`, type })) };
}

const TYPES = [...CHOSEN, ...fc.sample(anyType, { numRuns: 60, seed: 4 })];

const ECHO = "test:echo/echo";

/** Hands every value back; the last one that it saw is kept. */
function echoHost(seen: { value: unknown }, types: readonly ValueType[]): Host {
	const echo = (type: ValueType) => (value: unknown) => {
		seen.value = value;
		return type.kind === "result" ? returned(value) : value;
	};
	return new Map([[ECHO, Object.fromEntries(types.map((type, index) => [`e${index}`, echo(type)]))]]);
}

/** The result of a function: returned or thrown. */
function returned(result: unknown): unknown {
	const { tag, val } = result as { readonly tag: string; readonly val: unknown };
	if (tag === "err") throw new ComponentError(val);
	return val;
}

function answered(instance: ComponentInstance, name: string, value: unknown, type: ValueType): unknown {
	if (type.kind !== "result") return instance.call(ECHO, name, [value]);
	try {
		return { tag: "ok", val: instance.call(ECHO, name, [value]) };
	} catch (error) {
		assert.ok(error instanceof ComponentError, String(error));
		return { tag: "err", val: error.payload };
	}
}

/** Without the payloads that are undefined: jco leaves some of them out. */
function bare(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(bare);
	if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
	const members = Object.entries(value).filter(([key, member]) => key !== "val" || member !== undefined);
	return Object.fromEntries(members.map(([key, member]) => [key, bare(member)]));
}

for (const encoding of ["utf8", "utf16"] satisfies Encoding[]) {
	test(`values of all types come through both linkers alike, strings as ${encoding}`, async () => {
		const bytes = await echoComponent(TYPES, encoding);
		const seen = { value: undefined as unknown };
		const both = await byBoth(bytes, () => echoHost(seen, TYPES));
		for (const [index, type] of TYPES.entries()) {
			fc.assert(
				fc.property(valueOf(type), (value) => {
					for (const [linker, linkage] of Object.entries(both)) {
						seen.value = "nothing";
						resultOf(linkage).fill(0);
						const { instance } = linkage;
						const answer = answered(instance, `e${index}`, value, type);
						const about = `${linker}: e${index}: ${fc.stringify(type)}`;
						assert.deepEqual(bare(seen.value), bare(value), `the host of ${about}`);
						assert.deepEqual(bare(answer), bare(value), `the caller of ${about}`);
					}
					if (isFlat(type))
						assert.deepEqual(resultOf(both.direct), resultOf(both.jco), `the bytes of e${index}`);
				}),
				{ numRuns: 15 },
			);
		}
	});
}

/** Whole and odd ones, longer than any short way, and of each width. */
const TEXTS = [
	"",
	"\ufeffa mark",
	"a".repeat(47),
	"a".repeat(48),
	"é".repeat(49),
	"日本".repeat(5000),
	"🚣\0\uffff",
];

for (const encoding of ["utf8", "utf16", "compact-utf16"] satisfies Encoding[]) {
	test(`texts come through as they are, as ${encoding}`, async () => {
		const types: ValueType[] = [{ kind: "string" }];
		const seen = { value: undefined as unknown };
		const linked = linkDirect(await echoComponent(types, encoding), { compile });
		const instance = linked?.instantiate(echoHost(seen, types));
		for (const text of TEXTS) {
			assert.equal(instance?.call(ECHO, "e0", [text]), text);
			assert.equal(seen.value, text);
		}
		assert.equal(instance?.call(ECHO, "e0", ["half \ud83d of it"]), "half \ufffd of it");
	});
}
