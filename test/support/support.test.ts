import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { golden } from "./golden.ts";
import { temporaryDirectory } from "./temporary.ts";
import { guest } from "./wherry.ts";

test("a temporary directory is gone after its test", async (context) => {
	let path = "";
	await context.test("which makes and fills it", (inner) => {
		path = temporaryDirectory(inner);
		writeFileSync(join(path, "file"), "text");
	});
	assert.notEqual(path, "");
	assert.equal(existsSync(path), false);
});

test("golden text must match to the byte", (context) => {
	const file = join(temporaryDirectory(context), "a.golden");
	writeFileSync(file, "same\n");
	golden(file, "same\n");
	assert.throws(() => {
		golden(file, "same");
	}, /differs from/);
});

test("a guest's name is its path under guests/", () => {
	assert.ok(existsSync(guest("wat/hello")));
});
