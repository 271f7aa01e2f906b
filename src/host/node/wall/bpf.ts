/**
 * A small assembler for seccomp's classic BPF: a decision tree in, `struct sock_filter`s out.
 *
 * Trees have no jumps to get wrong. BPF jumps only forward, so the program is written from its end;
 * what its 8-bit offsets cannot reach goes through a long jump.
 */

/** A decision: an answer, a word to load into the accumulator first, or a test of the accumulator. */
export type Tree =
	| { readonly answer: number }
	| { readonly load: number; readonly next: Tree }
	| { readonly test: Test; readonly value: number; readonly yes: Tree; readonly no: Tree };

/** Compares as unsigned 32 bits; "anyBits" holds when the accumulator has any of the value's bits. */
export type Test = "equal" | "atLeast" | "anyBits";

/** BPF_MAXINSNS: the kernel refuses longer programs. */
export const INSTRUCTIONS_MAX = 4096;
/** struct sock_filter: u16 code, u8 jump if true, u8 jump if false, u32 value. */
export const INSTRUCTION_SIZE_bytes = 8;

// linux/bpf_common.h: class | size or operation | source
export const LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
export const RETURN = 0x06; // BPF_RET | BPF_K
export const JUMP = 0x05; // BPF_JMP | BPF_JA
export const JUMP_IF: Readonly<Record<Test, number>> = {
	equal: 0x15, // BPF_JMP | BPF_JEQ | BPF_K
	atLeast: 0x35, // BPF_JMP | BPF_JGE | BPF_K
	anyBits: 0x45, // BPF_JMP | BPF_JSET | BPF_K
};
const SHORT_JUMP_MAX = 255;

/** The tree as the kernel reads it, little-endian. Throws when the kernel would refuse it for its length. */
export function assemble(tree: Tree): Uint8Array<ArrayBuffer> {
	const writer = new BackwardWriter();
	writer.write(tree);
	return writer.bytes();
}

/** Places are counted from the program's end, where the first instruction written is 1. */
class BackwardWriter {
	/** Two words an instruction; machines with seccomp and Node are little-endian. */
	readonly #words = new Uint32Array(INSTRUCTIONS_MAX * 2);
	/** Where each answer was written last. */
	readonly #answers = new Map<number, number>();
	#count = 0;

	/** Writes what is not there yet; answers the place to enter. */
	write(tree: Tree): number {
		if ("answer" in tree) return this.#answer(tree.answer);
		if ("load" in tree) {
			this.#enterNext(this.write(tree.next));
			return this.#put(LOAD_WORD, 0, 0, tree.load);
		}
		const far = this.write(tree.no);
		const near = this.write(tree.yes);
		// One less than the most: reaching one may move the other by an instruction.
		const no = this.#within(far, SHORT_JUMP_MAX - 1);
		const yes = this.#within(near, SHORT_JUMP_MAX);
		return this.#put(JUMP_IF[tree.test], this.#count - yes, this.#count - no, tree.value);
	}

	bytes(): Uint8Array<ArrayBuffer> {
		return new Uint8Array(this.#words.slice((INSTRUCTIONS_MAX - this.#count) * 2).buffer);
	}

	#answer(answer: number): number {
		const known = this.#answers.get(answer);
		if (known !== undefined && this.#count - known < SHORT_JUMP_MAX / 2) return known;
		const place = this.#put(RETURN, 0, 0, answer);
		this.#answers.set(answer, place);
		return place;
	}

	/** The place, or a long jump to it where it is more than `offset_max` away. */
	#within(place: number, offset_max: number): number {
		return this.#count - place <= offset_max ? place : this.#put(JUMP, 0, 0, this.#count - place);
	}

	/** For instructions that go on with the next: makes that the place meant. */
	#enterNext(place: number): void {
		if (place !== this.#count) this.#put(JUMP, 0, 0, this.#count - place);
	}

	#put(code: number, whenTrue: number, whenFalse: number, value: number): number {
		if (this.#count === INSTRUCTIONS_MAX) throw new RangeError("a filter of too many instructions");
		this.#count += 1;
		const at = (INSTRUCTIONS_MAX - this.#count) * 2;
		this.#words[at] = code | (whenTrue << 16) | (whenFalse << 24);
		this.#words[at + 1] = value;
		return this.#count;
	}
}
