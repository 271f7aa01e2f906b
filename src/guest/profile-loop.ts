import { Opcode, skipInstruction, UNKNOWN } from "../wasm/instructions.ts";
import type { Body } from "./profile-bodies.ts";
import { type Signatures, stackEffect } from "./profile-effect.ts";
import { codeStart } from "./profile-types.ts";

/** A stretch of code on the way to a loop, whole constructs within it, and the construct that it leads into. */
export interface Step {
	readonly start: number;
	/** Where the opcode of the construct stands: of the loop itself, in the last step. */
	readonly end: number;
	/** Where that construct's contents begin: after its block type, or after the `else` that we go by. */
	readonly inside: number;
	/** Of an `if`: whether the way is by its first arm. Undefined for the others, which take no condition. */
	readonly condition: boolean | undefined;
}

/** The way to the loop that a function is for. */
export interface MainLoop {
	/** At least one. */
	readonly steps: readonly Step[];
	/** Where the loop's contents begin. */
	readonly inside: number;
}

interface Construct {
	readonly opcode: number;
	readonly at: number;
	readonly inside: number;
	/** After the `else`, where that was passed. */
	readonly otherwise: number | undefined;
}

const ELSE = 0x05;
const VOID = 0x40;
const VALUE_TYPES_END = 0x80;

/** How far into a body to look: a loop that begins later is not what the function is for. */
const WINDOW_BYTES = 1280;

/**
 * The innermost loop that is open a little way into a long body, as an interpreter's dispatch is; "none" where no loop
 * is. Undefined where there is one that cannot be entered by jumping over what stands before it (values on the
 * operand stack, exceptions, objects), or the code is not understood.
 */
export function mainLoop(
	bytes: Uint8Array,
	body: Body,
	signatures: Signatures,
): MainLoop | "none" | undefined {
	const start = codeStart(bytes, body);
	const path = pathToMainLoop(bytes, start, Math.min(start + WINDOW_BYTES, body.end));
	const last = path?.at(-1);
	if (path === undefined || last === undefined) return path === undefined ? undefined : "none";
	const steps = stepsAlong(path, start);
	return steps.every((step) => isClear(bytes, step, signatures)) ? { steps, inside: last.inside } : undefined;
}

/** The constructs around the innermost loop that is open at the end, outermost first, that loop the last. */
function pathToMainLoop(bytes: Uint8Array, start: number, end: number): Construct[] | undefined {
	const open: Construct[] = [];
	for (let offset = start; offset < end;) {
		const opcode = bytes[offset] ?? 0;
		const next = skipInstruction(bytes, offset);
		if (next === UNKNOWN) return undefined;
		if (isOpener(opcode)) open.push({ opcode, at: offset, inside: next, otherwise: undefined });
		else if (opcode === ELSE) takeOtherArm(open, next);
		else if (opcode === Opcode.END || opcode === Opcode.DELEGATE) open.pop();
		offset = next;
	}
	return open.slice(0, open.findLastIndex(({ opcode }) => opcode === Opcode.LOOP) + 1);
}

function isOpener(opcode: number): boolean {
	const isPlain = opcode >= Opcode.BLOCK && opcode <= Opcode.IF;
	return isPlain || opcode === Opcode.TRY || opcode === Opcode.TRY_TABLE;
}

function takeOtherArm(open: Construct[], otherwise: number): void {
	const last = open.pop();
	if (last !== undefined) open.push({ ...last, otherwise });
}

function stepsAlong(path: readonly Construct[], codeStarts: number): Step[] {
	let start = codeStarts;
	return path.map(({ opcode, at, inside, otherwise }) => {
		const condition = opcode === Opcode.IF ? otherwise === undefined : undefined;
		const step = { start, end: at, inside: otherwise ?? inside, condition };
		start = step.inside;
		return step;
	});
}

/**
 * Whether the step's code begins and ends with nothing on the operand stack but the condition it leaves, holds only
 * what can be put into a block, and leads into a construct without parameters.
 */
function isClear(bytes: Uint8Array, step: Step, signatures: Signatures): boolean {
	if (!takesNothing(bytes, step.end)) return false;
	const height = heightAfter(bytes, step.start, step.end, signatures);
	return height === (step.condition === undefined ? 0 : 1);
}

/** A block, loop or if whose type is none or one plain value. */
function takesNothing(bytes: Uint8Array, opener: number): boolean {
	const type = bytes[opener + 1] ?? 0;
	return (bytes[opener] ?? 0) <= Opcode.IF && type >= VOID && type < VALUE_TYPES_END;
}

function heightAfter(
	bytes: Uint8Array,
	start: number,
	end: number,
	signatures: Signatures,
): number | undefined {
	let height = 0;
	for (let offset = start; offset < end;) {
		const nested = isOpener(bytes[offset] ?? 0);
		const effect = nested ? constructEffect(bytes, offset) : stackEffect(bytes, offset, signatures);
		const next = nested ? skipConstruct(bytes, offset, end) : skipInstruction(bytes, offset);
		if (effect === undefined || next === undefined || height + effect < 0) return undefined;
		height += effect;
		offset = next;
	}
	return height;
}

function constructEffect(bytes: Uint8Array, offset: number): number | undefined {
	if (!takesNothing(bytes, offset)) return undefined;
	const results = bytes[offset + 1] === VOID ? 0 : 1;
	return bytes[offset] === Opcode.IF ? results - 1 : results;
}

/** Past the construct's end; undefined where it holds what could not stand one block deeper. */
function skipConstruct(bytes: Uint8Array, start: number, end: number): number | undefined {
	let depth = 0;
	for (let offset = start; offset < end;) {
		const opcode = bytes[offset] ?? 0;
		if (namesLabelsUnseen(opcode)) return undefined;
		depth += depthChange(opcode);
		offset = skipInstruction(bytes, offset);
		if (offset === UNKNOWN) return undefined;
		if (depth === 0) return offset;
	}
	return undefined;
}

/** Exceptions, and branches on references: they name labels in ways that nobody here follows. */
function namesLabelsUnseen(opcode: number): boolean {
	const isLegacyException = opcode >= 0x06 && opcode <= 0x09;
	const isException = isLegacyException || opcode === 0x18 || opcode === 0x19 || opcode === Opcode.TRY_TABLE;
	return isException || opcode === 0xd5 || opcode === 0xd6 || opcode === 0xfb;
}

/** How much deeper in constructs the code after an instruction is. */
export function depthChange(opcode: number): number {
	if (isOpener(opcode)) return 1;
	return opcode === Opcode.END ? -1 : 0;
}
