import { ComponentGuest, type ComponentWorld } from "../wasi/component-guest.ts";
import { type Stopping, type Wait, type Waits, waitsOf } from "../wasi/waits.ts";

/** A guest that can be ended from outside while it waits, so that its stack unwinds and its memory is free. */
export class ServedGuest extends ComponentGuest {
	#stopped: PromiseWithResolvers<never> | undefined;
	#abort: AbortController | undefined;
	override readonly waits: Waits;

	constructor(world: ComponentWorld) {
		super(world);
		const signal = () => this.#signal();
		this.waits = stoppable(waitsOf(world), async () => this.#whenStopped(), {
			get signal() {
				return signal();
			},
		});
	}

	/** Whether nothing is left of what it did, as far as the host can see. */
	get isUnused(): boolean {
		return this.end === undefined && this.resources === 0 && this.waits.background.size === 0;
	}

	/** Ends it: whatever it calls or waits for now throws. */
	stop(): void {
		try {
			this.finish({ type: "signal", signal: "SIGKILL", number: 9 });
		} catch (end) {
			this.#stopped?.reject(end);
			// timers and descriptors that are waited for: nobody else would let go of them
			this.#abort?.abort();
		}
	}

	#signal(): AbortSignal {
		return (this.#abort ??= new AbortController()).signal;
	}

	async #whenStopped(): Promise<never> {
		if (this.end !== undefined) throw this.end;
		if (this.#stopped === undefined) {
			this.#stopped = Promise.withResolvers();
			// those that wait hear of it
			this.#stopped.promise.catch(() => {});
		}
		return this.#stopped.promise;
	}
}

function stoppable(waits: Waits, whenStopped: () => Promise<never>, stopping: Stopping): Waits {
	return {
		background: waits.background,
		until(wanted: readonly Wait[]) {
			const ready = waits.until(wanted, stopping);
			return ready instanceof Promise ? Promise.race([ready, whenStopped()]) : ready;
		},
	};
}
