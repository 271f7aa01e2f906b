import type { Interest } from "./waiter.ts";

/**
 * Waiting that lets other work go on: for guests that share their thread, as requests of a service do, and
 * for the tasks of one guest under WASI 0.3. The other way is the Waiter, which stops the thread.
 */
export interface Readiness {
	/** Resolves when the interest is ready, or when `signal` is aborted. Never rejects. */
	when(interest: Interest, signal?: AbortSignal): Promise<void>;
	/** Resolves after so long. Never rejects. */
	after(delay_ns: bigint, signal?: AbortSignal): Promise<void>;
	/** Ends what it holds: timers, its thread. */
	close(): void;
}
