import { Errno } from "../sys/errno.ts";
import type { Clocks } from "../sys/clocks.ts";
import type { Readiness } from "../sys/readiness.ts";
import type { Interest, Waiter } from "../sys/waiter.ts";

/** Something that a guest can wait for: what is behind a `pollable`. */
export type Wait =
	| { readonly type: "ready" }
	/** Of the monotonic clock. */
	| { readonly type: "deadline"; readonly monotonic_ns: bigint }
	| { readonly type: "interest"; readonly interest: Interest }
	/** What only the host's event loop can tell, such as HTTP. */
	| { readonly type: "promise"; readonly isReady: () => boolean; readonly when: () => Promise<void> };

/** The two ways of waiting. Answers which of the waits are ready, at least one: in order, as indices. */
export interface Waits {
	/** A promise only where it lets other work go on meanwhile. */
	until(waits: readonly Wait[]): readonly number[] | Promise<readonly number[]>;
}

export interface WaitsHost {
	readonly clocks: Clocks;
	readonly waiter: Waiter;
	/** Undefined: the thread sleeps. Then no wait is a "promise". */
	readonly readiness: Readiness | undefined;
}

/** Waits by `readiness` where there is one, and otherwise by putting the thread to sleep. */
export function waitsOf(host: WaitsHost): Waits {
	return {
		until: (waits) => {
			const now = readyNow(host, waits);
			if (now.length > 0) return now;
			return host.readiness === undefined ? sleep(host, waits) : meanwhile(host, host.readiness, waits);
		},
	};
}

/** Whether it is ready, without waiting. */
export function isReady(host: WaitsHost, wait: Wait): boolean {
	return readyNow(host, [wait]).length > 0;
}

/** Looks at all of them at once. */
function readyNow({ clocks, waiter }: WaitsHost, waits: readonly Wait[]): number[] {
	const interests = waits.flatMap((wait) => (wait.type === "interest" ? [wait.interest] : []));
	const looked = interests.length === 0 ? Errno.SUCCESS : waiter.wait(interests, 0n);
	const time = waits.some(({ type }) => type === "deadline") ? clocks.monotonic_ns() : 0n;
	return indicesOf(waits, (wait) => {
		switch (wait.type) {
			case "ready":
				return true;
			case "deadline":
				return wait.monotonic_ns <= time;
			case "interest":
				// what cannot be waited for is ready: the call itself will say why
				return looked !== Errno.SUCCESS || wait.interest.ready;
			case "promise":
				return wait.isReady();
		}
	});
}

function sleep(host: WaitsHost, waits: readonly Wait[]): readonly number[] {
	const interests = waits.flatMap((wait) => (wait.type === "interest" ? [wait.interest] : []));
	for (;;) {
		host.waiter.wait(interests, timeLeft(host.clocks, waits));
		const ready = readyNow(host, waits);
		if (ready.length > 0) return ready;
	}
}

async function meanwhile(
	host: WaitsHost,
	readiness: Readiness,
	waits: readonly Wait[],
): Promise<readonly number[]> {
	for (;;) {
		const other = new AbortController();
		await Promise.race(waits.map((wait) => whenReady(host, readiness, wait, other.signal)));
		other.abort();
		const ready = readyNow(host, waits);
		if (ready.length > 0) return ready;
	}
}

function whenReady(
	{ clocks }: WaitsHost,
	readiness: Readiness,
	wait: Wait,
	signal: AbortSignal,
): Promise<void> {
	switch (wait.type) {
		case "ready":
			return Promise.resolve();
		case "deadline":
			return readiness.after(timeLeft(clocks, [wait]) ?? 0n, signal);
		case "interest":
			return readiness.when(wait.interest, signal);
		case "promise":
			return wait.when();
	}
}

/** Until the first deadline, not less than zero; undefined: there is none. */
function timeLeft(clocks: Clocks, waits: readonly Wait[]): bigint | undefined {
	let first: bigint | undefined;
	for (const wait of waits) {
		if (wait.type === "deadline" && (first === undefined || wait.monotonic_ns < first))
			first = wait.monotonic_ns;
	}
	if (first === undefined) return undefined;
	const left = first - clocks.monotonic_ns();
	return left < 0n ? 0n : left;
}

function indicesOf(waits: readonly Wait[], is: (wait: Wait) => boolean): number[] {
	const indices: number[] = [];
	for (const [index, wait] of waits.entries()) if (is(wait)) indices.push(index);
	return indices;
}
