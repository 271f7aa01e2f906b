import type { Entropy } from "../../sys/entropy.ts";
import { libc } from "./libc.ts";

/** The system is asked for no more than this at once: a signal then waits no longer than that. */
const PIECE_BYTES_MAX = 1 << 20;

/** The system's random numbers. `node:crypto`, which takes 5 ms to load, is the second choice. */
export const systemEntropy: Entropy = {
	fill(into) {
		for (let at = 0; at < into.byteLength; at += PIECE_BYTES_MAX) {
			const piece = into.subarray(at, at + PIECE_BYTES_MAX);
			if (!fillByKernel(piece)) process.getBuiltinModule("node:crypto").randomFillSync(piece);
		}
	},
};

function fillByKernel(into: Uint8Array): boolean {
	const c = libc();
	if (c === undefined) return false;
	for (let at = 0; at < into.byteLength;) {
		const rest = into.subarray(at);
		const filled_bytes = Number(c.getrandom(rest, BigInt(rest.byteLength), 0));
		if (filled_bytes <= 0) return false;
		at += filled_bytes;
	}
	return true;
}
