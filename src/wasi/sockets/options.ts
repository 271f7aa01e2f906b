import type { SocketOption } from "../../sys/network.ts";

const SECOND_NS = 1_000_000_000n;

/** What systems take; WASI wants what is beyond it taken for the nearest that they do. */
const RANGES: ReadonlyMap<SocketOption, readonly [least: bigint, most: bigint]> = new Map([
	// Linux counts in whole seconds, up to MAX_TCP_KEEPIDLE and its kin
	["keep-alive-idle-time_ns", [SECOND_NS, 32_767n * SECOND_NS]],
	["keep-alive-interval_ns", [SECOND_NS, 32_767n * SECOND_NS]],
	["keep-alive-count", [1n, 127n]],
	["hop-limit", [1n, 255n]],
	["receive-buffer_bytes", [1n, 0x3fff_ffffn]],
	["send-buffer_bytes", [1n, 0x3fff_ffffn]],
]);

/** The value that is set for the one that was asked for; undefined for 0, which is none (but for a switch). */
export function optionInRange(name: SocketOption, value: bigint): bigint | undefined {
	const range = RANGES.get(name);
	if (range === undefined) return value;
	if (value === 0n) return undefined;
	const [least, most] = range;
	return value < least ? least : value > most ? most : value;
}
