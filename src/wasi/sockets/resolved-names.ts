import { addressBytes, addressText, withoutMapping } from "../../base/ip-address.ts";
import type { Resolved } from "../../capability/net-gate.ts";

/** So many addresses are remembered; the one that was looked up first is forgotten first. */
export const ADDRESSES_MAX = 1024;
const NAMES_PER_ADDRESS_MAX = 16;

/**
 * By which names a guest came to an address. An address counts as a name's only when this guest was told so here:
 * that somebody's name server says it elsewhere is nothing to us.
 */
export class ResolvedNames implements Resolved {
	readonly #names = new Map<string, string[]>();

	record(name: string, addresses: readonly string[]): void {
		for (const address of addresses) this.#add(plain(address), name);
	}

	namesOf(address: string): readonly string[] {
		return this.#names.get(plain(address)) ?? [];
	}

	#add(address: string, name: string): void {
		const names = (this.#names.get(address) ?? []).filter((known) => known !== name);
		this.#names.delete(address);
		this.#names.set(address, [...names, name].slice(-NAMES_PER_ADDRESS_MAX));
		if (this.#names.size <= ADDRESSES_MAX) return;
		for (const oldest of this.#names.keys()) {
			this.#names.delete(oldest);
			return;
		}
	}
}

function plain(address: string): string {
	return addressText(withoutMapping(addressBytes(address)));
}
