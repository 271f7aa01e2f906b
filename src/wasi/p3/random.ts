import type { ComponentGuest } from "../component-guest.ts";
import type { HostInterface } from "../host-interface.ts";
import { CHUNK_BYTES } from "./streams.ts";

/** wasi:random of 0.3. What is called insecure comes from the same source. */
export function randomInterfaces3(guest: ComponentGuest): readonly [name: string, HostInterface][] {
	const bytes = (length: number): Uint8Array => {
		const filled = new Uint8Array(length);
		guest.world.entropy.fill(filled);
		return filled;
	};
	// "may return fewer": so much at once is what a guest can make us hold
	const some = (length_max: bigint): Uint8Array =>
		bytes(Number(length_max < BigInt(CHUNK_BYTES) ? length_max : BigInt(CHUNK_BYTES)));
	const u64 = (): bigint => new DataView(bytes(8).buffer).getBigUint64(0, true);
	// one seed for all hash tables of the guest: asking again tells nothing new
	let seed: readonly [bigint, bigint] | undefined;
	return [
		["wasi:random/random@0.3", { getRandomBytes: some, getRandomU64: u64 }],
		["wasi:random/insecure@0.3", { getInsecureRandomBytes: some, getInsecureRandomU64: u64 }],
		["wasi:random/insecure-seed@0.3", { getInsecureSeed: () => (seed ??= [u64(), u64()]) }],
	];
}
