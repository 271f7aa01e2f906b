import { Errno } from "../../sys/errno.ts";
import type { FrozenClocks } from "../../sys/frozen-clocks.ts";
import type { Interest, Waiter } from "../../sys/waiter.ts";
import { MemoryConnection, MemoryListener } from "./sockets.ts";
import { MemorySource } from "./streams.ts";

/** Waits for memory streams, in the time of frozen clocks: what is not ready now never becomes so. */
export class MemoryWaiter implements Waiter {
	readonly #clocks: FrozenClocks;

	constructor(clocks: FrozenClocks) {
		this.#clocks = clocks;
	}

	/** DEADLK where others would wait for ever. */
	wait(interests: readonly Interest[], timeout_ns: bigint | undefined): Errno {
		for (const interest of interests) look(interest);
		if (interests.some((interest) => interest.ready)) return Errno.SUCCESS;
		if (timeout_ns === undefined) return Errno.DEADLK;
		this.#clocks.advance(timeout_ns);
		return Errno.SUCCESS;
	}
}

function look(interest: Interest): void {
	const available_bytes = availableFrom(interest);
	interest.hangup = available_bytes === undefined;
	interest.ready = interest.event === "write" || available_bytes !== 0;
	interest.available_bytes = available_bytes ?? 0;
}

/** What can be read at once; undefined at the end. */
function availableFrom({ source }: Interest): number | undefined {
	if (source instanceof MemoryListener) return source.pending;
	if (source instanceof MemorySource || source instanceof MemoryConnection) return source.available_bytes;
	return 0;
}
