/** One name in a directory, and what it stands for. */
export interface Entry<T> {
	readonly name: string;
	readonly value: T;
	/** Its place in the order of listing. Never given to another entry of the directory again. */
	readonly cookie: number;
}

interface Slot<T> {
	name: string;
	/** Undefined once the name was removed. */
	value: T | undefined;
	readonly cookie: number;
}

/** Cookies of 1 and 2 are those of `.` and `..`. */
const FIRST_COOKIE = 3;

/**
 * The names of a directory, in the order in which they came.
 *
 * A place in that order stays what it is when names come and go: removed ones leave a gap, and gaps
 * are closed only when they are many, which changes no cookie. A name that is changed keeps its place,
 * so that one who lists a directory and renames everything found comes to an end.
 */
export class Entries<T> {
	readonly #byName = new Map<string, Slot<T>>();
	#inOrder: Slot<T>[] = [];
	#nextCookie = FIRST_COOKIE;

	get size(): number {
		return this.#byName.size;
	}

	get(name: string): T | undefined {
		return this.#byName.get(name)?.value;
	}

	/** Adds a name that is not there. */
	add(name: string, value: T): void {
		const slot = { name, value, cookie: this.#nextCookie };
		this.#nextCookie += 1;
		this.#byName.set(name, slot);
		this.#inOrder.push(slot);
	}

	/** Lets a name that is there stand for something else. */
	replace(name: string, value: T): void {
		const slot = this.#byName.get(name);
		if (slot !== undefined) slot.value = value;
	}

	/** Changes a name that is there to one that is not. */
	rename(from: string, to: string): void {
		const slot = this.#byName.get(from);
		if (slot === undefined) return;
		this.#byName.delete(from);
		slot.name = to;
		this.#byName.set(to, slot);
	}

	remove(name: string): void {
		const slot = this.#byName.get(name);
		if (slot === undefined) return;
		slot.value = undefined;
		this.#byName.delete(name);
		if (this.#inOrder.length > 2 * this.#byName.size + FIRST_COOKIE)
			this.#inOrder = this.#inOrder.filter((kept) => kept.value !== undefined);
	}

	/** The entries behind `cookie`, in order. */
	*after(cookie: number): Generator<Entry<T>> {
		const slots = this.#inOrder;
		for (let index = firstBehind(slots, cookie); index < slots.length; index++) {
			const { name, value, cookie: own } = slots[index] as Slot<T>;
			if (value !== undefined) yield { name, value, cookie: own };
		}
	}
}

/** Where in `slots`, whose cookies only rise, those behind `cookie` begin. */
function firstBehind<T>(slots: readonly Slot<T>[], cookie: number): number {
	let low = 0;
	let high = slots.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((slots[middle] as Slot<T>).cookie <= cookie) low = middle + 1;
		else high = middle;
	}
	return low;
}
