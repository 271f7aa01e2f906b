import type { ClientLimits } from "./limits.ts";

/**
 * How long we wait for the other side. It ends the exchange through `signal` when headers do not come,
 * or when fewer than `stall_bytes` come or go while we wait for `stall_ms`. Time in which nobody waits
 * (a slow disk of ours) does not count.
 */
export class Patience {
	readonly #controller = new AbortController();
	readonly #limits: ClientLimits;
	#timer: NodeJS.Timeout | undefined;
	#waited_ms = 0;
	#bytes = 0;

	constructor(limits: ClientLimits) {
		this.#limits = limits;
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** From now on, the other side has this long; a later call replaces it. */
	expect(within_ms: number, what: string): void {
		this.rest();
		this.#timer = setTimeout(() => {
			this.#controller.abort(new Stalled(what));
		}, within_ms);
	}

	/** Nobody waits for anything. */
	rest(): void {
		clearTimeout(this.#timer);
	}

	/** Waits for `step`, which brings or takes bytes: as many as it answers. */
	async during(step: Promise<number>): Promise<void> {
		const { stall_ms, stall_bytes } = this.#limits;
		const begun_ms = performance.now();
		this.expect(stall_ms, "no data came");
		try {
			this.#bytes += await step;
		} finally {
			this.rest();
		}
		this.#waited_ms += performance.now() - begun_ms;
		if (this.#waited_ms < stall_ms) return;
		if (this.#bytes < stall_bytes) this.#controller.abort(new Stalled("data came too slowly"));
		this.#waited_ms = 0;
		this.#bytes = 0;
	}
}

/** Why an exchange was given up: the reason of its signal. */
export class Stalled extends Error {}
