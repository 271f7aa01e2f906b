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
	/** What takes steps of its own, such as looking up a name: each time it is asked, a step where one is due. */
	| {
			readonly type: "steps";
			/** Takes the step. */
			readonly isReady: () => boolean;
			/** To ask again when one of these is ready, or after so long. */
			readonly interests: () => readonly Interest[];
			readonly dueIn_ns: () => bigint;
	  }
	/** What only the host's event loop can tell, such as HTTP. */
	| { readonly type: "promise"; readonly isReady: () => boolean; readonly when: () => Promise<void> };

/** The two ways of waiting. Answers which of the waits are ready, at least one: in order, as indices. */
export interface Waits {
	/** What goes on while the guest waits for anything, such as sending what it wrote; it leaves when it is ready. */
	readonly background: Set<Wait>;
	/**
	 * A promise only where it lets other work go on meanwhile. When `stopping` is aborted, nothing is held for it any more,
	 * and it may answer that none is ready.
	 */
	until(waits: readonly Wait[], stopping?: Stopping): readonly number[] | Promise<readonly number[]>;
}

/** Asked for its signal only where something is waited for. */
export interface Stopping {
	readonly signal: AbortSignal;
}

export interface WaitsHost {
	readonly clocks: Clocks;
	readonly waiter: Waiter;
	/** Undefined: the thread sleeps. Then no wait is a "promise". */
	readonly readiness: Readiness | undefined;
}

/** Waits by `readiness` where there is one, and otherwise by putting the thread to sleep. */
export function waitsOf(host: WaitsHost): Waits {
	const background = new Set<Wait>();
	return {
		background,
		until: (waits, stopping) => {
			if (host.readiness === undefined) return sleep(host, waits, background);
			const now = readyNow(host, waits, background);
			return now.length > 0 ? now : meanwhile(host, host.readiness, waits, background, stopping?.signal);
		},
	};
}

/** Whether it is ready, without waiting. */
export function isReady(host: WaitsHost, wait: Wait): boolean {
	return readyNow(host, [wait], NOTHING).length > 0;
}

const NOTHING: Set<Wait> = new Set();

/** Looks at all of them at once. */
function readyNow(host: WaitsHost, waits: readonly Wait[], background: Set<Wait>): number[] {
	takeSteps(background);
	return readyOf(host, waits, look(host, waits.flatMap(ownInterest), 0n));
}

function takeSteps(background: Set<Wait>): void {
	for (const wait of background) if (wait.type === "steps" && wait.isReady()) background.delete(wait);
}

function look({ waiter }: WaitsHost, interests: readonly Interest[], timeout_ns: bigint | undefined): Errno {
	if (interests.length === 0 && timeout_ns === 0n) return Errno.SUCCESS;
	return waiter.wait(interests, timeout_ns);
}

/** Which are ready, when the kernel has been asked. */
function readyOf({ clocks }: WaitsHost, waits: readonly Wait[], looked: Errno): number[] {
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
			case "steps":
			case "promise":
				return wait.isReady();
		}
	});
}

/** The kernel is asked once where that is enough: it is what waiting costs. */
function sleep(host: WaitsHost, waits: readonly Wait[], background: Set<Wait>): readonly number[] {
	for (;;) {
		takeSteps(background);
		const all = background.size === 0 ? waits : [...waits, ...background];
		const timeout_ns = waits.some(needsNoWait) ? 0n : timeLeft(host.clocks, all);
		const ready = readyOf(host, waits, look(host, all.flatMap(interestsOf), timeout_ns));
		if (ready.length > 0) return ready;
	}
}

function needsNoWait(wait: Wait): boolean {
	return wait.type === "ready" || (wait.type === "steps" && wait.isReady());
}

function ownInterest(wait: Wait): readonly Interest[] {
	return wait.type === "interest" ? [wait.interest] : [];
}

async function meanwhile(
	host: WaitsHost,
	readiness: Readiness,
	waits: readonly Wait[],
	background: Set<Wait>,
	stopped: AbortSignal | undefined,
): Promise<readonly number[]> {
	for (;;) {
		if (stopped?.aborted === true) return [];
		const other = new AbortController();
		const end = () => other.abort();
		stopped?.addEventListener("abort", end);
		const all = [...waits, ...background];
		await Promise.race(all.map((wait) => whenReady(host, readiness, wait, other.signal)));
		stopped?.removeEventListener("abort", end);
		other.abort();
		const ready = readyNow(host, waits, background);
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
		case "steps":
			return Promise.race([
				readiness.after(wait.dueIn_ns(), signal),
				...wait.interests().map((interest) => readiness.when(interest, signal)),
			]);
		case "promise":
			return wait.when();
	}
}

function interestsOf(wait: Wait): readonly Interest[] {
	return wait.type === "steps" ? wait.interests() : ownInterest(wait);
}

/** Until the first deadline or step, not less than zero; undefined: there is none. */
function timeLeft(clocks: Clocks, waits: readonly Wait[]): bigint | undefined {
	let least: bigint | undefined;
	for (const wait of waits) {
		const left = leftOf(clocks, wait);
		if (left !== undefined && (least === undefined || left < least)) least = left;
	}
	return least !== undefined && least < 0n ? 0n : least;
}

function leftOf(clocks: Clocks, wait: Wait): bigint | undefined {
	if (wait.type === "deadline") return wait.monotonic_ns - clocks.monotonic_ns();
	return wait.type === "steps" ? wait.dueIn_ns() : undefined;
}

function indicesOf(waits: readonly Wait[], is: (wait: Wait) => boolean): number[] {
	const indices: number[] = [];
	for (const [index, wait] of waits.entries()) if (is(wait)) indices.push(index);
	return indices;
}
