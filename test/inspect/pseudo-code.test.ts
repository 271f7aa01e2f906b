/** What `wherry decompile` prints does what the function does that it was made from. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";

import { encodeName, encodeUnsigned } from "../../src/wasm/encode.ts";
import { SectionId } from "../../src/wasm/module.ts";
import { meterModule } from "../../src/wasm/meter.ts";
import { section, vector } from "../../src/wasm/module-builder.ts";
import type { Scan } from "../../src/inspect/scan.ts";
import { scanModule } from "../../src/inspect/scan-module.ts";
import { signaturesOf } from "../../src/inspect/text/signatures.ts";
import { assemble } from "../support/wat.ts";
import { guest } from "../support/wherry.ts";
import { randomModule } from "./random-function.ts";
import { engineOperations, type Machine, PseudoCode, TooLong, Unsettled } from "./pseudo-code.ts";

/** The module with everything exported that is its own, and without what runs at its start. */
function exposed({ bytes, module, globals }: Scan): Uint8Array<ArrayBuffer> {
	const own = (kind: number, index: number, name: string) => [
		...encodeName(name),
		kind,
		...encodeUnsigned(index),
	];
	const entries = Array.from({ length: module.definedFunctions }, (_, at) =>
		own(0, module.importedFunctions + at, `f${module.importedFunctions + at}`),
	);
	if (module.memories.length > 0) entries.push(own(2, 0, "memory"));
	if (module.tables.length > 0) entries.push(own(1, 0, "table"));
	globals.forEach((_, at) => entries.push(own(3, at, `g${at}`)));
	const exports = section(SectionId.EXPORT, vector(entries));
	const pieces: Uint8Array[] = [bytes.subarray(0, 8)];
	let isPut = false;
	for (const { id, start, end } of module.sections) {
		if (!isPut && AFTER_EXPORTS.has(id)) {
			pieces.push(Uint8Array.from(exports));
			isPut = true;
		}
		if (id !== SectionId.EXPORT && id !== SectionId.START && id !== SectionId.CUSTOM)
			pieces.push(bytes.subarray(start, end));
	}
	return Uint8Array.from(Buffer.concat(pieces));
}

const AFTER_EXPORTS: ReadonlySet<number> = new Set([
	SectionId.START,
	SectionId.ELEMENT,
	SectionId.DATA_COUNT,
	SectionId.CODE,
	SectionId.DATA,
]);

type Numeric = number | bigint;
interface Outcome {
	readonly results: readonly Numeric[] | "trap";
	readonly memory: string;
	readonly globals: readonly Numeric[];
}

/** An instance of the module; what it imports answers 0 and does nothing. */
class Instance implements Machine {
	readonly exports: WebAssembly.Exports;
	readonly memory: WebAssembly.Memory | undefined;
	readonly globals = new Map<number, WebAssembly.Global>();
	readonly #scan: Scan;
	/** Of functions, by their exports: one function is one export. */
	readonly #indices = new Map<unknown, number>();

	constructor(scan: Scan, module: WebAssembly.Module) {
		this.#scan = scan;
		const imports: Record<string, Record<string, () => Numeric | undefined>> = Object.create(null);
		for (const [index, one] of scan.module.imports.entries()) {
			assert.equal(one.type.kind, "function", `import ${index}`);
			(imports[one.module] ??= Object.create(null) as Record<string, () => Numeric | undefined>)[one.name] =
				() => this.imported(index);
		}
		this.exports = new WebAssembly.Instance(module, imports).exports;
		this.memory = this.exports["memory"] as WebAssembly.Memory | undefined;
		for (const [name, found] of Object.entries(this.exports))
			if (/^f\d/.test(name)) this.#indices.set(found, Number(name.slice(1)));
		for (const index of scan.globals.keys())
			this.globals.set(index, this.exports[`g${index}`] as WebAssembly.Global);
	}

	inTable(place: number): number | undefined {
		const found: unknown = (this.exports["table"] as WebAssembly.Table & { get(place: number): unknown }).get(
			place,
		);
		return found === null ? undefined : (this.#indices.get(found) ?? -1);
	}

	imported(index: number): Numeric | undefined {
		const results = signaturesOf(this.#scan).function(index)?.results ?? [];
		return results.length === 0 ? undefined : results[0] === "i64" ? 0n : 0;
	}

	/** What comes of it, and what it leaves behind. */
	outcome(run: () => readonly Numeric[]): Outcome {
		let results: Outcome["results"];
		try {
			results = run();
		} catch (error) {
			if (!(error instanceof WebAssembly.RuntimeError)) throw error;
			results = "trap";
		}
		const bytes = this.memory === undefined ? new Uint8Array() : new Uint8Array(this.memory.buffer);
		return {
			results,
			memory: createHash("sha256").update(bytes).digest("hex"),
			globals: [...this.globals.values()].map(({ value }) => value as Numeric),
		};
	}
}

/** An argument that is an address near the end of memory leaves open what wraps around: not most of them. */
function demandSettled({ "the same": same, unsettled, "too long": endless }: Record<Compared, number>): void {
	assert.ok(
		same > 2 * (unsettled + endless),
		`${same} the same, ${unsettled} unsettled, ${endless} too long`,
	);
}

type Compared = "the same" | "unsettled" | "too long";

/** Runs a function both ways. */
function compare(
	scan: Scan,
	module: WebAssembly.Module,
	index: number,
	args: readonly Numeric[],
	fill: number,
): Compared {
	const [pseudo, real] = [new Instance(scan, module), new Instance(scan, module)];
	for (const { memory } of [pseudo, real])
		if (memory !== undefined) scatter(new Uint8Array(memory.buffer), fill);
	let told: Outcome;
	try {
		told = pseudo.outcome(() => new PseudoCode(scan, pseudo, engine).run(index, args));
	} catch (error) {
		if (error instanceof Unsettled) return "unsettled";
		if (error instanceof TooLong) return "too long";
		throw new Error(`function ${index} of (${args.join(", ")}): ${(error as Error).message}`, {
			cause: error,
		});
	}
	const run = real.exports[`f${index}`] as (...args: readonly Numeric[]) => Numeric | Numeric[] | undefined;
	const done = real.outcome(() => {
		const answer = run(...args);
		return answer === undefined ? [] : Array.isArray(answer) ? answer : [answer];
	});
	assert.deepEqual(told, done, `function ${index} of (${args.join(", ")})`);
	return "the same";
}

/** The module as code that traps instead of going on for ever, where the pseudo-code ends and it does not. */
function ending({ bytes, module }: Scan): WebAssembly.Module {
	const metered = meterModule(Uint8Array.from(bytes), module, TICKS);
	assert.ok(metered !== undefined);
	return new WebAssembly.Module(metered.bytes);
}

/** Far more than pseudo-code has steps. */
const TICKS = 20_000_000;

/** Something to read at the places that arguments point to. */
function scatter(bytes: Uint8Array, seed: number): void {
	const random = randomFrom(seed);
	for (let at = bytes.length >> 1; at < Math.min(bytes.length, (bytes.length >> 1) + 4096); at++)
		bytes[at] = random() < 0.5 ? 0 : Math.floor(random() * 256);
}

/** mulberry32 */
function randomFrom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d_2b_79_f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

function argument(type: string, random: () => number, memory_bytes: number): Numeric {
	const kind = random();
	const whole =
		kind < 0.3
			? Math.floor(random() * 20)
			: kind < 0.7
				? (memory_bytes >> 1) + 8 * Math.floor(random() * 400)
				: Math.floor((random() - 0.5) * 2 ** 33);
	if (type === "i32") return whole | 0;
	if (type === "i64") return BigInt(whole);
	return type === "f32" ? Math.fround((random() - 0.5) * 1000) : (random() - 0.5) * 1000;
}

const engine = await engineOperations();

/** Of real compilers; each body that is the same in several programs is tried once. */
const PROGRAMS = [
	"c/sha256",
	"c/tour",
	"c/nbody",
	"c/wc",
	"c/clocks",
	"rust/tour",
	"zig/tour",
	"assemblyscript/tour",
];
const seen = new Set<string>();
const TRIES = 4;

for (const program of PROGRAMS)
	test(`functions of guests/${program}.wasm do what their pseudo-code says`, () => {
		const scan = scanModule(exposed(scanModule(new Uint8Array(readFileSync(guest(program))))));
		const module = ending(scan);
		const memory_bytes = new Instance(scan, module).memory?.buffer.byteLength ?? 0;
		const counts = { "the same": 0, unsettled: 0, "too long": 0 };
		for (const [entry, start] of scan.bodyStart.entries()) {
			const index = scan.module.importedFunctions + entry;
			const body = Buffer.from(scan.bytes.subarray(start, scan.bodyEnd[entry])).toString("latin1");
			const { params = [] } = signaturesOf(scan).function(index) ?? {};
			if (seen.has(body)) continue;
			seen.add(body);
			for (let at = 0; at < TRIES; at++) {
				const random = randomFrom(index * TRIES + at);
				const args = params.map((type) => argument(type, random, memory_bytes));
				counts[compare(scan, module, index, args, at)] += 1;
			}
		}
		demandSettled(counts);
	});

test("functions that no compiler makes do what their pseudo-code says", async () => {
	const counts = { "the same": 0, unsettled: 0, "too long": 0 };
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.nat(1_000_000), { minLength: 20, maxLength: 400, size: "max" }),
			async (numbers) => {
				const scan = scanModule(exposed(scanModule(Uint8Array.from(await assemble(randomModule(numbers))))));
				const module = ending(scan);
				for (const args of [
					[3, -5n],
					[-1, 70n],
				] as const)
					counts[compare(scan, module, 3, args, 1)] += 1;
			},
		),
		{ numRuns: 1500 },
	);
	demandSettled(counts);
});
