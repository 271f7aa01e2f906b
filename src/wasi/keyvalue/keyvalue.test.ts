import assert from "node:assert/strict";
import { test } from "node:test";
import { openKeyValue } from "../../host/node/key-value.ts";
import { KEY_BYTES_MAX, StoreError, VALUE_BYTES_MAX } from "../../sys/key-value.ts";
import { Lent, outcome } from "../p2/lent.contract.ts";
import type { Bucket } from "./bucket.ts";

interface Opened extends Bucket {
	listKeys(cursor: unknown): { keys: readonly string[]; cursor: unknown };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const other = (reason: string) => ({ error: { tag: "other", val: reason } });

const DRAFTS = ["0.2.0-draft", "0.2.0-draft2"] as const;

/** A guest that was granted the store 's'. */
class Keeper extends Lent {
	readonly #draft: string;
	readonly bucket: Opened;

	constructor(draft: string) {
		const store = openKeyValue(undefined);
		super({ keyvalue: { open: (name) => (name === "s" ? store : undefined) } });
		this.#draft = draft;
		this.bucket = this.ask("store", "open", "s");
	}

	// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what the function answers is for its caller to say
	ask<T>(interfaceName: string, name: string, ...values: unknown[]): T {
		return this.call<T>(`wasi:keyvalue/${interfaceName}@${this.#draft}`, name, ...values);
	}
}

for (const draft of DRAFTS) {
	test(`${draft}: values are kept`, () => {
		const { bucket } = new Keeper(draft);
		bucket.set("k", bytes("v"));
		assert.deepEqual([bucket.get("k"), bucket.exists("k")], [bytes("v"), true]);
		bucket.delete("k");
		assert.deepEqual([bucket.get("k"), bucket.exists("k")], [undefined, false]);
	});

	test(`${draft}: a store that was not granted is refused, and that is kept`, () => {
		const keeper = new Keeper(draft);
		assert.deepEqual(
			outcome(() => keeper.ask("store", "open", "t")),
			{ error: { tag: "access-denied" } },
		);
		assert.deepEqual(keeper.guest.denials.list, [{ type: "keyvalue", name: "t" }]);
	});

	test(`${draft}: what is too large is refused`, () => {
		const { bucket } = new Keeper(draft);
		const keys = other(`a key has 1 to ${KEY_BYTES_MAX} bytes of UTF-8`);
		for (const key of ["", "é".repeat(KEY_BYTES_MAX / 2 + 1)])
			for (const act of [
				() => bucket.get(key),
				() => bucket.set(key, bytes("")),
				() => bucket.delete(key),
				() => bucket.exists(key),
			])
				assert.deepEqual(outcome(act), keys);
		assert.deepEqual(
			outcome(() => bucket.set("k", new Uint8Array(VALUE_BYTES_MAX + 1))),
			other(`a value has ${VALUE_BYTES_MAX} bytes at most`),
		);
		bucket.set("é".repeat(KEY_BYTES_MAX / 2), bytes(""));
	});

	test(`${draft}: keys are listed a thousand at a time`, () => {
		const { bucket } = new Keeper(draft);
		for (let count = 0; count < 1500; count += 1) bucket.set(`k${count}`, bytes(""));
		const first = bucket.listKeys(undefined);
		const second = bucket.listKeys(first.cursor);
		assert.deepEqual([first.keys.length, second.keys.length, second.cursor], [1000, 500, undefined]);
		assert.equal(new Set([...first.keys, ...second.keys]).size, 1500);
	});

	test(`${draft}: counts, within the numbers of its type`, () => {
		const keeper = new Keeper(draft);
		const { bucket } = keeper;
		const add = (delta: bigint) => outcome(() => keeper.ask("atomics", "increment", bucket, "n", delta));
		assert.equal(add(5n), 5n);
		const [least, most] = draft === "0.2.0-draft" ? [0n, (1n << 64n) - 1n] : [-(1n << 63n), (1n << 63n) - 1n];
		assert.equal(add(most - 5n), most);
		assert.deepEqual(add(1n), other("the sum is beyond what the number's type holds"));
		assert.deepEqual(bucket.get("n"), bytes(most.toString()));
		bucket.set("n", bytes(least.toString()));
		assert.equal(add(1n), least + 1n);
		bucket.set("n", bytes("one"));
		assert.deepEqual(add(1n), other("the value is no number in decimal digits"));
	});

	test(`${draft}: batches`, () => {
		const keeper = new Keeper(draft);
		const { bucket } = keeper;
		keeper.ask("batch", "setMany", bucket, [
			["a", bytes("1")],
			["b", bytes("2")],
		]);
		assert.deepEqual(keeper.ask("batch", "getMany", bucket, ["b", "x", "a"]), [
			["b", bytes("2")],
			undefined,
			["a", bytes("1")],
		]);
		keeper.ask("batch", "deleteMany", bucket, ["a", "x"]);
		assert.deepEqual([bucket.exists("a"), bucket.exists("b")], [false, true]);
		const many = Array.from({ length: 10_001 }, () => "k");
		assert.deepEqual(
			outcome(() => keeper.ask("batch", "getMany", bucket, many)),
			other("a batch has 10000 keys at most"),
		);
		bucket.set("large", new Uint8Array(VALUE_BYTES_MAX / 2 + 1));
		assert.deepEqual(
			outcome(() => keeper.ask("batch", "getMany", bucket, ["large", "large"])),
			other(`these values have over ${VALUE_BYTES_MAX} bytes together`),
		);
	});
}

interface Cas extends Disposable {
	current(): Uint8Array | undefined;
}
const casOf = ({ host }: Lent) =>
	host.get("wasi:keyvalue/atomics@0.2.0-draft2")?.["Cas"] as {
		new: (bucket: Bucket, key: string) => Cas;
	};

test("a swap is done once, and one that comes late is told what came between", () => {
	const keeper = new Keeper("0.2.0-draft2");
	const { bucket } = keeper;
	const made = casOf(keeper).new(bucket, "k");
	const late = casOf(keeper).new(bucket, "k");
	const swap = (cas: Cas, text: string) => outcome(() => keeper.ask("atomics", "swap", cas, bytes(text)));
	assert.equal(made.current(), undefined);
	assert.equal(swap(made, "1"), undefined);
	const failed = swap(late, "2") as { error: { tag: string; val: Cas } };
	assert.equal(failed.error.tag, "cas-failed");
	assert.deepEqual(failed.error.val.current(), bytes("1"));
	assert.equal(swap(failed.error.val, "2"), undefined);
	assert.deepEqual(bucket.get("k"), bytes("2"));
});

test("values that swaps keep count towards what a guest may hold", () => {
	const keeper = new Keeper("0.2.0-draft2");
	keeper.bucket.set("large", new Uint8Array(VALUE_BYTES_MAX));
	const make = () => casOf(keeper).new(keeper.bucket, "large");
	const first = make();
	make();
	make();
	// the store's handle counts, too: a fourth is more than 64 MiB
	first[Symbol.dispose]();
	make();
	const more = outcome(make) as { ended?: string };
	assert.match(more.ended ?? "", /it holds more than/);
});

test("a cursor of draft2 that is none is refused", () => {
	const { bucket } = new Keeper("0.2.0-draft2");
	for (const cursor of ["", "-1", "x", "9".repeat(30)])
		assert.deepEqual(
			outcome(() => bucket.listKeys(cursor)),
			other("this cursor is none of the store's"),
		);
	assert.deepEqual(bucket.listKeys("9".repeat(19)).keys, []);
});

test("a store that breaks is told as such, without its reasons of the host", () => {
	const broken = () => {
		throw new StoreError("it is full");
	};
	const store = {
		set: broken,
		get: broken,
		delete: broken,
		exists: broken,
		list: broken,
		increment: broken,
		swap: broken,
	};
	const lent = new Lent({ keyvalue: { open: () => store } });
	const bucket = lent.call<Bucket>("wasi:keyvalue/store@0.2.0-draft", "open", "s");
	assert.deepEqual(
		outcome(() => bucket.set("k", bytes(""))),
		other("it is full"),
	);
});
