/** The same component by both linkers: values must come through both alike. jco's is the model. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { linkByJco } from "../../cli/component/link-jco.ts";
import { ComponentError, type Host } from "../../wasi/host-interface.ts";
import type { ComponentInstance } from "../linked.ts";
import type { ValueType } from "../types.ts";
import { anyType, echoComponent, type Encoding, valueOf } from "./echo.contract.ts";
import { linkDirect } from "./link.ts";

const compile = (bytes: Uint8Array) => ({ module: new WebAssembly.Module(bytes) });

async function byBoth(bytes: Uint8Array<ArrayBuffer>, host: () => Host) {
	const direct = linkDirect(bytes, { compile });
	assert.ok(direct !== undefined);
	const jco = await linkByJco(bytes, { mode: "sync", file: "x.wasm", compile, folders: "none" });
	assert.deepEqual(direct.exports, jco.exports);
	return { direct: direct.instantiate(host()), jco: await jco.instantiate(host()) };
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
					for (const [linker, instance] of Object.entries(both)) {
						seen.value = "nothing";
						const answer = answered(instance, `e${index}`, value, type);
						const about = `${linker}: e${index}: ${fc.stringify(type)}`;
						assert.deepEqual(bare(seen.value), bare(value), `the host of ${about}`);
						assert.deepEqual(bare(answer), bare(value), `the caller of ${about}`);
					}
				}),
				{ numRuns: 15 },
			);
		}
	});
}
