import type { Instruction } from "./instruction.ts";

/** What has to be kept in order with a value: nothing, the locals it reads, what it reads elsewhere, what it does. */
export const Kind = { PURE: 0, READS_LOCAL: 1, READS: 2, ACTS: 3 } as const;

/** A value that is not yet written down, as the expression that makes it. */
export interface Value {
	readonly text: string;
	/** Needs no parentheses as an operand. */
	readonly isAtom: boolean;
	readonly kind: number;
	readonly locals: readonly number[];
}

/** A name or number. */
export function atom(text: string, kind: number = Kind.PURE, locals: readonly number[] = []): Value {
	return { text, isAtom: true, kind, locals };
}

const BINARY: ReadonlyMap<string, string> = new Map([
	["add", "+"],
	["sub", "-"],
	["mul", "*"],
	["div", "/"],
	["rem", "%"],
	["and", "&"],
	["or", "|"],
	["xor", "^"],
	["shl", "<<"],
	["shr", ">>"],
	["eq", "=="],
	["ne", "!="],
	["lt", "<"],
	["gt", ">"],
	["le", "<="],
	["ge", ">="],
]);

/**
 * An instruction over its operands: `a + b`, `a <u b` where it is unsigned, `memory[a + 8]:i32`, and `i32.clz(a)` for what has no sign.
 */
export function expressionOf(instruction: Instruction, operands: readonly Value[]): Value {
	const { name, sub, opcode, memory } = instruction;
	if (sub === undefined && opcode >= 0x41 && opcode <= 0x44) return constant(instruction);
	const { kind, locals } = together(operands);
	const [first = UNKNOWN, second = UNKNOWN] = operands;
	if (name.endsWith(".eqz") && sub === undefined)
		return { text: `!${wrapped(first)}`, isAtom: true, kind, locals };
	const sign = sub === undefined && operands.length === 2 ? binarySign(name) : undefined;
	if (sign !== undefined)
		return { text: `${wrapped(first)} ${sign} ${wrapped(second)}`, isAtom: false, kind, locals };
	if (sub === undefined && memory !== undefined)
		return { text: place(instruction, first), isAtom: true, kind: Math.max(kind, Kind.READS), locals };
	const reads = memory !== undefined || /^(?:memory|table|struct|array|global)\./.test(name);
	return {
		text: called(instruction, operands),
		isAtom: true,
		kind: reads ? Math.max(kind, Kind.READS) : kind,
		locals,
	};
}

const UNKNOWN: Value = { text: "?", isAtom: true, kind: Kind.PURE, locals: [] };

/** What an expression of these values has to be kept in order with. */
function together(values: readonly Value[]): Pick<Value, "kind" | "locals"> {
	let kind: number = Kind.PURE;
	let locals: readonly number[] = UNKNOWN.locals;
	for (const value of values) {
		kind = Math.max(kind, value.kind);
		if (value.locals.length > 0) locals = locals.length === 0 ? value.locals : [...locals, ...value.locals];
	}
	return { kind, locals };
}

/** `memory.fill(a, b, c)`; what stands behind the name comes first: `i8x16.extract_lane_u<3>(a)`. */
export function called({ name, operands: immediates }: Instruction, operands: readonly Value[]): string {
	const words = immediates.map((operand) =>
		operand.kind === "text" ? operand.text : String(operand.kind === "index" ? operand.index : operand.depth),
	);
	const behind = words.length === 0 ? "" : `<${words.join(" ")}>`;
	return `${name}${behind}(${operands.map(({ text }) => text).join(", ")})`;
}

/** The place in memory that a load or store is about: `memory[a + 8]:i32`. */
export function place({ name, memory }: Instruction, address: Value): string {
	const index = memory === undefined || memory.index === 0 ? "" : String(memory.index);
	const offset = memory === undefined || memory.offset === 0n ? "" : ` + ${memory.offset}`;
	const base = offset === "" ? address.text : wrapped(address);
	return `memory${index}[${base}${offset}]:${widthOf(name)}`;
}

const widths = new Map<string, string>();

function widthOf(name: string): string {
	const known = widths.get(name) ?? widthIn(name);
	widths.set(name, known);
	return known;
}

function widthIn(name: string): string {
	const narrow = /(?:load|store)(\d+)(_u)?/.exec(name);
	if (narrow === null) return name.slice(0, name.indexOf("."));
	return `${narrow[2] === undefined ? "i" : "u"}${narrow[1]}`;
}

function constant({ operands, name }: Instruction): Value {
	const [operand] = operands;
	const text = operand?.kind === "text" ? operand.text : "?";
	const isFloat = name.startsWith("f");
	return atom(isFloat && /^-?\d+$/.test(text) ? `${text}.0` : text);
}

const signs = new Map<string, string>();

/** Undefined for what has no sign. */
function binarySign(name: string): string | undefined {
	const known = signs.get(name) ?? signIn(name) ?? "";
	signs.set(name, known);
	return known === "" ? undefined : known;
}

function signIn(name: string): string | undefined {
	const [, word = "", unsigned] = /\.([a-z]+?)(_u|_s)?$/.exec(name) ?? [];
	const sign = BINARY.get(word);
	return sign === undefined || unsigned !== "_u" ? sign : `${sign}u`;
}

/** As an operand of something else. */
export function wrapped({ text, isAtom }: Value): string {
	return isAtom ? text : `(${text})`;
}
