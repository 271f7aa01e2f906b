import { CALLERS_KEPT, type CodeFacts } from "./code-facts.ts";
import { bodySteps, Opcode, readU32, skipInstruction, Step, UNKNOWN } from "./instructions.ts";
import { skipLocals } from "./locals.ts";

/** A loop that the walk is in. */
interface OpenLoop {
	/** How many blocks are open around it, itself included. */
	readonly depth: number;
	readonly start: number;
	hasCalls: boolean;
	hasLoops: boolean;
}

/** Walks function bodies, one after another, and enters what it sees into the facts. */
export class BodyWalk {
	readonly #bytes: Uint8Array;
	readonly #facts: CodeFacts;
	readonly #steps = bodySteps();
	/** The function whose body it is in, as an entry of the facts. */
	#caller = 0;
	#depth = 0;
	readonly #loops: OpenLoop[] = [];

	constructor(bytes: Uint8Array, facts: CodeFacts) {
		this.#bytes = bytes;
		this.#facts = facts;
	}

	/** False where an instruction is not known, or where the body does not end as a body does. */
	body(entry: number, start: number, end: number): boolean {
		this.#caller = entry;
		this.#depth = 1;
		this.#loops.length = 0;
		let offset = skipLocals(this.#bytes, start, end);
		while (this.#depth > 0) {
			offset = this.#passOver(offset, end);
			if (offset >= end) return false;
			this.#see(offset);
			offset = skipInstruction(this.#bytes, offset);
			if (offset === UNKNOWN) return false;
		}
		return offset === end;
	}

	/**
	 * The offset of the next instruction that matters, or one at or past the end. Nine in ten do not: they are
	 * passed over in one flat loop, because it runs once over a whole module and no compiler has seen it before.
	 */
	#passOver(start: number, end: number): number {
		const bytes = this.#bytes;
		const steps = this.#steps;
		const loopDepth = this.#loops.at(-1)?.depth ?? 1;
		let depth = this.#depth;
		let offset = start;
		while (offset < end) {
			const step = steps[bytes[offset]!]!;
			if (step === Step.NEXT) {
				offset += 1;
				continue;
			}
			if (step === Step.CLOSE) {
				if (depth === loopDepth) break;
				depth -= 1;
				offset += 1;
				continue;
			}
			if (step === Step.LOOK) break;
			const operand = bytes[offset + 1]!;
			if (step === Step.OPEN) {
				if (operand === 0x63 || operand === 0x64) break;
				depth += 1;
			} else if (step === Step.MEMORY) {
				if ((operand & 0x40) !== 0) break;
				offset += 1;
				while (bytes[offset]! >= 0x80) offset += 1;
			}
			offset += 1;
			while (bytes[offset]! >= 0x80) offset += 1;
			offset += 1;
		}
		this.#depth = depth;
		return offset;
	}

	/** What `#passOver` stopped at. */
	#see(offset: number): void {
		switch (this.#bytes[offset]) {
			case Opcode.BLOCK:
			case Opcode.IF:
			case Opcode.TRY:
			case Opcode.TRY_TABLE:
				this.#depth += 1;
				break;
			case Opcode.LOOP:
				this.#openLoop(offset);
				break;
			case Opcode.END:
			case Opcode.DELEGATE:
				this.#close(offset);
				break;
			case Opcode.CALL:
			case Opcode.RETURN_CALL:
				this.#call(readU32(this.#bytes, offset + 1));
				break;
			case Opcode.CALL_INDIRECT:
			case Opcode.RETURN_CALL_INDIRECT:
			case Opcode.CALL_REF:
			case Opcode.RETURN_CALL_REF:
				this.#noteCall();
				break;
			case Opcode.REF_FUNC:
				this.#noteAddress(readU32(this.#bytes, offset + 1));
				break;
			default:
		}
	}

	#openLoop(start: number): void {
		const outer = this.#loops.at(-1);
		if (outer !== undefined) outer.hasLoops = true;
		this.#depth += 1;
		this.#loops.push({ depth: this.#depth, start, hasCalls: false, hasLoops: false });
		this.#facts.loops[this.#caller]! += 1;
		if (this.#loops.length > this.#facts.loopDepth[this.#caller]!)
			this.#facts.loopDepth[this.#caller] = this.#loops.length;
	}

	#close(offset: number): void {
		const loop = this.#loops.at(-1);
		if (loop?.depth === this.#depth) {
			this.#loops.pop();
			if (!loop.hasLoops && !loop.hasCalls) this.#facts.leafLoops[this.#caller]! += 1;
			if (this.#loops.length === 0) this.#facts.loop_bytes[this.#caller]! += offset - loop.start;
		}
		this.#depth -= 1;
	}

	#noteCall(): void {
		this.#facts.calls[this.#caller]! += 1;
		const loop = this.#loops.at(-1);
		if (loop !== undefined) loop.hasCalls = true;
	}

	#call(functionIndex: number): void {
		this.#noteCall();
		const callee = functionIndex - this.#facts.importedFunctions;
		if (callee < 0 || callee >= this.#facts.definedFunctions) return;
		const { callSites, callSitesInLoops, callers } = this.#facts;
		const site = callSites[callee]!;
		if (site < CALLERS_KEPT) callers[callee * CALLERS_KEPT + site] = this.#caller;
		callSites[callee] = site + 1;
		if (this.#loops.length > 0) callSitesInLoops[callee]! += 1;
	}

	#noteAddress(functionIndex: number): void {
		const entry = functionIndex - this.#facts.importedFunctions;
		if (entry >= 0 && entry < this.#facts.definedFunctions) this.#facts.addressTaken[entry]! += 1;
	}
}
