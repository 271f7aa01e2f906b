import { Cursor, malformed } from "../cursor.ts";
import { mnemonic, PREFIXES } from "../mnemonics.ts";
import { type Module, SectionId, sectionOf } from "../module.ts";
import { type Kernel, theKernel } from "./kernel.ts";
import { Uint32List } from "./uint32-list.ts";

/**
 * What one walk over all bodies found. Arrays "by entry" have an element for each function that is defined in the module; offsets count
 * from the file's first byte.
 */
export interface CodeWalk {
	/** Where each body lies, its locals included, by entry. */
	readonly bodyStart: Uint32Array;
	readonly bodyEnd: Uint32Array;
	/** Instructions of each body, by entry. */
	readonly instructions: Uint32Array;
	/** How many of them stand in loops, and how many of these are xor, shifts and rotations, by entry. */
	readonly loopInstructions: Uint32Array;
	readonly loopMixing: Uint32Array;
	/** Where `i32.const` stands with a number of five bytes, and `i64.const` with one of three or more: smaller ones are in every program. */
	readonly wideConstants: Uint32Array;
	/** Direct callees of entry `e`, each once: `callees[calleesAt[e] ... calleesAt[e + 1]]`, as function indices. */
	readonly calleesAt: Uint32Array;
	readonly callees: Uint32Array;
	/** Type indices of the indirect calls of entry `e`, each once, in the same form. */
	readonly indirectAt: Uint32Array;
	readonly indirect: Uint32Array;
	/** How often each instruction occurs, by its mnemonic. */
	readonly histogram: ReadonlyMap<string, number>;
	/** Where the first instruction stands that is not known; the rest of its body was not seen. */
	readonly unknown: number | undefined;
}

/** What is looked at at a time: it stays in the processor's cache. A larger body gets a larger window. */
const WINDOW_BYTES = 1 << 18;
/** Opcodes behind each of the prefixes that are counted one by one. */
const PREFIXED_EACH = 0x200;

/**
 * Walks all bodies once, in time proportional to their bytes.
 *
 * @param take called with each function whose reference a body takes
 * @throws Fault MODULE_INVALID where the section's framing is broken, MODULE_TOO_LARGE
 */
export function walkCode(bytes: Uint8Array, module: Module, take: (functionIndex: number) => void): CodeWalk {
	const { definedFunctions: defined, importedFunctions: imported, types } = module;
	const kernel = theKernel();
	kernel.begin(imported + defined, types.length, WINDOW_BYTES);
	const told = new Told(defined);
	const section = sectionOf(module, SectionId.CODE);
	const bodies =
		section === undefined
			? 0
			: walkSection(kernel, new Cursor(bytes, section.contents, section.end), told, take);
	return told.all(bodies, kernel);
}

function walkSection(
	kernel: Kernel,
	cursor: Cursor,
	told: Told,
	take: (functionIndex: number) => void,
): number {
	const bodies = cursor.count("the number of bodies", 1, told.bodyStart.length);
	let window_bytes = WINDOW_BYTES;
	for (let done = 0; done < bodies;) {
		const piece = cursor.bytes.subarray(cursor.offset, Math.min(cursor.end, cursor.offset + window_bytes));
		kernel.memory().bytes.set(piece, kernel.places.windowAt());
		const walked = kernel.walk(cursor.offset, piece.length, bodies - done);
		if (walked === 0) {
			const needed_bytes = bodyBytes(cursor);
			if (needed_bytes <= window_bytes) throw malformed("a body cannot be read", cursor.offset);
			window_bytes = needed_bytes;
			kernel.place(window_bytes);
			continue;
		}
		told.take(kernel, done, walked, take);
		done += walked;
		cursor.offset = told.bodyEnd[done - 1]!;
		window_bytes = WINDOW_BYTES;
	}
	return bodies;
}

/** Of the next body with its size. */
function bodyBytes({ bytes, offset, end }: Cursor): number {
	const cursor = new Cursor(bytes, offset, end);
	cursor.skip(cursor.u32("a body's size"), "a body");
	return cursor.offset - offset;
}

/** What the kernel told, window by window. */
class Told {
	readonly bodyStart: Uint32Array;
	readonly bodyEnd: Uint32Array;
	readonly #instructions: Uint32Array;
	readonly #loopInstructions: Uint32Array;
	readonly #loopMixing: Uint32Array;
	readonly #calleesAt: Uint32Array;
	readonly #indirectAt: Uint32Array;
	readonly #callees = new Uint32List();
	readonly #indirect = new Uint32List();
	readonly #wide = new Uint32List();

	constructor(bodies: number) {
		this.bodyStart = new Uint32Array(bodies);
		this.bodyEnd = new Uint32Array(bodies);
		this.#instructions = new Uint32Array(bodies);
		this.#loopInstructions = new Uint32Array(bodies);
		this.#loopMixing = new Uint32Array(bodies);
		this.#calleesAt = new Uint32Array(bodies + 1);
		this.#indirectAt = new Uint32Array(bodies + 1);
	}

	take(kernel: Kernel, entry: number, bodies: number, take: (functionIndex: number) => void): void {
		const { words } = kernel.memory();
		const first = kernel.places.BODIES / 4;
		const each = kernel.places.BODIES_MAX;
		const list = (index: number) => words.subarray(first + index * each, first + index * each + bodies);
		this.bodyStart.set(list(0), entry);
		this.bodyEnd.set(list(1), entry);
		this.#instructions.set(list(2), entry);
		this.#loopInstructions.set(list(3), entry);
		this.#loopMixing.set(list(4), entry);
		this.#calleesAt.set(list(5), entry + 1);
		this.#indirectAt.set(list(6), entry + 1);
		const numbers = (at: () => number, { value: count }: { readonly value: number }) =>
			words.subarray(at() / 4, at() / 4 + count);
		const { places } = kernel;
		this.#callees.append(numbers(places.calleesAt, places.calleeCount));
		this.#indirect.append(numbers(places.indirectAt, places.indirectCount));
		this.#wide.append(numbers(places.wideAt, places.wideCount));
		for (const index of numbers(places.takenAt, places.takenCount)) take(index);
	}

	all(bodies: number, kernel: Kernel): CodeWalk {
		const unknown = kernel.places.unknown.value;
		return {
			bodyStart: this.bodyStart,
			bodyEnd: this.bodyEnd,
			instructions: this.#instructions,
			loopInstructions: this.#loopInstructions,
			loopMixing: this.#loopMixing,
			wideConstants: this.#wide.toArray(),
			// a module that is not valid may have fewer bodies than functions
			calleesAt: this.#calleesAt.fill(this.#callees.length, bodies + 1),
			callees: this.#callees.toArray(),
			indirectAt: this.#indirectAt.fill(this.#indirect.length, bodies + 1),
			indirect: this.#indirect.toArray(),
			histogram: histogramOf(kernel),
			unknown: unknown === 0 ? undefined : unknown,
		};
	}
}

function histogramOf(kernel: Kernel): Map<string, number> {
	const { words } = kernel.memory();
	const histogram = new Map<string, number>();
	const add = (name: string, count: number) => histogram.set(name, (histogram.get(name) ?? 0) + count);
	const plain = kernel.places.HISTOGRAM / 4;
	const prefixed = kernel.places.PREFIXED / 4;
	for (let opcode = 0; opcode < 0x100; opcode++) {
		const count = PREFIXES.includes(opcode) ? 0 : words[plain + opcode]!;
		if (count > 0) add(mnemonic(opcode), count);
	}
	for (const [index, prefix] of PREFIXES.entries())
		for (let sub = 0; sub < PREFIXED_EACH; sub++) {
			const count = words[prefixed + index * PREFIXED_EACH + sub]!;
			if (count > 0) add(mnemonic(prefix, sub), count);
		}
	return histogram;
}
