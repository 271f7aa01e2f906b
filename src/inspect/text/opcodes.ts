import { Opcode } from "../../wasm/instructions.ts";

const ELSE = 0x05;
const CATCH = 0x07;
const CATCH_ALL = 0x19;

/** What instructions without a prefix do to blocks. */
export const Opcodes = {
	ELSE,
	closes: (opcode: number) => opcode === Opcode.END || opcode === Opcode.DELEGATE,
	divides: (opcode: number) => opcode === ELSE || opcode === CATCH || opcode === CATCH_ALL,
} as const;
