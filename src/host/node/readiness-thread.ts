import type { Libc } from "./libc.ts";
import { nativeMemory } from "./libc.ts";

/** The thread that sleeps, as its owner sees it. */
export interface Sleeper {
	/** Ends it, and with it the epoll descriptor. */
	wake(): void;
	/** Whether the process is to go on for it. */
	ref(): void;
	unref(): void;
}

const EFD_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLLIN = 1;

/**
 * Starts a thread that sleeps in epoll_wait and calls `happened` here for each descriptor that is ready. Its code is text,
 * so that it can be started when no file can be read any more. A thread that sleeps in the kernel cannot be
 * ended from without: so that the process can end, it is woken by an eventfd.
 */
export function startSleeper(
	c: Libc,
	epoll: number,
	happened: (fd: number, events: number) => void,
): Sleeper {
	const bell = c.eventfd(0, EFD_CLOEXEC);
	const event = nativeMemory(16);
	event.view.setUint32(0, EPOLLIN, true);
	event.view.setBigUint64(process.arch === "x64" ? 4 : 8, BigInt(bell), true);
	c.epoll_ctl(epoll, EPOLL_CTL_ADD, bell, event.address);
	const { Worker } = process.getBuiltinModule("node:worker_threads");
	const worker = new Worker(SLEEPER, {
		eval: true,
		workerData: { epoll, bell, packed: process.arch === "x64" },
		env: {},
		// not those of a process that is given its own program as text
		execArgv: [],
	});
	worker.unref();
	worker.on("message", (ready: readonly number[]) => {
		for (let index = 0; index < ready.length; index += 2) happened(ready[index] ?? -1, ready[index + 1] ?? 0);
	});
	const wake = () => {
		process.removeListener("exit", wake);
		const { writeSync } = process.getBuiltinModule("node:fs");
		writeSync(bell, ONE);
	};
	process.once("exit", wake);
	return { wake, ref: () => worker.ref(), unref: () => worker.unref() };
}

const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

/** The bell and the epoll descriptor are closed by the one who uses them last: this one. */
const SLEEPER = `
const { parentPort, workerData: { epoll, bell, packed } } = require("node:worker_threads");
const { closeSync } = require("node:fs");
process.removeAllListeners("warning");
process.emitWarning = () => {};
const { getRawPointer, dlopen } = require("node:ffi");
const COUNT = 64;
const stride = packed ? 12 : 16;
const buffer = new ArrayBuffer(COUNT * stride);
const view = new DataView(buffer);
const events = getRawPointer(buffer);
const { epoll_wait } = dlopen(null, { epoll_wait: { return: "int32", arguments: ["int32", "uint64", "int32", "int32"] } }).functions;
for (let open = true; open;) {
	const count = epoll_wait(epoll, events, COUNT, -1);
	const ready = [];
	for (let index = 0; index < count; index += 1) {
		const fd = Number(view.getBigUint64(index * stride + (packed ? 4 : 8), true));
		if (fd === bell) open = false;
		else ready.push(fd, view.getUint32(index * stride, true));
	}
	if (ready.length > 0) parentPort.postMessage(ready);
}
closeSync(epoll);
closeSync(bell);
`;
