import type { ComponentGuest } from "../component-guest.ts";
import type { HostFamily } from "../host-family.ts";
import { ComponentError } from "../host-interface.ts";
import { Resource } from "../resource.ts";
import { batch } from "./batch.ts";
import { Bucket, checkValue, openBucket, otherError } from "./bucket.ts";

/** The bucket of 0.2.0-draft2: cursors are text. */
class TextBucket extends Bucket {
	listKeys(cursor: string | undefined): { keys: readonly string[]; cursor: string | undefined } {
		if (cursor !== undefined && !/^\d{1,19}$/.test(cursor))
			throw otherError("this cursor is none of the store's");
		const page = this.list(BigInt(cursor ?? 0));
		return { keys: page.keys, cursor: page.cursor?.toString() };
	}
}

/** A value that is kept counts towards what a guest may hold. */
const BYTES_PER_WEIGHT = 1024;

/** wasi:keyvalue/atomics `cas`: a key, and the value that it had when this was made. */
class Cas extends Resource {
	readonly #bucket: Bucket;
	readonly #key: string;
	readonly #value: Uint8Array | undefined;

	constructor(guest: ComponentGuest, bucket: Bucket, key: string, value: Uint8Array | undefined) {
		super(guest, 1 + Math.ceil((value?.length ?? 0) / BYTES_PER_WEIGHT));
		this.#bucket = bucket;
		this.#key = key;
		this.#value = value;
	}

	static new(bucket: Bucket, key: string): Cas {
		return new Cas(bucket.guest, bucket, key, bucket.get(key));
	}

	current(): Uint8Array | undefined {
		return this.#value;
	}

	/** Undefined once it is done; where another value came between: one that knows it. */
	swap(value: Uint8Array): Cas | undefined {
		checkValue(value);
		const done = this.#bucket.ask(this.#key, (store) => store.swap(this.#key, this.#value, value));
		return done ? undefined : Cas.new(this.#bucket, this.#key);
	}
}

const S64 = { least: -(1n << 63n), most: (1n << 63n) - 1n };

/** wasi:keyvalue 0.2.0-draft2. */
export const KEYVALUE_DRAFT2: HostFamily = {
	"wasi:keyvalue/store@0.2.0-draft2": (guest) => ({
		Bucket: TextBucket,
		open: (name: string) => openBucket(guest, TextBucket, name),
	}),
	"wasi:keyvalue/atomics@0.2.0-draft2": () => ({
		Cas,
		increment: (bucket: Bucket, key: string, delta: bigint) =>
			bucket.ask(key, (store) => store.increment(key, delta, S64)),
		swap,
	}),
	"wasi:keyvalue/batch@0.2.0-draft2": () => batch,
};

/** Consumes the handle. */
function swap(cas: Cas, value: Uint8Array): void {
	const newer = swapped(cas, value);
	cas[Symbol.dispose]();
	if (newer !== undefined) throw new ComponentError({ tag: "cas-failed", val: newer });
}

function swapped(cas: Cas, value: Uint8Array): Cas | undefined {
	try {
		return cas.swap(value);
	} catch (error) {
		cas[Symbol.dispose]();
		throw error instanceof ComponentError
			? new ComponentError({ tag: "store-error", val: error.payload })
			: error;
	}
}
