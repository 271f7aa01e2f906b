import { readU32, skipInstruction } from "../wasm/instructions.ts";
import { afterNumber } from "./profile-bodies.ts";
import { depthChange, type MainLoop, type Step } from "./profile-loop.ts";
import type { Writer } from "./profile-writer.ts";

const I32 = 0x7f;
const VOID = 0x40;
const BLOCK = 0x02;
const IF = 0x04;
const END = 0x0b;
const BR = 0x0c;
const BR_IF = 0x0d;
const BR_TABLE = 0x0e;
const RETURN_CALL = 0x12;
const DROP = 0x1a;
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const LOCAL_TEE = 0x22;
const I32_CONST = 0x41;
const I32_EQ = 0x46;
const I32_ADD = 0x6a;

/** How a function that can be entered at its main loop is laid out. */
export interface Resumable {
	/** Its own index: it calls itself. */
	readonly index: number;
	/**
	 * Parameters and locals of the original, all parameters now. The parameter after them says whether to resume; the
	 * local after that counts turns.
	 */
	readonly locals: number;
	/** After so many turns of the loop it calls itself, to go on in whatever code the engine has by then. */
	readonly turns: number;
}

/**
 * Writes a body's code up to the first instruction in its main loop; what follows there stays as it is. The
 * function can then be entered at that loop, and enters itself there every so many turns.
 *
 * Every stretch on the way to the loop is put in a block that is left at once where the function resumes. The
 * locals are parameters, so they arrive as they were.
 */
export function writeResumable(out: Writer, bytes: Uint8Array, loop: MainLoop, shape: Resumable): void {
	for (const step of loop.steps) writeStep(out, bytes, step, shape, step.inside === loop.inside);
	writeYield(out, shape);
}

function writeStep(out: Writer, bytes: Uint8Array, step: Step, shape: Resumable, isLast: boolean): void {
	const { condition } = step;
	const resume = shape.locals;
	if (condition === undefined) out.put(BLOCK).put(VOID);
	else
		out
			.put(BLOCK)
			.put(I32)
			.op(I32_CONST, condition ? 1 : 0);
	out.op(LOCAL_GET, resume).op(BR_IF, 0);
	if (condition !== undefined) out.put(DROP);
	writeDeeper(out, bytes, step);
	out.put(END);
	if (isLast) out.op(I32_CONST, 0).op(LOCAL_SET, resume);
	out.append(bytes, step.end, step.inside);
}

/** A stretch of code within one more block: labels outside of it are one further away. */
function writeDeeper(out: Writer, bytes: Uint8Array, { start, end }: Step): void {
	let depth = 0;
	for (let offset = start; offset < end;) {
		const opcode = bytes[offset] ?? 0;
		const next = skipInstruction(bytes, offset);
		if (opcode === BR || opcode === BR_IF) out.op(opcode, deepen(readU32(bytes, offset + 1), depth));
		else if (opcode === BR_TABLE) writeBranchTable(out, bytes, offset, depth);
		else out.append(bytes, offset, next);
		depth += depthChange(opcode);
		offset = next;
	}
}

function deepen(label: number, depth: number): number {
	return label >= depth ? label + 1 : label;
}

function writeBranchTable(out: Writer, bytes: Uint8Array, offset: number, depth: number): void {
	const count = readU32(bytes, offset + 1);
	out.op(BR_TABLE, count);
	let label = afterNumber(bytes, offset + 1);
	for (let entry = 0; entry <= count && label < bytes.length; entry++) {
		out.unsigned(deepen(readU32(bytes, label), depth));
		label = afterNumber(bytes, label);
	}
}

/** At the loop's head: count, and every so many turns leave this activation for a fresh one. */
function writeYield(out: Writer, { index, locals, turns }: Resumable): void {
	const counter = locals + 1;
	out.op(LOCAL_GET, counter).op(I32_CONST, 1).put(I32_ADD).op(LOCAL_TEE, counter);
	out.put(I32_CONST).signed(turns).put(I32_EQ).put(IF).put(VOID);
	for (let local = 0; local < locals; local++) out.op(LOCAL_GET, local);
	out.op(I32_CONST, 1).op(RETURN_CALL, index).put(END);
}
