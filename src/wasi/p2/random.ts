import type { ComponentGuest } from "../component-guest.ts";
import type { HostFamily } from "../host-family.ts";
import { insecureSeed, randomBytes, randomWord } from "../random.ts";

/** wasi:random 0.2. What is called insecure comes from the same source as the rest: it costs nothing more. */
export const RANDOM: HostFamily = {
	"wasi:random/random@0.2": (guest) => ({
		getRandomBytes: (length: bigint) => randomBytes(guest, length),
		getRandomU64: () => word(guest),
	}),
	"wasi:random/insecure@0.2": (guest) => ({
		getInsecureRandomBytes: (length: bigint) => randomBytes(guest, length),
		getInsecureRandomU64: () => word(guest),
	}),
	"wasi:random/insecure-seed@0.2": ({ world: { entropy } }) => ({ insecureSeed: insecureSeed(entropy) }),
};

function word({ world }: ComponentGuest): bigint {
	return randomWord(world.entropy);
}
