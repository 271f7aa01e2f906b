import { isLonger } from "../../sys/resolve.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { ComponentError } from "../host-interface.ts";
import { Resource } from "../resource.ts";
import { KEY_BYTES_MAX, type KeyValueBucket, StoreError, VALUE_BYTES_MAX } from "../../sys/key-value.ts";

/** wasi:keyvalue/store `error`. */
export type KeyValueError =
	| { readonly tag: "no-such-store" | "access-denied" }
	| { readonly tag: "other"; readonly val: string };

/** So many keys `list-keys` answers at once. */
const LISTED_KEYS_MAX = 1000;

/** wasi:keyvalue/store `bucket`, but for listing, whose cursor the drafts spell differently. */
export abstract class Bucket extends Resource {
	readonly #store: KeyValueBucket;

	constructor(guest: ComponentGuest, store: KeyValueBucket) {
		super(guest);
		this.#store = store;
	}

	get(key: string): Uint8Array | undefined {
		return this.ask(key, (store) => store.get(key));
	}

	set(key: string, value: Uint8Array): void {
		checkValue(value);
		this.ask(key, (store) => store.set(key, value));
	}

	delete(key: string): void {
		this.ask(key, (store) => store.delete(key));
	}

	exists(key: string): boolean {
		return this.ask(key, (store) => store.exists(key));
	}

	/** Asks the store about a key; its error is the error of the result. */
	ask<T>(key: string, act: (store: KeyValueBucket) => T): T {
		checkKey(key);
		return asResult(() => act(this.#store));
	}

	protected list(cursor: bigint): ReturnType<KeyValueBucket["list"]> {
		return asResult(() => this.#store.list(cursor, LISTED_KEYS_MAX));
	}
}

/** wasi:keyvalue/store `open`. */
export function openBucket<B>(
	guest: ComponentGuest,
	Kind: new (guest: ComponentGuest, store: KeyValueBucket) => B,
	name: string,
): B {
	const store = asResult(() => guest.world.keyvalue.open(name));
	if (store !== undefined) return new Kind(guest, store);
	guest.deny({ type: "keyvalue", name: name.slice(0, NAME_SHOWN_MAX) });
	throw new ComponentError({ tag: "access-denied" } satisfies KeyValueError);
}

/** Of a name that was not granted, so much is kept for the message. */
const NAME_SHOWN_MAX = 200;

export function checkValue(value: Uint8Array): void {
	if (value.length > VALUE_BYTES_MAX) throw otherError(`a value has ${VALUE_BYTES_MAX} bytes at most`);
}

export function otherError(reason: string): ComponentError {
	return new ComponentError({ tag: "other", val: reason } satisfies KeyValueError);
}

function checkKey(key: string): void {
	if (key === "" || isLonger(key, KEY_BYTES_MAX))
		throw otherError(`a key has 1 to ${KEY_BYTES_MAX} bytes of UTF-8`);
}

function asResult<T>(act: () => T): T {
	try {
		return act();
	} catch (error) {
		throw error instanceof StoreError ? otherError(error.message) : error;
	}
}
