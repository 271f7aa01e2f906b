import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../base/fault.ts";
import { binariesIn } from "../wasm/nested.ts";
import { scanModule } from "./scan-module.ts";

const GUESTS = new URL("../../guests/", import.meta.url);
const files = readdirSync(GUESTS, { recursive: true, encoding: "utf8" }).filter(
	(file) => file.endsWith(".wasm") && !file.includes("node_modules"),
);

function modulesOf(file: string): Uint8Array[] {
	const whole = new Uint8Array(readFileSync(new URL(file, GUESTS)));
	return binariesIn(whole).flatMap(({ kind, bytes }) => (kind === "module" ? [bytes] : []));
}

for (const file of files)
	test(`of guests/${file} everything is seen`, () => {
		for (const bytes of modulesOf(file)) {
			const scan = scanModule(bytes);
			assert.equal(scan.unknown, undefined);
			const inBodies = scan.instructions.reduce((sum, count) => sum + count, 0);
			assert.equal(
				[...scan.histogram.values()].reduce((sum, count) => sum + count, 0),
				inBodies,
			);
			assert.ok([...scan.histogram.keys()].every((name) => !name.startsWith("opcode")));
			// a body ends with an `end` of its own, and each block with another
			const opened = ["block", "loop", "if", "try", "try_table"].reduce(
				(sum, name) => sum + (scan.histogram.get(name) ?? 0),
				0,
			);
			const closed = (scan.histogram.get("end") ?? 0) + (scan.histogram.get("delegate") ?? 0);
			assert.equal(closed, opened + scan.module.definedFunctions);
		}
	});

test("callees are told once for each caller, in the file's order", () => {
	const scan = scanModule(new Uint8Array(readFileSync(new URL("wat/trap.wasm", GUESTS))));
	const callees = Array.from({ length: scan.module.definedFunctions }, (_, entry) => [
		...scan.callees.subarray(scan.calleesAt[entry], scan.calleesAt[entry + 1]),
	]);
	const index = (name: string) =>
		Array.from({ length: 10 }, (_, at) => at).find((at) => scan.names.get(at) === name) ?? -1;
	const at = (name: string) => callees[index(name) - scan.module.importedFunctions];
	assert.deepEqual(at("outermost"), [index("middle")]);
	assert.deepEqual(at("middle"), [index("innermost")]);
});

test("a module that was changed anywhere is scanned, or refused by a Fault", () => {
	const modules = ["c/wc.wasm", "wat/hello.wasm", "components/fetch.wasm"].flatMap(modulesOf);
	fc.assert(
		fc.property(
			fc.constantFrom(...modules),
			fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
			(module, changes) => {
				const bytes = module.slice();
				for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
				try {
					scanModule(bytes);
				} catch (error) {
					assert.ok(error instanceof Fault, String(error));
				}
			},
		),
		{ numRuns: 300 },
	);
});

const HOSTILE: readonly (readonly [name: string, bytes: readonly number[]])[] = [
	["a vector of 2^32-1 imports", [2, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]],
	["a vector of 2^32-1 bodies", [10, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]],
	["2^32-1 data segments", [11, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]],
	["2^32-1 elements", [9, 8, 1, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f]],
	["2^32-1 names", [0, 12, 4, 0x6e, 0x61, 0x6d, 0x65, 1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]],
];

for (const [name, section] of HOSTILE)
	test(`${name} end at the section's bytes`, () => {
		const bytes = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...section]);
		try {
			assert.equal(scanModule(bytes).names.count, 0);
		} catch (error) {
			assert.ok(error instanceof Fault);
		}
	});
