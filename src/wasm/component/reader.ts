import type { Fault } from "../../base/fault.ts";
import { Cursor, malformed } from "../cursor.ts";

/** All that a file may list: no real component has a tenth, and what is made of it stays below some 100 MB. */
const ENTRIES_MAX = 1_000_000;

/** How deep components and their types may nest. Composed ones reach three or four. */
const DEPTH_MAX = 32;

/** A label: kebab-case, each word all small or all capital letters and digits (Explainer.md, `label`). */
const LABEL = /^(?:[a-z][a-z0-9]*|[A-Z][A-Z0-9]*)(?:-(?:[a-z0-9]+|[A-Z0-9]+))*$/;

/** What all readers of one file share, so that no nesting multiplies it. */
interface Budget {
	entries: number;
}

/**
 * Reads a component's bytes.
 *
 * Every method throws a `MODULE_INVALID` fault, which `readDefinitions` turns into `COMPONENT_INVALID`.
 */
export class Reader extends Cursor {
	readonly #budget: Budget;
	readonly #depth: number;

	constructor(bytes: Uint8Array, start: number, end: number, budget?: Budget, depth = 0) {
		super(bytes, start, end);
		this.#budget = budget ?? { entries: ENTRIES_MAX };
		this.#depth = depth;
	}

	/** The next bytes, to be read on their own. */
	part(size_bytes: number, what: string): Reader {
		const start = this.offset;
		this.skip(size_bytes, what);
		return new Reader(this.bytes, start, this.offset, this.#budget, this.#depth);
	}

	/** Reads what is nested one level deeper, from the same place on. */
	nested<Value>(read: (reader: Reader) => Value): Value {
		if (this.#depth === DEPTH_MAX)
			throw malformed(`nesting over ${DEPTH_MAX} levels deep begins`, this.offset);
		const inner = new Reader(this.bytes, this.offset, this.end, this.#budget, this.#depth + 1);
		const value = read(inner);
		this.offset = inner.offset;
		return value;
	}

	/** `vec(...)`: each entry takes a byte at least. */
	list<Entry>(what: string, read: (reader: Reader) => Entry): Entry[] {
		const count = this.count(`the number of ${what}`, 1, ENTRIES_MAX);
		this.spend(count);
		const entries: Entry[] = [];
		for (let index = 0; index < count; index++) entries.push(read(this));
		return entries;
	}

	/** Counts what was listed. */
	spend(entries: number): void {
		this.#budget.entries -= entries;
		if (this.#budget.entries < 0)
			throw malformed(`over ${ENTRIES_MAX} entries of all lists have come`, this.offset);
	}

	/** `<T>?` */
	optional<Value>(what: string, read: (reader: Reader) => Value): Value | undefined {
		return this.flag(what) ? read(this) : undefined;
	}

	flag(what: string): boolean {
		const byte = this.byte(what);
		if (byte > 1) throw this.unknown(what, byte);
		return byte === 1;
	}

	/** Demands the byte: the format leaves room for others. */
	demand(byte: number, what: string): void {
		const found = this.byte(what);
		if (found !== byte) throw this.unknown(what, found);
	}

	kebab(what: string): string {
		const at = this.offset;
		const label = this.name(what);
		if (!LABEL.test(label)) throw malformed(`${what} that is not in kebab-case begins`, at);
		return label;
	}

	/** The fault for the byte that was just read. */
	unknown(what: string, code: number): Fault {
		return malformed(`${what} of form 0x${code.toString(16)} is not known`, this.offset - 1);
	}
}
