/** Putting instances back to how they were when they were made: the same as a new one, and several times cheaper. */

/** The memory that a core instance took from a pool. */
export interface RenewableMemory {
	readonly memory: WebAssembly.Memory;
	/** All bytes zero again; false: it has grown, and cannot be used again. */
	readonly clear: (memory: WebAssembly.Memory) => boolean;
	/** What instances of this core module begin with; the first one's tells. */
	readonly first: { image: Uint8Array | undefined };
}

export interface RenewableGlobals {
	readonly globals: readonly WebAssembly.Global[];
	readonly first: { values: readonly (number | bigint)[] | undefined };
}

/** What the parts of one instance are made of, noted while it is made. */
export class Renewal {
	readonly #memories: RenewableMemory[] = [];
	readonly #globals: RenewableGlobals[] = [];
	#isPossible = true;

	/** A part of it cannot be put back. */
	forbid(): void {
		this.#isPossible = false;
	}

	addMemory(memory: RenewableMemory): void {
		this.#memories.push(memory);
	}

	addGlobals(globals: RenewableGlobals): void {
		if (globals.globals.length > 0) this.#globals.push(globals);
	}

	/** The instance has been made, and nothing of it has run. */
	made(): void {
		for (const { memory, first } of this.#memories) first.image ??= imageOf(memory);
		for (const { globals, first } of this.#globals)
			first.values ??= globals.map(({ value }) => value as number | bigint);
	}

	/** Nothing of it runs any more, and it ended well. False: throw it away. */
	renew(): boolean {
		if (!this.#isPossible) return false;
		for (const { memory, clear, first } of this.#memories) {
			if (!clear(memory)) return false;
			if (first.image !== undefined) new Uint8Array(memory.buffer).set(first.image);
		}
		for (const { globals, first } of this.#globals)
			for (const [index, global] of globals.entries()) global.value = first.values?.[index];
		return true;
	}
}

/** Up to the last byte that is not zero. */
function imageOf({ buffer }: WebAssembly.Memory): Uint8Array {
	const bytes = new Uint8Array(buffer);
	let end = bytes.length;
	while (end > 0 && bytes[end - 1] === 0) end -= 1;
	return bytes.slice(0, end);
}
