import type { Ending } from "../wasi/end.ts";

/** How a guest's run ended. */
export type Outcome =
	/** `_start` returned, or the called function did: its results, if any. */
	{ readonly type: "returned"; readonly results: readonly unknown[] } | Ending | TrapOutcome;

export interface TrapOutcome {
	readonly type: "trap";
	/** V8's words for it: "unreachable", "memory access out of bounds", ... */
	readonly reason: string;
	/** Innermost first. */
	readonly frames: readonly Frame[];
}

export interface Frame {
	/** From the module's name section; undefined when it has no name. */
	readonly name: string | undefined;
	readonly functionIndex: number;
	/** Of the instruction, from the start of the module's file; undefined where its code was rearranged. */
	readonly offset: number | undefined;
}

const SIGNAL_BASE = 128;
const SIGABRT = 6;

/**
 * The exit status of a process: the guest's code, in the eight bits that a status has. A code whose
 * low bits are zero though it is not becomes 255: a failure never reads as success. A trap is what
 * abort() is natively, 134.
 */
export function statusOf(outcome: Outcome): number {
	switch (outcome.type) {
		case "returned":
			return 0;
		case "exit":
			return exitStatus(outcome.code);
		case "signal":
			return SIGNAL_BASE + outcome.number;
		case "trap":
		case "overflow":
			return SIGNAL_BASE + SIGABRT;
		case "bug":
			return 125;
	}
}

function exitStatus(code: number): number {
	const low = code & 0xff;
	return low === 0 && code !== 0 ? 255 : low;
}
