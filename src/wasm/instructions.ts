import { malformed } from "./cursor.ts";

/** What `skipInstruction` answers where it does not know the instruction. */
export const UNKNOWN = -1;

/** Opcodes that someone beside the skipper looks at (core spec 5.4, and the proposals V8 has). */
export const Opcode = {
	BLOCK: 0x02,
	LOOP: 0x03,
	IF: 0x04,
	TRY: 0x06,
	END: 0x0b,
	CALL: 0x10,
	CALL_INDIRECT: 0x11,
	RETURN_CALL: 0x12,
	RETURN_CALL_INDIRECT: 0x13,
	CALL_REF: 0x14,
	RETURN_CALL_REF: 0x15,
	/** Legacy exceptions: ends its `try` as `end` would. */
	DELEGATE: 0x18,
	TRY_TABLE: 0x1f,
	REF_FUNC: 0xd2,
} as const;

/** What follows an opcode. The first values are also how many LEB128 numbers (or heap types) that is. */
const Immediate = {
	NONE: 0,
	LEB: 1,
	TWO_LEB: 2,
	/** Alignment, a memory's index where bit 6 of it is set, offset. */
	MEMORY: 3,
	MEMORY_AND_LANE: 4,
	BYTE: 5,
	FOUR_BYTES: 6,
	EIGHT_BYTES: 7,
	SIXTEEN_BYTES: 8,
	BLOCK_TYPE: 9,
	BRANCH_TABLE: 10,
	SELECT_TYPES: 11,
	CATCHES: 12,
	/** Flags, label, two heap types. */
	CAST: 13,
	PREFIX_GC: 14,
	PREFIX_BULK: 15,
	PREFIX_SIMD: 16,
	PREFIX_ATOMIC: 17,
	UNKNOWN: 255,
} as const;

/** Opcodes from the first to the last have these immediates. What no row names is not known. */
type Row = readonly [first: number, last: number, immediate: number];

const ROWS: readonly Row[] = [
	[0x00, 0x01, Immediate.NONE], // unreachable, nop
	[0x02, 0x04, Immediate.BLOCK_TYPE], // block, loop, if
	[0x05, 0x05, Immediate.NONE], // else
	[0x06, 0x06, Immediate.BLOCK_TYPE], // try
	[0x07, 0x09, Immediate.LEB], // catch, throw, rethrow
	[0x0a, 0x0b, Immediate.NONE], // throw_ref, end
	[0x0c, 0x0d, Immediate.LEB], // br, br_if
	[0x0e, 0x0e, Immediate.BRANCH_TABLE],
	[0x0f, 0x0f, Immediate.NONE], // return
	[0x10, 0x10, Immediate.LEB], // call
	[0x11, 0x11, Immediate.TWO_LEB],
	[0x12, 0x12, Immediate.LEB], // return_call
	[0x13, 0x13, Immediate.TWO_LEB],
	[0x14, 0x15, Immediate.LEB], // call_ref, return_call_ref
	[0x18, 0x18, Immediate.LEB], // delegate
	[0x19, 0x1b, Immediate.NONE], // catch_all, drop, select
	[0x1c, 0x1c, Immediate.SELECT_TYPES],
	[0x1f, 0x1f, Immediate.CATCHES],
	[0x20, 0x26, Immediate.LEB], // local, global, table: get and set
	[0x28, 0x3e, Immediate.MEMORY],
	[0x3f, 0x42, Immediate.LEB], // memory.size, memory.grow, i32.const, i64.const
	[0x43, 0x43, Immediate.FOUR_BYTES],
	[0x44, 0x44, Immediate.EIGHT_BYTES],
	[0x45, 0xc4, Immediate.NONE],
	[0xd0, 0xd0, Immediate.LEB], // ref.null
	[0xd1, 0xd1, Immediate.NONE],
	[0xd2, 0xd2, Immediate.LEB], // ref.func
	[0xd3, 0xd4, Immediate.NONE],
	[0xd5, 0xd6, Immediate.LEB], // br_on_null, br_on_non_null
	[0xfb, 0xfb, Immediate.PREFIX_GC],
	[0xfc, 0xfc, Immediate.PREFIX_BULK],
	[0xfd, 0xfd, Immediate.PREFIX_SIMD],
	[0xfe, 0xfe, Immediate.PREFIX_ATOMIC],
];

const GC_ROWS: readonly Row[] = [
	[0, 1, Immediate.LEB], // struct.new
	[2, 5, Immediate.TWO_LEB], // struct.get, struct.set
	[6, 7, Immediate.LEB], // array.new
	[8, 10, Immediate.TWO_LEB], // array.new_fixed, _data, _elem
	[11, 14, Immediate.LEB], // array.get, array.set
	[15, 15, Immediate.NONE],
	[16, 16, Immediate.LEB], // array.fill
	[17, 19, Immediate.TWO_LEB], // array.copy, init_data, init_elem
	[20, 23, Immediate.LEB], // ref.test, ref.cast
	[24, 25, Immediate.CAST],
	[26, 30, Immediate.NONE],
];

const BULK_ROWS: readonly Row[] = [
	[0, 7, Immediate.NONE], // trunc_sat
	[8, 8, Immediate.TWO_LEB], // memory.init
	[9, 9, Immediate.LEB],
	[10, 10, Immediate.TWO_LEB],
	[11, 11, Immediate.LEB],
	[12, 12, Immediate.TWO_LEB], // table.init
	[13, 13, Immediate.LEB],
	[14, 14, Immediate.TWO_LEB],
	[15, 17, Immediate.LEB],
	[19, 22, Immediate.NONE], // wide arithmetic
];

const SIMD_ROWS: readonly Row[] = [
	[0, 11, Immediate.MEMORY],
	[12, 13, Immediate.SIXTEEN_BYTES], // v128.const, i8x16.shuffle
	[14, 20, Immediate.NONE],
	[21, 34, Immediate.BYTE], // lanes
	[35, 83, Immediate.NONE],
	[84, 91, Immediate.MEMORY_AND_LANE],
	[92, 93, Immediate.MEMORY],
	[94, 0x113, Immediate.NONE], // relaxed SIMD is from 0x100 on
];

const ATOMIC_ROWS: readonly Row[] = [
	[0, 2, Immediate.MEMORY],
	[3, 3, Immediate.BYTE], // fence
	[0x10, 0x4e, Immediate.MEMORY],
];

type Tables = readonly [
	plain: Uint8Array,
	gc: Uint8Array,
	bulk: Uint8Array,
	simd: Uint8Array,
	atomic: Uint8Array,
];

let built: Tables | undefined;

/**
 * By opcode what follows it, a value of `Immediate`; behind each of the prefixes 0xfb to 0xfe too. For tools/kernel/, which skips by the
 * same rows.
 */
export function immediates(): readonly Uint8Array[] {
	return tables();
}

/** Made when first asked for: most starts look at no instruction. */
function tables(): Tables {
	built ??= [table(ROWS), table(GC_ROWS), table(BULK_ROWS), table(SIMD_ROWS), table(ATOMIC_ROWS)];
	return built;
}

function table(rows: readonly Row[]): Uint8Array {
	const made = new Uint8Array(0x120).fill(Immediate.UNKNOWN);
	for (const [first, last, immediate] of rows) made.fill(immediate, first, last + 1);
	return made;
}

/**
 * Where the instruction after the one at `offset` begins, or UNKNOWN.
 *
 * A caller must check that the answer is within its stretch. Takes time in proportion to the bytes it skips, and no memory.
 *
 * @param end no list is followed past it: without it a count in each of many bodies could cost a walk to the file's end
 */
export function skipInstruction(bytes: Uint8Array, offset: number, end: number = bytes.length): number {
	const [plain, gc, bulk, simd, atomic] = built ?? tables();
	const immediate = plain[bytes[offset] ?? 0xff] ?? Immediate.UNKNOWN;
	const next = offset + 1;
	if (immediate <= Immediate.MEMORY) return skipCommon(bytes, next, immediate);
	switch (immediate) {
		case Immediate.PREFIX_GC:
			return skipPrefixed(bytes, next, gc, end);
		case Immediate.PREFIX_BULK:
			return skipPrefixed(bytes, next, bulk, end);
		case Immediate.PREFIX_SIMD:
			return skipPrefixed(bytes, next, simd, end);
		case Immediate.PREFIX_ATOMIC:
			return skipPrefixed(bytes, next, atomic, end);
		default:
			return skipImmediate(bytes, next, immediate, end);
	}
}

/** After a prefix byte: the rest of the opcode is a LEB128 number. */
function skipPrefixed(bytes: Uint8Array, offset: number, rows: Uint8Array, end: number): number {
	const immediate = rows[readU32(bytes, offset)] ?? Immediate.UNKNOWN;
	const next = skipLeb(bytes, offset);
	return immediate <= Immediate.MEMORY
		? skipCommon(bytes, next, immediate)
		: skipImmediate(bytes, next, immediate, end);
}

function skipCommon(bytes: Uint8Array, offset: number, immediate: number): number {
	if (immediate === Immediate.NONE) return offset;
	if (immediate === Immediate.LEB) return skipLeb(bytes, offset);
	if (immediate === Immediate.TWO_LEB) return skipLeb(bytes, skipLeb(bytes, offset));
	return skipMemoryArgument(bytes, offset);
}

function skipImmediate(bytes: Uint8Array, offset: number, immediate: number, end: number): number {
	switch (immediate) {
		case Immediate.MEMORY_AND_LANE:
			return skipMemoryArgument(bytes, offset) + 1;
		case Immediate.BYTE:
			return offset + 1;
		case Immediate.FOUR_BYTES:
			return offset + 4;
		case Immediate.EIGHT_BYTES:
			return offset + 8;
		case Immediate.SIXTEEN_BYTES:
			return offset + 16;
		case Immediate.BLOCK_TYPE:
			return skipValueType(bytes, offset);
		case Immediate.BRANCH_TABLE:
			return skipBranchTable(bytes, offset, end);
		case Immediate.SELECT_TYPES:
			return skipSelectTypes(bytes, offset, end);
		case Immediate.CATCHES:
			return skipCatches(bytes, skipValueType(bytes, offset), end);
		case Immediate.CAST:
			return skipLeb(bytes, skipLeb(bytes, skipLeb(bytes, offset + 1)));
		default:
			return UNKNOWN;
	}
}

/** What a walk over a body has to do at an instruction. The first values are how many LEB128 numbers to pass over. */
export const Step = {
	NEXT: 0,
	ONE_LEB: 1,
	/** Two, unless bit 6 of the first says that a memory's index stands between them. */
	MEMORY: 2,
	OPEN: 3,
	CLOSE: 4,
	/** Look at it, and ask `skipInstruction`. */
	LOOK: 5,
} as const;

/** The step for each opcode. */
export function bodySteps(): Uint8Array {
	const steps = tables()[0].map((immediate) => (immediate <= Immediate.LEB ? immediate : Step.LOOK));
	steps.fill(Step.MEMORY, 0x28, 0x3f);
	for (const opcode of Object.values(Opcode)) steps[opcode] = Step.LOOK;
	for (const opcode of [Opcode.BLOCK, Opcode.IF, Opcode.TRY]) steps[opcode] = Step.OPEN;
	steps[Opcode.END] = Step.CLOSE;
	return steps;
}

function skipMemoryArgument(bytes: Uint8Array, offset: number): number {
	const hasIndex = ((bytes[offset] ?? 0) & 0x40) !== 0;
	const next = skipLeb(bytes, offset);
	return skipLeb(bytes, hasIndex ? skipLeb(bytes, next) : next);
}

/** A value type or block type: `(ref ht)` and `(ref null ht)` take a heap type after them. */
function skipValueType(bytes: Uint8Array, offset: number): number {
	const code = bytes[offset];
	return skipLeb(bytes, code === 0x63 || code === 0x64 ? offset + 1 : offset);
}

function skipBranchTable(bytes: Uint8Array, offset: number, end: number): number {
	const labels = readU32(bytes, offset) + 1;
	let next = skipLeb(bytes, offset);
	for (let label = 0; label < labels && next <= end; label++) next = skipLeb(bytes, next);
	return next;
}

function skipSelectTypes(bytes: Uint8Array, offset: number, end: number): number {
	const types = readU32(bytes, offset);
	let next = skipLeb(bytes, offset);
	for (let type = 0; type < types && next <= end; type++) next = skipValueType(bytes, next);
	return next;
}

/** try_table's clauses: catch and catch_ref name a tag and a label, the other two a label. */
function skipCatches(bytes: Uint8Array, offset: number, end: number): number {
	const clauses = readU32(bytes, offset);
	let next = skipLeb(bytes, offset);
	for (let clause = 0; clause < clauses && next <= end; clause++) {
		const kind = bytes[next] ?? 0;
		next = skipLeb(bytes, kind < 2 ? skipLeb(bytes, next + 1) : next + 1);
	}
	return next;
}

/** Past the array's end there is no byte with the high bit, so that this ends. */
function skipLeb(bytes: Uint8Array, offset: number): number {
	let next = offset;
	while ((bytes[next] ?? 0) >= 0x80) next += 1;
	return next + 1;
}

/** An unsigned LEB128 number at `offset`, its first 32 bits; how long it is `skipInstruction` knows. */
export function readU32(bytes: Uint8Array, offset: number): number {
	// in small integers: powers would be numbers on the heap, before any compiler has seen this
	let value = 0;
	for (let length = 0; length < 4; length++) {
		const byte = bytes[offset + length] ?? 0;
		value |= (byte & 0x7f) << (7 * length);
		if (byte < 0x80) return value;
	}
	return value + ((bytes[offset + 4] ?? 0) & 0x7f) * 2 ** 28;
}

/**
 * The offset after the constant expression that begins at `offset` (core spec 5.4.9).
 *
 * @param visit called with the offset of each instruction
 * @throws Fault MODULE_INVALID
 */
export function skipConstant(
	bytes: Uint8Array,
	offset: number,
	end: number,
	visit?: (offset: number) => void,
): number {
	let next = offset;
	while (next < end) {
		const opcode = bytes[next];
		visit?.(next);
		const after = skipInstruction(bytes, next);
		if (after === UNKNOWN) throw malformed("a constant expression's instruction is not known", next);
		if (after > end) break;
		if (opcode === Opcode.END) return after;
		next = after;
	}
	throw malformed("a constant expression is cut off", offset);
}
