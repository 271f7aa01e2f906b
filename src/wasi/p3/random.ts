import type { HostFamily } from "../host-family.ts";
import { insecureSeed, randomBytes, randomWord } from "../random.ts";
import { CHUNK_BYTES } from "./streams.ts";
import type { ComponentGuest } from "../component-guest.ts";

/** wasi:random of 0.3. What is called insecure comes from the same source as the rest: it costs nothing more. */
export const RANDOM: HostFamily = {
	"wasi:random/random@0.3": (guest) => ({
		getRandomBytes: (length_max: bigint) => someBytes(guest, length_max),
		getRandomU64: () => randomWord(guest.world.entropy),
	}),
	"wasi:random/insecure@0.3": (guest) => ({
		getInsecureRandomBytes: (length_max: bigint) => someBytes(guest, length_max),
		getInsecureRandomU64: () => randomWord(guest.world.entropy),
	}),
	"wasi:random/insecure-seed@0.3": ({ world: { entropy } }) => ({
		getInsecureSeed: insecureSeed(entropy),
	}),
};

/** Fewer than asked for are allowed in 0.3: so many at once is what a guest can make us hold. */
function someBytes(guest: ComponentGuest, length_max: bigint): Uint8Array {
	const most = BigInt(CHUNK_BYTES);
	return randomBytes(guest, length_max < most ? length_max : most);
}
