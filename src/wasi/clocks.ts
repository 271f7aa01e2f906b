import type { Clocks } from "../sys/clocks.ts";

const SECOND_NS = 1_000_000_000n;

/** The largest instant and duration that WASI can say: a u64 of nanoseconds. */
export const INSTANT_MAX_NS = (1n << 64n) - 1n;

/** Seconds since 1970 (or of a span) and what is left of them, as 0.2's `datetime` has it. */
export interface Datetime {
	readonly seconds: bigint;
	/** 0 to 999,999,999. */
	readonly nanoseconds: number;
}

export function datetimeOf(time_ns: bigint): Datetime {
	return { seconds: time_ns / SECOND_NS, nanoseconds: Number(time_ns % SECOND_NS) };
}

/** Undefined where the nanoseconds make up a second or more: then it is no datetime. */
export function nanosecondsOf({ seconds, nanoseconds }: Datetime): bigint | undefined {
	if (BigInt(nanoseconds) >= SECOND_NS) return undefined;
	return seconds * SECOND_NS + BigInt(nanoseconds);
}

/** The moment `duration_ns` from now, of the monotonic clock; the last one that there is where it would be later. */
export function deadlineAfter(clocks: Clocks, duration_ns: bigint): bigint {
	const deadline_ns = clocks.monotonic_ns() + duration_ns;
	return deadline_ns > INSTANT_MAX_NS ? INSTANT_MAX_NS : deadline_ns;
}
