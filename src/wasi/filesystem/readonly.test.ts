import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryFileSystem } from "../../host/memory/file-system.ts";
import { CREATE, READ, WRITE } from "../../sys/backend.contract.ts";
import type { OpenOptions } from "../../sys/directory.ts";
import { Errno, errnoName } from "../../sys/errno.ts";
import { FrozenClocks } from "../../sys/frozen-clocks.ts";
import { ReadOnlyDirectory } from "./readonly.ts";

/** `file` and `dir`, in a directory that can only be read. */
function readOnly(): ReadOnlyDirectory {
	const { root } = new MemoryFileSystem({ clocks: new FrozenClocks(0n), quota_bytes: 1 << 20 });
	const file = root.open("file", CREATE);
	assert.ok(typeof file === "object" && file.kind === "file");
	file.write([Uint8Array.of(1, 2, 3)], 0);
	root.createDirectory("dir");
	return new ReadOnlyDirectory(root);
}

const OPENS: readonly (readonly [name: string, path: string, options: OpenOptions, answer: string])[] = [
	["to read", "file", READ, "file"],
	["a directory", "dir", READ, "directory"],
	["to write", "file", WRITE, "EROFS"],
	["to truncate, without asking to write", "file", { ...READ, truncate: true }, "EROFS"],
	["to create what is there", "file", { ...READ, create: true }, "file"],
	["to create it alone", "file", { ...READ, create: true, exclusive: true }, "EEXIST"],
	["to create what is not there", "new", { ...READ, create: true }, "EROFS"],
	["to write what is not there", "new", WRITE, "ENOENT"],
];
for (const [name, path, options, answer] of OPENS) {
	test(`opening in a read-only directory ${name}: ${answer}`, () => {
		const opened = readOnly().open(path, options);
		assert.equal(typeof opened === "number" ? errnoName(opened) : opened.kind, answer);
	});
}

test("what was opened in it cannot be changed either", () => {
	const directory = readOnly();
	const file = directory.open("file", READ);
	assert.ok(typeof file === "object" && file.kind === "file");
	assert.equal(file.write([Uint8Array.of(9)], 0), -Errno.ROFS);
	assert.equal(file.append([Uint8Array.of(9)]), -Errno.ROFS);
	for (const answer of [file.truncate(0), file.allocate(0, 9), file.setTimes("now", "now")])
		assert.equal(answer, Errno.ROFS);
	const into = new Uint8Array(4);
	assert.equal(file.read([into], 0), 3);
	assert.deepEqual([...into], [1, 2, 3, 0]);
});
