import type { FunctionType } from "../../wasm/module.ts";
import { type Instruction, indirectType } from "./instruction.ts";

/** How many values an instruction takes from the stack, and how many it leaves. */
export interface Arity {
	readonly takes: number;
	readonly gives: number;
}

/** What types say of calls; undefined where a type is not known. */
export interface Signatures {
	function(index: number): FunctionType | undefined;
	type(index: number): FunctionType | undefined;
}

/**
 * The arity of an instruction that is no branch and opens or ends no block; undefined where it is not known, as of those that
 * make structs, whose fields nobody has counted.
 */
export function arityOf(instruction: Instruction, signatures: Signatures): Arity | undefined {
	const { opcode, sub, name } = instruction;
	if (sub === undefined) return CALLS.has(opcode) ? callArity(instruction, signatures) : plainArity(opcode);
	if (opcode === 0xfc) return BULK[sub];
	if (opcode === 0xfd) return simdArity(sub, name);
	return opcode === 0xfe ? atomicArity(sub, name) : GC[sub];
}

const CALLS: ReadonlySet<number> = new Set([0x10, 0x11, 0x12, 0x13, 0x14, 0x15]);

function callArity(instruction: Instruction, signatures: Signatures): Arity | undefined {
	const { opcode, operands } = instruction;
	const [first] = operands;
	const index = first?.kind === "index" ? first.index : 0;
	const isDirect = opcode === 0x10 || opcode === 0x12;
	const isIndirect = opcode === 0x11 || opcode === 0x13;
	const type = isDirect
		? signatures.function(index)
		: signatures.type(isIndirect ? indirectType(instruction) : index);
	if (type === undefined) return undefined;
	return { takes: type.params.length + (isDirect ? 0 : 1), gives: type.results.length };
}

function arity(takes: number, gives: number): Arity {
	return { takes, gives };
}

const NOTHING = arity(0, 0);
const GIVES = arity(0, 1);
const ONE = arity(1, 1);
const TWO = arity(2, 1);
const THREE = arity(3, 1);
const DROPS = arity(1, 0);
const DROPS_TWO = arity(2, 0);
const DROPS_THREE = arity(3, 0);

/** From the first opcode to the last. */
const PLAIN: readonly (readonly [first: number, last: number, arity: Arity])[] = [
	[0x01, 0x01, NOTHING],
	[0x1a, 0x1a, DROPS],
	[0x1b, 0x1c, THREE], // select
	[0x20, 0x20, GIVES],
	[0x21, 0x21, DROPS],
	[0x22, 0x22, ONE],
	[0x23, 0x23, GIVES],
	[0x24, 0x24, DROPS],
	[0x25, 0x25, ONE],
	[0x26, 0x26, DROPS_TWO],
	[0x28, 0x35, ONE], // loads
	[0x36, 0x3e, DROPS_TWO], // stores
	[0x3f, 0x3f, GIVES],
	[0x40, 0x40, ONE],
	[0x41, 0x44, GIVES], // constants
	[0x45, 0x45, ONE],
	[0x46, 0x4f, TWO],
	[0x50, 0x50, ONE],
	[0x51, 0x66, TWO],
	[0x67, 0x69, ONE],
	[0x6a, 0x78, TWO],
	[0x79, 0x7b, ONE],
	[0x7c, 0x8a, TWO],
	[0x8b, 0x91, ONE],
	[0x92, 0x98, TWO],
	[0x99, 0x9f, ONE],
	[0xa0, 0xa6, TWO],
	[0xa7, 0xc4, ONE],
	[0xd0, 0xd0, GIVES],
	[0xd1, 0xd1, ONE],
	[0xd2, 0xd2, GIVES],
	[0xd3, 0xd3, TWO],
	[0xd4, 0xd4, ONE],
];

const BY_OPCODE = Array.from(
	{ length: 256 },
	(_, opcode) => PLAIN.find(([first, last]) => opcode >= first && opcode <= last)?.[2],
);

function plainArity(opcode: number): Arity | undefined {
	return BY_OPCODE[opcode];
}

const BULK: readonly (Arity | undefined)[] = [
	...Array.from({ length: 8 }, () => ONE), // trunc_sat
	DROPS_THREE,
	NOTHING,
	DROPS_THREE,
	DROPS_THREE,
	DROPS_THREE,
	NOTHING,
	DROPS_THREE,
	TWO, // table.grow
	GIVES,
	DROPS_THREE,
	undefined,
	arity(4, 2),
	arity(4, 2),
	arity(2, 2),
	arity(2, 2),
];

/** struct.new and array.new_fixed take as many as their type has fields, or as they say. */
const GC: readonly (Arity | undefined)[] = [
	undefined,
	GIVES,
	ONE,
	ONE,
	ONE,
	DROPS_TWO,
	TWO,
	ONE,
	undefined,
	TWO,
	TWO,
	TWO,
	TWO,
	TWO,
	DROPS_THREE,
	ONE,
	arity(4, 0),
	arity(5, 0),
	arity(4, 0),
	arity(4, 0),
	ONE,
	ONE,
	ONE,
	ONE,
	undefined,
	undefined,
	ONE,
	ONE,
	ONE,
	ONE,
	ONE,
];

const SIMD_OF_ONE =
	/\.(?:not|any_true|abs|neg|popcnt|all_true|bitmask|ceil|floor|trunc|nearest|sqrt|splat|extract_lane\w*|ext(?:end|add)_\w+|(?:relaxed_)?trunc_\w+|convert_\w+|demote_\w+|promote_\w+)$/;
const SIMD_OF_THREE = /\.(?:bitselect|relaxed_n?madd|relaxed_laneselect|relaxed_dot_\w+_add_s)$/;

function simdArity(sub: number, name: string): Arity {
	if (sub === 11) return DROPS_TWO;
	if (sub <= 10 || sub === 92 || sub === 93) return ONE;
	if (sub === 12) return GIVES;
	if (sub >= 84 && sub <= 91) return sub <= 87 ? TWO : DROPS_TWO;
	if (SIMD_OF_ONE.test(name)) return ONE;
	return SIMD_OF_THREE.test(name) ? THREE : TWO;
}

function atomicArity(sub: number, name: string): Arity {
	if (sub === 0) return TWO;
	if (sub <= 2) return THREE;
	if (sub === 3) return NOTHING;
	if (name.includes(".load")) return ONE;
	if (name.includes(".store")) return DROPS_TWO;
	return name.includes("cmpxchg") ? THREE : TWO;
}
