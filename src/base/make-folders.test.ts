import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { makeFolders } from "./make-folders.ts";

const make = (folder: string) => makeFolders(folder, 0o700, { mkdirSync, statSync, dirname });

test("a folder is made with those above it, and once", (context) => {
	const base = mkdtempSync(join(tmpdir(), "wherry-folders-"));
	context.after(() => rmSync(base, { recursive: true }));
	const folder = join(base, "a", "b", "c");
	make(folder);
	make(folder);
	assert.ok(statSync(folder).isDirectory());
	if (process.platform !== "win32") assert.equal(statSync(join(base, "a")).mode & 0o777, 0o700);
});

test("where a file stands in the way, that is what is said", (context) => {
	const base = mkdtempSync(join(tmpdir(), "wherry-folders-"));
	context.after(() => rmSync(base, { recursive: true }));
	writeFileSync(join(base, "file"), "");
	assert.throws(() => make(join(base, "file")), { code: "EEXIST" });
	assert.throws(() => make(join(base, "file", "folder")), { code: "EEXIST" });
});

test("where nothing can be made it fails at once", { skip: process.platform !== "linux" }, () => {
	assert.throws(() => make("/proc/wherry/cache"), { code: "ENOENT", path: "/proc/wherry" });
});
