import type { Clocks } from "./clocks.ts";

/** A millisecond: too coarse to time a cache or a branch with. */
const STEP_NS = 1_000_000n;

/** Other clocks, told in whole steps only: nothing finer can be measured with them. */
export class CoarseClocks implements Clocks {
	readonly resolution_ns: bigint;
	readonly #clocks: Clocks;

	/** `step_ns`: at least what the clocks beneath can tell apart. */
	constructor(clocks: Clocks, step_ns: bigint = STEP_NS) {
		this.#clocks = clocks;
		this.resolution_ns = step_ns > clocks.resolution_ns ? step_ns : clocks.resolution_ns;
	}

	realtime_ns(): bigint {
		return this.#floor(this.#clocks.realtime_ns());
	}

	monotonic_ns(): bigint {
		return this.#floor(this.#clocks.monotonic_ns());
	}

	cpu_ns(): bigint {
		return this.#floor(this.#clocks.cpu_ns());
	}

	#floor(time_ns: bigint): bigint {
		return time_ns - (time_ns % this.resolution_ns);
	}
}
