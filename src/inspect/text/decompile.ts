import { Opcode } from "../../wasm/instructions.ts";
import type { FunctionType } from "../../wasm/module.ts";
import type { Scan } from "../scan.ts";
import { arityOf, type Signatures } from "./arity.ts";
import { signaturesOf } from "./signatures.ts";
import { type Body, instructionsOf, openBody } from "./body.ts";
import { atom, called, expressionOf, Kind, place, type Value, wrapped } from "./expressions.ts";
import { type Instruction, indirectType } from "./instruction.ts";
import type { Line, Source } from "./lines.ts";
import { CodeNames } from "./code-names.ts";
import { type Frame, Structure } from "./structure.ts";
import { plainText } from "./function-text.ts";
import { pieceLines } from "./pieces.ts";

/**
 * A function as pseudo-code: for reading, not for compiling. Values that the stack holds are folded into expressions, written down
 * before anything that could change them; blocks, loops and ifs are structured. Code that cannot be reached is left out. From the
 * first instruction that it cannot fold (exceptions, casts that branch) it goes on with instructions as they are.
 *
 * Takes time in proportion to the body.
 *
 * @param index of a function that is defined in the module
 * @throws Fault MODULE_INVALID where the body's locals cannot be read
 */
export function* decompiledLines(scan: Scan, index: number, source?: Source): Generator<Line> {
	const body = openBody(scan, index);
	const names = new CodeNames(scan, index, body);
	yield { depth: 0, text: "// for reading, not for compiling; <u, >>u, /u and %u are unsigned" };
	yield { depth: 0, text: `${names.function(index)}(${names.parameters()})${resultText(body.type)} {` };
	const locals = names.locals();
	if (locals !== "") yield { depth: 1, text: `var ${locals}` };
	const decompiler = new Decompiler(body, names, signaturesOf(scan));
	decompiler.run();
	yield* pieceLines(decompiler.structure.pieces, source);
	yield { depth: 0, text: "}" };
}

function resultText(type: FunctionType | undefined): string {
	return type === undefined || type.results.length === 0 ? "" : `: ${type.results.join(", ")}`;
}

/** An expression longer than this is written down, so that nothing grows without end. */
const EXPRESSION_CHARACTERS_MAX = 160;
/** So many values that something could change wait at most; then all are written down. */
const WAITING_MAX = 64;

const NOTHING: readonly Value[] = [];

class Decompiler {
	readonly structure: Structure;
	readonly #body: Body;
	readonly #names: CodeNames;
	readonly #signatures: Signatures;
	readonly #stack: Value[] = [];
	/** All values below this one are pure. */
	#pureTo = 0;
	#temporaries = 0;
	/** Behind a branch nothing is reached before the block's end; so many blocks were opened since. */
	#dead: number | undefined;
	#offset = 0;

	constructor(body: Body, names: CodeNames, signatures: Signatures) {
		this.#body = body;
		this.#names = names;
		this.#signatures = signatures;
		this.structure = new Structure(body.type?.results.length ?? 0);
	}

	run(): void {
		const instructions = instructionsOf(this.#body);
		let step = instructions.next();
		for (; step.done !== true; step = instructions.next()) {
			const instruction = step.value;
			this.#offset = instruction.offset;
			if (this.#dead !== undefined && this.#passes(instruction)) continue;
			if (this.structure.isFull) return this.#stop();
			if (this.#take(instruction)) continue;
			this.#goOnPlain(instruction, instructions);
			return;
		}
		if (step.value !== undefined) this.#say(`// the rest is not shown: ${step.value.message}`);
	}

	#stop(): void {
		this.#say("// the rest is not shown: the text is too long");
		this.structure.closeAll(this.#offset);
	}

	/** What cannot be reached is passed over, to the end of its block. */
	#passes({ opcode, sub, block }: Instruction): boolean {
		if (this.#dead === undefined) return false;
		const plain = sub === undefined ? opcode : -1;
		if (block !== undefined) this.#dead += 1;
		else if (plain === Opcode.END || plain === Opcode.DELEGATE) {
			if (this.#dead === 0) return false;
			this.#dead -= 1;
		} else if (plain === 0x05 && this.#dead === 0) return false;
		return true;
	}

	#goOnPlain(first: Instruction, rest: Generator<Instruction, unknown>): void {
		this.#say("// from here on as instructions: what comes is not folded");
		this.#say(plainText(first));
		for (const instruction of rest) {
			this.#offset = instruction.offset;
			if (this.structure.isFull) return this.#stop();
			this.#say(plainText(instruction));
		}
		this.structure.closeAll(this.#offset);
	}

	/** False for what is not folded. */
	#take(instruction: Instruction): boolean {
		const { opcode, sub } = instruction;
		if (sub !== undefined) return this.#takeOther(instruction);
		switch (opcode) {
			case 0x00:
				return this.#leave("unreachable");
			case 0x02:
			case 0x03:
			case 0x04:
				return this.#open(instruction);
			case 0x05:
				return this.#else();
			case 0x0b:
				return this.#end();
			case 0x08:
				return this.#leave(plainText(instruction));
			case 0x0c:
				return this.#branch(instruction);
			case 0x0d:
				return this.#branchIf(instruction);
			case 0x0e:
				return this.#branchTable(instruction);
			case 0x0f:
				return this.#return();
			case 0x12:
			case 0x13:
			case 0x15:
				return this.#tailCall(instruction);
			default:
				return this.#takeOther(instruction);
		}
	}

	#takeOther(instruction: Instruction): boolean {
		const arity = arityOf(instruction, this.#signatures);
		if (arity === undefined) return false;
		const operands = this.#pop(arity.takes);
		const { opcode, sub } = instruction;
		if (sub === undefined && opcode >= 0x20 && opcode <= 0x24) this.#variable(instruction, operands);
		else if (sub === undefined && (opcode === 0x1b || opcode === 0x1c)) this.#select(operands);
		else if (sub === undefined && opcode === 0x1a) this.#drop(operands);
		else if (sub === undefined && opcode >= 0x36 && opcode <= 0x3e) this.#store(instruction, operands);
		else if (acts(instruction)) this.#act(this.#callText(instruction, operands), arity.gives, operands);
		else if (arity.gives === 1) this.#push(expressionOf(instruction, operands));
		else this.#act(called(instruction, operands), arity.gives, operands);
		return true;
	}

	#variable({ opcode, operands: [operand] }: Instruction, [value = atom("?")]: readonly Value[]): void {
		const index = operand?.kind === "index" ? operand.index : 0;
		if (opcode === 0x23) return this.#push(atom(this.#names.global(index), Kind.READS));
		if (opcode === 0x24) {
			this.#settle(Kind.READS);
			return this.#say(`${this.#names.global(index)} = ${value.text}`);
		}
		const name = this.#names.local(index);
		if (opcode !== 0x20) {
			this.#settle(Kind.ACTS, index);
			if (name !== value.text) this.#say(`${name} = ${value.text}`);
		}
		if (opcode !== 0x21) this.#push(atom(name, Kind.READS_LOCAL, [index]));
	}

	/** Both values are made, whichever is taken: what a call does is written down before. */
	#select(operands: readonly Value[]): void {
		const all = operands.map((value) => (value.kind === Kind.ACTS ? this.#written(value) : value));
		const [first = atom("?"), second = atom("?"), condition = atom("?")] = all;
		const text = `${wrapped(condition)} ? ${wrapped(first)} : ${wrapped(second)}`;
		const kind = Math.max(...all.map((value) => value.kind));
		const locals = all.flatMap((value) => value.locals);
		this.#push({ text, isAtom: false, kind, locals });
	}

	#drop([value = atom("?")]: readonly Value[]): void {
		this.#settle(Kind.ACTS);
		if (value.kind === Kind.ACTS) this.#say(value.text);
	}

	#store(instruction: Instruction, [address = atom("?"), value = atom("?")]: readonly Value[]): void {
		this.#settle(Kind.READS);
		this.#say(`${place(instruction, address)} = ${value.text}`);
	}

	#act(text: string, gives: number, operands: readonly Value[]): void {
		this.#settle(Kind.READS);
		if (gives === 0) return this.#say(text);
		const locals = operands.flatMap((operand) => operand.locals);
		if (gives === 1) return this.#push({ text, isAtom: true, kind: Kind.ACTS, locals });
		const names = Array.from({ length: gives }, () => this.#temporary());
		this.#say(`${names.join(", ")} = ${text}`);
		for (const name of names) this.#push(atom(name));
	}

	#callText(instruction: Instruction, operands: readonly Value[]): string {
		const { opcode, sub, operands: immediates } = instruction;
		if (sub !== undefined || !isCall(opcode)) return called(instruction, operands);
		const [first] = immediates;
		const index = first?.kind === "index" ? first.index : 0;
		const list = (values: readonly Value[]) => values.map(({ text }) => text).join(", ");
		if (opcode === 0x10 || opcode === 0x12) return `${this.#names.function(index)}(${list(operands)})`;
		const target = operands.at(-1) ?? atom("?");
		const given = list(operands.slice(0, -1));
		if (opcode === 0x14 || opcode === 0x15) return `${wrapped(target)}(${given})`;
		return `table${index === 0 ? "" : index}[${target.text}]:type${indirectType(instruction)}(${given})`;
	}

	#tailCall(instruction: Instruction): boolean {
		const arity = arityOf(instruction, this.#signatures);
		if (arity === undefined) return false;
		const operands = this.#pop(arity.takes);
		return this.#leave(`return ${this.#callText(instruction, operands)}`);
	}

	#open(instruction: Instruction): boolean {
		const { opcode, block, offset } = instruction;
		const type = block?.type === undefined ? undefined : this.#signatures.type(block.type);
		if (block?.type !== undefined && type === undefined) return false;
		const condition = opcode === Opcode.IF ? this.#pop(1)[0]?.text : undefined;
		this.#settle(Kind.READS_LOCAL);
		const params = type?.params.length ?? 0;
		const results = type?.results.length ?? block?.results ?? 0;
		const given = this.#pop(params);
		const kind = opcode === Opcode.LOOP ? "loop" : opcode === Opcode.IF ? "if" : "block";
		const shape = { params: kind === "loop" ? params : 0, results, height: this.#stack.length, entry: given };
		const frame = this.structure.open(kind, shape, condition, offset);
		given.forEach((value, at) => {
			const name = frame.params[at];
			if (name !== undefined) this.structure.before(frame, `${name} = ${value.text}`, offset);
			this.#push(name === undefined ? value : atom(name));
		});
		return true;
	}

	#else(): boolean {
		const frame = this.structure.top;
		if (frame.kind !== "if") return false;
		this.#finish(frame);
		this.structure.otherwise(this.#offset);
		for (const value of frame.entry) this.#push(value);
		return true;
	}

	#end(): boolean {
		const frame = this.structure.top;
		if (frame.kind === "function") {
			if (this.#dead === undefined && frame.results.length > 0) this.#return();
			return true;
		}
		const isReached = this.#dead === undefined;
		this.#finish(frame);
		// without an else the parameters are the results
		if (frame.kind === "if" && !frame.hasElse && frame.results.length > 0) this.#passThrough(frame);
		this.structure.close(isReached, this.#offset);
		for (const name of frame.results) this.#push(atom(name));
		return true;
	}

	#passThrough(frame: Frame): void {
		this.structure.otherwise(this.#offset);
		frame.results.forEach((name, at) => this.#say(`${name} = ${frame.entry[at]?.text ?? "?"}`));
	}

	/** Writes the results down where the end is reached, and forgets what else the block has on the stack. */
	#finish(frame: Frame): void {
		if (this.#dead === undefined) {
			this.#assign(frame.results, this.#pop(frame.results.length));
			this.#settle(Kind.READS);
		}
		this.#stack.length = Math.min(this.#stack.length, frame.height);
		this.#pureTo = Math.min(this.#pureTo, this.#stack.length);
		this.#dead = undefined;
	}

	#assign(names: readonly string[], values: readonly Value[]): void {
		this.#settle(Kind.READS);
		names.forEach((name, at) => {
			const text = values[at]?.text ?? "?";
			if (text !== name) this.#say(`${name} = ${text}`);
		});
	}

	#branch({ operands: [operand] }: Instruction): boolean {
		const frame = this.structure.target(operand?.kind === "label" ? operand.depth : 0);
		if (frame.kind === "function") return this.#return();
		const names = this.structure.carried(frame);
		this.#assign(names, this.#pop(names.length));
		this.structure.jump(frame, undefined, this.#offset);
		this.#dead = 0;
		return true;
	}

	#branchIf({ operands: [operand] }: Instruction): boolean {
		const [condition = atom("?")] = this.#pop(1);
		const frame = this.structure.target(operand?.kind === "label" ? operand.depth : 0);
		const names = this.structure.carried(frame);
		if (names.length === 0) {
			this.#settle(Kind.READS);
			this.structure.jump(frame, condition.text, this.#offset);
			return true;
		}
		// the values stay on the stack when it does not branch; the condition was made after them
		const values = this.#pop(names.length);
		this.#settle(Kind.READS);
		const kept = values.map((value) => this.#written(value));
		for (const value of kept) this.#push(value);
		this.structure.jumpWith(
			frame,
			condition.text,
			kept.map(({ text }) => text),
			this.#offset,
		);
		return true;
	}

	#branchTable({ operands }: Instruction): boolean {
		const [selector = atom("?")] = this.#pop(1);
		const depths = operands.map((operand) => (operand.kind === "label" ? operand.depth : 0));
		const names = this.structure.carried(this.structure.target(depths.at(-1) ?? 0));
		const popped = this.#pop(names.length);
		this.#settle(Kind.READS);
		const values = popped.map((value) => this.#written(value).text);
		this.structure.jumpTable(selector.text, depths, values, this.#offset);
		this.#dead = 0;
		return true;
	}

	#return(): boolean {
		const values = this.#pop(this.#body.type?.results.length ?? 0);
		const given = values.map(({ text }) => text).join(", ");
		return this.#leave(given === "" ? "return" : `return ${given}`);
	}

	#leave(text: string): boolean {
		this.#settle(Kind.ACTS);
		this.#say(text);
		this.#dead = 0;
		return true;
	}

	#say(text: string): void {
		this.structure.say(text, this.#offset);
	}

	#push(made: Value): void {
		// what is pure waits for nothing, so that nobody would settle it
		const isLong = made.kind === Kind.PURE && made.text.length > EXPRESSION_CHARACTERS_MAX;
		const value = isLong ? this.#written(made) : made;
		if (value.kind === Kind.PURE && this.#pureTo === this.#stack.length) this.#pureTo += 1;
		this.#stack.push(value);
		if (value.text.length > EXPRESSION_CHARACTERS_MAX || this.#stack.length - this.#pureTo > WAITING_MAX)
			this.#settle(Kind.PURE);
	}

	/** The values on top, the lowest first; `?` for those that an invalid body does not have. */
	#pop(count: number): readonly Value[] {
		if (count === 0) return NOTHING;
		const floor = this.structure.top.height;
		const taken = Array<Value>(count).fill(atom("?"));
		for (let at = count - 1; at >= 0 && this.#stack.length > floor; at--)
			taken[at] = this.#stack.pop() ?? atom("?");
		this.#pureTo = Math.min(this.#pureTo, this.#stack.length);
		return taken;
	}

	/** Writes down the values that wait, of this kind or above, and those that read a local. */
	#settle(least: number, local?: number): void {
		let pureTo = this.#pureTo;
		for (let at = this.#pureTo; at < this.#stack.length; at++) {
			const value = this.#stack[at] ?? atom("?");
			const isDue = value.kind >= Math.max(least, 1) || (local !== undefined && value.locals.includes(local));
			if (isDue || (least === Kind.PURE && !isShort(value))) this.#stack[at] = this.#written(value);
			if (this.#stack[at]?.kind === Kind.PURE && pureTo === at) pureTo = at + 1;
		}
		this.#pureTo = pureTo;
	}

	#written(value: Value): Value {
		if (value.kind === Kind.PURE && isShort(value)) return value;
		const name = this.#temporary();
		this.#say(`${name} = ${value.text}`);
		return atom(name);
	}

	#temporary(): string {
		return `t${this.#temporaries++}`;
	}
}

/** A call within a call within a call is an atom, too. */
function isShort({ text, isAtom }: Value): boolean {
	return isAtom && text.length <= EXPRESSION_CHARACTERS_MAX;
}

function isCall(opcode: number): boolean {
	return opcode >= 0x10 && opcode <= 0x15;
}

/** Whether it changes something beside the stack, or waits. */
function acts({ opcode, sub, name }: Instruction): boolean {
	if (sub === undefined) return isCall(opcode) || name === "memory.grow" || name === "table.set";
	return opcode === 0xfe
		? !name.includes(".load")
		: name === "table.grow" || /^(?:struct|array)\.new/.test(name);
}
