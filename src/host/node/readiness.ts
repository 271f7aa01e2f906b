import { Errno } from "../../sys/errno.ts";
import type { Readiness } from "../../sys/readiness.ts";
import type { Interest } from "../../sys/waiter.ts";
import { fromHostErrno } from "./errno.ts";
import { type Libc, libc, type NativeMemory, nativeMemory } from "./libc.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from "./poll.ts";
import { startSleeper } from "./readiness-thread.ts";
import { descriptorOf, setReady } from "./waiter.ts";

/**
 * Waiting beside other work. A thread of its own sleeps in epoll_wait and tells this one which descriptors are ready; this
 * one tells the kernel itself what to look for, without waking that thread. It is started when the first
 * descriptor is waited for, which may be behind the second wall. Where libc cannot be called every
 * descriptor counts as ready.
 */
export function systemReadiness(): Readiness {
	return new NodeReadiness();
}

/** So many may wait for descriptors at once; one more is told that its own is ready, and looks itself. */
const WAITING_MAX = 65_536;
/** What setTimeout can say; longer times are waited for in steps. */
const TIMER_MS_MAX = 2 ** 31 - 1;

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_MOD = 3;
const EPOLLONESHOT = 0x4000_0000;

class NodeReadiness implements Readiness {
	#watch: Watch | undefined;
	#isClosed = false;
	readonly #timers = new Set<() => void>();

	when(interest: Interest, signal?: AbortSignal): Promise<void> {
		const fd = descriptorOf(interest);
		const c = libc();
		if (fd === undefined || c === undefined || this.#isClosed || signal?.aborted === true) {
			if (signal?.aborted !== true) setReady(interest, interest.event === "read" ? POLLIN : POLLOUT);
			return Promise.resolve();
		}
		this.#watch ??= Watch.open(c);
		return this.#watch?.when(fd, interest, signal) ?? Promise.resolve();
	}

	async after(delay_ns: bigint, signal?: AbortSignal): Promise<void> {
		const end_ns = process.hrtime.bigint() + delay_ns;
		for (;;) {
			const left_ns = end_ns - process.hrtime.bigint();
			if (left_ns <= 0n || signal?.aborted === true || this.#isClosed) return;
			// one more than less: a timer that fires too early would be set again
			await this.#timer(Math.min(TIMER_MS_MAX, Math.ceil(Number(left_ns) / 1e6)), signal);
		}
	}

	close(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#watch?.close();
		for (const end of this.#timers) end();
	}

	#timer(delay_ms: number, signal: AbortSignal | undefined): Promise<void> {
		return new Promise((resolve) => {
			const end = () => {
				clearTimeout(timer);
				this.#timers.delete(end);
				signal?.removeEventListener("abort", end);
				resolve();
			};
			const timer = setTimeout(end, delay_ms);
			this.#timers.add(end);
			signal?.addEventListener("abort", end);
		});
	}
}

/** Somebody who waits for a descriptor. */
interface Waiting {
	readonly interest: Interest;
	readonly done: () => void;
}

/** The descriptors that are waited for, and the thread that sleeps for them. */
class Watch {
	readonly #c: Libc;
	readonly #epoll: number;
	readonly #event: NativeMemory = nativeMemory(16);
	readonly #waiting = new Map<number, Set<Waiting>>();
	readonly #thread: { wake(): void; ref(): void; unref(): void };
	#count = 0;

	static open(c: Libc): Watch | undefined {
		const epoll = c.epoll_create1(EPOLL_CLOEXEC);
		return epoll < 0 ? undefined : new Watch(c, epoll);
	}

	private constructor(c: Libc, epoll: number) {
		this.#c = c;
		this.#epoll = epoll;
		this.#thread = startSleeper(c, epoll, (fd, happened) => this.#happened(fd, happened));
	}

	when(fd: number, interest: Interest, signal: AbortSignal | undefined): Promise<void> {
		if (this.#count >= WAITING_MAX) {
			setReady(interest, POLLERR);
			return Promise.resolve();
		}
		return new Promise((resolve) => {
			const done = () => {
				signal?.removeEventListener("abort", done);
				if (this.#remove(fd, waiting)) resolve();
			};
			const waiting: Waiting = { interest, done };
			this.#add(fd, waiting);
			signal?.addEventListener("abort", done);
			const armed = this.#arm(fd);
			// what cannot be waited for, such as a file, never waits: the call itself will say why it fails
			if (armed === Errno.SUCCESS) return;
			setReady(interest, POLLERR);
			done();
		});
	}

	/** Everybody who still waits is told to look. */
	close(): void {
		for (const set of this.#waiting.values()) for (const waiting of set) waiting.done();
		this.#thread.wake();
	}

	#add(fd: number, waiting: Waiting): void {
		const set = this.#waiting.get(fd) ?? new Set();
		this.#waiting.set(fd, set.add(waiting));
		this.#count += 1;
		if (this.#count === 1) this.#thread.ref();
	}

	#remove(fd: number, waiting: Waiting): boolean {
		const set = this.#waiting.get(fd);
		if (set?.delete(waiting) !== true) return false;
		if (set.size === 0) this.#waiting.delete(fd);
		this.#count -= 1;
		if (this.#count === 0) this.#thread.unref();
		return true;
	}

	/** Tells the kernel what is waited for at a descriptor: it tells us once. */
	#arm(fd: number): Errno {
		let events = 0;
		for (const { interest } of this.#waiting.get(fd) ?? [])
			events |= interest.event === "read" ? POLLIN : POLLOUT;
		if (events === 0) return Errno.SUCCESS;
		writeEvent(this.#event, events | EPOLLONESHOT, fd);
		// known already, or new: a descriptor that was closed meanwhile has been forgotten by the kernel
		for (const act of [EPOLL_CTL_MOD, EPOLL_CTL_ADD])
			if (this.#c.epoll_ctl(this.#epoll, act, fd, this.#event.address) === 0) return Errno.SUCCESS;
		return fromHostErrno(this.#c.errno());
	}

	#happened(fd: number, happened: number): void {
		for (const { interest, done } of this.#waiting.get(fd) ?? []) {
			setReady(interest, happened & (POLLIN | POLLOUT | POLLERR | POLLHUP));
			if (interest.ready) done();
		}
		this.#arm(fd);
	}
}

/** struct epoll_event: packed on x86-64, and nowhere else. */
function writeEvent({ view }: NativeMemory, events: number, fd: number): void {
	view.setUint32(0, events >>> 0, true);
	view.setBigUint64(process.arch === "x64" ? 4 : 8, BigInt(fd), true);
}
