import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Errno, errnoName } from "./errno.ts";
import { checkPath, type Last, Link, resolve, type Steps } from "./resolve.ts";

/** A directory of a toy world: other directories, links as their targets, and `FILE`. */
type Tree = Map<string, Tree | string>;

/** What `enter` hands out and wants back. */
interface Handle {
	readonly tree: Tree;
	open: boolean;
}

const FILE = "file";

/** The world around the root that paths must not leave. */
function makeWorld(): { root: Tree; outside: Tree } {
	const inner: Tree = new Map([["deep", new Map([["leaf", FILE]])]]);
	const root: Tree = new Map<string, Tree | string>([
		["dir", inner],
		["file", FILE],
		["in", "dir/deep"],
		["slash", "dir/deep///"],
		["up", ".."],
		["out", "../secret"],
		["sneaky", "dir/../../secret"],
		["absolute", "/secret"],
		["loop", "loop"],
		["empty", ""],
		["long", "x/".repeat(2048)],
		["nul", "dir\0"],
	]);
	return {
		root,
		outside: new Map<string, Tree | string>([
			["secret", FILE],
			["root", root],
		]),
	};
}

/** Steps that keep count of what they handed out, and that do `meanwhile` before each. */
class ToySteps implements Steps<Handle> {
	readonly handles: Handle[] = [];
	readonly entered: string[] = [];
	meanwhile: (name: string) => void = () => {};

	enter(directory: Handle, name: string): Handle | Link | Errno {
		assert.ok(directory.open, "a directory that was given back is used");
		assert.ok(!/^\.{1,2}$|[/\0]|^$/.test(name), `entering '${name}'`);
		this.meanwhile(name);
		this.entered.push(name);
		const found = directory.tree.get(name);
		if (found === undefined) return Errno.NOENT;
		if (found === FILE) return Errno.NOTDIR;
		if (typeof found === "string") return new Link(found);
		const handle = { tree: found, open: true };
		this.handles.push(handle);
		return handle;
	}

	leave(directory: Handle): void {
		assert.ok(directory.open, "a directory is given back twice");
		directory.open = false;
	}

	get open(): number {
		return this.handles.filter((handle) => handle.open).length;
	}
}

/** Where a path ends: `dir/leaf`, with a slash where one follows; or the errno's name. */
function endOf(steps: ToySteps, root: Tree, path: string, follow = false): string {
	const answer = resolve(steps, { tree: root, open: true }, path, (last: Last<Handle>) => {
		assert.ok(last.directory.open);
		const found = last.directory.tree.get(last.name);
		if (typeof found === "string" && found !== FILE && (follow || last.slash)) return new Link(found);
		return `${nameOf(root, last.directory.tree)}${last.name}${last.slash ? "/" : ""}`;
	});
	assert.equal(steps.open, 0, "all directories were given back");
	return typeof answer === "string" ? answer : errnoName(answer);
}

function nameOf(root: Tree, tree: Tree): string {
	if (tree === root) return "";
	for (const [name, inner] of root)
		if (inner instanceof Map && (inner === tree || nameOf(inner, tree) !== "?/"))
			return `${name}/${nameOf(inner, tree)}`;
	return "?/";
}

/** Path, and where it ends: without following a link there, and with. */
const CASES: readonly (readonly [path: string, kept: string, followed?: string])[] = [
	["file", "file"],
	["./file", "file"],
	[".//.///file", "file"],
	["file/", "file/"],
	["file//", "file/"],
	[".", "."],
	["./", "./"],
	["nope", "nope"],
	["nope/", "nope/"],
	["dir/nope", "dir/nope"],
	["dir/deep/leaf", "dir/deep/leaf"],
	["dir//deep///leaf", "dir/deep/leaf"],
	["dir/.", "dir/."],
	["dir/deep/..", "dir/.."],
	["dir/..", ".."],
	["dir/../", "../"],
	["dir/deep/../../file", "file"],
	["file/x", "ENOTDIR"],
	["file/.", "ENOTDIR"],
	["file/..", "ENOTDIR"],
	["nope/x", "ENOENT"],
	["nope/..", "ENOENT"],
	["in", "in", "dir/deep"],
	["in/", "dir/deep/", "dir/deep/"],
	["in/leaf", "dir/deep/leaf"],
	["in/../nope", "dir/nope"],
	["in/../../file", "file"],
	["slash", "slash", "dir/deep/"],
	["slash/leaf", "dir/deep/leaf"],
	["", "ENOENT"],
	["/", "ENOTCAPABLE"],
	["//file", "ENOTCAPABLE"],
	["..", "ENOTCAPABLE"],
	["../", "ENOTCAPABLE"],
	["../root/file", "ENOTCAPABLE"],
	["dir/../..", "ENOTCAPABLE"],
	["in/../../..", "ENOTCAPABLE"],
	["up", "up", "ENOTCAPABLE"],
	["up/", "ENOTCAPABLE"],
	["up/root/file", "ENOTCAPABLE"],
	["out", "out", "ENOTCAPABLE"],
	["out/", "ENOTCAPABLE"],
	["sneaky", "sneaky", "ENOTCAPABLE"],
	["absolute", "absolute", "ENOTCAPABLE"],
	["absolute/", "ENOTCAPABLE"],
	["absolute/x", "ENOTCAPABLE"],
	["loop", "loop", "ELOOP"],
	["loop/", "ELOOP"],
	["loop/x", "ELOOP"],
	["empty", "empty", "ENOENT"],
	["empty/x", "ENOENT"],
	["nul/x", "EINVAL"],
	["long/x", "ENAMETOOLONG"],
	["f\0", "EINVAL"],
	["n".repeat(256), "ENAMETOOLONG"],
	["dir/" + "€".repeat(86), "ENAMETOOLONG"],
	["€".repeat(85), "€".repeat(85)],
	["./".repeat(2048), "ENAMETOOLONG"],
	["./".repeat(2047) + "x", "x"],
];

for (const [path, kept, followed = kept] of CASES)
	test(`'${path.slice(0, 40).replaceAll("\0", "\\0")}' ends at ${kept.slice(0, 40)}`, () => {
		const { root } = makeWorld();
		assert.equal(endOf(new ToySteps(), root, path), kept);
		assert.equal(endOf(new ToySteps(), root, path, true), followed);
	});

test("40 links in one path are followed, the 41st is not", () => {
	const root: Tree = new Map<string, Tree | string>([["here", "."]]);
	assert.equal(endOf(new ToySteps(), root, "here/".repeat(40) + "x"), "x");
	assert.equal(endOf(new ToySteps(), root, "here/".repeat(41) + "x"), "ELOOP");
	assert.equal(endOf(new ToySteps(), root, "here/".repeat(39) + "here/"), "./");
	assert.equal(endOf(new ToySteps(), root, "here/".repeat(40) + "here/"), "ELOOP");
});

test("links that double at each step do not take forever", () => {
	const root: Tree = new Map([["l0", new Map()]]);
	for (let index = 1; index < 60; index++) root.set(`l${index}`, `l${index - 1}/../l${index - 1}`);
	const steps = new ToySteps();
	assert.equal(endOf(steps, root, "l59/x"), "ELOOP");
	assert.ok(steps.entered.length < 200);
});

test("`..` goes back to where the walk came from, though the directory was moved out meanwhile", () => {
	const { root, outside } = makeWorld();
	const steps = new ToySteps();
	steps.meanwhile = (name) => {
		if (name !== "deep") return;
		outside.set("dir", root.get("dir") as Tree);
		root.delete("dir");
	};
	assert.equal(endOf(steps, root, "dir/deep/../../secret"), "secret");
	assert.deepEqual(steps.entered, ["dir", "deep"]);
});

test("a directory that becomes a link before it is entered is followed beneath only", () => {
	for (const target of ["../..", "../../secret", "/", "/secret", "../dir/../.."]) {
		const { root } = makeWorld();
		const steps = new ToySteps();
		steps.meanwhile = (name) => {
			if (name === "deep") (root.get("dir") as Tree).set("deep", target);
		};
		assert.equal(endOf(steps, root, "dir/deep/leaf"), "ENOTCAPABLE");
	}
});

test("a link that appears at the last name is followed by us, from where it lies", () => {
	const { root } = makeWorld();
	const targets = ["../in", "../out"];
	const seen: string[] = [];
	const answer = resolve(new ToySteps(), { tree: root, open: true }, "dir/x", ({ directory, name }) => {
		seen.push(nameOf(root, directory.tree) + name);
		const target = targets.shift();
		return target === undefined ? "done" : new Link(target);
	});
	assert.equal(answer, Errno.NOTCAPABLE);
	assert.deepEqual(seen, ["dir/x", "in"]);
});

function fail(): never {
	throw new Error("broken");
}

test("directories are given back when the deed throws", () => {
	const { root } = makeWorld();
	const steps = new ToySteps();
	assert.throws(() => resolve(steps, { tree: root, open: true }, "dir/deep/x", fail), /broken/);
	assert.equal(steps.handles.length, 2);
	assert.equal(steps.open, 0);
});

test("checkPath looks at the path alone", () => {
	assert.equal(checkPath("a/../../b"), Errno.SUCCESS);
	assert.equal(checkPath("x".repeat(4095)), Errno.SUCCESS);
	assert.equal(checkPath("x".repeat(4096)), Errno.NAMETOOLONG);
	assert.equal(checkPath("€".repeat(1366)), Errno.NAMETOOLONG);
	assert.equal(checkPath("x".repeat(100_000_000)), Errno.NAMETOOLONG);
});

const component = fc.constantFrom("dir", "deep", "a", "b", "..", "..", ".", "", "secret", "root");
const anyPath = fc.array(component, { maxLength: 8 }).map((components) => components.join("/"));
const anyLinks = fc.dictionary(fc.constantFrom("a", "b"), anyPath);

test("no path and no links lead to a directory outside", () => {
	fc.assert(
		fc.property(
			anyPath,
			anyLinks,
			anyLinks,
			anyLinks,
			fc.boolean(),
			(path, inRoot, inDir, inDeep, follow) => {
				const { root } = makeWorld();
				const dir = root.get("dir") as Tree;
				const deep = dir.get("deep") as Tree;
				for (const [tree, links] of [
					[root, inRoot],
					[dir, inDir],
					[deep, inDeep],
				] as const)
					for (const [name, target] of Object.entries(links)) tree.set(name, target);
				const end = endOf(new ToySteps(), root, path, follow);
				assert.ok(!end.startsWith("?"), end);
			},
		),
		{ numRuns: 2000 },
	);
});
