import type { FunctionType, ValueType } from "../../wasm/module.ts";
import { Opcode } from "../../wasm/instructions.ts";
import type { Scan } from "../scan.ts";
import { type Body, instructionsOf, openBody } from "./body.ts";
import { type Instruction, type Operand, textName } from "./instruction.ts";
import type { Line, Source } from "./lines.ts";
import { functionName, globalNames, localNames } from "./names.ts";
import { Opcodes } from "./opcodes.ts";

/**
 * A function in the text format, an instruction a line: every name is a comment, so that the text assembles whatever names say.
 *
 * Takes time in proportion to the body. What is not known ends the text with a comment that says so.
 *
 * @param index of a function that is defined in the module
 * @throws Fault MODULE_INVALID where the body's locals cannot be read
 */
export function* functionLines(scan: Scan, index: number, source?: Source): Generator<Line> {
	const body = openBody(scan, index);
	const names: Names = { scan, locals: localNames(scan, index), globals: globalNames(scan) };
	yield {
		depth: 1,
		text: `(func (;${index};) (type ${body.typeIndex})${signatureText(body.type)}`,
		comment: functionName(scan, index),
	};
	yield* localLines(body, names);
	yield* bodyLines(body, names, source);
	yield { depth: 1, text: ")" };
}

interface Names {
	readonly scan: Scan;
	readonly locals: ReadonlyMap<number, string>;
	readonly globals: ReadonlyMap<number, string>;
}

/** ` (param i32 i32) (result i32)`, or "". */
export function signatureText(type: FunctionType | undefined): string {
	if (type === undefined) return "";
	return list("param", type.params) + list("result", type.results);
}

function list(word: string, types: readonly ValueType[]): string {
	return types.length === 0 ? "" : ` (${word} ${types.join(" ")})`;
}

const LOCALS_IN_LINE = 16;

function* localLines({ locals, type }: Body, { locals: names }: Names): Generator<Line> {
	const params = type?.params.length ?? 0;
	for (let index = 0; index < params; index++)
		if (names.has(index)) yield { depth: 2, text: "", comment: `parameter ${index}: ${names.get(index)}` };
	let at = 0;
	while (at < locals.length) {
		const name = names.get(params + at);
		const next = name === undefined ? endOfLine(names, params, at, locals.length) : at + 1;
		const comment = name === undefined ? `from ${params + at}` : `${params + at}: ${name}`;
		yield { depth: 2, text: `(local ${locals.slice(at, next).join(" ")})`, comment };
		at = next;
	}
}

/** Locals without a name share a line. */
function endOfLine(names: ReadonlyMap<number, string>, params: number, start: number, end: number): number {
	let next = start + 1;
	while (next < end && next - start < LOCALS_IN_LINE && !names.has(params + next)) next += 1;
	return next;
}

function* bodyLines(body: Body, names: Names, source: Source | undefined): Generator<Line> {
	const labels: string[] = [];
	const instructions = instructionsOf(body);
	let opened = 0;
	let step = instructions.next();
	for (; step.done !== true; step = instructions.next()) {
		const instruction = step.value;
		const { opcode, sub, offset } = instruction;
		if (sub === undefined && opcode === Opcode.END && labels.length === 0) break;
		const isBlock = instruction.block !== undefined;
		if (sub === undefined && Opcodes.closes(opcode)) labels.pop();
		const depth = 2 + labels.length - (sub === undefined && Opcodes.divides(opcode) ? 1 : 0);
		const own = isBlock ? `$${instruction.name.replace("_", "-")}${opened++}` : undefined;
		const text = instructionText(instruction, labels, own);
		yield { depth, text, offset, comment: commentOf(instruction, names), source: source?.(offset) };
		if (own !== undefined) labels.push(own);
	}
	if (step.done === true && step.value !== undefined)
		yield { depth: 2, text: "", comment: `the rest is not shown: ${step.value.message}` };
}

function instructionText(
	{ name, operands, block }: Instruction,
	labels: readonly string[],
	own: string | undefined,
): string {
	let text = textName(name);
	if (own !== undefined) text += ` ${own}`;
	if (block !== undefined && block.text !== "") text += ` ${block.text}`;
	for (const operand of operands) text += ` ${operandText(operand, labels)}`;
	return text;
}

function operandText(operand: Operand, labels: readonly string[]): string {
	if (operand.kind === "text") return operand.text;
	if (operand.kind === "index") return String(operand.index);
	const target = labels[labels.length - 1 - operand.depth] ?? String(operand.depth);
	return operand.before === undefined ? target : `(${operand.before} ${target})`;
}

function commentOf({ operands }: Instruction, { scan, locals, globals }: Names): string | undefined {
	const [first] = operands;
	if (first?.kind !== "index") return undefined;
	if (first.space === "function") return functionName(scan, first.index);
	if (first.space === "local") return locals.get(first.index);
	return first.space === "global" ? globals.get(first.index) : undefined;
}

/** An instruction alone, its labels as numbers. */
export function plainText(instruction: Instruction): string {
	return instructionText(instruction, [], undefined);
}
