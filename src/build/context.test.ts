import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { faultText } from "../../test/support/fault.ts";
import { temporaryDirectory } from "../../test/support/temporary.ts";
import { Context } from "./context.ts";

function sample(context: TestContext): string {
	const folder = temporaryDirectory(context);
	mkdirSync(join(folder, "in/a/b"), { recursive: true });
	writeFileSync(join(folder, "secret"), "outside");
	writeFileSync(join(folder, "in/a/b/file"), "text");
	writeFileSync(join(folder, "in/Z"), "");
	chmodSync(join(folder, "in/Z"), 0o700);
	symlinkSync("a/b", join(folder, "in/short"));
	symlinkSync("../secret", join(folder, "in/out"));
	symlinkSync(join(folder, "secret"), join(folder, "in/absolute"));
	symlinkSync("/a", join(folder, "in/rooted"));
	symlinkSync("/a/b", join(folder, "in/a/up"));
	symlinkSync("circle", join(folder, "in/circle"));
	return join(folder, "in");
}

test("a context lists names in code units' order, links as links", (context) => {
	const entries = [...new Context(sample(context), () => "in").entries];
	assert.deepEqual(
		entries.map(({ path, kind }) => `${path} ${kind}`),
		[
			"Z file",
			"a directory",
			"a/b directory",
			"a/b/file file",
			"a/up link",
			"absolute link",
			"circle link",
			"out link",
			"rooted link",
			"short link",
		],
	);
	assert.equal(entries[0]?.executable, true);
	assert.equal(entries[3]?.executable, false);
});

const paths: readonly (readonly [string, string | undefined])[] = [
	["", ""],
	["a/./b//file", "a/b/file"],
	["/a/b/file", "a/b/file"],
	["short/file", "a/b/file"],
	["rooted/b", "a/b"],
	["a/up/file", "a/b/file"],
	["../../a", "a"],
	["out", undefined],
	["absolute", undefined],
	["circle", undefined],
	["nowhere", undefined],
];
for (const [path, expected] of paths)
	test(`a link never leads out of the context: '${path}'`, (context) => {
		assert.equal(new Context(sample(context), () => "in").follow(path)?.path, expected);
	});

test("a context is bounded", (context) => {
	const folder = sample(context);
	assert.match(
		faultText(() => new Context(folder, () => "in", { entries: 9, depth: 9 })),
		/more than 9 files/,
	);
	assert.match(
		faultText(() => new Context(folder, () => "in", { entries: 10, depth: 2 })),
		/more than 2 deep/,
	);
	assert.equal(new Context(folder, () => "in", { entries: 10, depth: 3 }).below("a").length, 3);
});

test("a file that changed its size is refused", (context) => {
	const folder = sample(context);
	const all = new Context(folder, () => "in");
	const file = all.at("a/b/file");
	assert.ok(file !== undefined);
	assert.equal(Buffer.from(all.read(file)).toString(), "text");
	writeFileSync(join(folder, "a/b/file"), "longer text");
	assert.match(
		faultText(() => all.read(file)),
		/changes while it is read/,
	);
});
