import type { ComponentGuest } from "./component-guest.ts";

/**
 * Something of the host's that a component holds a handle on. It counts towards the guest's limit from when it
 * is made until it is dropped; dropping it twice is dropping it once.
 */
export abstract class Resource {
	readonly guest: ComponentGuest;
	#weight: number;
	#held = true;

	/**
	 * Traps when the guest holds too many.
	 *
	 * @param weight how many it counts for: one for each KiB, about, that it makes the host keep
	 */
	constructor(guest: ComponentGuest, weight = 1) {
		guest.holdResource(weight);
		this.guest = guest;
		this.#weight = weight;
	}

	get isHeld(): boolean {
		return this.#held;
	}

	[Symbol.dispose](): void {
		if (!this.#held) return;
		this.#held = false;
		this.guest.releaseResource(this.#weight);
		this.dropped();
	}

	/** What it makes the host keep has changed. Traps as the constructor does. */
	protected weigh(weight: number): void {
		if (!this.#held) return;
		if (weight > this.#weight) this.guest.holdResource(weight - this.#weight);
		else this.guest.releaseResource(this.#weight - weight);
		this.#weight = weight;
	}

	/** Frees what is behind it. Called once. */
	protected dropped(): void {}
}
