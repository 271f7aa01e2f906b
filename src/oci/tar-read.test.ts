import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../base/fault.ts";
import {
	base256,
	bytesOf,
	join,
	longName,
	pax,
	type RawItem,
	rawItem,
	record,
	tarOf,
} from "./raw-tar.contract.ts";
import { type TarEntry, tarInMemory, walkTar } from "./tar-read.ts";

const BLOCK_BYTES = 512;

function entriesOf(tar: Uint8Array): TarEntry[] {
	return [...walkTar(tarInMemory("layer 'test'", tar))];
}

/** `kind name [-> target] size`, one line an entry. */
function textOf(tar: Uint8Array): string {
	return entriesOf(tar)
		.map(({ kind, name, target, size_bytes }) => `${kind} ${name}${target && ` -> ${target}`} ${size_bytes}`)
		.join("\n");
}

const LONG = "d".repeat(90) + "/" + "n".repeat(120);
const UTF8 = "é€🜁".repeat(20);

/** What others write, and how it reads. */
const SOUND: Readonly<Record<string, readonly [tar: Uint8Array, text: string]>> = {
	"nothing but the end": [tarOf(), ""],
	"an end of one block": [new Uint8Array(BLOCK_BYTES), ""],
	"an end that fills a record of 10 KiB": [
		join(tarOf({ name: "a" }), new Uint8Array(10_240 - 1536)),
		"file a 0",
	],
	"an end that is no whole block": [join(tarOf(), new Uint8Array(100)), ""],
	"a file": [tarOf({ name: "a", body: "hello" }), "file a 5"],
	"content of just a block": [
		tarOf({ name: "a", body: "x".repeat(512) }, { name: "b" }),
		"file a 512\nfile b 0",
	],
	"all kinds": [
		tarOf(
			{ name: "d/", type: "5" },
			{ name: "l", type: "2", target: "d" },
			{ name: "h", type: "1", target: "a" },
			{ name: "c", type: "3" },
			{ name: "b", type: "4" },
			{ name: "p", type: "6" },
			{ name: "g", type: "7", body: "xy" },
		),
		"directory d/ 0\nlink l -> d 0\nhard-link h -> a 0\ncharacter device c 0\nblock device b 0\nFIFO p 0\nfile g 2",
	],
	"V7, where a slash makes a directory": [
		tarOf({ name: "d/", type: "\0", magic: "v7" }, { name: "d/f", type: "\0", magic: "v7", body: "x" }),
		"directory d/ 0\nfile d/f 1",
	],
	"a prefix": [tarOf({ name: "f", prefix: "a/b" }), "file a/b/f 0"],
	"a name and a prefix that fill their fields": [
		tarOf({ name: "n".repeat(100), prefix: "p".repeat(155) }),
		`file ${"p".repeat(155)}/${"n".repeat(100)} 0`,
	],
	"star's shorter prefix, with times behind it": [
		tarOf({
			name: "f",
			prefix: join(bytesOf("a/b"), new Uint8Array(128), bytesOf("12345670123")),
			trailer: "tar\0",
		}),
		"file a/b/f 0",
	],
	"GNU's times where a prefix would be": [
		tarOf({ name: "f", magic: "gnu", prefix: "12345670123" }),
		"file f 0",
	],
	"GNU's long name": [
		tarOf(longName(LONG), { name: LONG.slice(0, 100), magic: "gnu", body: "x" }),
		`file ${LONG} 1`,
	],
	"GNU's long name and target": [
		tarOf(longName("t".repeat(300), "K"), longName(LONG), {
			name: "x",
			type: "2",
			target: "t",
			magic: "gnu",
		}),
		`link ${LONG} -> ${"t".repeat(300)} 0`,
	],
	"GNU's long name, its short one cut off within a character": [
		tarOf(longName(UTF8), { name: bytesOf(UTF8).subarray(0, 100), magic: "gnu" }),
		`file ${UTF8} 0`,
	],
	"a path of pax": [
		tarOf(pax({ path: LONG }), { name: "cut", body: "x" }, { name: "b" }),
		`file ${LONG} 1\nfile b 0`,
	],
	"a target of pax": [
		tarOf(pax({ linkpath: LONG }), { name: "l", type: "2", target: "cut" }),
		`link l -> ${LONG} 0`,
	],
	"a size of pax": [
		tarOf(pax({ size: "5" }), { name: "a", size: "77777777777\0", body: "hello" }, { name: "b" }),
		"file a 5\nfile b 0",
	],
	"a path of pax that is taken back": [tarOf(pax({ path: "" }), { name: "a" }), "file a 0"],
	"records that say nothing to us": [
		tarOf(pax({ "SCHILY.xattr.user.x": "a\0b\n=", comment: "", atime: "1.5" }), { name: "a" }),
		"file a 0",
	],
	"a record whose value has lines": [
		tarOf(pax({ comment: "12 path=x\n", path: "real" }), { name: "a" }),
		"file real 0",
	],
	"git's global comment": [tarOf(pax({ comment: "0123abcd" }, "g"), { name: "a" }), "file a 0"],
	"a size in base 256": [
		tarOf({ name: "a", size: base256(5n), body: "hello" }, { name: "b" }),
		"file a 5\nfile b 0",
	],
	"a size with spaces before it": [tarOf({ name: "a", size: "          5 ", body: "hello" }), "file a 5"],
	"a size without an end": [tarOf({ name: "a", size: "000000000005", body: "hello" }), "file a 5"],
	"a size with something behind its end": [tarOf({ name: "a", size: "5\0junk", body: "hello" }), "file a 5"],
	"an empty size": [tarOf({ name: "a", size: new Uint8Array(12) }), "file a 0"],
	"a checksum of signed bytes": [tarOf({ name: "é", checksum: "signed" }), "file é 0"],
	"a name in UTF-8 with a byte order mark": [tarOf({ name: "\uFEFFa" }), "file \uFEFFa 0"],
	"a name '__proto__'": [tarOf({ name: "__proto__" }), "file __proto__ 0"],
};

for (const [title, [tar, text]] of Object.entries(SOUND))
	test(`reads ${title}`, () => assert.equal(textOf(tar), text));

/** What is refused, and why. */
const UNSOUND: Readonly<Record<string, readonly [tar: Uint8Array, why: RegExp]>> = {
	"nothing at all": [new Uint8Array(0), /^cannot unpack layer 'test': the archive ends .* without its mark/],
	"an archive that ends behind an entry": [
		rawItem({ name: "a", body: "x" }),
		/'a' .* ends .* without its mark/,
	],
	"an archive cut off within a header": [tarOf({ name: "a" }).subarray(0, 300), /without its mark/],
	"an archive cut off within content": [
		tarOf({ name: "a", body: "x".repeat(600) }).subarray(0, 1000),
		/'a' .* without/,
	],
	"an archive cut off within padding": [tarOf({ name: "a", body: "x" }).subarray(0, 600), /'a' .* without/],
	"an archive cut off behind a block of zeros and more": [
		join(new Uint8Array(512), rawItem({ name: "hidden" })),
		/something follows the archive's end/,
	],
	"something behind the end": [join(tarOf({ name: "a" }), bytesOf("x")), /something follows/],
	"an entry behind the end": [join(tarOf({ name: "a" }), rawItem({ name: "hidden" })), /something follows/],
	"a wrong checksum": [
		tarOf({ name: "a" }, { name: "b", checksum: "wrong" }),
		/'a' .* header behind it is damaged/,
	],
	"a gzip": [join(Uint8Array.of(0x1f, 0x8b, 8), new Uint8Array(1000)), /header behind it is damaged/],
	"a size that is no number": [tarOf({ name: "a", size: "abc" }), /its size is no number/],
	"a size with a digit that is none": [tarOf({ name: "a", size: "00000000008\0" }), /its size is no number/],
	"a negative size": [tarOf({ name: "a", size: base256(-1n) }), /its size is no number/],
	"a size over 2^53": [tarOf({ name: "a", size: base256(2n ** 60n) }), /its size is no number/],
	"a size just under 2^53": [tarOf({ name: "a", size: base256(2n ** 53n - 1n) }), /'a' .* without its mark/],
	"a size of pax over 2^53": [
		tarOf(pax({ size: "9007199254740993" }), { name: "a" }),
		/'size' .* cannot be read/,
	],
	"a negative size of pax": [tarOf(pax({ size: "-1" }), { name: "a" }), /'size' .* cannot be read/],
	"a size of pax that is longer than the archive": [
		tarOf(pax({ size: "5000" }), { name: "a" }),
		/'a' .* without/,
	],
	"a directory with content": [tarOf({ name: "d/", type: "5", body: "x" }), /a directory with content/],
	"a link with content": [tarOf({ name: "l", type: "2", target: "x", body: "x" }), /a link with content/],
	"a hard link with content": [
		tarOf({ name: "l", type: "1", target: "x", body: "x" }),
		/a hard-link with content/,
	],
	"a directory that pax gives content": [
		tarOf(pax({ size: "1" }), { name: "d/", type: "5" }),
		/directory with content/,
	],
	"a file whose name ends in a slash": [tarOf({ name: "f/" }), /a file whose name ends in a slash/],
	"an old directory that pax makes a file": [
		tarOf(pax({ path: "d" }), { name: "d/", type: "\0" }),
		/one of its names ends in a slash/,
	],
	"an old file that pax makes a directory": [
		tarOf(pax({ path: "d/" }), { name: "d", type: "\0" }),
		/one of its names ends in a slash/,
	],
	"an old file with content whose name ends in a slash": [
		tarOf({ name: "f/", type: "\0", body: "x" }),
		/directory with content/,
	],
	"a size behind a NUL": [tarOf({ name: "a", size: "\x00000000000", body: "x" }), /its size is no number/],
	"a size with something behind it": [tarOf({ name: "a", size: "1 x", body: "x" }), /its size is no number/],
	"GNU's sparse file": [tarOf({ name: "s", type: "S", magic: "gnu" }), /it is sparse/],
	"pax's sparse file": [tarOf(pax({ "GNU.sparse.major": "1" }), { name: "s" }), /it is sparse/],
	"a volume's name": [tarOf({ name: "V", type: "V", magic: "gnu" }), /its type 'V'/],
	"the rest of a file of another volume": [tarOf({ name: "M", type: "M", magic: "gnu" }), /its type 'M'/],
	"Solaris' extended header": [tarOf({ name: "X", type: "X" }), /its type 'X'/],
	"an unknown type": [tarOf({ name: "z", type: "Z" }), /its type 'Z'/],
	"a name that is not UTF-8": [tarOf({ name: Uint8Array.of(0x61, 0xff) }), /not UTF-8/],
	"a prefix that is not UTF-8": [tarOf({ name: "a", prefix: Uint8Array.of(0xc3) }), /not UTF-8/],
	"a target that is not UTF-8": [tarOf({ name: "a", type: "2", target: Uint8Array.of(0xff) }), /not UTF-8/],
	"a long name that is not UTF-8": [
		tarOf({ name: "L", type: "L", body: Uint8Array.of(0xff) }, { name: "a" }),
		/not UTF-8/,
	],
	"a path of pax that is not UTF-8": [
		tarOf(
			{ name: "x", type: "x", body: join(bytesOf("9 path="), Uint8Array.of(0xff), bytesOf("\n")) },
			{ name: "a" },
		),
		/'path' .* cannot be read/,
	],
	"a path of pax with a NUL": [tarOf(pax({ path: "a\0b" }), { name: "a" }), /'path' .* cannot be read/],
	"two extended headers": [
		tarOf(pax({ path: "a" }), pax({ path: "b" }), { name: "c" }),
		/two extended headers/,
	],
	"two long names": [tarOf(longName("a"), longName("b"), { name: "c" }), /two long names/],
	"two long targets": [
		tarOf(longName("a", "K"), longName("b", "K"), { name: "c", type: "2" }),
		/two long targets/,
	],
	"a long name and another path of pax": [
		tarOf(longName("a"), pax({ path: "b" }), { name: "c" }),
		/it has two names/,
	],
	"an extended header with nothing behind it": [
		tarOf({ name: "a" }, pax({ path: "b" })),
		/the archive ends behind it/,
	],
	"a long name with nothing behind it": [tarOf(longName("a")), /the archive ends behind it/],
	"an extended header over 1 MiB": [
		tarOf({ name: "x", type: "x", body: new Uint8Array((1 << 20) + 1) }, { name: "a" }),
		/over 1048576 bytes/,
	],
	"a global path": [tarOf(pax({ path: "b" }, "g"), { name: "a" }), /global header names or sizes/],
	"a global size": [tarOf(pax({ size: "0" }, "g"), { name: "a" }), /global header names or sizes/],
	"a record longer than its header": [
		tarOf({ type: "x", body: "99 path=a\n" }, { name: "a" }),
		/record .* is damaged/,
	],
	"a record shorter than it says": [
		tarOf({ type: "x", body: "8 path=a\n" }, { name: "a" }),
		/record .* is damaged/,
	],
	"a record of length 0": [tarOf({ type: "x", body: "0 path=a\n" }, { name: "a" }), /record .* is damaged/],
	"a record without a length": [
		tarOf({ type: "x", body: "path=a\n" }, { name: "a" }),
		/record .* is damaged/,
	],
	"a record with a negative length": [
		tarOf({ type: "x", body: "-9 path=a\n" }, { name: "a" }),
		/record .* is damaged/,
	],
	"a record without a key": [tarOf({ type: "x", body: "5 =a\n" }, { name: "a" }), /record .* is damaged/],
	"a record without a value": [tarOf({ type: "x", body: "7 path\n" }, { name: "a" }), /record .* is damaged/],
	"zeros for records": [
		tarOf({ type: "x", body: new Uint8Array(20) }, { name: "a" }),
		/record .* is damaged/,
	],
	"a time of pax that is no number": [
		tarOf(pax({ mtime: "now" }), { name: "a" }),
		/'mtime' .* cannot be read/,
	],
};

for (const [title, [tar, why]] of Object.entries(UNSOUND))
	test(`refuses ${title}`, () =>
		assert.throws(
			() => entriesOf(tar),
			(fault) => fault instanceof Fault && fault.code === "LAYER_INVALID" && why.test(fault.message),
		));

const TIMES: Readonly<Record<string, readonly [items: readonly RawItem[], modified_ns: bigint]>> = {
	"seconds in octal": [[{ name: "a", time: "14371573461\0" }], 0o14371573461n * 1_000_000_000n],
	"seconds in base 256": [[{ name: "a", time: base256(2n ** 33n) }], 2n ** 33n * 1_000_000_000n],
	"pax's seconds with a fraction": [
		[pax({ mtime: "1350244992.0239601089" }), { name: "a" }],
		1_350_244_992_023_960_108n,
	],
	"pax's seconds without one": [[pax({ mtime: "7." }), { name: "a" }], 7_000_000_000n],
	"a global time": [[pax({ mtime: "5" }, "g"), { name: "a", time: "00000000001\0" }], 5_000_000_000n],
	"a time of its own after a global one": [
		[pax({ mtime: "5" }, "g"), pax({ mtime: "6" }), { name: "a" }],
		6_000_000_000n,
	],
	"before 1970": [[{ name: "a", time: base256(-5n) }], 0n],
	"pax's time before 1970": [[pax({ mtime: "-1.5" }), { name: "a" }], 0n],
	"far in the future": [[pax({ mtime: "9999999999999999" }), { name: "a" }], 2n ** 63n - 1n],
	"a field that is no number": [[{ name: "a", time: "yesterday" }], 0n],
};

for (const [title, [items, modified_ns]] of Object.entries(TIMES))
	test(`reads a time: ${title}`, () => assert.equal(entriesOf(tarOf(...items))[0]?.modified_ns, modified_ns));

test("any of the execute bits makes a file executable", () => {
	const modes = ["0000644\0", "0000755\0", "0000610\0", "0000601\0", "       \0"];
	const found = modes.map((mode) => entriesOf(tarOf({ name: "a", mode }))[0]?.executable);
	assert.deepEqual(found, [false, true, true, true, false]);
});

test("content is where the entry says", () => {
	const tar = tarOf(pax({ path: LONG }), { name: "x", body: "first" }, { name: "y", body: "second" });
	const contents = entriesOf(tar).map(({ at, size_bytes }) =>
		Buffer.from(tar.subarray(at, at + size_bytes)).toString(),
	);
	assert.deepEqual(contents, ["first", "second"]);
});

test("a fault says where, and does not repeat a name of a megabyte", () => {
	const name = "n".repeat(1_000_000);
	assert.throws(
		() => entriesOf(tarOf(pax({ path: name }), { name: "a", type: "Z" })),
		(fault) => fault instanceof Fault && fault.message.length < 400 && fault.notes[0] === "at byte 1001472",
	);
});

const key = fc.constantFrom("path", "linkpath", "size", "mtime", "GNU.sparse.size", "comment");
const field = fc.oneof(
	fc.string({ maxLength: 12 }),
	fc.constantFrom("a", "../x", "/", "5"),
	fc.uint8Array({ maxLength: 12 }),
);
const raw: fc.Arbitrary<RawItem> = fc.record(
	{
		name: field,
		type: fc.constantFrom("0", "\0", "1", "2", "3", "5", "6", "7", "x", "g", "L", "K", "S", "V"),
		body: fc.oneof(
			fc.string({ maxLength: 600 }),
			fc
				.dictionary(key, fc.string({ maxLength: 20 }))
				.map((all) => join(...Object.entries(all).map(([name, value]) => record(name, value)))),
		),
		target: field,
		size: field,
		time: field,
		magic: fc.constantFrom("ustar", "gnu", "v7"),
		prefix: field,
	},
	{ requiredKeys: ["name"] },
);

/** Entries or a fault; entries that lie where they say, one behind the other. */
function checkAnswer(tar: Uint8Array): void {
	let last = 0;
	try {
		for (const { at, size_bytes, name, target, modified_ns } of walkTar(tarInMemory("layer", tar))) {
			assert.ok(at >= last + BLOCK_BYTES && size_bytes >= 0 && at + size_bytes <= tar.length);
			assert.ok(!name.includes("\0") && !target.includes("\0"));
			assert.ok(modified_ns >= 0n && modified_ns < 2n ** 63n);
			last = at + size_bytes;
		}
	} catch (fault) {
		assert.ok(fault instanceof Fault && fault.code === "LAYER_INVALID", String(fault));
	}
}

test("any bytes are entries or a fault", () => {
	fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), checkAnswer));
	fc.assert(
		fc.property(fc.array(raw, { maxLength: 6 }), (items) => checkAnswer(tarOf(...items))),
		{ numRuns: 500 },
	);
});

test("a sound archive with any of its bytes changed, or cut anywhere, is entries or a fault", () => {
	const tar = tarOf(longName(LONG), { name: "x", body: "content" }, pax({ path: LONG, size: "3" }), {
		name: "b",
		body: "abc",
	});
	for (let at = 0; at < tar.length; at++) {
		const changed = tar.slice();
		changed[at] = (changed[at] ?? 0) ^ 0x81;
		checkAnswer(changed);
		checkAnswer(tar.subarray(0, at));
	}
});
