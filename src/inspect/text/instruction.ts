import { type Cursor, malformed } from "../../wasm/cursor.ts";
import { Opcode } from "../../wasm/instructions.ts";
import { mnemonic, PREFIXES } from "../../wasm/mnemonics.ts";
import { readHeapType, readValueType } from "../../wasm/read-types.ts";
import { readFloat32, readFloat64, readSigned, readSigned32, readUnsigned } from "./numbers.ts";

/** What an index counts. */
export type Space =
	| "function"
	| "type"
	| "table"
	| "memory"
	| "global"
	| "local"
	| "tag"
	| "data"
	| "element"
	| "field";

/** What stands behind an instruction's name, in the text format's order. */
export type Operand =
	| { readonly kind: "index"; readonly space: Space; readonly index: number }
	/** How many blocks out. `outer`: counted from outside the block that the instruction itself opens. */
	| { readonly kind: "label"; readonly depth: number; readonly before?: string }
	| { readonly kind: "text"; readonly text: string };

export interface BlockType {
	/** In the text format, `(result i32)`, or "". */
	readonly text: string;
	/** Index of a function type that holds parameters and results; else there is at most one result. */
	readonly type: number | undefined;
	readonly results: number;
}

/** An instruction as it stands in the code. */
export interface Instruction {
	readonly offset: number;
	readonly opcode: number;
	/** Behind a prefix: the rest of the opcode. */
	readonly sub: number | undefined;
	readonly name: string;
	readonly operands: readonly Operand[];
	readonly block: BlockType | undefined;
	/** Of loads and stores, in bytes; memory's index. */
	readonly memory: { readonly index: number; readonly offset: bigint } | undefined;
}

/**
 * Reads one instruction (core spec 5.4, and the proposals that V8 has).
 *
 * Takes time in proportion to its bytes.
 *
 * @throws Fault MODULE_INVALID where it is cut off or not known
 */
export function readInstruction(cursor: Cursor): Instruction {
	const { offset } = cursor;
	const opcode = cursor.byte("an instruction");
	const sub = PREFIXES.includes(opcode) ? cursor.u32("an instruction") : undefined;
	const name = mnemonic(opcode, sub);
	if (name.startsWith("opcode ")) throw malformed(`${name} is not known`, offset);
	if (sub !== undefined)
		return { offset, opcode, sub, name, block: undefined, ...prefixed(cursor, opcode, sub, name) };
	if (opcode >= 0x28 && opcode <= 0x3e)
		return { offset, opcode, sub, name, block: undefined, ...readMemory(cursor, name) };
	const opens = opcode >= 0x02 && opcode <= 0x06 && opcode !== 0x05;
	const block = opens || opcode === Opcode.TRY_TABLE ? readBlockType(cursor) : undefined;
	return { offset, opcode, sub, name, operands: plainOperands(cursor, opcode), block, memory: undefined };
}

/** The space of the one index that follows. */
const ONE_INDEX: ReadonlyMap<number, Space> = new Map([
	[0x07, "tag"],
	[0x08, "tag"],
	[0x10, "function"],
	[0x12, "function"],
	[0x14, "type"],
	[0x15, "type"],
	[0x20, "local"],
	[0x21, "local"],
	[0x22, "local"],
	[0x23, "global"],
	[0x24, "global"],
	[0x25, "table"],
	[0x26, "table"],
	[0x3f, "memory"],
	[0x40, "memory"],
	[0xd2, "function"],
]);

/** rethrow, br, br_if, delegate, br_on_null, br_on_non_null */
const ONE_LABEL: ReadonlySet<number> = new Set([0x09, 0x0c, 0x0d, 0x18, 0xd5, 0xd6]);

function plainOperands(cursor: Cursor, opcode: number): readonly Operand[] {
	const space = ONE_INDEX.get(opcode);
	if (space !== undefined) return readOneIndex(cursor, space);
	if (ONE_LABEL.has(opcode)) return [label(cursor)];
	switch (opcode) {
		case 0x0e:
			return readLabels(cursor);
		case 0x11:
		case 0x13:
			return readIndirect(cursor);
		case 0x1c:
			return readSelectTypes(cursor);
		case 0x1f:
			return readCatches(cursor);
		case 0x41:
			return [text(String(readSigned32(cursor)))];
		case 0x42:
			return [text(String(readSigned(cursor)))];
		case 0x43:
			return [text(readFloat32(cursor))];
		case 0x44:
			return [text(readFloat64(cursor))];
		case 0xd0:
			return [text(readHeapType(cursor))];
		default:
			return NONE;
	}
}

const NONE: readonly Operand[] = [];

function text(words: string): Operand {
	return { kind: "text", text: words };
}

function index(cursor: Cursor, space: Space): Operand {
	return { kind: "index", space, index: cursor.u32("an index") };
}

function label(cursor: Cursor, before?: string): Operand {
	const depth = cursor.u32("a label");
	return before === undefined ? { kind: "label", depth } : { kind: "label", depth, before };
}

/** Memory 0 goes without saying. */
function readOneIndex(cursor: Cursor, space: Space): readonly Operand[] {
	const operand = index(cursor, space);
	return operand.kind === "index" && operand.index === 0 && space === "memory" ? NONE : [operand];
}

function readLabels(cursor: Cursor): readonly Operand[] {
	const count = cursor.count("the number of labels", 1, cursor.remaining);
	return Array.from({ length: count + 1 }, () => label(cursor));
}

function readIndirect(cursor: Cursor): readonly Operand[] {
	const type = cursor.u32("a type");
	const table = cursor.u32("a table");
	const signature = text(`(type ${type})`);
	return table === 0 ? [signature] : [{ kind: "index", space: "table", index: table }, signature];
}

/** Index of the type that an indirect call demands. */
export function indirectType(instruction: Instruction): number {
	const last = instruction.operands.at(-1);
	return last?.kind === "text" ? Number(last.text.slice("(type ".length, -1)) : 0;
}

function readSelectTypes(cursor: Cursor): readonly Operand[] {
	const count = cursor.count("the number of types", 1, cursor.remaining);
	const types = Array.from({ length: count }, () => readValueType(cursor));
	return [text(`(result${types.map((type) => ` ${type}`).join("")})`)];
}

const CATCHES = ["catch", "catch_ref", "catch_all", "catch_all_ref"];

/** try_table's clauses, each `(catch TAG LABEL)`. */
function readCatches(cursor: Cursor): readonly Operand[] {
	const count = cursor.count("the number of clauses", 2, cursor.remaining);
	return Array.from({ length: count }, () => {
		const kind = cursor.byte("a clause");
		const name = CATCHES[kind];
		if (name === undefined) throw malformed(`clause ${kind} is not known`, cursor.offset);
		return label(cursor, kind < 2 ? `${name} ${cursor.u32("a tag")}` : name);
	});
}

function readBlockType(cursor: Cursor): BlockType {
	const first = cursor.peek() ?? 0;
	if (first === 0x40) {
		cursor.skip(1, "a block type");
		return EMPTY_BLOCK;
	}
	if (first > 0x40 && first < 0x80)
		return { text: `(result ${readValueType(cursor)})`, type: undefined, results: 1 };
	const type = cursor.s33("a block type");
	if (type < 0) throw malformed("a block type is not known", cursor.offset);
	return { text: `(type ${type})`, type, results: 0 };
}

const EMPTY_BLOCK: BlockType = { text: "", type: undefined, results: 0 };

type Rest = Pick<Instruction, "operands" | "memory">;

function plain(operands: readonly Operand[]): Rest {
	return { operands, memory: undefined };
}

function readMemory(cursor: Cursor, name: string): Rest {
	const flags = cursor.u32("an alignment");
	const memory = (flags & 0x40) === 0 ? 0 : cursor.u32("a memory");
	const exponent = flags & ~0x40;
	if (exponent > 31) throw malformed(`an alignment of 2^${exponent} is not known`, cursor.offset);
	const offset = readUnsigned(cursor);
	const operands: Operand[] = [];
	if (memory !== 0) operands.push({ kind: "index", space: "memory", index: memory });
	if (offset !== 0n) operands.push(text(`offset=${offset}`));
	if (2 ** exponent !== naturalAlignment(name)) operands.push(text(`align=${2 ** exponent}`));
	return { operands, memory: { index: memory, offset } };
}

const alignments = new Map<string, number>();

/** How many bytes a load or store touches, which is the alignment that goes without saying. */
function naturalAlignment(name: string): number {
	const known = alignments.get(name) ?? alignmentIn(name);
	alignments.set(name, known);
	return known;
}

function alignmentIn(name: string): number {
	if (/load\d+x/.test(name) || name.endsWith("wait64")) return 8;
	if (name.startsWith("memory.")) return 4;
	const narrow = /(?:load|store|rmw)(\d+)/.exec(name)?.[1];
	return Number(narrow ?? /^[a-z](\d+)/.exec(name)?.[1] ?? 32) / 8;
}

function prefixed(cursor: Cursor, opcode: number, sub: number, name: string): Rest {
	if (opcode === 0xfd) return simdOperands(cursor, sub, name);
	if (opcode === 0xfe) return atomicOperands(cursor, sub, name);
	return plain(opcode === 0xfb ? gcOperands(cursor, sub) : bulkOperands(cursor, sub));
}

function simdOperands(cursor: Cursor, sub: number, name: string): Rest {
	if (sub <= 11 || sub === 92 || sub === 93) return readMemory(cursor, name);
	if (sub >= 84 && sub <= 91) {
		const { operands, memory } = readMemory(cursor, name);
		return { operands: [...operands, lane(cursor)], memory };
	}
	if (sub === 12) return plain([text(`i8x16 ${sixteen(cursor)}`)]);
	if (sub === 13) return plain([text(sixteen(cursor))]);
	return plain(sub >= 21 && sub <= 34 ? [lane(cursor)] : NONE);
}

function lane(cursor: Cursor): Operand {
	return text(String(cursor.byte("a lane")));
}

function sixteen(cursor: Cursor): string {
	return Array.from({ length: 16 }, () => cursor.byte("a lane")).join(" ");
}

function atomicOperands(cursor: Cursor, sub: number, name: string): Rest {
	if (sub !== 3) return readMemory(cursor, name);
	cursor.byte("a fence");
	return plain(NONE);
}

/** The spaces of indices that follow, by opcode behind 0xfc; in the binary's order. */
const BULK_SPACES: ReadonlyMap<number, readonly Space[]> = new Map([
	[8, ["data", "memory"]],
	[9, ["data"]],
	[10, ["memory", "memory"]],
	[11, ["memory"]],
	[12, ["element", "table"]],
	[13, ["element"]],
	[14, ["table", "table"]],
	[15, ["table"]],
	[16, ["table"]],
	[17, ["table"]],
]);

/** memory.init and table.init have it the other way round in text; index 0 of memories and tables goes without saying. */
function bulkOperands(cursor: Cursor, sub: number): readonly Operand[] {
	const operands = (BULK_SPACES.get(sub) ?? []).map((space) => index(cursor, space));
	if (sub === 8 || sub === 12) operands.reverse();
	const isDefault = (operand: Operand) =>
		operand.kind === "index" &&
		operand.index === 0 &&
		(operand.space === "memory" || operand.space === "table");
	if (sub === 10 || sub === 14) return operands.every(isDefault) ? NONE : operands;
	return operands.filter((operand) => !isDefault(operand));
}

const GC_SPACES: ReadonlyMap<number, readonly Space[]> = new Map([
	...each(["type"], 0, 1, 6, 7, 11, 12, 13, 14, 16),
	...each(["type", "field"], 2, 3, 4, 5),
	[8, ["type", "field"]],
	[9, ["type", "data"]],
	[10, ["type", "element"]],
	[17, ["type", "type"]],
	[18, ["type", "data"]],
	[19, ["type", "element"]],
]);

function each(
	spaces: readonly Space[],
	...subs: readonly number[]
): [sub: number, spaces: readonly Space[]][] {
	return subs.map((sub) => [sub, spaces]);
}

function gcOperands(cursor: Cursor, sub: number): readonly Operand[] {
	if (sub >= 20 && sub <= 23) return [text(reference(readHeapType(cursor), (sub & 1) !== 0))];
	if (sub === 24 || sub === 25) {
		const flags = cursor.byte("a cast's flags");
		const target = label(cursor);
		const from = reference(readHeapType(cursor), (flags & 1) !== 0);
		return [target, text(from), text(reference(readHeapType(cursor), (flags & 2) !== 0))];
	}
	return (GC_SPACES.get(sub) ?? []).map((space) => index(cursor, space));
}

function reference(heap: string, isNullable: boolean): string {
	return `(ref ${isNullable ? "null " : ""}${heap})`;
}

/** The name that the text format has: ref.test and ref.cast carry null in their type. */
export function textName(name: string): string {
	return name.startsWith("ref.") && name.endsWith("t_null") ? name.slice(0, -"_null".length) : name;
}
