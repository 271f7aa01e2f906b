import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../base/fault.ts";
import type { FileTree, TreeDirectory } from "../sys/file-tree.ts";
import { mergeLayers } from "./layer-tree.ts";
import { LAYERS_MAX, UNPACKED_DEPTH_MAX } from "./limits.ts";
import { pax, type RawItem, tarOf, treeText } from "./raw-tar.contract.ts";

type Items = readonly RawItem[];

function merge(...layers: readonly Items[]): TreeDirectory {
	return mergeLayers(layers.map((items, index) => ({ what: `layer '${index}'`, tar: tarOf(...items) })));
}

const directory = (name: string): RawItem => ({ name: `${name}/`, type: "5" });
const file = (name: string, body = "x"): RawItem => ({ name, body });
const link = (name: string, target: string): RawItem => ({ name, type: "2", target });
const hardLink = (name: string, target: string): RawItem => ({ name, type: "1", target });

/** A path as long as a header and its prefix cannot hold. */
const at = (path: string, item: RawItem): Items => [pax({ path }), { ...item, name: "long" }];

/** Layers, and the tree that they make. */
const MERGED: Readonly<Record<string, readonly [layers: readonly Items[], text: string]>> = {
	"no layers": [[], ""],
	"an empty layer": [[[]], ""],
	"files in directories": [[[directory("d"), file("d/f", "1"), file("g", "2")]], "d/\nd/f: 1\ng: 2\n"],
	"names with './' before and slashes behind and between": [
		[[{ name: "./", type: "5" }, file("./d//./f"), { name: "./d/e//", type: "5" }]],
		"d/\nd/e/\nd/f: x\n",
	],
	"the root as kaniko names it": [[[{ name: "/", type: "5" }, file("f")]], "f: x\n"],
	"directories that nobody named": [[[file("a/b/c")]], "a/\na/b/\na/b/c: x\n"],
	"names of objects": [
		[[file("__proto__"), file("constructor/__proto__"), directory("toString")]],
		"__proto__: x\nconstructor/\nconstructor/__proto__: x\ntoString/\n",
	],
	"odd names": [
		[[file("a\\b"), file(" "), file("..."), file("C:"), file("a\nb")]],
		" : x\n...: x\nC:: x\na\nb: x\na\\b: x\n",
	],
	"a name of 255 bytes": [[at("n".repeat(255), file("long"))], `${"n".repeat(255)}: x\n`],
	"the same name twice: the last counts": [[[file("f", "1"), file("f", "2")]], "f: 2\n"],
	"a directory twice": [[[directory("d"), file("d/f"), directory("d")]], "d/\nd/f: x\n"],
	"a file over a directory in one layer": [[[directory("d"), file("d/f"), file("d", "file")]], "d: file\n"],

	"a layer that adds": [[[file("a")], [file("b"), file("d/c")]], "a: x\nb: x\nd/\nd/c: x\n"],
	"a layer that replaces": [[[file("a", "1")], [file("a", "2")]], "a: 2\n"],
	"a directory over a directory": [[[file("d/a")], [directory("d"), file("d/b")]], "d/\nd/a: x\nd/b: x\n"],
	"a file over a directory": [[[file("d/a")], [file("d", "file")]], "d: file\n"],
	"a directory over a file": [[[file("d", "file")], [directory("d"), file("d/a")]], "d/\nd/a: x\n"],
	"a link over a directory": [[[file("d/a")], [link("d", "e")]], "d -> e\n"],
	"a directory over a link, into which nothing is written": [
		[
			[link("d", "e"), directory("e")],
			[directory("d"), file("d/a")],
		],
		"d/\nd/a: x\ne/\n",
	],
	"a file over a link, which is not followed": [
		[[link("l", "f"), file("f", "1")], [file("l", "2")]],
		"f: 1\nl: 2\n",
	],

	"a whiteout": [[[file("a"), file("b")], [file(".wh.a")]], "b: x\n"],
	"a whiteout of a directory": [[[file("d/a"), file("b")], [file(".wh.d")]], "b: x\n"],
	"a whiteout further down": [[[file("d/a"), file("d/b")], [file("d/.wh.a")]], "d/\nd/b: x\n"],
	"a whiteout of what is not there": [
		[[file("a")], [file(".wh.b"), file("d/.wh.c"), file("a/.wh.b")]],
		"a: x\n",
	],
	"a whiteout of a name that only begins alike": [[[file("ab")], [file(".wh.a")]], "ab: x\n"],
	"a whiteout does not hide its own layer, before or after": [
		[
			[file("a", "1"), file("b", "1")],
			[file("a", "2"), file(".wh.a"), file(".wh.b"), file("b", "2")],
		],
		"a: 2\nb: 2\n",
	],
	"a whiteout of a directory that its own layer fills": [
		[
			[file("d/old"), file("d/e/old")],
			[file("d/e/new"), file(".wh.d")],
		],
		"d/\nd/e/\nd/e/new: x\n",
	],
	"a whiteout of a directory that its own layer names only": [
		[[file("d/a")], [directory("d"), file(".wh.d")]],
		"d/\n",
	],
	"a whiteout of what the layer below brought, beside something new": [
		[[file("d/a")], [file("d/b")], [file("d/c"), file("d/.wh.b")]],
		"d/\nd/a: x\nd/c: x\n",
	],
	"a whiteout, and the same name two layers up": [
		[[file("a", "1")], [file(".wh.a")], [file("a", "3")]],
		"a: 3\n",
	],
	"a whiteout in the lowest layer": [[[file("a"), file(".wh.a")]], "a: x\n"],
	"a whiteout as a hard link, as aufs made them": [[[file("a")], [hardLink(".wh.a", ".wh..wh.aufs")]], ""],
	"a whiteout as a device": [[[file("a")], [{ name: ".wh.a", type: "3" }]], ""],
	"a whiteout of a link, not of what it leads to": [[[link("l", "f"), file("f")], [file(".wh.l")]], "f: x\n"],
	"an opaque directory": [
		[
			[file("d/a"), file("d/e/b"), file("c")],
			[file("d/.wh..wh..opq"), file("d/n")],
		],
		"c: x\nd/\nd/n: x\n",
	],
	"an opaque directory, said after what it holds": [
		[
			[file("d/a"), file("d/e/b")],
			[file("d/e/n"), file("d/n"), file("d/.wh..wh..opq")],
		],
		"d/\nd/e/\nd/e/n: x\nd/n: x\n",
	],
	"an opaque directory, said twice": [
		[[file("d/a")], [file("d/.wh..wh..opq"), file("d/n"), file("d/.wh..wh..opq")]],
		"d/\nd/n: x\n",
	],
	"an opaque root": [
		[
			[file("a"), file("d/b")],
			[file(".wh..wh..opq"), file("c")],
		],
		"c: x\n",
	],
	"an opaque directory that is not there": [[[file("a")], [file("d/.wh..wh..opq")]], "a: x\n"],
	"an opaque directory hides nothing of the next layer": [
		[[file("d/a")], [file("d/.wh..wh..opq")], [file("d/b")]],
		"d/\nd/b: x\n",
	],

	"hard links": [[[file("a"), hardLink("b", "a"), hardLink("d/c", "./b")]], "a: x\nb = a\nd/\nd/c = a\n"],
	"a hard link to a lower layer": [[[file("a")], [hardLink("b", "a")]], "a: x\nb = a\n"],
	"a hard link whose target is named from the root": [
		[[file("d/a"), hardLink("b", "/d/a")]],
		"b: x\nd/\nd/a = b\n",
	],
	"a hard link outlives its target": [
		[[file("a", "1"), hardLink("b", "a")], [file("a", "2")]],
		"a: 2\nb: 1\n",
	],
	"a hard link outlives its target's whiteout": [
		[[file("a"), hardLink("b", "a")], [file(".wh.a")]],
		"b: x\n",
	],
	"a hard link to a link": [[[link("l", "f"), hardLink("m", "l")]], "l -> f\nm = l\n"],
	"a hard link to an absolute link, elsewhere": [
		[[link("l", "/f"), hardLink("d/e/m", "l"), hardLink("n", "d/e/m")]],
		"d/\nd/e/\nd/e/m -> ../../f\nl -> f\nn -> f\n",
	],

	"links are kept as they are": [
		[[link("a", "x/../y//z/"), link("d/b", "../a"), link("c", "nowhere"), link("e", "e")]],
		"a -> x/../y//z/\nc -> nowhere\nd/\nd/b -> ../a\ne -> e\n",
	],
	"an absolute link at the root": [[[link("l", "/etc/conf")]], "l -> etc/conf\n"],
	"an absolute link further down": [[[link("a/b/l", "/etc/conf")]], "a/\na/b/\na/b/l -> ../../etc/conf\n"],
	"a link to the root": [[[link("l", "/"), link("d/l", "/")]], "d/\nd/l -> ../\nl -> .\n"],
	"an absolute link with dots": [[[link("d/l", "//.././../etc")]], "d/\nd/l -> ../etc\n"],
	"a link above the root, where '..' leads nowhere": [
		[[link("l", "../../etc"), link("d/l", ".././../../etc/"), link("u", "..")]],
		"d/\nd/l -> ../etc/\nl -> etc\nu -> .\n",
	],
	"a link to names of dots": [[[link("l", "...")], [link("m", "..x/y")]], "l -> ...\nm -> ..x/y\n"],

	"devices and FIFOs in /dev are left out": [
		[
			[
				directory("dev"),
				{ name: "dev/null", type: "3" },
				{ name: "dev/sda", type: "4" },
				{ name: "./dev/p/q", type: "6" },
				link("dev/fd", "/proc/self/fd"),
			],
		],
		"dev/\ndev/fd -> ../proc/self/fd\n",
	],
};

for (const [title, [layers, text]] of Object.entries(MERGED))
	test(`merges ${title}`, () => assert.equal(treeText(merge(...layers)), text));

const DEEP = "d/".repeat(UNPACKED_DEPTH_MAX);

/** Layers that are refused, and why. */
const REFUSED: Readonly<Record<string, readonly [layers: readonly Items[], why: RegExp]>> = {
	"an absolute name": [[[file("/etc/passwd")]], /'\/etc\/passwd' of layer '0': its name is absolute/],
	"an absolute name with two slashes": [[[file("//f")]], /its name is absolute/],
	"a name that leads out": [[[file("../f")]], /'\.\.\/f' .* its name has '\.\.' in it/],
	"a name that leads out further down": [[[file("a/../../f")]], /has '\.\.' in it/],
	"a name that leads out and in again": [[[file("a/../f")]], /has '\.\.' in it/],
	"'..' alone": [[[directory("..")]], /has '\.\.' in it/],
	"no name": [[[{ name: "" }]], /it has no name/],
	"a file for a root": [[[file("./.")]], /the root is a directory/],
	"a link for a root": [[[{ name: ".", type: "2", target: "x" }]], /the root is a directory/],
	"a name over 255 bytes": [[at("€".repeat(86), file("x"))], /longer than 255 bytes/],
	"a path over 4,095 bytes": [[at("d/".repeat(2048), directory("x"))], /longer than 4095 bytes/],
	"a path that is too deep": [[at(`${DEEP}f`, file("x"))], /deeper than 256/],
	"a name through a link": [
		[[link("l", "/etc"), file("l/passwd")]],
		/'l' on its way is a symbolic link, which is not followed/,
	],
	"a name through a link of an earlier layer": [
		[[link("a/l", "..")], [file("a/l/b/c")]],
		/'a\/l' on its way is a symbolic link/,
	],
	"a directory through a link": [[[link("l", "d"), directory("d")], [directory("l/e")]], /'l' on its way/],
	"a whiteout through a link": [[[link("l", "d"), file("d/f")], [file("l/.wh.f")]], /'l' on its way/],
	"an opaque directory through a link": [
		[[link("l", "d"), file("d/f")], [file("l/.wh..wh..opq")]],
		/'l' on its way/,
	],
	"a name through a file": [[[file("f"), file("f/g")]], /'f' on its way is not a directory/],
	"a hard link through a link": [[[link("l", "d"), file("d/f"), hardLink("h", "l/f")]], /'l' on its way/],
	"a hard link to what is not there": [
		[[hardLink("h", "f")]],
		/there is no 'f' for it to be another name of/,
	],
	"a hard link to what comes later": [[[hardLink("h", "f"), file("f")]], /there is no 'f'/],
	"a hard link to itself": [[[file("f"), hardLink("f", "f")]], /there is no 'f'/],
	"a hard link to what a whiteout took": [
		[[file("f")], [file(".wh.f"), hardLink("h", "f")]],
		/there is no 'f'/,
	],
	"a hard link into what it replaces": [[[file("d/f")], [hardLink("d", "d/f")]], /there is no 'd\/f'/],
	"a hard link to a directory": [[[directory("d"), hardLink("h", "d")]], /'d', .* is a directory/],
	"a hard link to the root": [[[hardLink("h", "/")]], /is a directory/],
	"a hard link that leads out": [
		[[hardLink("h", "../../etc/passwd")]],
		/of its target: its name has '\.\.' in it/,
	],
	"a hard link that leads out from the root": [
		[[hardLink("h", "/../etc/passwd")]],
		/of its target: its name has '\.\.'/,
	],
	"a hard link to nothing": [[[hardLink("h", "")]], /of its target: it has no name/],
	"a link to nothing": [[[link("l", "")]], /it is a link to nothing/],
	"a link to a path over 4,095 bytes": [
		[[pax({ linkpath: "t".repeat(4096) }), link("l", "t")]],
		/target is longer than 4095/,
	],
	"an absolute link that gets too long": [
		[[pax({ linkpath: `/${"t".repeat(4090)}` }), link("a/b/l", "t")]],
		/target is longer/,
	],
	"a character device": [[[{ name: "null", type: "3" }]], /'null' .* it is a character device/],
	"a block device": [[[{ name: "etc/sda", type: "4" }]], /it is a block device/],
	"a FIFO": [[[{ name: "run/p", type: "6" }]], /it is a FIFO/],
	"a device in something that only begins like /dev": [
		[[{ name: "device/null", type: "3" }]],
		/character device/,
	],
	"a whiteout of no name": [[[file("a/.wh.")]], /it hides no name/],
	"a whiteout of '.'": [[[file("a/.wh..")]], /it hides no name/],
	"a whiteout of '..'": [[[file("a/.wh...")]], /it hides no name/],
	"something beneath a whiteout": [
		[[directory(".wh.a"), file(".wh.a/f")]],
		/beneath a name that begins with '\.wh\.'/,
	],
	"something beneath aufs' own": [[[file(".wh..wh.plnk/1")]], /beneath a name/],
	"more layers than an image may have": [
		Array.from({ length: LAYERS_MAX + 1 }, () => []),
		/at most 500 layers/,
	],
};

for (const [title, [layers, why]] of Object.entries(REFUSED))
	test(`refuses ${title}`, () =>
		assert.throws(
			() => merge(...layers),
			(fault) => fault instanceof Fault && fault.code === "LAYER_INVALID" && why.test(fault.message),
		));

test("a path just deep enough, and a name just long enough", () => {
	const path = `${"d/".repeat(UNPACKED_DEPTH_MAX - 1)}f`;
	assert.ok(treeText(merge(at(path, file("x")))).endsWith(`${path}: x\n`));
});

test("times and execute bits are those of the entry; directories that nobody named are as old as what is in them", () => {
	const root = merge([
		{ name: "./", type: "5", time: "00000000001\0" },
		{ name: "a/b", body: "x", time: "00000000002\0", mode: "0000755\0" },
		{ name: "l", type: "2", target: "x", time: "00000000003\0" },
		{ name: "h", type: "1", target: "a/b", time: "00000000007\0" },
	]);
	const [a, l, h] = ["a", "l", "h"].map((name) => root.entries.get(name));
	assert.deepEqual(
		[root, a, l, h].map((node) => node?.modified_ns),
		[1n, 2n, 3n, 2n].map((seconds) => seconds * 1_000_000_000n),
	);
	assert.ok(h?.kind === "file" && h.executable);
	assert.ok(a?.kind === "directory" && a.entries.get("b") === h);
});

test("contents are views of the layer", () => {
	const tar = tarOf(file("f", "hello"));
	const found = mergeLayers([{ what: "layer", tar }]).entries.get("f");
	assert.ok(found?.kind === "file" && found.bytes.buffer === tar.buffer);
});

test("directories that nobody named count among an image's files", () => {
	const names = Array.from({ length: 3000 }, (_, index) => `${index}/${"d/".repeat(200)}f`);
	assert.throws(
		() => merge(names.flatMap((name) => at(name, file("x")))),
		/an image holds at most 500000 files and directories/,
	);
});

test("many layers that hide the same again and again take no more time than there are entries", () => {
	const wide = Array.from({ length: 20_000 }, (_, index) => file(`d/${index}`));
	const again = Array.from({ length: 20_000 }, () => file("d/.wh..wh..opq"));
	const nested = Array.from({ length: 20_000 }, () => file(".wh.d"));
	const merged = merge(wide, [...wide, ...again, ...nested]);
	assert.equal((merged.entries.get("d") as TreeDirectory).entries.size, 20_000);
});

const name = fc.constantFrom(
	"a",
	"b",
	"d",
	"d/a",
	"d/b",
	"d/e/a",
	"l/a",
	"d/e",
	".wh.a",
	"d/.wh..wh..opq",
	"d/.wh.e",
	"../a",
	"/a",
	".",
	"",
);
const item: fc.Arbitrary<RawItem> = fc.record({
	name,
	type: fc.constantFrom("0", "0", "1", "2", "5", "5", "3"),
	target: fc.constantFrom("a", "d/a", "/d", "../../d", "l", "", "../x"),
});

test("any layers are a tree or a fault, and a tree is sound", () => {
	fc.assert(
		fc.property(fc.array(fc.array(item, { maxLength: 8 }), { maxLength: 4 }), (layers) => {
			try {
				checkTree(merge(...layers), 0);
			} catch (fault) {
				assert.ok(fault instanceof Fault && fault.code === "LAYER_INVALID", String(fault));
			}
		}),
		{ numRuns: 2000 },
	);
});

/** No whiteout is left, no name is a path, and no link leads above the root at its first step. */
function checkTree(tree: FileTree, depth: number): void {
	if (tree.kind === "link") {
		assert.ok(!tree.target.startsWith("/") && tree.target !== "");
		const ups = /^(?:\.\.\/?)*/.exec(tree.target)?.[0].split("..").length ?? 1;
		assert.ok(ups - 1 <= depth - 1, `${tree.target} at ${depth}`);
	}
	if (tree.kind !== "directory") return;
	for (const [entry, child] of tree.entries) {
		assert.ok(!/^\.\.?$|^$|\/|\0|^\.wh\./.test(entry), entry);
		checkTree(child, depth + 1);
	}
}
