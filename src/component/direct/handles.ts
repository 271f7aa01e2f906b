import type { Resource } from "../entities.ts";
import { trap } from "./trap.ts";

/** A component instance's claim on a resource (CanonicalABI.md, `ResourceHandle`). */
export interface Handle {
	readonly resource: Resource;
	/** The host's object, or the number that the guest who defines the resource knows it by. */
	readonly rep: unknown;
	/** The call that it was lent for; undefined: it is owned. */
	readonly lentFor: Task | undefined;
	/** How many calls it is lent to. */
	lends: number;
}

/** A call of an export: what it was lent has to be dropped before it returns. */
export interface Task {
	borrows: number;
}

/** The specification's limit is 2^28; this one is some 20 MB of ours. */
export const HANDLES_MAX = 1 << 18;

/** The handles of one component instance. Index 0 is never used. */
export class HandleTable {
	readonly #handles: (Handle | undefined)[] = [undefined];
	readonly #free: number[] = [];

	add(resource: Resource, rep: unknown, lentFor?: Task): number {
		const handle: Handle = { resource, rep, lentFor, lends: 0 };
		const free = this.#free.pop();
		if (free !== undefined) {
			this.#handles[free] = handle;
			return free;
		}
		if (this.#handles.length > HANDLES_MAX) throw trap(`over ${HANDLES_MAX} handles are open`);
		return this.#handles.push(handle) - 1;
	}

	get(index: number, resource: Resource): Handle {
		const handle = this.#handles[index];
		if (handle === undefined) throw trap(`handle ${index} is not open`);
		if (handle.resource !== resource) throw trap(`handle ${index} is of another resource`);
		return handle;
	}

	/** Takes it out, unless it is lent. */
	remove(index: number, resource: Resource): Handle {
		const handle = this.get(index, resource);
		if (handle.lends !== 0) throw trap(`handle ${index} is lent to a call`);
		this.#handles[index] = undefined;
		this.#free.push(index);
		return handle;
	}

	/** Takes out what it still owns, for when its instance is given up. */
	takeOwned(): readonly Handle[] {
		const handles = this.#handles.splice(1).filter((handle) => handle !== undefined);
		this.#free.length = 0;
		return handles.filter(({ lentFor }) => lentFor === undefined);
	}
}
