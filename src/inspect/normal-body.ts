import type { Module } from "../wasm/module.ts";
import { Opcode, readU32, skipInstruction, UNKNOWN } from "../wasm/instructions.ts";
import { skipLocals } from "../wasm/locals.ts";
import type { Scan } from "./scan.ts";

/** A body without what the linker numbered anew: two versions of a program number functions and types differently. */
export interface NormalBody {
	/** Valid until the next body is read. */
	readonly bytes: Uint8Array;
	/** Functions that it calls or refers to, in order, by their own indices. */
	readonly calls: readonly number[];
	/** Of `bytes`, and of the opcodes alone: equal where only numbers differ. They are compared, never trusted. */
	readonly hash: number;
	readonly shape: number;
}

const TARGETED: ReadonlySet<number> = new Set([Opcode.CALL, Opcode.RETURN_CALL, Opcode.REF_FUNC]);
const TYPED: ReadonlySet<number> = new Set([Opcode.CALL_INDIRECT, Opcode.RETURN_CALL_INDIRECT]);
const BLOCKS: ReadonlySet<number> = new Set([Opcode.BLOCK, Opcode.LOOP, Opcode.IF, Opcode.TRY]);
/** Two bytes, an opcode and the index of a type, become five. */
const GROWTH_MAX = 3;

/** Reads bodies in their normal form, one at a time, into one buffer. Types are told apart by what they are. */
export class NormalBodies {
	readonly #types: Map<string, number>;
	readonly #typeIds = new WeakMap<Module, Uint32Array>();
	#buffer = new Uint8Array(1 << 16);
	#length = 0;

	/** @param types numbers of types, shared by all programs that are compared */
	constructor(types: Map<string, number>) {
		this.#types = types;
	}

	/** Takes time in proportion to the body. Of an instruction that is not known, the rest is taken as it is. */
	read(scan: Scan, entry: number): NormalBody {
		const { bytes, module } = scan;
		const start = scan.bodyStart[entry] ?? 0;
		const end = scan.bodyEnd[entry] ?? 0;
		const typeIds = this.#idsOf(module);
		const calls: number[] = [];
		this.#reset((end - start) * GROWTH_MAX);
		let shape = SEED;
		// a module that is not valid may have fewer bodies than functions
		let offset = start < end ? skipLocals(bytes, start, end) : end;
		this.#copy(bytes, start, offset);
		while (offset < end) {
			const opcode = bytes[offset] ?? 0;
			const skipped = skipInstruction(bytes, offset);
			const next = skipped === UNKNOWN || skipped > end ? end : skipped;
			shape = mix(shape, opcode);
			if (TARGETED.has(opcode)) {
				this.#put(opcode);
				calls.push(readU32(bytes, offset + 1));
			} else if (TYPED.has(opcode) || isTypedBlock(bytes, offset)) {
				this.#put(opcode);
				this.#number(typeIds[readU32(bytes, offset + 1)] ?? 0);
				this.#copy(bytes, afterLeb(bytes, offset + 1), next);
			} else this.#copy(bytes, offset, next);
			offset = next;
		}
		const normal = this.#buffer.subarray(0, this.#length);
		return { bytes: normal, calls, hash: hashOf(normal), shape: key(shape, calls.length) };
	}

	#idsOf(module: Module): Uint32Array {
		const known = this.#typeIds.get(module);
		if (known !== undefined) return known;
		const ids = Uint32Array.from(module.types, (type, index) => {
			const text =
				type.kind === "function" ? `${type.params.join(" ")}:${type.results.join(" ")}` : `#${index}`;
			const id = this.#types.get(text) ?? this.#types.size + 1;
			this.#types.set(text, id);
			return id;
		});
		this.#typeIds.set(module, ids);
		return ids;
	}

	#reset(capacity: number): void {
		this.#length = 0;
		if (this.#buffer.length < capacity) this.#buffer = new Uint8Array(capacity);
	}

	#put(byte: number): void {
		this.#buffer[this.#length++] = byte;
	}

	#number(value: number): void {
		for (let shift = 0; shift < 32; shift += 8) this.#put((value >>> shift) & 0xff);
	}

	#copy(bytes: Uint8Array, start: number, end: number): void {
		for (let offset = start; offset < end; offset++) this.#buffer[this.#length++] = bytes[offset] ?? 0;
	}
}

/** A block's type is a type's index where it is no negative number (core spec 5.4.1). */
function isTypedBlock(bytes: Uint8Array, offset: number): boolean {
	if (!BLOCKS.has(bytes[offset] ?? 0)) return false;
	return ((bytes[afterLeb(bytes, offset + 1) - 1] ?? 0) & 0x40) === 0;
}

function afterLeb(bytes: Uint8Array, offset: number): number {
	let next = offset;
	while ((bytes[next] ?? 0) >= 0x80) next += 1;
	return next + 1;
}

const SEED = 0x811c9dc5;
const PRIME = 0x01000193;

function mix(hash: number, byte: number): number {
	return Math.imul(hash ^ byte, PRIME);
}

function hashOf(bytes: Uint8Array): number {
	let hash = SEED;
	for (let offset = 0; offset < bytes.length; offset++) hash = mix(hash, bytes[offset] ?? 0);
	return key(hash, bytes.length);
}

/** 53 bits of both. */
function key(hash: number, length: number): number {
	return (hash >>> 0) * 0x200000 + (length & 0x1fffff);
}
