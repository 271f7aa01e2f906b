/**
 * One system call, made by every other thread of this process: what Go calls AllThreadsSyscall.
 *
 * Landlock and no-new-privileges belong to a thread, and V8 has started its own long before any
 * JavaScript runs. Each of them is sent a signal whose handler makes the call (thread-code.ts).
 */
import { readdirSync } from "node:fs";
import { memoryAt, nativeMemory } from "../libc.ts";
import { now_ms, pause } from "./pause.ts";
import type { SystemCalls } from "./system-calls.ts";
import type { SyscallName } from "./syscalls.ts";
import { syscallNumber } from "./syscalls.ts";
import {
	DATA_OFFSET,
	DATA_SIZE_bytes,
	RESULT_SIZE_bytes,
	RESULTS_MAX,
	RESULTS_OFFSET,
	threadCode,
} from "./thread-code.ts";

/** What the call answered in each thread, by thread id: its result, or `-errno`. */
export type ThreadResults = ReadonlyMap<number, number>;

/**
 * glibc's SIGCANCEL. glibc never lets a thread block it (the thread of Node's inspector blocks all that
 * can be blocked) and uses it for pthread_cancel alone, which Node does not call.
 */
const SIGNAL = 32;
const SIGNAL_SET_SIZE_bytes = 8;
const SIGACTION_SIZE_bytes = 32;
const SA_RESTORER = 0x0400_0000n;
const SA_RESTART = 0x1000_0000n;

const PROT_READ_WRITE = 3;
const PROT_READ_EXEC = 5;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const EAGAIN = 11;

/** How long the threads may take together. On an idle machine they answer within 0.1 ms. */
const ANSWER_ms_max = 5000;
const PAUSE_ms = 0.05;

/**
 * Makes the call in every thread but this one, and waits until each has answered and no new one has
 * come; undefined when that cannot be had. `threads` lists the process's thread ids, this one's too.
 */
export function inEveryOtherThread(
	kernel: SystemCalls,
	call: { readonly name: SyscallName; readonly args: readonly number[] },
	threads: () => readonly number[] = threadsOfThisProcess,
	timeout_ms = ANSWER_ms_max,
): ThreadResults | undefined {
	const round = openRound(kernel, call);
	if (round === undefined) return undefined;
	const results = askUntilAllAnswered(kernel, round, threads, timeout_ms);
	// Where one has not answered, it may yet: the handler has to stay.
	if (results !== undefined) round.close();
	return results;
}

export function threadsOfThisProcess(): number[] {
	return readdirSync("/proc/self/task").map(Number);
}

/** A handler in place, and the memory its results are written to. */
interface Round {
	readonly data: DataView<ArrayBuffer>;
	close(): void;
}

function openRound(
	kernel: SystemCalls,
	call: { readonly name: SyscallName; readonly args: readonly number[] },
): Round | undefined {
	const number = syscallNumber(call.name, kernel.architecture);
	if (number === undefined) return undefined;
	const mapping = mapCode(kernel);
	if (mapping === undefined) return undefined;
	const data = memoryAt(mapping.address + DATA_OFFSET, DATA_SIZE_bytes);
	data.setBigUint64(8, BigInt(number), true);
	for (const [index, argument] of call.args.entries())
		data.setBigInt64(16 + index * 8, BigInt(argument), true);
	const restore = handleSignal(kernel, mapping);
	if (restore === undefined) {
		mapping.unmap();
		return undefined;
	}
	return {
		data,
		close() {
			restore();
			mapping.unmap();
		},
	};
}

interface Mapping {
	readonly address: number;
	readonly restorer: number | undefined;
	unmap(): void;
}

/** Fresh pages that hold the code. The kernel makes the caches agree when it maps them executable. */
function mapCode(kernel: SystemCalls): Mapping | undefined {
	const size_bytes = DATA_OFFSET + DATA_SIZE_bytes;
	const address = kernel.call("mmap", 0, size_bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
	if (address < 0) return undefined;
	const unmap = () => void kernel.call("munmap", address, size_bytes);
	const { bytes, restorerOffset } = threadCode(kernel.architecture);
	new Uint8Array(memoryAt(address, bytes.length).buffer).set(bytes);
	if (kernel.call("mprotect", address, DATA_OFFSET, PROT_READ_EXEC) !== 0) {
		unmap();
		return undefined;
	}
	return { address, restorer: restorerOffset === undefined ? undefined : address + restorerOffset, unmap };
}

/** Puts the code in charge of the signal; answers what puts the old handler back. */
function handleSignal(kernel: SystemCalls, mapping: Mapping): (() => void) | undefined {
	const action = nativeMemory(SIGACTION_SIZE_bytes);
	const old = nativeMemory(SIGACTION_SIZE_bytes);
	action.view.setBigUint64(0, BigInt(mapping.address), true);
	// Interrupted calls are taken up again: the threads do not notice.
	action.view.setBigUint64(8, mapping.restorer === undefined ? SA_RESTART : SA_RESTART | SA_RESTORER, true);
	action.view.setBigUint64(16, BigInt(mapping.restorer ?? 0), true);
	action.view.setBigInt64(24, -1n, true); // no other signal while the handler runs
	const set = (now: Uint8Array, before: Uint8Array | 0) =>
		kernel.call("rt_sigaction", SIGNAL, now, before, SIGNAL_SET_SIZE_bytes);
	if (set(action.bytes, old.bytes) !== 0) return undefined;
	return () => void set(old.bytes, 0);
}

function askUntilAllAnswered(
	kernel: SystemCalls,
	{ data }: Round,
	threads: () => readonly number[],
	timeout_ms: number,
): ThreadResults | undefined {
	const deadline_ms = now_ms() + timeout_ms;
	const asked = new Set<number>();
	const results = new Map<number, number>();
	const self = kernel.call("gettid");
	while (now_ms() < deadline_ms) {
		// Threads that ended meanwhile are no longer in the list; new ones are asked in their turn.
		const others = threads().filter((id) => id !== self);
		const unanswered = others.filter((id) => !results.has(id));
		if (unanswered.length === 0) return results;
		for (const id of unanswered) if (!ask(kernel, asked, id)) return undefined;
		waitForResults(data, results, asked.size, deadline_ms);
	}
	return undefined;
}

/** Sends the signal once. False when it cannot be sent, which is not so when the thread has ended. */
function ask(kernel: SystemCalls, asked: Set<number>, id: number): boolean {
	if (asked.has(id)) return true;
	if (asked.size >= RESULTS_MAX) return false;
	const result = kernel.call("tgkill", process.pid, id, SIGNAL);
	if (result === -EAGAIN) return true; // the queue of signals is full; asked again in the next round
	asked.add(id);
	return result === 0 || result === -ESRCH;
}

const ESRCH = 3;

/** Waits a little for the results of the threads asked, and collects those that are there. */
function waitForResults(
	data: DataView<ArrayBuffer>,
	results: Map<number, number>,
	count: number,
	deadline_ms: number,
): void {
	for (let pauses = 0; pauses < 20 && now_ms() < deadline_ms; pauses += 1) {
		collect(data, results);
		if (results.size >= count) return;
		pause(PAUSE_ms);
	}
}

function collect(data: DataView<ArrayBuffer>, results: Map<number, number>): void {
	const count = Math.min(data.getUint32(0, true), RESULTS_MAX);
	for (let index = 0; index < count; index += 1) {
		const at = RESULTS_OFFSET + index * RESULT_SIZE_bytes;
		const id = Number(data.getBigUint64(at, true));
		if (id !== 0) results.set(id, Number(data.getBigInt64(at + 8, true)));
	}
}
