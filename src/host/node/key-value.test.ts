import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { after, test } from "node:test";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../sys/key-value.ts";
import { openKeyValue } from "./key-value.ts";

const folder = mkdtempSync(join(tmpdir(), "wherry-kv-"));
const opened: ReturnType<typeof openKeyValue>[] = [];
after(() => opened.forEach((store) => store.close()));

let files = 0;
const fresh = () => join(folder, `${(files += 1)}.db`);
const open = (file: string | undefined) => {
	const store = openKeyValue(file);
	opened.push(store);
	return store;
};
const bytes = (text: string) => new TextEncoder().encode(text);
const S64 = { least: -(1n << 63n), most: (1n << 63n) - 1n };

for (const [kind, make] of [
	["in memory", () => undefined],
	["in a file", fresh],
] as const) {
	test(`${kind}: what was set is there until it is deleted`, () => {
		const store = open(make());
		assert.deepEqual([store.get("a"), store.exists("a")], [undefined, false]);
		store.set("a", bytes("1"));
		store.set("a", bytes("2"));
		assert.deepEqual([store.get("a"), store.exists("a")], [bytes("2"), true]);
		store.delete("a");
		store.delete("a");
		assert.equal(store.get("a"), undefined);
	});

	test(`${kind}: an empty value, and a key with a NUL, are as good as others`, () => {
		const store = open(make());
		store.set("a\0b", bytes(""));
		assert.deepEqual(store.get("a\0b"), bytes(""));
		assert.equal(store.get("a"), undefined);
	});

	test(`${kind}: lists page by page, each key once, with those that come meanwhile`, () => {
		const store = open(make());
		for (let index = 0; index < 5; index += 1) store.set(`k${index}`, bytes(""));
		const first = store.list(0n, 3);
		assert.deepEqual(first.keys, ["k0", "k1", "k2"]);
		store.set("k1", bytes("again"));
		store.set("k5", bytes(""));
		store.delete("k4");
		assert.deepEqual(store.list(first.cursor ?? 0n, 3), { keys: ["k3", "k5"], cursor: undefined });
		assert.deepEqual(store.list((1n << 64n) - 1n, 3).keys, []);
	});

	test(`${kind}: counts in one step`, () => {
		const store = open(make());
		assert.equal(store.increment("n", 5n, S64), 5n);
		assert.equal(store.increment("n", -7n, S64), -2n);
		assert.deepEqual(store.get("n"), bytes("-2"));
		store.set("text", bytes("1e3"));
		assert.throws(() => store.increment("text", 1n, S64), StoreError);
		store.set("most", bytes(S64.most.toString()));
		assert.throws(() => store.increment("most", 1n, S64), StoreError);
		assert.equal(store.increment("most", -1n, S64), S64.most - 1n);
	});

	test(`${kind}: swaps only what is as expected`, () => {
		const store = open(make());
		assert.equal(store.swap("a", bytes("x"), bytes("y")), false);
		assert.equal(store.swap("a", undefined, bytes("x")), true);
		assert.equal(store.swap("a", undefined, bytes("z")), false);
		assert.equal(store.swap("a", bytes("x"), bytes("y")), true);
		assert.deepEqual(store.get("a"), bytes("y"));
	});
}

test("two who have one file open see what the other did", () => {
	const file = fresh();
	const [one, other] = [open(file), open(file)];
	one.set("a", bytes("1"));
	assert.equal(other.increment("a", 1n, S64), 2n);
	assert.deepEqual(one.get("a"), bytes("2"));
});

test("a store in memory is full at 64 MiB, and works on", () => {
	const store = open(undefined);
	const value = new Uint8Array(8 * 1024 ** 2);
	const fill = () => {
		for (let index = 0; index < 9; index += 1) store.set(`v${index}`, value);
	};
	assert.throws(fill, new StoreError("it is full"));
	store.delete("v0");
	store.set("small", bytes("fits"));
	assert.deepEqual(store.get("small"), bytes("fits"));
});

test("a file that is no store is left as it is", () => {
	const text = fresh();
	writeFileSync(text, "no database, but long enough to be looked at as if it were one".repeat(20));
	assert.throws(() => openKeyValue(text), new StoreError("it is no key-value store"));
	const foreign = fresh();
	const database = new DatabaseSync(foreign);
	database.exec("CREATE TABLE pairs (key, value)");
	database.close();
	assert.throws(() => openKeyValue(foreign), /a database of something else/);
	assert.throws(() => openKeyValue(join(folder, "missing", "s.db")), new StoreError("it cannot be opened"));
});

test("kill -9 loses nothing that was acknowledged", async () => {
	const file = fresh();
	const writer = spawn(
		process.execPath,
		[
			"--input-type=module",
			"-e",
			`import { openKeyValue } from ${JSON.stringify(new URL("key-value.ts", import.meta.url).href)};
			import { writeSync } from "node:fs";
			const store = openKeyValue(${JSON.stringify(file)});
			for (let n = 0; ; n += 1) {
				store.set("k" + n, new Uint8Array(100 + (n % 7) * 1000));
				store.increment("count", 1n, { least: 0n, most: 1n << 60n });
				writeSync(1, n + "\\n");
			}`,
		],
		{ stdio: ["ignore", "pipe", "inherit"] },
	);
	let said = "";
	writer.stdout.setEncoding("utf8").on("data", (text: string) => {
		said += text;
		if (said.length > 6000) writer.kill("SIGKILL");
	});
	await once(writer, "close");
	const last = Number(said.slice(0, said.lastIndexOf("\n")).split("\n").at(-1));
	assert.ok(last > 1000);
	const store = open(file);
	for (let n = 0; n <= last; n += 1) assert.equal(store.get(`k${n}`)?.length, 100 + (n % 7) * 1000, `k${n}`);
	const count = Number(new TextDecoder().decode(store.get("count")));
	assert.ok(count > last && count <= last + 2, `${count} of ${last}`);
});
