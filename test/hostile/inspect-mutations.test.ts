/**
 * Real programs, changed anywhere: every view is an answer or a fault, and what V8 takes is never refused. HOSTILE_RUNS=10000 tries
 * more of them.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import type { Report } from "../../src/inspect/report.ts";
import { viewsOf } from "./inspect-views.ts";

const GUESTS = new URL("../../guests/", import.meta.url);
const programs = readdirSync(GUESTS, { recursive: true, encoding: "utf8" })
	.filter((file) => file.endsWith(".wasm") && !file.includes("node_modules"))
	.map((file) => new Uint8Array(readFileSync(new URL(file, GUESTS))));

/** One change: at a place (as a part of the whole), so many bytes go, and these come. */
const change = fc.record({
	at: fc.double({ min: 0, max: 1, noNaN: true }),
	gone: fc.constantFrom(0, 1, 1, 1, 4),
	come: fc.oneof(
		fc.uint8Array({ minLength: 1, maxLength: 1 }),
		fc.uint8Array({ maxLength: 6 }),
		fc.constantFrom([0xff, 0xff, 0xff, 0xff, 0x0f], [0x80], [0x00], [0x0b], [0x41, 0x00], [0x02, 0x40]),
	),
});
const changes = fc.array(change, { minLength: 1, maxLength: 4 });

type Changes = typeof changes extends fc.Arbitrary<infer Value> ? Value : never;

function changed(seed: Uint8Array, all: Changes): Uint8Array<ArrayBuffer> {
	let bytes = Uint8Array.from(seed);
	for (const { at, gone, come } of all) {
		const place = Math.floor(at * bytes.length);
		bytes = Uint8Array.from([...bytes.subarray(0, place), ...come, ...bytes.subarray(place + gone)]);
	}
	return bytes;
}

/** A module of the same framing, one byte of a body or constant changed: V8 still takes most of these. */
const oneByte = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) });

const RUNS = Number(process.env["HOSTILE_RUNS"] ?? 200);
const OTHER = Uint8Array.from(readFileSync(new URL("wat/hello.wasm", GUESTS)));

test("a real program that was changed anywhere is shown, or refused by a fault", async () => {
	await fc.assert(
		fc.asyncProperty(fc.constantFrom(...programs), changes, async (bytes, all) => {
			await isShown(changed(bytes, all));
		}),
		{ numRuns: RUNS },
	);
});

test("a real program with one byte changed is shown, or refused by a fault", async () => {
	await fc.assert(
		fc.asyncProperty(fc.constantFrom(...programs), oneByte, async (bytes, { at, byte }) => {
			const copy = Uint8Array.from(bytes);
			copy[Math.floor(at * copy.length)] = byte;
			await isShown(copy);
		}),
		{ numRuns: RUNS },
	);
});

/** Anything but a fault is thrown by `viewsOf` itself. */
async function isShown(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
	const views = await viewsOf(bytes, OTHER);
	if (!WebAssembly.validate(bytes)) return;
	for (const { name, fault } of views)
		assert.ok(fault === undefined || name === "find", `V8 takes what ${name} refuses: ${fault}`);
	hidesNothing(bytes, JSON.parse(views.find(({ name }) => name === "json")?.text ?? "") as Report);
}

/** All that V8 would ask a host for is a need, and all that it would give is told. */
function hidesNothing(bytes: Uint8Array<ArrayBuffer>, { needs, binaries }: Report): void {
	const compiled = new WebAssembly.Module(bytes);
	const needed = new Set(needs.flatMap(({ imports }) => imports));
	for (const { module, name } of V8Module.imports(compiled)) {
		const spelled = [`${module} ${name}`, `${module}#${name}`, module];
		assert.ok(
			spelled.some((one) => needed.has(one)),
			`'${module}' '${name}' is not told`,
		);
	}
	const given = binaries[0]?.exports.map(({ name }) => name);
	assert.deepEqual(
		given,
		V8Module.exports(compiled).map(({ name }) => name),
	);
}

/** Node's types know `WebAssembly.Module` only as a constructor. */
interface ModuleStatics {
	imports(module: WebAssembly.Module): { module: string; name: string }[];
	exports(module: WebAssembly.Module): { name: string }[];
}
const V8Module = WebAssembly.Module as unknown as ModuleStatics;
