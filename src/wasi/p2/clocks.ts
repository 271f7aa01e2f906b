import { datetimeOf, deadlineAfter } from "../clocks.ts";
import type { HostFamily } from "../host-family.ts";
import { Pollable } from "./pollable.ts";

/** wasi:clocks 0.2. Guests live in UTC: where the machine stands is not theirs to know. */
export const CLOCKS: HostFamily = {
	"wasi:clocks/monotonic-clock@0.2": (guest) => {
		const { clocks } = guest.world;
		const at = (monotonic_ns: bigint) => new Pollable(guest, () => ({ type: "deadline", monotonic_ns }));
		return {
			now: () => clocks.monotonic_ns(),
			resolution: () => clocks.resolution_ns,
			subscribeInstant: (when_ns: bigint) => at(when_ns),
			subscribeDuration: (duration_ns: bigint) => at(deadlineAfter(clocks, duration_ns)),
		};
	},
	"wasi:clocks/wall-clock@0.2": ({ world: { clocks } }) => ({
		now: () => datetimeOf(clocks.realtime_ns()),
		resolution: () => datetimeOf(clocks.resolution_ns),
	}),
	"wasi:clocks/timezone@0.2": () => ({
		display: () => ({ utcOffset: 0, name: "UTC", inDaylightSavingTime: false }),
		utcOffset: () => 0,
	}),
};
