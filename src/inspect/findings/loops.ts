import { bodySteps, Opcode, readU32, skipInstruction, Step, UNKNOWN } from "../../wasm/instructions.ts";
import { skipLocals } from "../../wasm/locals.ts";
import type { Part } from "../programs.ts";
import type { Scan } from "../scan.ts";
import type { Collector } from "./collector.ts";

/** What is told, of instructions within a function's loops: measured against hashes and ordinary programs. */
const INSTRUCTIONS_MIN = 200;
const MIXING_MIN = 60;
const MIXING_SHARE = 0.15;

interface Mix {
	readonly instructions: number;
	/** xor, shifts and rotations. */
	readonly mixing: number;
}

/** Functions whose loops have the mix of instructions that hashes have. */
export function findHashLikeLoops({ path, start, scan }: Part, collector: Collector): void {
	if (scan === undefined) return;
	const walk = new LoopMix(scan.bytes);
	for (const [entry, instructions] of scan.instructions.entries()) {
		if (instructions <= INSTRUCTIONS_MIN) continue;
		const mix = walk.body(scan, entry);
		if (mix.instructions <= INSTRUCTIONS_MIN || mix.mixing <= MIXING_MIN) continue;
		if (mix.mixing < mix.instructions * MIXING_SHARE) continue;
		const index = scan.module.importedFunctions + entry;
		const share = Math.round((100 * mix.mixing) / mix.instructions);
		collector.add(
			"hash-like-loops",
			{
				binary: path,
				function: index,
				functionName: scan.names.get(index),
				offset: start + (scan.bodyStart[entry] ?? 0),
			},
			`${mix.instructions} instructions in loops, ${share} % of them xor, shifts and rotations`,
		);
	}
}

/** Counts what stands in loops, in one flat loop over a body. */
class LoopMix {
	readonly #bytes: Uint8Array;
	readonly #steps = bodySteps();
	readonly #isMixing = mixingOpcodes();

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	body({ bodyStart, bodyEnd }: Scan, entry: number): Mix {
		const bytes = this.#bytes;
		const [start, end] = [bodyStart[entry] ?? 0, bodyEnd[entry] ?? 0];
		// a module that is not valid may have fewer bodies than functions
		let offset = start < end ? skipLocals(bytes, start, end) : end;
		let depth = 1;
		/** The depth of the outermost loop that it is in; 0: in none. */
		let loop = 0;
		let instructions = 0;
		let mixing = 0;
		while (offset < end && depth > 0) {
			const opcode = bytes[offset]!;
			const step = this.#steps[opcode]!;
			if (step === Step.OPEN || opcode === Opcode.LOOP || opcode === Opcode.TRY_TABLE) depth += 1;
			if (opcode === Opcode.LOOP && loop === 0) loop = depth;
			if (loop > 0) {
				instructions += 1;
				mixing += this.#isMixing[opcode]!;
				if (opcode === SIMD && isMixingVector(readU32(bytes, offset + 1))) mixing += 1;
			}
			if (step === Step.CLOSE || opcode === Opcode.DELEGATE) {
				if (depth === loop) loop = 0;
				depth -= 1;
			}
			offset = step === Step.NEXT || step === Step.CLOSE ? offset + 1 : skipInstruction(bytes, offset);
			if (offset === UNKNOWN) break;
		}
		return { instructions, mixing };
	}
}

const SIMD = 0xfd;

/** i32 and i64: xor, shl, shr_s, shr_u, rotl, rotr (core spec 5.4.7). */
function mixingOpcodes(): Uint8Array {
	const opcodes = new Uint8Array(256);
	opcodes.fill(1, 0x73, 0x79);
	opcodes.fill(1, 0x85, 0x8b);
	return opcodes;
}

/** v128.xor, and shifts of lanes. */
function isMixingVector(opcode: number): boolean {
	return opcode === 0x51 || (opcode >= 0xab && opcode <= 0xad) || (opcode >= 0xcb && opcode <= 0xcd);
}
