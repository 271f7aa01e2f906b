import type { Clocks } from "../../sys/clocks.ts";
import { Errno } from "../../sys/errno.ts";
import { hostFunction } from "./function.ts";

/** preview1 `$clockid`. A guest has one thread, so its CPU time is the process's. */
export const ClockId = { REALTIME: 0, MONOTONIC: 1, PROCESS_CPU: 2, THREAD_CPU: 3 } as const;

export const clock_res_get = hostFunction(
	"clock_res_get",
	[
		["id", "clockid"],
		["resolution", "->u64"],
	],
	({ guest, memory }, id: number, result: number) => {
		if (!isClock(id)) return Errno.INVAL;
		if (!memory.has(result, 8)) return Errno.FAULT;
		memory.setU64(result, guest.world.clocks.resolution_ns);
		return Errno.SUCCESS;
	},
);

export const clock_time_get = hostFunction(
	"clock_time_get",
	[
		["id", "clockid"],
		["precision", "u64"],
		["time", "->u64"],
	],
	({ guest, memory }, id: number, _precision: bigint, result: number) => {
		if (!isClock(id)) return Errno.INVAL;
		if (!memory.has(result, 8)) return Errno.FAULT;
		memory.setU64(result, readClock(guest.world.clocks, id));
		return Errno.SUCCESS;
	},
);

export function isClock(id: number): boolean {
	return id >= ClockId.REALTIME && id <= ClockId.THREAD_CPU;
}

export function readClock(clocks: Clocks, id: number): bigint {
	if (id === ClockId.REALTIME) return clocks.realtime_ns();
	return id === ClockId.MONOTONIC ? clocks.monotonic_ns() : clocks.cpu_ns();
}
