/** Waiting for descriptors by `ppoll`. */
import { Errno } from "../../sys/errno.ts";
import { fromHostErrno } from "./errno.ts";
import { type Libc, libc, type NativeMemory, nativeMemory } from "./libc.ts";

export const POLLIN = 0x01;
export const POLLOUT = 0x04;
export const POLLERR = 0x08;
export const POLLHUP = 0x10;

/** struct pollfd: the descriptor, what is asked, what has happened. */
const POLLFD_BYTES = 8;
const TIMESPEC_BYTES = 16;
const SECOND_NS = 1_000_000_000n;
/** ppoll takes no more seconds than this, some centuries; it is then called again. */
const TIMEOUT_NS_MAX = (1n << 33n) * SECOND_NS;

/** Descriptors and what to wait for at each; a set is used again and again. */
export class PollSet {
	readonly #c: Libc;
	#memory: NativeMemory;
	#count = 0;

	private constructor(c: Libc) {
		this.#c = c;
		this.#memory = nativeMemory(TIMESPEC_BYTES + 16 * POLLFD_BYTES);
	}

	/** Undefined where libc cannot be called. */
	static make(): PollSet | undefined {
		const c = libc();
		return c === undefined ? undefined : new PollSet(c);
	}

	clear(): void {
		this.#count = 0;
	}

	/** Adds a descriptor: its index for `happened`. The same descriptor is to be added once only. */
	add(fd: number, events: number): number {
		const at = TIMESPEC_BYTES + this.#count * POLLFD_BYTES;
		if (at + POLLFD_BYTES > this.#memory.bytes.byteLength) this.#grow();
		this.#memory.view.setInt32(at, fd, true);
		this.#memory.view.setInt16(at + 4, events, true);
		this.#memory.view.setInt16(at + 6, 0, true);
		return this.#count++;
	}

	addEvents(index: number, events: number): void {
		const at = TIMESPEC_BYTES + index * POLLFD_BYTES + 4;
		this.#memory.view.setInt16(at, this.#memory.view.getInt16(at, true) | events, true);
	}

	/** What `wait` found at a descriptor: POLL bits. */
	happened(index: number): number {
		return this.#memory.view.getInt16(TIMESPEC_BYTES + index * POLLFD_BYTES + 6, true);
	}

	/** Sleeps until something has happened, or for `timeout_ns` (undefined: without end). */
	wait(timeout_ns: bigint | undefined): Errno {
		const deadline_ns = timeout_ns === undefined ? undefined : process.hrtime.bigint() + timeout_ns;
		let left_ns = timeout_ns;
		for (;;) {
			const found = this.#poll(left_ns);
			if (found > 0) return Errno.SUCCESS;
			if (found < 0 && found !== -Errno.INTR) return -found as Errno;
			if (deadline_ns === undefined) continue;
			left_ns = deadline_ns - process.hrtime.bigint();
			if (left_ns <= 0n) return Errno.SUCCESS;
		}
	}

	#poll(timeout_ns: bigint | undefined): number {
		const { address, view } = this.#memory;
		if (timeout_ns !== undefined) {
			const bounded_ns = timeout_ns < TIMEOUT_NS_MAX ? timeout_ns : TIMEOUT_NS_MAX;
			view.setBigInt64(0, bounded_ns / SECOND_NS, true);
			view.setBigInt64(8, bounded_ns % SECOND_NS, true);
		}
		const descriptors = address + BigInt(TIMESPEC_BYTES);
		const timeout = timeout_ns === undefined ? null : address;
		const found = this.#c.ppoll(descriptors, BigInt(this.#count), timeout, null);
		return found < 0 ? -fromHostErrno(this.#c.errno()) : found;
	}

	#grow(): void {
		const old = this.#memory;
		this.#memory = nativeMemory(old.bytes.byteLength * 2);
		this.#memory.bytes.set(old.bytes);
	}
}

let single: PollSet | undefined;

/**
 * Waits until one descriptor can be read from or written to: the POLL bits that are set, 0 when the
 * time is up. Without libc it sleeps for a moment and says that all is ready.
 */
export function pollOne(fd: number, events: number, timeout_ns: bigint | undefined): number {
	single ??= PollSet.make();
	if (single === undefined) {
		if (timeout_ns !== 0n) pause(1_000_000n);
		return events;
	}
	single.clear();
	const index = single.add(fd, events);
	const errno = single.wait(timeout_ns);
	return errno === Errno.SUCCESS ? single.happened(index) : POLLERR;
}

let never: Int32Array | undefined;

/** Sleeps, without libc. */
export function pause(time_ns: bigint): void {
	never ??= new Int32Array(new SharedArrayBuffer(4));
	const deadline_ns = process.hrtime.bigint() + time_ns;
	for (let left_ns = time_ns; left_ns > 0n; left_ns = deadline_ns - process.hrtime.bigint()) {
		Atomics.wait(never, 0, 0, Number(left_ns) / 1e6);
	}
}
