import type { Entropy } from "../sys/entropy.ts";
import type { Guest } from "./guest.ts";

/** One call answers so many bytes. */
const RANDOM_BYTES_MAX = 16 * 1024 ** 2;

/** Random bytes in an array of their own. Traps above the limit: there is no error to answer. */
export function randomBytes(guest: Guest, length: bigint): Uint8Array {
	if (length > RANDOM_BYTES_MAX)
		guest.trap(`it asked for ${length} random bytes in one call, over ${RANDOM_BYTES_MAX}`);
	const bytes = new Uint8Array(Number(length));
	// oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- it is no array
	guest.world.entropy.fill(bytes);
	return bytes;
}

export function randomWord(entropy: Entropy): bigint {
	const word = new BigUint64Array(1);
	// oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- it is no array
	entropy.fill(new Uint8Array(word.buffer));
	return word[0] ?? 0n;
}

/** The seed of all hash tables of one guest: asking again tells nothing new. */
export function insecureSeed(entropy: Entropy): () => readonly [bigint, bigint] {
	let seed: readonly [bigint, bigint] | undefined;
	return () => (seed ??= [randomWord(entropy), randomWord(entropy)]);
}
