import type { Clocks } from "../../sys/clocks.ts";
import { type Libc, libc, type NativeMemory, nativeMemory } from "./libc.ts";

const CLOCK_REALTIME = 0;
const CLOCK_PROCESS_CPUTIME_ID = 2;
const SECOND_NS = 1_000_000_000n;
/** How far the clock of the wall and what we make of it may be apart: `Date.now()` has 1 ms steps. */
const DRIFT_MS_MAX = 2;

/** The machine's clocks, to the nanosecond where libc can be called, else to the microsecond. */
export function systemClocks(): Clocks {
	const c = libc();
	return c === undefined ? nodeClocks() : libcClocks(c);
}

function libcClocks(c: Libc): Clocks {
	const time = nativeMemory(16);
	return {
		realtime_ns: () => readClock(c, CLOCK_REALTIME, time),
		monotonic_ns: () => process.hrtime.bigint(),
		cpu_ns: () => readClock(c, CLOCK_PROCESS_CPUTIME_ID, time),
		resolution_ns: 1n,
	};
}

function readClock(c: Libc, clock: number, { view, address }: NativeMemory): bigint {
	c.clock_gettime(clock, address);
	return view.getBigInt64(0, true) * SECOND_NS + view.getBigInt64(8, true);
}

/** Without libc: what the monotonic clock says, counted from a moment whose real time is known. */
export function nodeClocks(): Clocks {
	let origin_ms = performance.timeOrigin;
	return {
		realtime_ns() {
			let time_ms = origin_ms + performance.now();
			const wall_ms = Date.now();
			if (Math.abs(time_ms - wall_ms) > DRIFT_MS_MAX) {
				// Someone has set the clock.
				origin_ms += wall_ms - time_ms;
				time_ms = wall_ms;
			}
			return BigInt(Math.round(time_ms * 1000)) * 1000n;
		},
		monotonic_ns: () => process.hrtime.bigint(),
		cpu_ns() {
			const { user, system } = process.cpuUsage();
			return BigInt(user + system) * 1000n;
		},
		resolution_ns: 1000n,
	};
}
