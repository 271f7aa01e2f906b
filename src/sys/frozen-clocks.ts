import type { Clocks } from "./clocks.ts";
import { Errno } from "./errno.ts";
import type { Interest, Waiter } from "./waiter.ts";

/** Not zero: programs take a monotonic clock of zero for one that was never read (Go's runtime stops). */
const MONOTONIC_START_NS = 1_000_000_000n;

/** Clocks that stand still until someone advances them: `--clock frozen=TIME`, and tests. */
export class FrozenClocks implements Clocks {
	readonly resolution_ns = 1n;
	readonly #start_ns: bigint;
	#passed_ns = 0n;

	/** `start_ns`: the time to start at, nanoseconds since 1970. */
	constructor(start_ns: bigint) {
		this.#start_ns = start_ns;
	}

	realtime_ns(): bigint {
		return this.#start_ns + this.#passed_ns;
	}

	monotonic_ns(): bigint {
		return MONOTONIC_START_NS + this.#passed_ns;
	}

	/** Stands still: how long a program computes differs from run to run. */
	cpu_ns(): bigint {
		return 0n;
	}

	advance(passed_ns: bigint): void {
		this.#passed_ns += passed_ns;
	}
}

/**
 * Waits as a guest of frozen clocks does. A mere sleep takes no real time: the clocks go on by as much
 * as was asked for. Who waits for input too really waits, at most as long as asked; the clocks go on
 * only where that time ran out, so that the same input gives the same run.
 */
export class FrozenWaiter implements Waiter {
	readonly #clocks: FrozenClocks;
	readonly #waiter: Waiter;

	constructor(clocks: FrozenClocks, waiter: Waiter) {
		this.#clocks = clocks;
		this.#waiter = waiter;
	}

	wait(interests: readonly Interest[], timeout_ns: bigint | undefined): Errno {
		const onlySleeps = interests.length === 0 && timeout_ns !== undefined;
		const answer = onlySleeps ? Errno.SUCCESS : this.#waiter.wait(interests, timeout_ns);
		if (answer === Errno.SUCCESS && !interests.some((interest) => interest.ready))
			this.#clocks.advance(timeout_ns ?? 0n);
		return answer;
	}
}
