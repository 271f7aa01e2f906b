/** Files and variables that are called what JavaScript's own objects have. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { suite, test } from "node:test";

import { converse } from "../support/conversation.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { assertOurs } from "./hostile.ts";

const NAMES = [
	"__proto__",
	"constructor",
	"prototype",
	"toString",
	"hasOwnProperty",
	"valueOf",
	"then",
	"length",
];

test("variables", async () => {
	const told = await converse(
		NAMES.flatMap((name) => ["-e", `${name}=value of ${name}`]),
		["environ_get"],
	);
	assertOurs(told);
	const listed = told.answers[0]?.match(/"[^"]*"/g) ?? [];
	assert.deepEqual([...listed].sort(), NAMES.map((name) => `"${name}=value of ${name}"`).sort());
});

test("variables that nobody set are not found on an object", async () => {
	const told = await converse(["-e", "constructor", "-e", "__proto__", "-e", "toString"], ["environ_get"]);
	assertOurs(told);
	assert.deepEqual(told.answers, ["environ_get = SUCCESS []"]);
});

const answersOf = (answers: readonly string[]) =>
	answers.map((answer) => answer.replace(/^(path_open = SUCCESS ).*/, "$1"));

suite("files", () => {
	const steps = NAMES.flatMap((name) => [
		`path_filestat_get 3 follow ${name}`,
		`path_open 3 follow ${name} 0 read all 0`,
		`f = path_open 3 follow ${name} creat|excl read|write all 0`,
		`fd_write $f ${name}`,
		"fd_seek $f 0 set",
		"fd_read $f 100",
		"fd_close $f",
		`path_create_directory 3 dir-${name}`,
		`path_create_directory 3 dir-${name}/${name}`,
		`path_rename 3 ${name} 3 dir-${name}/${name}/${name}`,
		`path_filestat_get 3 follow ${name}`,
		`path_filestat_get 3 follow dir-${name}/${name}/${name}`,
		`path_symlink dir-${name}/${name} 3 ${name}`,
		`path_readlink 3 ${name} 100`,
		`path_unlink_file 3 ${name}/${name}`,
	]);
	const expected = NAMES.flatMap((name) => [
		"path_filestat_get = ENOENT",
		"path_open = ENOENT",
		"path_open = SUCCESS ",
		`fd_write = SUCCESS ${name.length}`,
		"fd_seek = SUCCESS 0",
		`fd_read = SUCCESS "${name}"`,
		"fd_close = SUCCESS",
		"path_create_directory = SUCCESS",
		"path_create_directory = SUCCESS",
		"path_rename = SUCCESS",
		"path_filestat_get = ENOENT",
		`path_filestat_get = SUCCESS file size ${name.length}`,
		"path_symlink = SUCCESS",
		`path_readlink = SUCCESS "dir-${name}/${name}"`,
		"path_unlink_file = SUCCESS",
	]);
	test("on the host's disk", async (context) => {
		const folder = temporaryDirectory(context);
		const told = await converse(["-v", `${folder}:/g`], steps);
		assertOurs(told);
		assert.deepEqual(answersOf(told.answers), expected);
		assert.equal(readdirSync(folder).length, 2 * NAMES.length);
	});

	test("in memory", async () => {
		const told = await converse(["--tmpfs", "/t"], steps);
		assertOurs(told);
		assert.deepEqual(answersOf(told.answers), expected);
	});

	test("as mount points", async (context) => {
		const folder = temporaryDirectory(context);
		const told = await converse(
			NAMES.flatMap((name) => ["-v", `${folder}:/${name}`]),
			[`d = path_open ${3 + NAMES.length} 0 . directory readdir all 0`, "fd_readdir $d 4000 0"],
		);
		assertOurs(told);
		const listed = told.answers[1] ?? "";
		for (const name of NAMES) assert.ok(listed.includes(`"${name}":directory`), listed);
	});
});
