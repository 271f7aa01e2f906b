import type { Guest } from "./guest.ts";

/** What guests have given to their standard output and error and is still being written. */
const unwritten = new WeakMap<Guest, Set<Promise<unknown>>>();

export function noteWriting(guest: Guest, piece: Promise<unknown>): void {
	const pieces = unwritten.get(guest) ?? new Set();
	unwritten.set(guest, pieces.add(piece));
	void forget(pieces, piece);
}

/** Resolves when all of it is written: to be waited for before the guest's process ends. */
export async function outputWritten(guest: Guest): Promise<void> {
	await Promise.allSettled(unwritten.get(guest) ?? new Set<Promise<unknown>>());
}

async function forget(pieces: Set<Promise<unknown>>, piece: Promise<unknown>): Promise<void> {
	await Promise.allSettled([piece]);
	pieces.delete(piece);
}
