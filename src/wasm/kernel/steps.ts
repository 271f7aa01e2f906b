import { bodySteps, Opcode, Step as BodyStep } from "../instructions.ts";
import { PREFIXES } from "../mnemonics.ts";

/** What the kernel's walk does at an opcode, as in tools/kernel/. */
const Step = {
	NEXT: 0,
	LEB: 1,
	MEMORY: 2,
	CONSTANT: 3,
	MIXING: 4,
	OPEN: 5,
	CLOSE: 6,
	CALL: 7,
	CALL_BY_TYPE: 8,
	REFERENCE: 9,
	PREFIX: 10,
	/** Skip it by what follows it. */
	SKIP: 11,
} as const;

const I32_CONST = 0x41;
const I64_CONST = 0x42;

/** The step for each opcode. */
export function scanSteps(): Uint8Array {
	const { BLOCK, LOOP, IF, TRY, TRY_TABLE, END, DELEGATE, CALL, RETURN_CALL, REF_FUNC } = Opcode;
	const { CALL_INDIRECT, RETURN_CALL_INDIRECT, CALL_REF, RETURN_CALL_REF } = Opcode;
	const steps = bodySteps().map((step) => SAME.get(step) ?? Step.SKIP);
	const set = (step: number, ...opcodes: readonly number[]) => {
		for (const opcode of opcodes) steps[opcode] = step;
	};
	set(Step.CONSTANT, I32_CONST, I64_CONST);
	// i32 and i64: xor, shl, shr_s, shr_u, rotl, rotr (core spec 5.4.7)
	steps.fill(Step.MIXING, 0x73, 0x79);
	steps.fill(Step.MIXING, 0x85, 0x8b);
	set(Step.OPEN, BLOCK, LOOP, IF, TRY, TRY_TABLE);
	set(Step.CLOSE, END, DELEGATE);
	set(Step.CALL, CALL, RETURN_CALL);
	set(Step.CALL_BY_TYPE, CALL_INDIRECT, RETURN_CALL_INDIRECT, CALL_REF, RETURN_CALL_REF);
	set(Step.REFERENCE, REF_FUNC);
	set(Step.PREFIX, ...PREFIXES);
	return steps;
}

const SAME = new Map<number, number>([
	[BodyStep.NEXT, Step.NEXT],
	[BodyStep.ONE_LEB, Step.LEB],
	[BodyStep.MEMORY, Step.MEMORY],
]);
