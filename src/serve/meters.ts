import type { MeterNames } from "../wasm/meter.ts";
import { engageMeter, type MeterCounter, type MeterHook } from "../wasm/meter-hook.ts";
import { isOnOwnStack } from "./own-stack.ts";
import { pausingHook } from "./pausing-hook.ts";
import { Renewal } from "./renewal.ts";
import type { ServedGuest } from "./served-guest.ts";

/** So many loops and calls a guest may do before it asks: about a millisecond. */
const TICKS = 1_000_000;
/** What a module's start function may do, before anybody could be asked. */
export const START_TICKS = 500_000_000;
/** A guest that computes for longer lets others run. */
const TURN_MS = 5;
const ID_MAX = 2 ** 31 - 1;

interface Metered {
	readonly guest: ServedGuest;
	readonly counter: MeterCounter;
}

/** What is noted of an instance while it is made. */
export interface Making {
	readonly guest: ServedGuest;
	/** Of its core instances' meters. */
	readonly ids: number[];
	readonly renewal: Renewal;
}

/**
 * Keeps guests that compute from stopping everybody else: each asks after so many steps, and then either ends, where it was
 * stopped, or waits until the event loop has been round. One such guest is resumed in each round, so that many of them
 * are no worse than one.
 */
export class Meters {
	readonly #metered = new Map<number, Metered>();
	readonly #paused: (() => void)[] = [];
	readonly #stuck_ms: number;
	#hook: MeterHook | undefined;
	#making: Making | undefined;
	#lastId = 0;
	#turn_ms = 0;

	/** @param stuck_ms how long a guest may compute where it cannot be made to wait: within a call of the host's into it */
	constructor(stuck_ms: number) {
		this.#stuck_ms = stuck_ms;
	}

	/** Meters the core instances that `make` makes, at once, for this guest. */
	during<Made>(guest: ServedGuest, make: () => Made): { readonly made: Made; readonly making: Making } {
		const before = this.#making;
		const making = { guest, ids: [], renewal: new Renewal() };
		this.#making = making;
		try {
			return { made: make(), making };
		} catch (cause) {
			this.forget(making.ids);
			throw cause;
		} finally {
			this.#making = before;
		}
	}

	/** Of the instance that is being made. */
	get renewal(): Renewal | undefined {
		return this.#making?.renewal;
	}

	/** For each core instance, when it has been made. */
	engage(exports: WebAssembly.Exports, names: MeterNames): void {
		this.#hook ??= pausingHook(
			(id) => this.#ask(id),
			async () => this.#pause(),
		);
		const id = this.#nextId();
		const counter = engageMeter(exports, names, this.#hook, id);
		counter.value = TICKS;
		if (this.#making === undefined) return;
		this.#metered.set(id, { guest: this.#making.guest, counter });
		this.#making.ids.push(id);
	}

	/** A guest begins to work. */
	begin(): void {
		this.#turn_ms = performance.now();
	}

	forget(ids: readonly number[]): void {
		for (const id of ids) this.#metered.delete(id);
	}

	/** Whether the guest is to pause. Where it has been ended its counter stays below zero: a trap, which it cannot catch. */
	#ask(id: number): boolean {
		const metered = this.#metered.get(id);
		if (metered === undefined) throw new Error("a guest asks that is gone");
		const { guest, counter } = metered;
		if (guest.end !== undefined) return false;
		counter.value = TICKS;
		const ran_ms = performance.now() - this.#turn_ms;
		if (ran_ms < TURN_MS) return false;
		if (isOnOwnStack()) return true;
		if (ran_ms > this.#stuck_ms) guest.trap("it kept its host from going on");
		return false;
	}

	async #pause(): Promise<void> {
		await new Promise<void>((resolve) => {
			this.#paused.push(resolve);
			if (this.#paused.length === 1) setImmediate(() => this.#resume());
		});
		this.#turn_ms = performance.now();
	}

	#resume(): void {
		this.#paused.shift()?.();
		if (this.#paused.length > 0) setImmediate(() => this.#resume());
	}

	#nextId(): number {
		this.#lastId = this.#lastId === ID_MAX ? 1 : this.#lastId + 1;
		return this.#lastId;
	}
}
