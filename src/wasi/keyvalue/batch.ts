import { VALUE_BYTES_MAX } from "../../sys/key-value.ts";
import { type Bucket, checkValue, otherError } from "./bucket.ts";

/** So many keys are taken in one call. */
const BATCH_KEYS_MAX = 10_000;

type Pair = readonly [key: string, value: Uint8Array];

/** wasi:keyvalue/batch, the same in both drafts. What was done before an error stays done, as its WIT has it. */
export const batch = {
	getMany(bucket: Bucket, keys: readonly string[]): (Pair | undefined)[] {
		checkCount(keys.length);
		let bytes = 0;
		return keys.map((key) => {
			const value = bucket.get(key);
			bytes += value?.length ?? 0;
			if (bytes > VALUE_BYTES_MAX)
				throw otherError(`these values have over ${VALUE_BYTES_MAX} bytes together`);
			return value === undefined ? undefined : [key, value];
		});
	},

	setMany(bucket: Bucket, pairs: readonly Pair[]): void {
		checkCount(pairs.length);
		for (const [, value] of pairs) checkValue(value);
		for (const [key, value] of pairs) bucket.set(key, value);
	},

	deleteMany(bucket: Bucket, keys: readonly string[]): void {
		checkCount(keys.length);
		for (const key of keys) bucket.delete(key);
	},
};

function checkCount(count: number): void {
	if (count > BATCH_KEYS_MAX) throw otherError(`a batch has ${BATCH_KEYS_MAX} keys at most`);
}
