import type { ComponentGuest } from "../component-guest.ts";
import type { HostInterface } from "../host-interface.ts";

const U64_MAX = 2n ** 64n - 1n;
const SECOND_NS = 1_000_000_000n;

/** `instant` of wasi:clocks/system-clock. */
export interface Instant {
	readonly seconds: bigint;
	/** Less than a second. */
	readonly nanoseconds: number;
}

/** wasi:clocks of 0.3. */
export function clockInterfaces3(guest: ComponentGuest): readonly [name: string, HostInterface][] {
	const { clocks } = guest.world;
	const waitUntil = async (monotonic_ns: bigint): Promise<void> => {
		await guest.waits.until([{ type: "deadline", monotonic_ns }]);
	};
	return [
		["wasi:clocks/types@0.3", {}],
		[
			"wasi:clocks/monotonic-clock@0.3",
			{
				now: () => clocks.monotonic_ns(),
				getResolution: () => clocks.resolution_ns,
				waitUntil,
				waitFor: (duration_ns: bigint) => {
					const end = clocks.monotonic_ns() + duration_ns;
					return waitUntil(end > U64_MAX ? U64_MAX : end);
				},
			},
		],
		[
			"wasi:clocks/system-clock@0.3",
			{ now: () => instantOf(clocks.realtime_ns()), getResolution: () => clocks.resolution_ns },
		],
		// where the host is on the map was granted to nobody
		["wasi:clocks/timezone@0.3", { ianaId: () => "UTC", utcOffset: () => 0n, toDebugString: () => "UTC" }],
	];
}

/** Nanoseconds since 1970 as an instant; before 1970 the seconds are negative, the nanoseconds never. */
export function instantOf(realtime_ns: bigint): Instant {
	const nanoseconds = ((realtime_ns % SECOND_NS) + SECOND_NS) % SECOND_NS;
	return { seconds: (realtime_ns - nanoseconds) / SECOND_NS, nanoseconds: Number(nanoseconds) };
}

/** Undefined where the parts are no time that a file can have. */
export function nanosecondsOf({ seconds, nanoseconds }: Instant): bigint | undefined {
	if (seconds < 0n || nanoseconds >= Number(SECOND_NS)) return undefined;
	const time_ns = seconds * SECOND_NS + BigInt(nanoseconds);
	return time_ns > U64_MAX ? undefined : time_ns;
}
