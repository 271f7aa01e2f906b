/**
 * libuv's io_uring rings, which are open before any JavaScript runs.
 *
 * What is asked of the kernel through a ring passes no seccomp filter: sockets could be opened there.
 * So io_uring_enter is refused, and libuv, which aborts the process when that fails, must have no more
 * use for it. It has one ring for each event loop, to register what the loop waits for:
 * - the main loop's is taken from it, as on a kernel without io_uring; it then calls epoll_ctl;
 * - that of V8's timers is used once, when its thread starts; we wait for that;
 * - that of Node's tracing agent is used only when Node tears itself down, which `raiseWall` avoids;
 * - a worker's would be used again: workers have to be started after the wall, and then get no ring.
 */
import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { eventLoopAddress, memoryAt } from "../libc.ts";
import { pause } from "./pause.ts";
import { filterCalls } from "./seccomp.ts";
import { refusalTree } from "./seccomp-filter.ts";
import type { SystemCalls } from "./system-calls.ts";

/** The loops of V8's timers and of Node's tracing agent. */
const FOREIGN_RINGS_MAX = 2;
const REGISTERED_ms_max = 2000;
/** SqHead stands in its first 200 bytes. */
const FDINFO_SIZE_bytes = 1024;
const UNREGISTER_EVENTFD = 5;
const ENXIO = 6;

// uv_loop_t, whose public part libuv promises not to change
const INTERNAL_FIELDS_OFFSET = 40;
const BACKEND_FD_OFFSET = 64;
/** We look for the descriptor in this much of `uv__loop_internal_fields_t`; in libuv 1.52 it is at 312. */
const INTERNAL_FIELDS_SIZE_bytes = 400;
/** What lies before the descriptor: the size of 256 submission entries. */
const ENTRIES_SIZE_bytes = 256n * 64n;

/**
 * Makes libuv do without io_uring; this thread must have given up new privileges already. Answers why
 * it cannot, or undefined when it does.
 */
export function retireRings(kernel: SystemCalls): string | undefined {
	// First a filter against new ones, so that the rings found are all there will ever be.
	const missing = filterCalls(kernel, refusalTree("io_uring_setup", kernel.architecture));
	if (missing !== undefined) return missing;
	const rings = openRings(kernel);
	if (rings.length === 0) return undefined;
	const own = ringOfMainLoop(rings);
	if (own === undefined) return "libuv's event loop is not laid out as we know it";
	const foreign = rings.filter((ring) => ring !== own.descriptor);
	if (foreign.length > FOREIGN_RINGS_MAX) return "a worker that was started before has an io_uring";
	if (!waitForRegistration(foreign, own.epoll)) return "the thread of V8's timers did not start";
	own.view.setInt32(own.offset, -1, true);
	kernel.call("close", own.descriptor);
	return undefined;
}

/** Asked of each open descriptor, for that is cheaper than reading the links of /proc/self/fd. */
function openRings(kernel: SystemCalls): number[] {
	return readdirSync("/proc/self/fd")
		.map(Number)
		.filter((descriptor) => isRing(kernel, descriptor));
}

/** A ring answers that it has no eventfd to unregister; whatever else is open, that it is no ring. */
function isRing(kernel: SystemCalls, descriptor: number): boolean {
	return kernel.call("io_uring_register", descriptor, UNREGISTER_EVENTFD, 0, 0) === -ENXIO;
}

interface RingField {
	readonly descriptor: number;
	/** The loop's epoll descriptor. */
	readonly epoll: number;
	readonly view: DataView<ArrayBuffer>;
	readonly offset: number;
}

/** Where the main loop keeps the descriptor of its ring. */
function ringOfMainLoop(rings: readonly number[]): RingField | undefined {
	const loop = memoryAt(eventLoopAddress(), BACKEND_FD_OFFSET + 4);
	const epoll = loop.getInt32(BACKEND_FD_OFFSET, true);
	const fields = Number(loop.getBigUint64(INTERNAL_FIELDS_OFFSET, true));
	const view = memoryAt(fields, INTERNAL_FIELDS_SIZE_bytes);
	for (let offset = 8; offset < INTERNAL_FIELDS_SIZE_bytes; offset += 8) {
		const descriptor = view.getInt32(offset, true);
		if (rings.includes(descriptor) && view.getBigUint64(offset - 8, true) === ENTRIES_SIZE_bytes)
			return { descriptor, epoll, view, offset };
	}
	return undefined;
}

/** Waits until one of the loops has registered what it waits for: V8's, the only one that runs. */
function waitForRegistration(rings: readonly number[], mainLoop: number): boolean {
	if (rings.length === 0) return true;
	for (let pauses = 0; pauses < REGISTERED_ms_max; pauses += 1) {
		if (someRegistered(rings, mainLoop)) return true;
		pause(1);
	}
	return false;
}

function someRegistered(rings: readonly number[], mainLoop: number): boolean {
	const states = rings.map(stateOf);
	// SqHead: how many submissions the kernel has taken
	if (states.some((state) => state.includes("\nSqHead:\t")))
		return states.some((state) => !state.includes("\nSqHead:\t0\n"));
	// Before Linux 5.16 the kernel does not tell; but of an epoll descriptor, what it watches.
	return readdirSync("/proc/self/fd")
		.map(Number)
		.some((descriptor) => descriptor !== mainLoop && stateOf(descriptor).includes("\ntfd:"));
}

/** What the kernel tells of a descriptor; nothing of one that is no longer open. */
function stateOf(descriptor: number): string {
	try {
		const information = openSync(`/proc/self/fdinfo/${descriptor}`, "r");
		const bytes = Buffer.alloc(FDINFO_SIZE_bytes);
		const text = bytes.toString("latin1", 0, readSync(information, bytes));
		closeSync(information);
		return text;
	} catch {
		return "";
	}
}
