import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";

import { temporaryDirectory } from "../support/temporary.ts";
import { run, start, type Ended } from "../support/wherry.ts";
import { compile, link } from "./clang.ts";
import { built, installed } from "./programs.ts";
import { assertRefused } from "./refusal.ts";

const FLAGS = ["-O0", "-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION", "-DSQLITE_ENABLE_FTS5"];

const SHELL_SOURCE = join(import.meta.dirname, "sqlite/shell.c");
let shell = "";

/** SQLite's amalgamation and a small shell of ours, compiled by clang inside the sandbox. */
async function buildShell(target: string): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), "wherry-sqlite-"));
	try {
		for (const name of ["sqlite3.c", "sqlite3.h"])
			copyFileSync(installed(`better-sqlite3/deps/sqlite3/${name}`), join(folder, name));
		copyFileSync(SHELL_SOURCE, join(folder, "shell.c"));
		await compile(folder, FLAGS, "sqlite3.c", "sqlite3.o");
		await compile(folder, FLAGS, "shell.c", "shell.o");
		await link(folder, ["shell.o", "sqlite3.o"], "shell.wasm");
		renameSync(join(folder, "shell.wasm"), target);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

before(async () => {
	shell = await built("sqlite-shell", [SHELL_SOURCE], buildShell);
});

function query(folder: string, ...lines: readonly string[]): Ended {
	const words = ["run", "-i", "-v", `${folder}:/data`, shell, "/data/fleet.db"];
	return run(words, { stdin: lines.map((line) => `${line}\n`).join("") });
}

const CREATE = "create table ships (name text primary key, tons integer);";
/** `rows` numbered rows in one statement. */
const fill = (rows: number): string =>
	`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${rows}) insert into ships select 'ship ' || i, i from n;`;

test("SQLite creates, fills, indexes, searches and reopens a database", (context) => {
	const folder = temporaryDirectory(context);
	const made = query(
		folder,
		CREATE,
		fill(10_000),
		"create index by_tons on ships (tons);",
		"create virtual table notes using fts5(text);",
		"insert into notes values ('a light boat that carries cargo'), ('a container ship');",
		"select count(*), sum(tons) from ships;",
		"select text from notes where notes match 'cargo';",
	);
	assert.deepEqual(
		{ ...made, stdout: made.stdout.toString() },
		{ status: 0, signal: null, stdout: "10000|50005000\na light boat that carries cargo\n", stderr: "" },
	);
	const reopened = query(folder, "select name from ships where tons = 4711;", "pragma integrity_check;");
	assert.equal(reopened.stdout.toString(), "ship 4711\nok\n");
});

test("a database survives kill -9 in the middle of a transaction", async (context) => {
	const folder = temporaryDirectory(context);
	assert.equal(query(folder, CREATE, fill(5000)).status, 0);
	const running = start(["run", "-i", "-v", `${folder}:/data`, shell, "/data/fleet.db"]);
	// a cache of ten pages spills, so that the database file itself is half changed
	const lines = [
		"pragma cache_size = 10;",
		"begin;",
		"update ships set tons = -1;",
		"select count(*) from ships where tons = -1;",
	];
	running.child.stdin?.write(lines.map((line) => `${line}\n`).join(""));
	assert.equal(await running.firstOutput, "5000\n");
	assert.ok(existsSync(join(folder, "fleet.db-journal")), "nothing to roll back: the test proves nothing");
	running.child.kill("SIGKILL");
	assert.equal((await running.ended).signal, "SIGKILL");
	const after = query(folder, "pragma integrity_check;", "select count(*), sum(tons) from ships;");
	assert.equal(after.stderr, "");
	assert.equal(after.stdout.toString(), "ok\n5000|12502500\n");
	assert.equal(existsSync(join(folder, "fleet.db-journal")), false, "the journal was not rolled back");
});

test("SQLite without a grant cannot open its database", () => {
	assertRefused(run(["run", "-i", shell, "/data/fleet.db"], { stdin: `${CREATE}\n` }), "/data");
});

test("SQLite reads but does not change a database that it may only read", (context) => {
	const folder = temporaryDirectory(context);
	query(folder, CREATE, fill(10));
	const words = ["run", "-i", "-v", `${folder}:/data:ro`, shell, "/data/fleet.db"];
	const read = run(words, { stdin: "select count(*) from ships;\n" });
	assert.equal(read.stdout.toString(), "10\n");
	const wrote = run(words, { stdin: "delete from ships;\n" });
	assert.match(wrote.stderr, /attempt to write a readonly database/);
	assert.equal(wrote.status, 1);
	assert.equal(query(folder, "select count(*) from ships;").stdout.toString(), "10\n");
});
