import assert from "node:assert/strict";
import { test } from "node:test";

import { type Any } from "../p2/http-caller.contract.ts";
import { Lent, type LentOptions, outcome } from "../p2/lent.contract.ts";
import { preview3 } from "./host.ts";
import { CHUNK_BYTES, DONE, type GuestStream } from "./streams.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (read: Uint8Array) => new TextDecoder().decode(read);
const error = (tag: string) => ({ error: { tag } });
const failed = (tag: string) => ({ tag: "err", val: { tag } });

/** What a guest writes: these pieces, and then the end. */
function writing(...pieces: readonly string[]): GuestStream {
	const left = pieces.map(bytes);
	return {
		read: async () => {
			const value = left.shift();
			return await Promise.resolve(value === undefined ? { done: true } : { value, done: false });
		},
		[Symbol.dispose]: () => undefined,
	};
}

async function readAll([stream, ended]: [AsyncIterable<Uint8Array>, Promise<unknown>]): Promise<unknown> {
	let all = "";
	for await (const piece of stream) {
		assert.ok(piece.length <= CHUNK_BYTES);
		all += text(piece);
	}
	return [all, await ended];
}

/** A guest of 0.3 with /data, where `file` holds "hello", and /fixed, which is read-only. */
class Files {
	readonly lent: Lent;
	readonly data: Any;
	readonly fixed: Any;

	constructor(options: LentOptions = {}) {
		this.lent = new Lent(options);
		const host = preview3(this.lent.guest);
		const given = (host.get("wasi:filesystem/preopens@0.3") as Any).getDirectories() as [Any, string][];
		const named = new Map(given.map(([directory, name]) => [name, directory]));
		[this.data, this.fixed] = [named.get("/data"), named.get("/fixed")];
	}

	static async withFile(content: string, options?: LentOptions): Promise<Files> {
		const files = new Files(options);
		const file = files.open("file", { create: true }, {});
		assert.deepEqual(await file.writeViaStream(writing(content), 0n), DONE);
		file[Symbol.dispose]();
		return files;
	}

	open(path: string, how: Any = {}, flags: Any = { read: true }): Any {
		return this.data.openAt({}, path, how, flags);
	}
}

test("a file is read from an offset on, in pieces", async () => {
	const files = await Files.withFile("x".repeat(100_000) + "end");
	const [all] = (await readAll(files.open("file").readViaStream(0n))) as [string];
	assert.equal(all.length, 100_003);
	assert.deepEqual(await readAll(files.open("file").readViaStream(100_000n)), ["end", DONE]);
	assert.deepEqual(await readAll(files.open("file").readViaStream(200_000n)), ["", DONE]);
});

test("what cannot be read or written is told by the future", async () => {
	const files = await Files.withFile("hello");
	const largest = 2n ** 64n - 1n;
	assert.deepEqual(await readAll(files.open("file").readViaStream(largest)), ["", failed("invalid")]);
	assert.deepEqual(await readAll(files.data.readViaStream(0n)), ["", failed("is-directory")]);
	assert.deepEqual(await readAll(files.open("file", {}, { write: true }).readViaStream(0n)), [
		"",
		failed("bad-descriptor"),
	]);
	const readable = files.open("file");
	assert.deepEqual(await readable.writeViaStream(writing("x"), 0n), failed("bad-descriptor"));
	const writable = files.open("file", {}, { write: true });
	assert.deepEqual(await writable.writeViaStream(writing("x"), largest), failed("file-too-large"));
});

test("writing goes on where it was, appending at the end", async () => {
	const files = await Files.withFile("hello");
	const file = files.open("file", {}, { read: true, write: true });
	assert.deepEqual(await file.writeViaStream(writing("J", "ELL"), 0n), DONE);
	assert.deepEqual(await file.appendViaStream(writing(" a", "nd more")), DONE);
	assert.deepEqual(await readAll(file.readViaStream(0n)), ["JELLo and more", DONE]);
});

test("a stream goes on after its descriptor was dropped, and then gives its place back", async () => {
	const files = await Files.withFile("hello", { descriptors: 7 });
	const file = files.open("file");
	const reading = file.readViaStream(0n);
	file[Symbol.dispose]();
	assert.deepEqual(
		outcome(() => files.open("file")),
		error("insufficient-memory"),
	);
	assert.deepEqual(await readAll(reading), ["hello", DONE]);
	files.open("file");
});

test("a full disk is told, and kept for the end of the run", async () => {
	const files = await Files.withFile("");
	const file = files.open("file", {}, { write: true });
	const piece = "x".repeat(1 << 20);
	const written = await file.writeViaStream(writing(piece, piece, piece, piece, piece), 0n);
	assert.deepEqual(written, failed("insufficient-space"));
	assert.equal(files.lent.guest.denials.list.at(-1)?.type, "no-space");
});

test("a directory is listed without its dots", async () => {
	const files = await Files.withFile("hello");
	files.data.createDirectoryAt("dir");
	for (let index = 0; index < 150; index += 1) files.data.createDirectoryAt(`dir/${index}`);
	const names = async (directory: Any): Promise<string[]> => {
		const [entries, ended] = directory.readDirectory();
		const all: string[] = [];
		for await (const { name } of entries) all.push(name as string);
		assert.deepEqual(await ended, DONE);
		return all.sort();
	};
	assert.deepEqual(await names(files.data), ["dir", "file"]);
	assert.equal(new Set(await names(files.open("dir"))).size, 150);
	const [nothing, ended] = files.open("file").readDirectory();
	assert.deepEqual(await nothing[Symbol.asyncIterator]().next(), { done: true, value: undefined });
	assert.deepEqual(await ended, failed("not-directory"));
});

const REFUSALS: readonly (readonly [title: string, act: (files: Files) => unknown, tag: string])[] = [
	["a path that leads out", ({ data }) => data.statAt({}, "../fixed"), "not-permitted"],
	["an absolute path", ({ data }) => data.openAt({}, "/etc/passwd", {}, { read: true }), "not-permitted"],
	["an empty path", ({ data }) => data.statAt({}, ""), "no-entry"],
	["what is not there", ({ data }) => data.openAt({}, "none", {}, { read: true }), "no-entry"],
	[
		"creating a directory by opening",
		(files) => files.open("new", { create: true, directory: true }),
		"invalid",
	],
	["writing to a directory", (files) => files.open(".", {}, { write: true }), "is-directory"],
	[
		"creating on what is read-only",
		({ fixed }) => fixed.openAt({}, "new", { create: true }, {}),
		"read-only",
	],
	["a directory on what is read-only", ({ fixed }) => fixed.createDirectoryAt("new"), "read-only"],
	["a path beneath a file", (files) => files.open("file").statAt({}, "."), "not-directory"],
	["advice on a directory", ({ data }) => data.advise(0n, 0n, "normal"), "bad-descriptor"],
	["a size for what is open to read", (files) => files.open("file").setSize(1n), "bad-descriptor"],
	[
		"a size beyond all",
		(files) => files.open("file", {}, { write: true }).setSize(2n ** 64n - 1n),
		"file-too-large",
	],
	[
		"a time with too many nanoseconds",
		({ data }) =>
			data.setTimes({ tag: "now" }, { tag: "timestamp", val: { seconds: 1n, nanoseconds: 1_000_000_000 } }),
		"invalid",
	],
	[
		"a time before 1970",
		({ data }) => data.setTimes({ tag: "now" }, { tag: "timestamp", val: { seconds: -1n, nanoseconds: 0 } }),
		"invalid",
	],
	["a link of a directory", ({ data }) => data.linkAt({}, ".", data, "link"), "not-permitted"],
	["a link into what is read-only", ({ data, fixed }) => data.linkAt({}, "file", fixed, "link"), "read-only"],
];

for (const [title, act, tag] of REFUSALS) {
	test(`refused: ${title}`, async () => {
		const files = await Files.withFile("hello");
		assert.deepEqual(
			outcome(() => act(files)),
			error(tag),
		);
	});
}

test("flags and types are what was asked for, and what the grant allows", async () => {
	const files = await Files.withFile("hello");
	const shown = (descriptor: Any) =>
		Object.entries(descriptor.getFlags())
			.filter(([, isSet]) => isSet === true)
			.map(([name]) => name)
			.sort();
	assert.deepEqual(shown(files.data), ["mutateDirectory", "read"]);
	assert.deepEqual(shown(files.fixed), ["read"]);
	assert.deepEqual(shown(files.open(".", {}, {})), ["read"]);
	assert.deepEqual(shown(files.open("file", {}, {})), ["read"]);
	assert.deepEqual(shown(files.open("made", { create: true }, { write: true })), ["write"]);
	assert.deepEqual(files.open("file").getType(), { tag: "regular-file" });
	assert.deepEqual(files.data.getType(), { tag: "directory" });
});

test("one object has one hash, however it is reached and whatever becomes of it", async () => {
	const files = await Files.withFile("hello");
	const [one, same] = [files.open("file"), files.open("file", {}, { write: true })];
	assert.ok(one.isSameObject(same));
	assert.ok(!one.isSameObject(files.data));
	assert.deepEqual(one.metadataHash(), files.data.metadataHashAt({}, "file"));
	const before = one.metadataHash();
	same.setSize(2n);
	assert.deepEqual(one.metadataHash(), before);
	assert.notDeepEqual(files.data.metadataHash(), before);
});
