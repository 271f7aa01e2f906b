import type { ComponentGuest } from "./component-guest.ts";

/**
 * Something of the host's that a component holds a handle on. It counts towards the guest's limit from when it
 * is made until it is dropped; dropping it twice is dropping it once.
 */
export abstract class Resource {
	readonly guest: ComponentGuest;
	#held = true;

	/** Traps when the guest holds too many. */
	constructor(guest: ComponentGuest) {
		guest.holdResource();
		this.guest = guest;
	}

	get isHeld(): boolean {
		return this.#held;
	}

	[Symbol.dispose](): void {
		if (!this.#held) return;
		this.#held = false;
		this.guest.releaseResource();
		this.dropped();
	}

	/** Frees what is behind it. Called once. */
	protected dropped(): void {}
}
