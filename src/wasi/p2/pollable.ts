import type { ComponentGuest } from "../component-guest.ts";
import { Resource } from "../resource.ts";
import { isReady, type Wait } from "../waits.ts";

/** One call of poll takes so many. */
const POLLED_MAX = 8_192;

/** wasi:io/poll `pollable`. What is waited for is asked anew each time: it may change as its source does. */
export class Pollable extends Resource {
	readonly #wait: () => Wait;

	constructor(guest: ComponentGuest, wait: () => Wait) {
		super(guest);
		this.#wait = wait;
	}

	get wait(): Wait {
		return this.#wait();
	}

	ready(): boolean {
		return isReady(this.guest.world, this.wait);
	}

	block(): void | Promise<void> {
		const waited = this.guest.waits.until([this.wait]);
		if (waited instanceof Promise) return waited.then(() => undefined);
	}
}

/** wasi:io/poll `poll`: the indices of those that are ready, one at least. Traps on an empty list. */
export function poll(
	guest: ComponentGuest,
	pollables: readonly Pollable[],
): Uint32Array | Promise<Uint32Array> {
	if (pollables.length === 0) guest.trap("it polled an empty list");
	if (pollables.length > POLLED_MAX)
		guest.trap(`it polled ${pollables.length} pollables, over ${POLLED_MAX}`);
	const waited = guest.waits.until(pollables.map(({ wait }) => wait));
	return waited instanceof Promise
		? waited.then((ready) => Uint32Array.from(ready))
		: Uint32Array.from(waited);
}

/** For what is always ready. */
export const READY: Wait = { type: "ready" };
