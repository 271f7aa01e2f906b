import { Errno } from "../../sys/errno.ts";
import type { OpenFile } from "../descriptors.ts";
import type { Guest } from "../guest.ts";
import { spaceDenial } from "./refusal.ts";

/** The last offset that the ports of sys take. */
export const OFFSET_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** What making a file larger answered: that there was no room is kept for the end of the run. */
export function grown(guest: Guest, { name }: OpenFile, answer: number): number {
	if (answer === -Errno.NOSPC) guest.denials.record(spaceDenial(name));
	return answer;
}

/** An offset or length of a guest's, for what only hints or cannot reach so far. */
export function clampOffset(value: bigint): number {
	return Number(value > OFFSET_MAX ? OFFSET_MAX : value);
}
