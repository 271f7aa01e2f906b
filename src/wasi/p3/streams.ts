import { Errno } from "../../sys/errno.ts";
import type { ComponentGuest } from "../component-guest.ts";
import type { Wait } from "../waits.ts";

/**
 * The most bytes that go through a stream in one piece, whatever length the guest says: nothing that a guest asks for makes
 * the host hold more than this per stream (wasmtime's GHSA-x84v-gj2h-g759).
 */
export const CHUNK_BYTES = 65_536;

/** A `stream<u8>` that the guest writes and we read, as the linker gives it. */
export interface GuestStream {
	/** At most `count` bytes. It waits for at least one, or for the end. */
	read(options: {
		readonly count: number;
	}): Promise<{ readonly value?: Uint8Array | undefined; readonly done: boolean }>;
	/** We read no more: the guest's writes answer that. */
	[Symbol.dispose](): void;
}

/** A `result<_, E>` as a value: what the futures beside streams carry. */
export type Outcome<E> =
	| { readonly tag: "ok"; readonly val: undefined }
	| { readonly tag: "err"; readonly val: E };

export const DONE: Outcome<never> = { tag: "ok", val: undefined };

/** Where bytes for the guest come from. It never waits. */
export interface Origin {
	/** How many bytes there were; 0: the end; -AGAIN: none yet; other -errno. */
	read(into: Uint8Array): number;
	/** What to wait for after AGAIN. */
	wait(): Wait;
	/** The stream is over: nothing is called on it afterwards. */
	close?(): void;
}

/** Where the guest's bytes go. It never waits. */
export interface Target {
	/** How many bytes were taken; -AGAIN: none now; other -errno. */
	write(from: Uint8Array): number;
	wait(): Wait;
	/** Told of each piece that the guest has given away and that is now being written. */
	writing?(piece: Promise<unknown>): void;
	/** The stream is over: nothing is called on it afterwards. */
	close?(): void;
}

/** A stream for the guest; reading goes on only when the guest reads. */
export type HostStream<T> = AsyncIterable<T>;

/**
 * A stream for the guest, of what `next` gives until it gives undefined. `next` is asked only while the guest reads; its
 * signal is aborted when the guest has dropped the stream. It must not throw. `over` is called once, at the end or then.
 */
export function streamOf<T>(
	next: (signal: AbortSignal) => Promise<T | undefined> | T | undefined,
	over: () => void = () => undefined,
): HostStream<T> {
	const dropped = new AbortController();
	let isOver = false;
	const end = (): IteratorReturnResult<undefined> => {
		if (!isOver) over();
		isOver = true;
		return { done: true, value: undefined };
	};
	const iterator: AsyncIterator<T, undefined> = {
		next: async () => {
			const value = isOver ? undefined : await next(dropped.signal);
			return value === undefined ? end() : { done: false, value };
		},
		return: () => {
			dropped.abort();
			return Promise.resolve(end());
		},
	};
	return { [Symbol.asyncIterator]: () => iterator };
}

/** What `read-via-stream` and its like answer: the bytes, and how it ended. A stream dropped early ended well. */
export function bytesFrom<E>(
	guest: ComponentGuest,
	origin: Origin,
	errorOf: (errno: Errno) => E,
): [HostStream<Uint8Array>, Promise<Outcome<E>>] {
	const { promise, resolve } = Promise.withResolvers<Outcome<E>>();
	let buffer: Uint8Array | undefined;
	const next = async (signal: AbortSignal): Promise<Uint8Array | undefined> => {
		buffer ??= new Uint8Array(CHUNK_BYTES);
		for (;;) {
			const moved = origin.read(buffer);
			if (moved > 0) return buffer.slice(0, moved);
			if (moved !== -Errno.AGAIN) {
				if (moved < 0) resolve({ tag: "err", val: errorOf(-moved as Errno) });
				return undefined;
			}
			await untilReady(guest, origin.wait(), signal);
			if (signal.aborted) return undefined;
		}
	};
	return [
		streamOf(next, () => {
			origin.close?.();
			resolve(DONE);
		}),
		promise,
	];
}

/** Writes all that the guest sends; then, or when it cannot go on, the guest's stream is dropped. */
export async function bytesInto<E>(
	guest: ComponentGuest,
	stream: GuestStream,
	target: Target,
	errorOf: (errno: Errno) => E,
): Promise<Outcome<E>> {
	try {
		for (;;) {
			const { value, done } = await readOn(stream);
			const writing = value === undefined ? undefined : writeAll(guest, value, target);
			if (writing !== undefined) target.writing?.(writing);
			const errno = (await writing) ?? Errno.SUCCESS;
			if (errno !== Errno.SUCCESS) return { tag: "err", val: errorOf(errno) };
			if (done) return DONE;
		}
	} finally {
		target.close?.();
		stream[Symbol.dispose]();
	}
}

/** A guest that traps meanwhile has written its last: how it ended is told elsewhere. */
async function readOn(stream: GuestStream): ReturnType<GuestStream["read"]> {
	try {
		return await stream.read({ count: CHUNK_BYTES });
	} catch {
		return { value: undefined, done: true };
	}
}

async function writeAll(guest: ComponentGuest, bytes: Uint8Array, target: Target): Promise<Errno> {
	let rest = bytes;
	while (rest.length > 0) {
		const moved = target.write(rest);
		if (moved > 0) rest = rest.subarray(moved);
		else if (moved === -Errno.AGAIN) await untilReady(guest, target.wait());
		else return moved === 0 ? Errno.IO : (-moved as Errno);
	}
	return Errno.SUCCESS;
}

/** Waits while other tasks of the guest go on, until it is ready or `signal` is aborted. */
export async function untilReady(guest: ComponentGuest, wait: Wait, signal?: AbortSignal): Promise<void> {
	const { readiness, clocks } = guest.world;
	if (readiness === undefined || signal === undefined) await guest.waits.until([wait]);
	else if (wait.type === "interest") await readiness.when(wait.interest, signal);
	else if (wait.type === "deadline") {
		const left_ns = wait.monotonic_ns - clocks.monotonic_ns();
		if (left_ns > 0n) await readiness.after(left_ns, signal);
	} else await guest.waits.until([wait]);
}

/** Resolves with `promise`, or when the signal is aborted. It leaves nothing behind at the signal, which may live long. */
export async function orAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
	const aborted = Promise.withResolvers<void>();
	const onAbort = () => {
		aborted.resolve();
	};
	signal.addEventListener("abort", onAbort);
	if (signal.aborted) onAbort();
	await Promise.race([promise, aborted.promise]);
	signal.removeEventListener("abort", onAbort);
}
