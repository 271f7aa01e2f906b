import { datetimeOf, deadlineAfter } from "../clocks.ts";
import type { ComponentGuest } from "../component-guest.ts";
import type { HostFamily } from "../host-family.ts";

/** wasi:clocks of 0.3. Guests live in UTC: where the machine stands is not theirs to know. */
export const CLOCKS: HostFamily = {
	"wasi:clocks/types@0.3": () => ({}),
	"wasi:clocks/monotonic-clock@0.3": (guest) => {
		const { clocks } = guest.world;
		return {
			now: () => clocks.monotonic_ns(),
			getResolution: () => clocks.resolution_ns,
			waitUntil: (mark_ns: bigint) => waitUntil(guest, mark_ns),
			waitFor: (duration_ns: bigint) => waitUntil(guest, deadlineAfter(clocks, duration_ns)),
		};
	},
	"wasi:clocks/system-clock@0.3": ({ world: { clocks } }) => ({
		now: () => datetimeOf(clocks.realtime_ns()),
		getResolution: () => clocks.resolution_ns,
	}),
	"wasi:clocks/timezone@0.3": () => ({
		ianaId: () => "UTC",
		utcOffset: () => 0n,
		toDebugString: () => "UTC",
	}),
};

async function waitUntil(guest: ComponentGuest, monotonic_ns: bigint): Promise<void> {
	await guest.waits.until([{ type: "deadline", monotonic_ns }]);
}
