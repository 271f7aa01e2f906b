import { Cursor } from "../wasm/cursor.ts";
import { bodySteps, Opcode, readU32, skipInstruction, Step, UNKNOWN } from "../wasm/instructions.ts";
import { skipLocals } from "../wasm/locals.ts";
import { mnemonic, PREFIXES } from "../wasm/mnemonics.ts";
import { type Module, SectionId, sectionOf } from "../wasm/module.ts";
import type { Scan } from "./scan.ts";
import { Uint32List } from "./uint32-list.ts";

type CodeScan = Pick<
	Scan,
	| "bodyStart"
	| "bodyEnd"
	| "typeOf"
	| "instructions"
	| "calleesAt"
	| "callees"
	| "indirectAt"
	| "indirect"
	| "histogram"
	| "unknown"
>;

/**
 * Walks all bodies once.
 *
 * @param take called with each function whose reference a body takes
 * @throws Fault MODULE_INVALID where the section's framing is broken
 */
export function scanCode(bytes: Uint8Array, module: Module, take: (functionIndex: number) => void): CodeScan {
	const walk = new CodeWalk(bytes, module, take);
	const section = sectionOf(module, SectionId.CODE);
	if (section !== undefined) walk.section(new Cursor(bytes, section.contents, section.end));
	return walk.found(readTypeIndices(bytes, module));
}

/** Opcodes behind each of the prefixes that are counted one by one. */
const PREFIXED_MAX = 0x200;

class CodeWalk {
	readonly #bytes: Uint8Array;
	readonly #module: Module;
	readonly #take: (functionIndex: number) => void;
	readonly #steps = scanSteps();
	readonly #bodyStart: Uint32Array;
	readonly #bodyEnd: Uint32Array;
	readonly #instructions: Uint32Array;
	readonly #calleesAt: Uint32Array;
	readonly #indirectAt: Uint32Array;
	readonly #callees = new Uint32List();
	readonly #indirect = new Uint32List();
	/** By function, and by type: the last entry (from 1) that was seen to call it. */
	readonly #callerOf: Uint32Array;
	readonly #callerOfType: Uint32Array;
	readonly #plain = new Float64Array(256);
	readonly #prefixed = new Map<number, Float64Array>();
	#unknown: number | undefined;

	constructor(bytes: Uint8Array, module: Module, take: (functionIndex: number) => void) {
		this.#bytes = bytes;
		this.#module = module;
		this.#take = take;
		const { definedFunctions: defined, importedFunctions: imported, types } = module;
		this.#bodyStart = new Uint32Array(defined);
		this.#bodyEnd = new Uint32Array(defined);
		this.#instructions = new Uint32Array(defined);
		this.#calleesAt = new Uint32Array(defined + 1);
		this.#indirectAt = new Uint32Array(defined + 1);
		this.#callerOf = new Uint32Array(imported + defined);
		this.#callerOfType = new Uint32Array(types.length);
		for (const prefix of PREFIXES) this.#prefixed.set(prefix, new Float64Array(PREFIXED_MAX));
	}

	section(cursor: Cursor): void {
		const bodies = cursor.count("the number of bodies", 1, this.#module.definedFunctions);
		for (let entry = 0; entry < bodies; entry++) {
			const size = cursor.u32("a body's size");
			const start = cursor.offset;
			cursor.skip(size, "a body");
			this.#bodyStart[entry] = start;
			this.#bodyEnd[entry] = cursor.offset;
			this.#body(entry, start, cursor.offset);
			this.#calleesAt[entry + 1] = this.#callees.length;
			this.#indirectAt[entry + 1] = this.#indirect.length;
		}
		this.#calleesAt.fill(this.#callees.length, bodies + 1);
		this.#indirectAt.fill(this.#indirect.length, bodies + 1);
	}

	found(typeOf: Uint32Array): CodeScan {
		return {
			bodyStart: this.#bodyStart,
			bodyEnd: this.#bodyEnd,
			typeOf,
			instructions: this.#instructions,
			calleesAt: this.#calleesAt,
			callees: this.#callees.toArray(),
			indirectAt: this.#indirectAt,
			indirect: this.#indirect.toArray(),
			histogram: this.#histogram(),
			unknown: this.#unknown,
		};
	}

	/** Nine in ten instructions only count: they are passed over in one flat loop. */
	#body(entry: number, start: number, end: number): void {
		const bytes = this.#bytes;
		const steps = this.#steps;
		const plain = this.#plain;
		let offset = skipLocals(bytes, start, end);
		let count = 0;
		while (offset < end) {
			const opcode = bytes[offset]!;
			const step = steps[opcode]!;
			count += 1;
			if (step === Step.LOOK) {
				const next = this.#look(entry, offset, opcode);
				if (next === UNKNOWN || next > end) {
					this.#unknown ??= offset;
					break;
				}
				offset = next;
				continue;
			}
			plain[opcode]! += 1;
			offset += 1;
			if (step === Step.NEXT) continue;
			if (step === Step.MEMORY) {
				const hasIndex = (bytes[offset]! & 0x40) !== 0;
				while (bytes[offset]! >= 0x80) offset += 1;
				offset += 1;
				if (hasIndex) {
					while (bytes[offset]! >= 0x80) offset += 1;
					offset += 1;
				}
			}
			while (bytes[offset]! >= 0x80) offset += 1;
			offset += 1;
		}
		this.#instructions[entry] = count;
	}

	/** What is more than an opcode and numbers; where the next instruction begins. */
	#look(entry: number, offset: number, opcode: number): number {
		const prefixed = this.#prefixed.get(opcode);
		if (prefixed === undefined) this.#plain[opcode]! += 1;
		else {
			const sub = readU32(this.#bytes, offset + 1);
			if (sub < PREFIXED_MAX) prefixed[sub]! += 1;
		}
		switch (opcode) {
			case Opcode.CALL:
			case Opcode.RETURN_CALL:
				this.#call(entry, readU32(this.#bytes, offset + 1));
				break;
			case Opcode.CALL_INDIRECT:
			case Opcode.RETURN_CALL_INDIRECT:
			case Opcode.CALL_REF:
			case Opcode.RETURN_CALL_REF:
				this.#callByType(entry, readU32(this.#bytes, offset + 1));
				break;
			case Opcode.REF_FUNC:
				this.#take(readU32(this.#bytes, offset + 1));
				break;
			default:
		}
		return skipInstruction(this.#bytes, offset);
	}

	#call(entry: number, callee: number): void {
		if (callee >= this.#callerOf.length || this.#callerOf[callee] === entry + 1) return;
		this.#callerOf[callee] = entry + 1;
		this.#callees.push(callee);
	}

	#callByType(entry: number, type: number): void {
		if (type >= this.#callerOfType.length || this.#callerOfType[type] === entry + 1) return;
		this.#callerOfType[type] = entry + 1;
		this.#indirect.push(type);
	}

	#histogram(): Map<string, number> {
		const histogram = new Map<string, number>();
		const add = (name: string, count: number) => {
			if (count > 0) histogram.set(name, (histogram.get(name) ?? 0) + count);
		};
		for (const [opcode, count] of this.#plain.entries()) add(mnemonic(opcode), count);
		for (const [prefix, counts] of this.#prefixed)
			for (const [sub, count] of counts.entries()) add(mnemonic(prefix, sub), count);
		return histogram;
	}
}

/** As `bodySteps`, but for the nesting, which is not followed: blocks with a plain type are passed over too. */
function scanSteps(): Uint8Array {
	const steps = bodySteps();
	steps[Opcode.END] = Step.NEXT;
	for (const opcode of [Opcode.BLOCK, Opcode.IF, Opcode.TRY]) steps[opcode] = Step.LOOK;
	return steps;
}

function readTypeIndices(bytes: Uint8Array, { sections, definedFunctions }: Module): Uint32Array {
	const typeOf = new Uint32Array(definedFunctions);
	const section = sections.find(({ id }) => id === SectionId.FUNCTION);
	if (section === undefined) return typeOf;
	const cursor = new Cursor(bytes, section.contents, section.end);
	cursor.u32("the number of functions");
	for (let entry = 0; entry < definedFunctions; entry++) typeOf[entry] = cursor.u32("a function's type");
	return typeOf;
}
