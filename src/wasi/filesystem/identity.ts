import type { Stat } from "../../sys/stat.ts";

/** Two stats are of one and the same object. */
export function isSameObject(a: Stat, b: Stat): boolean {
	return a.device === b.device && a.inode === b.inode;
}

/**
 * A hash of what an object is: 128 bits in two halves. It hides the numbers that the host has for its devices and files.
 *
 * Size and time are left out, which wasi-filesystem's `metadata-hash` may hold, too: wasi-libc makes an inode's number of it, and
 * programs that ask twice (fts, `rm -r`, log writers) take a number that changes for another file. So does wasmtime.
 */
export function metadataHash(stat: Stat): { lower: bigint; upper: bigint } {
	const words = [stat.device, stat.inode, BigInt(stat.type)];
	return { lower: fold(words, 0xcbf2_9ce4_8422_2325n), upper: fold(words, 0x6c62_272e_07bb_0142n) };
}

/** FNV-1a over 64-bit words, stirred after each as splitmix64 does. */
function fold(words: readonly bigint[], seed: bigint): bigint {
	let hash = seed;
	for (const word of words) {
		hash = BigInt.asUintN(64, (hash ^ BigInt.asUintN(64, word)) * 0x0000_0100_0000_01b3n);
		hash = BigInt.asUintN(64, (hash ^ (hash >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
		hash ^= hash >> 31n;
	}
	return hash;
}
