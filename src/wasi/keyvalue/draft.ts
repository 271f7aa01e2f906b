import type { HostFamily } from "../host-family.ts";
import { batch } from "./batch.ts";
import { Bucket, openBucket } from "./bucket.ts";

/** The bucket of 0.2.0-draft: cursors are numbers. */
class NumberedBucket extends Bucket {
	listKeys(cursor: bigint | undefined): { keys: readonly string[]; cursor: bigint | undefined } {
		return this.list(cursor ?? 0n);
	}
}

const U64 = { least: 0n, most: (1n << 64n) - 1n };

/** wasi:keyvalue 0.2.0-draft. */
export const KEYVALUE_DRAFT: HostFamily = {
	"wasi:keyvalue/store@0.2.0-draft": (guest) => ({
		Bucket: NumberedBucket,
		open: (name: string) => openBucket(guest, NumberedBucket, name),
	}),
	"wasi:keyvalue/atomics@0.2.0-draft": () => ({
		increment: (bucket: Bucket, key: string, delta: bigint) =>
			bucket.ask(key, (store) => store.increment(key, delta, U64)),
	}),
	"wasi:keyvalue/batch@0.2.0-draft": () => batch,
};
