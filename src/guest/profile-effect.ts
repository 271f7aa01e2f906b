import { readU32 } from "../wasm/instructions.ts";
import type { FunctionType, TypeDefinition } from "../wasm/module.ts";

/** What instructions need to know of the module they stand in. */
export interface Signatures {
	/** The function index space; undefined where the type could not be read. */
	readonly functionType: (index: number) => FunctionType | undefined;
	readonly types: readonly TypeDefinition[];
}

/** The stack effect of each plain opcode that has a constant one, by first and last opcode. */
const EFFECTS: readonly (readonly [first: number, last: number, effect: number])[] = [
	[0x01, 0x01, 0], // nop
	[0x0d, 0x0d, -1], // br_if
	[0x1a, 0x1a, -1], // drop
	[0x1b, 0x1c, -2], // select
	[0x20, 0x20, 1], // local.get
	[0x21, 0x21, -1],
	[0x22, 0x22, 0],
	[0x23, 0x23, 1], // global.get
	[0x24, 0x24, -1],
	[0x25, 0x25, 0], // table.get
	[0x26, 0x26, -2],
	[0x28, 0x35, 0], // loads
	[0x36, 0x3e, -2], // stores
	[0x3f, 0x3f, 1], // memory.size
	[0x40, 0x40, 0],
	[0x41, 0x44, 1], // constants
	[0x45, 0x45, 0], // i32: eqz, comparisons
	[0x46, 0x4f, -1],
	[0x50, 0x50, 0], // i64: the same
	[0x51, 0x66, -1], // and the comparisons of floats
	[0x67, 0x69, 0], // i32: clz, ctz, popcnt, arithmetic
	[0x6a, 0x78, -1],
	[0x79, 0x7b, 0], // i64
	[0x7c, 0x8a, -1],
	[0x8b, 0x91, 0], // f32
	[0x92, 0x98, -1],
	[0x99, 0x9f, 0], // f64
	[0xa0, 0xa6, -1],
	[0xa7, 0xc4, 0], // conversions
	[0xd0, 0xd0, 1], // ref.null, ref.is_null, ref.func
	[0xd1, 0xd1, 0],
	[0xd2, 0xd2, 1],
];

const CALL = 0x10;
const CALL_INDIRECT = 0x11;
const BULK = 0xfc;

let built: Int8Array | undefined;

function effects(): Int8Array {
	built ??= tableOf();
	return built;
}

const NOT_CONSTANT = 127;

function tableOf(): Int8Array {
	const table = new Int8Array(256).fill(NOT_CONSTANT);
	for (const [first, last, effect] of EFFECTS) table.fill(effect, first, last + 1);
	return table;
}

/**
 * By how much the instruction at `offset` makes the operand stack taller. Undefined for those that this does not
 * know (vectors, objects, exceptions) and for those after which code is dead or nested.
 */
export function stackEffect(bytes: Uint8Array, offset: number, signatures: Signatures): number | undefined {
	const opcode = bytes[offset] ?? 0;
	const effect = effects()[opcode];
	if (effect !== NOT_CONSTANT) return effect;
	if (opcode === CALL) return callEffect(signatures.functionType(readU32(bytes, offset + 1)));
	if (opcode === BULK) return bulkEffect(readU32(bytes, offset + 1));
	if (opcode !== CALL_INDIRECT) return undefined;
	const type = signatures.types[readU32(bytes, offset + 1)];
	const call = type?.kind === "function" ? callEffect(type) : undefined;
	return call === undefined ? undefined : call - 1;
}

function callEffect(type: FunctionType | undefined): number | undefined {
	return type === undefined ? undefined : type.results.length - type.params.length;
}

/** Saturating truncations; memory.init, copy and fill; data.drop. */
function bulkEffect(opcode: number): number | undefined {
	if (opcode <= 7 || opcode === 9) return 0;
	return opcode === 8 || opcode === 10 || opcode === 11 ? -3 : undefined;
}
