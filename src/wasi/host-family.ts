import type { ComponentGuest } from "./component-guest.ts";
import { guardInterface } from "./guard.ts";
import type { Host, HostInterface } from "./host-interface.ts";

/** The interfaces of one family, by name and track: what each is for one guest. */
export type HostFamily = Readonly<Record<string, (guest: ComponentGuest) => HostInterface>>;

/**
 * The host that these families are for one guest. An interface is made when it is first asked for, which a component
 * does for those that it imports: a service makes a host for each request.
 */
export function hostOf(families: readonly HostFamily[], guest: ComponentGuest): Host {
	return new FamilyHost(tableOf(families), guest);
}

type Table = ReadonlyMap<string, (guest: ComponentGuest) => HostInterface>;

/** A list of families is a constant of its module: its table is made once. */
const tables = new WeakMap<readonly HostFamily[], Table>();

function tableOf(families: readonly HostFamily[]): Table {
	const known = tables.get(families);
	if (known !== undefined) return known;
	const table = new Map(families.flatMap((family) => Object.entries(family)));
	tables.set(families, table);
	return table;
}

class FamilyHost implements Host {
	readonly #table: Table;
	readonly #guest: ComponentGuest;
	readonly #made = new Map<string, HostInterface>();

	constructor(table: Table, guest: ComponentGuest) {
		this.#table = table;
		this.#guest = guest;
	}

	get size(): number {
		return this.#table.size;
	}

	has(name: string): boolean {
		return this.#table.has(name);
	}

	get(name: string): HostInterface | undefined {
		const known = this.#made.get(name);
		if (known !== undefined) return known;
		const make = this.#table.get(name);
		if (make === undefined) return undefined;
		const made = guardInterface(make(this.#guest), this.#guest);
		this.#made.set(name, made);
		return made;
	}

	keys(): MapIterator<string> {
		return this.#table.keys();
	}

	entries(): MapIterator<[string, HostInterface]> {
		return this.#all().entries();
	}

	values(): MapIterator<HostInterface> {
		return this.#all().values();
	}

	[Symbol.iterator](): MapIterator<[string, HostInterface]> {
		return this.entries();
	}

	forEach(each: (made: HostInterface, name: string, host: Host) => void): void {
		for (const [name, made] of this.#all()) each(made, name, this);
	}

	#all(): Map<string, HostInterface> {
		for (const name of this.keys()) this.get(name);
		return this.#made;
	}
}
