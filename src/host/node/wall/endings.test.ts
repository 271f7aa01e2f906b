import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { missingWalls } from "./testing/confined.ts";

const skip = missingWalls();

/** A script that raises the wall, then runs the given statements. */
function run(statements: string) {
	const script = `
		import { raiseWall } from ${JSON.stringify(import.meta.resolve("./wall.ts"))};
		const raise = () => raiseWall({ places: [], listeners: false, sockets: undefined });
		${statements}`;
	const { status, signal, stdout, stderr } = spawnSync(
		process.execPath,
		["--no-warnings", "--input-type=module", "--eval", script],
		{ encoding: "utf8", maxBuffer: 1 << 24 },
	);
	return { status, signal, stdout, stderr };
}

interface Ending {
	readonly title: string;
	readonly statements: string;
	readonly status: number | null;
	readonly signal?: string;
}

const ENDINGS: readonly Ending[] = [
	{ title: "with its last statement", statements: "raise();", status: 0 },
	{ title: "with an exit code that was set", statements: "raise(); process.exitCode = 7;", status: 7 },
	{ title: "by process.exit", statements: "raise(); process.exit(9);", status: 9 },
	{ title: "by process.reallyExit", statements: "raise(); process.reallyExit(4);", status: 4 },
	{ title: "by an error that no one catches", statements: 'raise(); throw new Error("x");', status: 1 },
	{
		title: "by a rejection that no one catches",
		statements: "raise(); void Promise.reject(new Error());",
		status: 1,
	},
	{
		title: "after the event loop has run dry",
		statements: "raise(); setTimeout(() => { process.exitCode = 3; }, 10);",
		status: 3,
	},
	{
		title: "by a signal to itself",
		statements: 'raise(); process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000);',
		status: null,
		signal: "SIGKILL",
	},
	{ title: "by abort", statements: "raise(); process.abort();", status: null, signal: "SIGABRT" },
];

for (const { title, statements, status, signal = null } of ENDINGS)
	test(`behind the wall a process ends ${title}`, { skip }, () => {
		const ending = run(statements);
		assert.deepEqual({ status: ending.status, signal: ending.signal }, { status, signal }, ending.stderr);
	});

test("what was written before the end arrives", { skip }, () => {
	const { stdout, status } = run(
		'raise(); process.stdout.write("x".repeat(3_000_000)); process.exitCode = 2;',
	);
	assert.deepEqual([stdout.length, status], [3_000_000, 2]);
});

test("listeners for the end that were there before are heard", { skip }, () => {
	const { stdout, status } = run(
		'process.on("exit", (code) => console.log("end", code)); raise(); process.exit(6);',
	);
	assert.deepEqual([stdout, status], ["end 6\n", 6]);
});

test("with a worker running before, the filter is not raised and says so", { skip }, () => {
	const { stdout, status, stderr } = run(`
		import { Worker } from "node:worker_threads";
		const worker = new Worker("setTimeout(() => {}, 50)", { eval: true });
		await new Promise((resolve) => worker.on("online", resolve));
		const walls = raise();
		console.log(JSON.stringify(walls.filter(({ missing }) => missing !== undefined)));`);
	assert.equal(status, 0, stderr);
	assert.deepEqual(JSON.parse(stdout), [
		{ name: "seccomp", missing: "a worker that was started before has an io_uring" },
	]);
});

for (const pause_ms of [0, 1, 2, 5, 10])
	test(`a worker being born for ${pause_ms} ms neither breaks the wall nor the process`, { skip }, () => {
		const { stdout, status, stderr } = run(`
			import { Worker } from "node:worker_threads";
			const worker = new Worker("setTimeout(() => {}, 5)", { eval: true });
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${pause_ms});
			const missing = raise().filter(({ missing }) => missing !== undefined).map(({ name }) => name);
			worker.on("exit", () => console.log(missing.join()));`);
		assert.equal(status, 0, stderr);
		assert.match(stdout, /^(seccomp)?\n$/);
	});

test("without node:ffi no wall stands and the process goes on", () => {
	const script = `
		import { raiseWall } from ${JSON.stringify(import.meta.resolve("./wall.ts"))};
		console.log(JSON.stringify(raiseWall({ places: [], listeners: false, sockets: undefined }).map(({ missing }) => missing)));`;
	const flags = [
		"--no-warnings",
		"--permission",
		"--allow-fs-read=*",
		"--input-type=module",
		"--eval",
		script,
	];
	const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8" });
	const reason = "the kernel cannot be called: there is no node:ffi";
	assert.deepEqual(JSON.parse(stdout), [reason, reason, reason, reason], stderr);
});
