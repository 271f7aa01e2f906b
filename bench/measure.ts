import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dlopen } from "node:ffi";

/** One command to be measured. The shell is not involved unless it is named. */
export interface Command {
	readonly words: readonly [string, ...string[]];
	/** A file for standard input; nothing without it. */
	readonly input?: string | undefined;
	/** What its exit status has to be, 0 without it: a figure of what failed means nothing. */
	readonly status?: number | undefined;
}

const RUSAGE_CHILDREN = -1;
const { functions: libc } = dlopen(null, {
	getrusage: { return: "int32", arguments: ["int32", "buffer"] },
});
const usage = Buffer.alloc(144);

/** The CPU time, user and system, of all threads of the command and of what it starts, in ms. */
export function cpuTime_ms({ words: [program, ...args], input, status: wanted = 0 }: Command): number {
	const before = children_ms();
	const { status, signal, error } = spawnSync(
		input === undefined ? program : "/bin/sh",
		input === undefined ? args : ["-c", 'file=$1; shift; exec "$@" < "$file"', "sh", input, program, ...args],
		{
			stdio: ["ignore", "ignore", "ignore"],
		},
	);
	const spent = children_ms() - before;
	if (error !== undefined) throw error;
	if (status !== wanted)
		throw new Error(`${program} ${args.join(" ")}: status ${status ?? signal}, not ${wanted}`);
	return spent;
}

function children_ms(): number {
	if (libc.getrusage(RUSAGE_CHILDREN, usage) !== 0) throw new Error("getrusage failed");
	const time = (at: number) =>
		Number(usage.readBigInt64LE(at)) * 1000 + Number(usage.readBigInt64LE(at + 8)) / 1000;
	return time(0) + time(16);
}

/** How long the command takes, in ms: for what waits for others as well as computing. */
export function wallTime_ms({ words: [program, ...args], status: wanted = 0 }: Command): number {
	const before = performance.now();
	const { status, signal, error } = spawnSync(program, args, { stdio: "ignore" });
	const spent = performance.now() - before;
	if (error !== undefined) throw error;
	if (status !== wanted)
		throw new Error(`${program} ${args.join(" ")}: status ${status ?? signal}, not ${wanted}`);
	return spent;
}

const POLL_MS = 5;

/** The most memory that a command ever held, as it was seen every few milliseconds, in MB. */
export async function peakMemoryToTheEnd_mb({ words: [program, ...args] }: Command): Promise<number> {
	const child = spawn(program, args, { stdio: "ignore" });
	let peak_kb = 0;
	const poll = setInterval(() => {
		try {
			const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
			peak_kb = Math.max(peak_kb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
		} catch {
			// it has just ended
		}
	}, POLL_MS);
	const status = await new Promise((resolve) => child.once("close", resolve));
	clearInterval(poll);
	if (status !== 0) throw new Error(`${program} ${args.join(" ")}: status ${String(status)}`);
	return peak_kb / 1024;
}

/** The most memory that a command held until it had repeated a line of its standard input, in MB. */
export async function peakMemory_mb({ words: [program, ...args] }: Command): Promise<number> {
	const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
	const ended = new Promise((resolve) => child.once("close", resolve));
	child.stdin.write("line\n");
	await new Promise((resolve) => child.stdout.once("data", resolve));
	const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
	child.stdin.end();
	await ended;
	return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

export function median(values: readonly number[]): number {
	const sorted = values.toSorted((one, other) => one - other);
	return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
