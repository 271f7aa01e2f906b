/** Key-value stores, as wasi:keyvalue asks of a host. */

/** For every store: what is larger is refused before the store is asked. */
export const KEY_BYTES_MAX = 1024;
export const VALUE_BYTES_MAX = 16 * 1024 ** 2;

/** Why a store cannot do what was asked: a clause, which the guest is told. */
export class StoreError extends Error {
	override readonly name = "StoreError";
}

/**
 * One key-value store. Keys are text of 1 to KEY_BYTES_MAX bytes in UTF-8, values up to VALUE_BYTES_MAX bytes. What a
 * method changed it has kept when it returns. All methods throw StoreError where the store is full, busy or broken.
 */
export interface KeyValueBucket {
	get(key: string): Uint8Array | undefined;
	set(key: string, value: Uint8Array): void;
	delete(key: string): void;
	exists(key: string): boolean;
	/** Keys behind `cursor` (0n: the first), at most `limit`, and the cursor of the last; undefined: there are no more. */
	list(
		cursor: bigint,
		limit: number,
	): { readonly keys: readonly string[]; readonly cursor: bigint | undefined };
	/**
	 * Adds to a number kept as decimal text, in one step, and answers the new one; 0 stands for what is missing. Throws
	 * StoreError where the value is no number, or the new one is not within `range`.
	 */
	increment(key: string, delta: bigint, range: NumberRange): bigint;
	/** Sets the value if it is still `expected` (undefined: not there), in one step; whether it did. */
	swap(key: string, expected: Uint8Array | undefined, value: Uint8Array): boolean;
}

/** Both ends included. */
export interface NumberRange {
	readonly least: bigint;
	readonly most: bigint;
}

export interface KeyValueStores {
	/** Undefined: no such store was granted. */
	open(name: string): KeyValueBucket | undefined;
}
