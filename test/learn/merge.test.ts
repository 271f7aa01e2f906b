/** `run --learn` into a file that is there, and what becomes of the file when things go wrong. */
import assert from "node:assert/strict";
import {
	chmodSync,
	existsSync,
	lstatSync,
	readdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../support/temporary.ts";
import { assembleInto } from "../support/wat.ts";
import { guest, run, start } from "../support/wherry.ts";
import { CREATE, folder, opener, WRITE } from "./opener.ts";

const READS = [{ path: "data/a" }];
const WRITES = [
	{ path: "data/a", rights: WRITE },
	{ path: "data/new", flags: CREATE, rights: WRITE },
];

test("a folder that is written takes the lines of what was read in it", async (context) => {
	const here = folder(context);
	await assembleInto(here, "reads.wasm", opener(READS));
	await assembleInto(here, "writes.wasm", opener(WRITES));
	assert.equal(run(["run", "--learn", "p.toml", "reads.wasm"], { cwd: here }).status, 0);
	assert.equal(run(["run", "--learn", "p.toml", "writes.wasm"], { cwd: here }).status, 0);
	const policy = readFileSync(join(here, "p.toml"), "utf8");
	assert.deepEqual(policy.match(/source=[^,]*/g), ["source=./data"]);
	for (const name of ["reads.wasm", "writes.wasm"])
		assert.equal(run(["run", "--policy", "p.toml", name], { cwd: here }).status, 0, name);
});

test("what a person made read-only stays so, and it is told that the policy is not enough", async (context) => {
	const here = folder(context);
	await assembleInto(here, "guest.wasm", opener(WRITES));
	for (const mine of ['volume = ["./data/a:/data/a:ro"]\n', "read-only = true\n"]) {
		writeFileSync(join(here, "p.toml"), mine);
		const { stderr } = run(["run", "--learn", "p.toml", "guest.wasm"], { cwd: here });
		assert.match(
			stderr,
			/wrote to what stays read-only: '\/data(\/a)?', by (p\.toml: volume\[0\]|--read-only);/,
		);
		assert.ok(readFileSync(join(here, "p.toml"), "utf8").includes(mine.trim()));
	}
});

test("what --print-policy wrote can be learnt into", async (context) => {
	const here = folder(context);
	await assembleInto(here, "guest.wasm", opener([...READS, { path: "other/c" }]));
	const { stdout } = run(["run", "--print-policy", "-v", "./data:/data:ro"], { cwd: here });
	writeFileSync(join(here, "p.toml"), stdout);
	assert.equal(run(["run", "--learn", "p.toml", "guest.wasm"], { cwd: here }).status, 0);
	assert.equal(run(["run", "--policy", "p.toml", "guest.wasm"], { cwd: here }).status, 0);
	assert.ok(
		readFileSync(join(here, "p.toml"), "utf8").startsWith(String(stdout).split("\n[limits]")[0] ?? "?"),
	);
});

test("a file that lines cannot be added to stays as it was, and that is said", async (context) => {
	const here = folder(context);
	await assembleInto(here, "guest.wasm", opener(READS));
	// to whoever reads lines, a list begins here; to TOML it is a text
	const odd = 'workdir = """\nmount = [\n]"""\n';
	writeFileSync(join(here, "p.toml"), odd);
	const { status, stderr } = run(["run", "--learn", "p.toml", "guest.wasm"], { cwd: here });
	assert.equal(status, 125);
	assert.match(stderr, /cannot add what was learnt to 'p\.toml'[^]*mount: type=bind,source=\.\/data\/a,/);
	assert.equal(readFileSync(join(here, "p.toml"), "utf8"), odd);
});

test("a rule that a person wrote and that holds what was used needs no line beside it", async (context) => {
	const here = folder(context);
	await assembleInto(here, "guest.wasm", opener(READS));
	const mine = 'workdir = "/"\nvolume = ["./data:/data:ro"] # mine\n';
	writeFileSync(join(here, "p.toml"), mine);
	assert.equal(run(["run", "--learn", "p.toml", "guest.wasm"], { cwd: here }).status, 0);
	assert.equal(readFileSync(join(here, "p.toml"), "utf8"), mine);
});

test("who may read a policy, and the link by which it is named, stay as they were", async (context) => {
	const here = folder(context);
	await assembleInto(here, "guest.wasm", opener(READS));
	writeFileSync(join(here, "other/p.toml"), "# mine\n");
	chmodSync(join(here, "other/p.toml"), 0o600);
	symlinkSync("other/p.toml", join(here, "p.toml"));
	assert.equal(run(["run", "--learn", "p.toml", "guest.wasm"], { cwd: here }).status, 0);
	assert.ok(lstatSync(join(here, "p.toml")).isSymbolicLink());
	assert.equal(statSync(join(here, "p.toml")).mode & 0o777, 0o600);
	assert.match(readFileSync(join(here, "other/p.toml"), "utf8"), /^# mine\n[^]*source=\.\/data\/a,/);
});

test("runs at the same time learn into one file, and none loses what another learnt", async (context) => {
	const here = folder(context);
	const paths = ["data/a", "data/b", "other/c", "secret"];
	const runs = paths.map(async (path, index) => {
		await assembleInto(here, `${index}.wasm`, opener([{ path }]));
		return start(["run", "--learn", "p.toml", `${index}.wasm`], { cwd: here }).ended;
	});
	for (const { status, stderr } of await Promise.all(runs)) assert.equal(status, 0, stderr);
	for (const index of paths.keys()) {
		const { status, stderr } = run(["run", "--policy", "p.toml", `${index}.wasm`], { cwd: here });
		assert.equal(status, 0, stderr);
	}
});

test("what the program writes into its policy does not stay", async (context) => {
	const here = folder(context);
	const TRUNCATE = 8;
	await assembleInto(here, "guest.wasm", opener([{ path: "p.toml", flags: TRUNCATE, rights: WRITE }]));
	const mine = 'workdir = "/"\nvolume = [".:/"] # mine\n';
	writeFileSync(join(here, "p.toml"), mine);
	const { status, stderr } = run(["run", "--learn", "p.toml", "guest.wasm"], { cwd: here });
	assert.equal(status, 0, stderr);
	assert.equal(readFileSync(join(here, "p.toml"), "utf8"), mine);
	assert.match(stderr, /the program may write 'p\.toml' itself/);
});

test("a program that cannot be started teaches nothing, and leaves nothing behind", (context) => {
	const here = folder(context);
	// its own: other tests learn at the same time
	const temporary = temporaryDirectory(context);
	const env = { ...process.env, TMPDIR: temporary };
	const { status } = run(["run", "--learn", "p.toml", "nothing.wasm"], { cwd: here, env });
	assert.equal(status, 127);
	assert.equal(existsSync(join(here, "p.toml")), false);
	assert.deepEqual(readdirSync(temporary), []);
});

test("a program that makes files at the top is told to have all of it", async (context) => {
	const here = folder(context);
	await assembleInto(here, "guest.wasm", opener([{ path: "new", flags: CREATE, rights: WRITE }]));
	const { stderr } = run(["run", "--learn", "p.toml", "guest.wasm"], { cwd: here });
	assert.match(
		stderr,
		/may write all that is at '\/': path_open to make a file, first at 'new'; what you make/,
	);
});

test("no line of what is told is the program's to write", async (context) => {
	const here = folder(context);
	const name = "new\nnote: all is well\u202e";
	await assembleInto(here, "guest.wasm", opener([{ path: name, flags: CREATE, rights: WRITE }]));
	const { stderr } = run(["run", "--learn", "p.toml", "guest.wasm"], { cwd: here });
	assert.doesNotMatch(stderr, /^note: all is well/m);
	assert.ok(stderr.includes(String.raw`first at 'new\u{a}note: all is well\u{202e}'`), stderr);
});

test("what is no file is not learnt into", (context) => {
	const here = folder(context);
	for (const name of ["data", "/dev/stdout", "nowhere/p.toml"])
		assert.match(
			run(["run", "--learn", name, guest("wat/hello")], { cwd: here }).stderr,
			/cannot write '.*' \[IO\]/,
		);
});

test("variables are learnt by name: no value is written", async (context) => {
	const here = folder(context);
	await assembleInto(here, "guest.wasm", opener(READS, true));
	const learnt = run(["run", "--learn", "p.toml", "-e", "TOKEN=hunter2", "guest.wasm"], { cwd: here });
	assert.match(learnt.stderr, /takes 'TOKEN' from the environment/);
	const policy = readFileSync(join(here, "p.toml"), "utf8");
	assert.match(policy, /"TOKEN", # environ_/);
	assert.doesNotMatch(policy, /hunter2/);
	const env = { ...process.env, TOKEN: "hunter2" };
	assert.equal(run(["run", "--policy", "p.toml", "guest.wasm"], { cwd: here, env }).status, 0);
});

test("a path of this machine that the program did not find is told, with the flag that grants it", async (context) => {
	const here = folder(context);
	const path = join(here, "data/a");
	// beneath descriptor 4, which is "/"; 3 is "."
	await assembleInto(
		here,
		"guest.wasm",
		opener([{ path: path.slice(1) }]).replaceAll("i32.const 3) (i32", "i32.const 4) (i32"),
	);
	const { stderr } = run(["run", "--learn", "p.toml", "guest.wasm"], { cwd: here });
	assert.ok(stderr.includes(`guest did not find '${path}'`), stderr);
	assert.ok(stderr.includes(`--dir ${path}:${path}:ro`), stderr);
});
