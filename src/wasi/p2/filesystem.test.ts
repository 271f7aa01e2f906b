import assert from "node:assert/strict";
import { test } from "node:test";
import type { OpenOptions } from "../../sys/directory.ts";
import type { TreeDirectory } from "../../sys/file-tree.ts";
import type { Descriptor } from "./descriptor.ts";
import type { DescriptorFlags } from "./filesystem-values.ts";
import type { IoError } from "./io-error.ts";
import { atOnce, Lent, type LentOptions, outcome, START_NS } from "./lent.contract.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (read: Uint8Array) => new TextDecoder().decode(read);
const error = (code: string) => ({ error: code });

const FOLLOW = { symlinkFollow: true };
const READ: DescriptorFlags = { read: true };
const BOTH: DescriptorFlags = { read: true, write: true };
const OPTIONS: OpenOptions = {
	follow: false,
	directory: false,
	create: true,
	exclusive: false,
	truncate: false,
	read: true,
	write: true,
	sync: "none",
};

/** /data/file holds "hello", /fixed/file "fixed"; /data/dir is a directory, /data/link leads to file, /data/out out. */
class Files extends Lent {
	readonly directory: Descriptor;
	readonly fixedDirectory: Descriptor;

	constructor(options: LentOptions = {}) {
		super(options);
		for (const [volume, content] of [
			[this.data, "hello"],
			[this.fixed, "fixed"],
		] as const) {
			const file = volume.open("file", OPTIONS);
			if (typeof file === "number" || file.kind !== "file") throw new Error("no file");
			file.write([bytes(content)], 0);
		}
		this.data.createDirectory("dir");
		this.data.symlink("file", "link");
		this.data.symlink("../fixed/file", "out");
		const given = this.call<[Descriptor, string][]>("wasi:filesystem/preopens@0.2", "getDirectories");
		assert.deepEqual(given.map(([, name]) => name).slice(-3), ["/data", "/fixed", "/"]);
		[this.directory, this.fixedDirectory] = given.slice(-3).map(([one]) => one) as [Descriptor, Descriptor];
	}

	open(
		path: string,
		flags: DescriptorFlags = READ,
		openFlags: object = {},
		pathFlags: object = FOLLOW,
	): Descriptor {
		return this.directory.openAt(pathFlags, path, openFlags, flags);
	}

	content(path: string): string {
		return text(this.open(path).read(100n, 0n)[0]);
	}
}

test("a file is read piece by piece, and its end is told", () => {
	const file = new Files().open("file");
	assert.deepEqual(file.read(3n, 1n), [bytes("ell"), false]);
	assert.deepEqual(file.read(3n, 5n), [bytes(""), true]);
	assert.deepEqual(file.read(0n, 0n), [bytes(""), false]);
	assert.equal(file.read((1n << 64n) - 1n, 0n)[0].length, 5);
	assert.deepEqual(file.read(1n, 1n << 60n), [bytes(""), true]);
	assert.deepEqual(
		outcome(() => file.read(1n, 1n << 63n)),
		error("invalid"),
	);
});

test("a file is written where it is told, and grows", () => {
	const files = new Files();
	const file = files.open("new", BOTH, { create: true });
	assert.equal(file.write(bytes("abc"), 2n), 3n);
	assert.equal(files.content("new"), "\0\0abc");
	file.setSize(3n);
	assert.equal(files.content("new"), "\0\0a");
	assert.deepEqual(
		outcome(() => file.setSize(1n << 60n)),
		error("file-too-large"),
	);
	assert.deepEqual(
		outcome(() => file.write(bytes("a"), 1n << 60n)),
		error("file-too-large"),
	);
});

test("streams of a file go their own ways, and outlive its descriptor", () => {
	const files = new Files({ descriptors: 8 });
	const file = files.open("file", BOTH);
	const [reader, writer, appender] = [
		file.readViaStream(1n),
		file.writeViaStream(4n),
		file.appendViaStream(),
	];
	file[Symbol.dispose]();
	// the streams hold its place among the descriptors: 3 streams, 3 preopens, this one, and one more
	const more = files.open("file");
	assert.deepEqual(
		outcome(() => files.open("file")),
		error("insufficient-memory"),
	);
	more[Symbol.dispose]();
	atOnce(writer.blockingWriteAndFlush(bytes("O!")));
	atOnce(appender.blockingWriteAndFlush(bytes("?")));
	assert.equal(text(reader.blockingRead(100n) as Uint8Array), "ellO!?");
	assert.deepEqual(
		outcome(() => reader.blockingRead(1n)),
		{ error: { tag: "closed" } },
	);
	for (const stream of [reader, writer, appender]) stream[Symbol.dispose]();
	// and now it is free again
	const others = [files.open("file"), files.open("file")];
	assert.deepEqual(
		outcome(() => files.open("file")),
		error("insufficient-memory"),
	);
	others[0]?.[Symbol.dispose]();
	files.open("file");
});

test("a stream beyond what a file system holds fails with its reason", () => {
	const files = new Files();
	const writer = files.open("file", BOTH).writeViaStream(0n);
	const fill = () => {
		for (let mebibyte = 0; mebibyte < 5; mebibyte += 1) {
			writer.checkWrite();
			writer.write(new Uint8Array(1 << 20).fill(1));
		}
	};
	const failed = outcome(fill) as { error: { tag: string; val: IoError } };
	assert.equal(failed.error.tag, "last-operation-failed");
	const code = files.call("wasi:filesystem/types@0.2", "filesystemErrorCode", failed.error.val);
	assert.equal(code, "insufficient-space");
	assert.deepEqual(files.guest.denials.list, [{ type: "no-space", guestPath: "/data/file" }]);
});

test("a stream that begins beyond any file is at its end, or too far to write", () => {
	const files = new Files();
	const file = files.open("file", BOTH);
	for (const offset of [1n << 53n, (1n << 64n) - 1n]) {
		assert.deepEqual(
			outcome(() => file.readViaStream(offset).read(1n)),
			{ error: { tag: "closed" } },
		);
		const writer = file.writeViaStream(offset);
		const failed = outcome(() => writer.blockingWriteAndFlush(bytes("a"))) as { error: { val: IoError } };
		const code = files.call("wasi:filesystem/types@0.2", "filesystemErrorCode", failed.error.val);
		assert.equal(code, "file-too-large");
	}
	assert.equal(files.content("file"), "hello");
});

test("a directory lists its entries without dots, and goes on when its descriptor is dropped", () => {
	const files = new Files();
	for (let count = 0; count < 150; count += 1)
		files.open(`n${count}`, BOTH, { create: true })[Symbol.dispose]();
	const directory = files.open(".", READ, { directory: true });
	const stream = directory.readDirectory();
	directory[Symbol.dispose]();
	const entries = new Map<string, string>();
	for (;;) {
		const entry = stream.readDirectoryEntry();
		if (entry === undefined) break;
		assert.ok(!entries.has(entry.name));
		entries.set(entry.name, entry.type);
	}
	assert.equal(entries.size, 154);
	assert.deepEqual(
		["file", "dir", "link", "."].map((name) => entries.get(name)),
		["regular-file", "directory", "symbolic-link", undefined],
	);
});

test("listings that are under way count towards what a guest may hold", () => {
	const { directory } = new Files();
	for (let count = 0; count < 1023; count += 1) directory.readDirectory();
	const more = outcome(() => directory.readDirectory()) as { ended?: string };
	assert.match(more.ended ?? "", /it holds more than/);
});

test("what stat tells", () => {
	const files = new Files();
	const at = { seconds: START_NS / 1_000_000_000n, nanoseconds: 123 };
	assert.deepEqual(files.directory.statAt({}, "file"), {
		type: "regular-file",
		linkCount: 1n,
		size: 5n,
		dataAccessTimestamp: at,
		dataModificationTimestamp: at,
		statusChangeTimestamp: at,
	});
	assert.deepEqual(files.directory.statAt(FOLLOW, "file"), files.open("file").stat());
	assert.equal(files.directory.statAt({}, "link").type, "symbolic-link");
	assert.equal(files.directory.statAt(FOLLOW, "link").type, "regular-file");
	assert.deepEqual([files.directory.getType(), files.open("file").getType()], ["directory", "regular-file"]);
});

test("times are set, kept, or now; what is no time is refused", () => {
	const files = new Files();
	const timestamp = (seconds: bigint, nanoseconds = 0) =>
		({ tag: "timestamp", val: { seconds, nanoseconds } }) as const;
	files.directory.setTimesAt({}, "file", timestamp(5n, 7), { tag: "no-change" });
	const { dataAccessTimestamp, dataModificationTimestamp } = files.open("file").stat();
	assert.deepEqual(dataAccessTimestamp, { seconds: 5n, nanoseconds: 7 });
	assert.equal(dataModificationTimestamp?.seconds, START_NS / 1_000_000_000n);
	files.open("file", BOTH).setTimes({ tag: "now" }, timestamp(6n));
	assert.deepEqual(files.open("file").stat().dataModificationTimestamp, { seconds: 6n, nanoseconds: 0 });
	const set = (time: ReturnType<typeof timestamp>) =>
		outcome(() => files.directory.setTimesAt({}, "file", time, time));
	assert.deepEqual(set(timestamp(0n, 1_000_000_000)), error("invalid"));
	assert.deepEqual(set(timestamp((1n << 64n) - 1n)), error("overflow"));
});

test("flags of a descriptor", () => {
	const files = new Files();
	const flags = (descriptor: Descriptor) =>
		Object.entries(descriptor.getFlags()).flatMap(([name, set]) => (set ? [name] : []));
	assert.deepEqual(flags(files.directory), ["read", "mutateDirectory"]);
	assert.deepEqual(flags(files.fixedDirectory), ["read"]);
	assert.deepEqual(flags(files.open("file")), ["read"]);
	assert.deepEqual(flags(files.open("file", { write: true })), ["write"]);
	assert.deepEqual(flags(files.open("file", { ...BOTH, fileIntegritySync: true })), [
		"read",
		"write",
		"fileIntegritySync",
	]);
});

test("C programs create files with mutate-directory set", () => {
	const files = new Files();
	const file = files.open("made", { write: true, mutateDirectory: true }, { create: true });
	file.write(bytes("x"), 0n);
	assert.equal(files.content("made"), "x");
});

test("identity: the same object whatever its name, another where it is another", () => {
	const files = new Files();
	files.directory.linkAt({}, "file", files.directory, "twin");
	const [file, twin, link, other] = [
		files.open("file"),
		files.open("twin"),
		files.open("link"),
		files.open("dir"),
	];
	assert.deepEqual(
		[file.isSameObject(file), file.isSameObject(twin), file.isSameObject(link), file.isSameObject(other)],
		[true, true, true, false],
	);
	assert.deepEqual(file.metadataHash(), files.directory.metadataHashAt({}, "twin"));
	assert.deepEqual(file.metadataHash(), files.directory.metadataHashAt(FOLLOW, "link"));
	assert.notDeepEqual(file.metadataHash(), files.directory.metadataHashAt({}, "link"));
	assert.notDeepEqual(file.metadataHash(), other.metadataHash());
});

test("the hash stays when a file changes: C programs know files by it", () => {
	const files = new Files();
	const file = files.open("file", BOTH);
	const before = file.metadataHash();
	file.write(bytes("longer than before"), 0n);
	file.setTimes({ tag: "no-change" }, { tag: "timestamp", val: { seconds: 1n, nanoseconds: 0 } });
	assert.deepEqual(file.metadataHash(), before);
});

test("a link that leads to an absolute path tells nothing of it", () => {
	const link: TreeDirectory = {
		kind: "directory",
		entries: new Map([["absolute", { kind: "link", target: "/etc/passwd", modified_ns: 0n }]]),
		modified_ns: 0n,
	};
	const lent = new Lent({ data: link });
	const given = lent.call<[Descriptor, string][]>("wasi:filesystem/preopens@0.2", "getDirectories");
	assert.deepEqual(
		outcome(() => given[0]?.[0].readlinkAt("absolute")),
		error("not-permitted"),
	);
});

test("names are made, moved and removed", () => {
	const files = new Files();
	const { directory } = files;
	directory.createDirectoryAt("dir/sub");
	directory.renameAt("file", files.open("dir"), "moved");
	directory.symlinkAt("dir/moved", "soft");
	assert.equal(directory.readlinkAt("soft"), "dir/moved");
	assert.equal(files.content("soft"), "hello");
	directory.unlinkFileAt("dir/moved");
	directory.removeDirectoryAt("dir/sub");
	directory.removeDirectoryAt("dir");
	assert.deepEqual(
		outcome(() => directory.statAt({}, "dir")),
		error("no-entry"),
	);
});

type Act = (files: Files) => unknown;
const REFUSED: readonly (readonly [string, Act, string])[] = [
	["open what is not there", ({ directory }) => directory.openAt({}, "no", {}, READ), "no-entry"],
	["open a link without following", (files) => files.open("link", READ, {}, {}), "loop"],
	["open a file as a directory", (files) => files.open("file", READ, { directory: true }), "not-directory"],
	["create what exists", (files) => files.open("file", BOTH, { create: true, exclusive: true }), "exist"],
	[
		"create a directory by opening",
		(files) => files.open("x", BOTH, { create: true, directory: true }),
		"invalid",
	],
	["open a directory for writing", (files) => files.open("dir", BOTH), "is-directory"],
	["open out by dots", (files) => files.open("../fixed/file"), "not-permitted"],
	["open out by a link", (files) => files.open("out"), "not-permitted"],
	["open an absolute path", (files) => files.open("/data/file"), "not-permitted"],
	["open the empty path", (files) => files.open(""), "no-entry"],
	["open a path with a NUL", (files) => files.open("a\0b"), "invalid"],
	["open too long a name", (files) => files.open("a".repeat(256)), "name-too-long"],
	["open beneath a file", (files) => files.open("file").openAt({}, "x", {}, READ), "not-directory"],
	["an absolute link", ({ directory }) => directory.symlinkAt("/etc/passwd", "l"), "not-permitted"],
	["read a directory", ({ directory }) => directory.read(1n, 0n), "bad-descriptor"],
	["stream a directory", ({ directory }) => directory.readViaStream(0n), "is-directory"],
	["write to a directory", ({ directory }) => directory.writeViaStream(0n), "bad-descriptor"],
	["append to a directory", ({ directory }) => directory.appendViaStream(), "bad-descriptor"],
	["advise on a directory", ({ directory }) => directory.advise(0n, 1n, "normal"), "bad-descriptor"],
	["size a directory", ({ directory }) => directory.setSize(0n), "bad-descriptor"],
	["list a file", (files) => files.open("file").readDirectory(), "not-directory"],
	["write what was opened to be read", (files) => files.open("file").write(bytes("a"), 0n), "bad-descriptor"],
	[
		"stream into what was opened to be read",
		(files) => files.open("file").writeViaStream(0n),
		"bad-descriptor",
	],
	["append to what was opened to be read", (files) => files.open("file").appendViaStream(), "bad-descriptor"],
	["size what was opened to be read", (files) => files.open("file").setSize(0n), "invalid"],
	[
		"read what was opened to be written",
		(files) => files.open("file", { write: true }).read(1n, 0n),
		"bad-descriptor",
	],
	[
		"stream what was opened to be written",
		(files) => files.open("file", { write: true }).readViaStream(0n),
		"bad-descriptor",
	],
	["read what is no link", ({ directory }) => directory.readlinkAt("file"), "invalid"],
	[
		"remove a directory that is full",
		(files) => {
			files.directory.createDirectoryAt("dir/sub");
			files.directory.removeDirectoryAt("dir");
		},
		"not-empty",
	],
	["unlink a directory", ({ directory }) => directory.unlinkFileAt("dir"), "is-directory"],
	[
		"link across grants",
		(files) => files.directory.linkAt({}, "file", files.fixedDirectory, "x"),
		"read-only",
	],
	[
		"link out of a read-only grant",
		(files) => files.fixedDirectory.linkAt({}, "file", files.directory, "x"),
		"read-only",
	],
	[
		"rename out of a read-only grant",
		(files) => files.fixedDirectory.renameAt("file", files.directory, "x"),
		"read-only",
	],
	[
		"write to a read-only grant",
		({ fixedDirectory }) => fixedDirectory.openAt({}, "file", {}, BOTH),
		"read-only",
	],
	[
		"truncate in a read-only grant",
		({ fixedDirectory }) => fixedDirectory.openAt({}, "file", { truncate: true }, READ),
		"read-only",
	],
	[
		"create in a read-only grant",
		({ fixedDirectory }) => fixedDirectory.openAt({}, "x", { create: true }, READ),
		"read-only",
	],
	[
		"make a directory in a read-only grant",
		({ fixedDirectory }) => fixedDirectory.createDirectoryAt("x"),
		"read-only",
	],
	["unlink in a read-only grant", ({ fixedDirectory }) => fixedDirectory.unlinkFileAt("file"), "read-only"],
	[
		"set times in a read-only grant",
		({ fixedDirectory }) => fixedDirectory.setTimesAt({}, "file", { tag: "now" }, { tag: "now" }),
		"read-only",
	],
	[
		"set times of a read-only grant",
		({ fixedDirectory }) => fixedDirectory.setTimes({ tag: "now" }, { tag: "now" }),
		"read-only",
	],
];

for (const [name, act, code] of REFUSED)
	test(`refused: ${name}: ${code}`, () => {
		const files = new Files();
		assert.deepEqual(
			outcome(() => act(files)),
			error(code),
		);
		assert.equal(files.content("file"), "hello");
		assert.equal(text(files.fixedDirectory.openAt({}, "file", {}, READ).read(9n, 0n)[0]), "fixed");
	});

test("an old handle stays the directory that it was, whatever takes its name", () => {
	const files = new Files();
	const held = files.open("dir", READ, { directory: true });
	files.directory.renameAt("dir", files.directory, "moved");
	files.directory.symlinkAt("..", "dir");
	held.openAt({}, "made", { create: true }, BOTH)[Symbol.dispose]();
	assert.equal(files.directory.statAt({}, "moved/made").type, "regular-file");
	assert.deepEqual(
		outcome(() => held.openAt(FOLLOW, "../../fixed", {}, READ)),
		error("not-permitted"),
	);
	assert.deepEqual(
		outcome(() => held.openAt(FOLLOW, "..", {}, READ)),
		error("not-permitted"),
	);
});

test("refusals are kept for the end of the run", () => {
	const files = new Files();
	outcome(() => files.open("out"));
	outcome(() => files.fixedDirectory.openAt({}, "x", { create: true }, BOTH));
	const root = files.call<[Descriptor, string][]>("wasi:filesystem/preopens@0.2", "getDirectories")[2]?.[0];
	outcome(() => root?.openAt({}, "etc/passwd", {}, READ));
	assert.deepEqual(files.guest.denials.list, [
		{ type: "path", guestPath: "/data/out", need: "read", rule: "escape" },
		{ type: "path", guestPath: "/fixed/x", need: "write", rule: "read-only" },
		{ type: "path", guestPath: "/etc/passwd", need: "read", rule: "no-mount" },
	]);
});

test("the error code of an error that is no file's is none", () => {
	const files = new Files();
	const failure = { failure: { reason: "", cause: { tag: "DNS-timeout" } } };
	assert.equal(files.call("wasi:filesystem/types@0.2", "filesystemErrorCode", failure), undefined);
});
