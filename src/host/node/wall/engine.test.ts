import assert from "node:assert/strict";
import { test } from "node:test";
import { missingWalls, type Probe, probe } from "./testing/confined.ts";

const skip = missingWalls();

interface Case {
	readonly probe: Probe;
	readonly answers: unknown;
}

/** The engine's own work: each kind needs other threads, memory or system calls. */
const ENGINE: Readonly<Record<string, Case>> = {
	"hot wasm is compiled anew by V8's threads": {
		probe: async () => {
			// (func (export "count") (param i32) (result i32) (local i32)
			//   (loop (local.set 1 (i32.add (local.get 1) (local.get 0)))
			//     (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get 1))
			const head = [0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0];
			const entry = [7, 9, 1, 5, 99, 111, 117, 110, 116, 0, 0, 10, 27, 1, 25, 1, 1, 127];
			const loop = [3, 64, 32, 1, 32, 0, 106, 33, 1, 32, 0, 65, 1, 107, 34, 0, 13, 0, 11, 32, 1, 11];
			const module = new WebAssembly.Module(Uint8Array.from([...head, ...entry, ...loop]));
			const { count } = new WebAssembly.Instance(module).exports as { count: (n: number) => number };
			let sum = 0;
			for (let round = 0; round < 20_000; round += 1) sum = (sum + count(1000)) | 0;
			return sum;
		},
		answers: (20_000 * 500_500) | 0,
	},
	"a memory grows": {
		probe: () => {
			const memory = new WebAssembly.Memory({ initial: 1, maximum: 4096 });
			for (let pages = 1; pages < 4096; pages += 65) memory.grow(65);
			new Uint8Array(memory.buffer)[memory.buffer.byteLength - 1] = 7;
			return memory.buffer.byteLength;
		},
		answers: 4096 * 65536,
	},
	"garbage is collected": {
		probe: () => {
			let kept: unknown[] = [];
			for (let index = 0; index < 300_000; index += 1) {
				kept.push(JSON.parse(`{"index":${index},"text":"${"x".repeat(50)}"}`));
				if (kept.length > 50_000) kept = [];
			}
			return kept.length > 0;
		},
		answers: true,
	},
	"chance is drawn": { probe: ({ crypto }) => crypto.randomBytes(1 << 20).length, answers: 1 << 20 },
	"a hash is made": {
		probe: ({ crypto }) => crypto.createHash("sha256").update("").digest("hex").slice(0, 8),
		answers: "e3b0c442",
	},
	"a worker starts, computes and answers": {
		probe: async ({ workerThreads }) =>
			new Promise((resolve, reject) => {
				const code = 'process.getBuiltinModule("worker_threads").parentPort.postMessage(6 * 7)';
				const worker = new workerThreads.Worker(code, { eval: true });
				worker.on("message", resolve).on("error", reject);
			}),
		answers: 42,
	},
	"a worker that spins is stopped": {
		probe: async ({ workerThreads }) => {
			const code = 'process.getBuiltinModule("worker_threads").parentPort.postMessage(0); for (;;);';
			const worker = new workerThreads.Worker(code, { eval: true });
			await new Promise((resolve) => worker.on("message", resolve));
			return worker.terminate();
		},
		answers: 1,
	},
	"timers and the event loop run": {
		probe: async () => new Promise((resolve) => setTimeout(resolve, 5, "late")),
		answers: "late",
	},
	"a signal to ourselves is heard": {
		probe: async () =>
			new Promise((resolve) => {
				process.once("SIGUSR2", resolve);
				process.kill(process.pid, "SIGUSR2");
			}),
		answers: "SIGUSR2",
	},
	"built-in modules load late": {
		probe: () => {
			const zlib = process.getBuiltinModule("node:zlib");
			return zlib.gunzipSync(zlib.gzipSync("text")).toString();
		},
		answers: "text",
	},
	"the local time is asked": { probe: () => new Date(0).toString().slice(0, 3).length, answers: 3 },
};

for (const nodeFlags of [[], ["--wasm-tiering-budget=1"], ["--single-threaded"]])
	test(`the engine works behind the wall ${nodeFlags.join(" ")}`, { skip }, async (context) => {
		const probes = Object.fromEntries(Object.entries(ENGINE).map(([title, each]) => [title, each.probe]));
		const { walls, answers, exit } = await probe({ nodeFlags }, probes);
		assert.deepEqual(
			walls.filter(({ missing }) => missing !== undefined),
			[],
		);
		for (const [title, each] of Object.entries(ENGINE))
			await context.test(title, () => {
				assert.deepEqual(answers[title], each.answers);
			});
		assert.deepEqual(exit, { code: 0, signal: null });
	});
