/** `run --learn`: what it writes is enough, and no line of it is too much. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { childrenOf } from "../support/serving.ts";
import { assembleInto } from "../support/wat.ts";
import { guest, run, start } from "../support/wherry.ts";
import { CREATE, folder, opener, WRITE } from "./opener.ts";

test("what is learnt is enough, and no line of it can be left out", async (context) => {
	const here = folder(context);
	await assembleInto(
		here,
		"guest.wasm",
		opener(
			[
				{ path: "data/a" },
				{ path: "data/b" },
				{ path: "other/c" },
				{ path: "out/new", flags: CREATE, rights: WRITE },
			],
			true,
		),
	);
	const env = { ...process.env, FIRST: "1", SECOND: "2" };
	const settings = { cwd: here, env };
	// the working directory brings PWD, which makes two with FIRST
	const learnt = run(["run", "--learn", "policy.toml", "--learn-env", "FIRS*", "guest.wasm"], settings);
	assert.equal(learnt.status, 0, learnt.stderr);
	const policy = readFileSync(join(here, "policy.toml"), "utf8");
	assert.equal(
		policy.replace(/^#.*\n/gm, ""),
		`workdir = "/" # where relative paths start, as when it was learnt
mount = [
	"type=bind,source=./data,target=/data,readonly", # path_open for reading, first at 'data/a'
	"type=bind,source=./out,target=/out", # path_open to make a file, first at 'out/new'
	"type=bind,source=./other/c,target=/other/c,readonly", # path_open for reading, first at 'other/c'
]
copy-env = [
	"FIRST", # environ_get, which gives all that are granted
]
`,
	);
	assert.equal(run(["run", "--policy", "policy.toml", "guest.wasm"], settings).status, 0);
	const lines = policy.split("\n");
	const grants = lines.flatMap((line, index) => (/^(workdir|\t)/.test(line) ? [index] : []));
	assert.equal(grants.length, 5);
	for (const index of grants) {
		writeFileSync(join(here, "less.toml"), lines.toSpliced(index, 1).join("\n"));
		const { status } = run(["run", "--policy", "less.toml", "guest.wasm"], settings);
		assert.notEqual(status, 0, `not needed: ${lines[index]}`);
	}
});

test("relative paths are learnt from where -w says that they start", (context) => {
	const here = folder(context);
	const words = [guest("c/wc"), "a", "/other/c", "/secret"];
	const learnt = run(["run", "--learn", "p.toml", "-w", "/data", ...words], { cwd: here });
	assert.equal(learnt.status, 0, learnt.stderr);
	const policy = readFileSync(join(here, "p.toml"), "utf8");
	assert.match(policy, /^workdir = "\/data" /m);
	assert.deepEqual(policy.match(/(?<=source=)[^,]*/g)?.sort(), ["./data/a", "./other/c", "./secret"]);
	const { stdout, stderr } = run(["run", "--policy", "p.toml", ...words], { cwd: here });
	assert.equal(String(stdout), String(learnt.stdout), stderr);
});

test("a working directory of which nothing was used is there by the policy, too", (context) => {
	const here = folder(context);
	const words = [guest("c/wc"), "/other/c"];
	assert.equal(run(["run", "--learn", "p.toml", "-w", "/data", ...words], { cwd: here }).status, 0);
	const { status, stderr } = run(["run", "--policy", "p.toml", ...words], { cwd: here });
	assert.equal(status, 0, stderr);
	assert.deepEqual(readFileSync(join(here, "p.toml"), "utf8").match(/target=[^,]*/g), [
		"target=/data",
		"target=/other/c",
	]);
});

test("a second run adds what is new and keeps what a person wrote", async (context) => {
	const here = folder(context);
	await assembleInto(here, "one.wasm", opener([{ path: "data/a" }]));
	await assembleInto(here, "two.wasm", opener([{ path: "data/a" }, { path: "other/c" }]));
	assert.equal(run(["run", "--learn", "p.toml", "one.wasm"], { cwd: here }).status, 0);
	const edited = `# mine\n${readFileSync(join(here, "p.toml"), "utf8")}\n[limits]\nmemory = "64m" # mine too\n`;
	writeFileSync(join(here, "p.toml"), edited);
	assert.equal(run(["run", "--learn", "p.toml", "one.wasm"], { cwd: here }).status, 0);
	assert.equal(readFileSync(join(here, "p.toml"), "utf8"), edited);
	assert.equal(run(["run", "--learn", "p.toml", "two.wasm"], { cwd: here }).status, 0);
	const lines = readFileSync(join(here, "p.toml"), "utf8").split("\n");
	const added = lines.filter((line) => !edited.split("\n").includes(line));
	assert.deepEqual(added, [
		"\t\"type=bind,source=./other/c,target=/other/c,readonly\", # path_open for reading, first at 'other/c'",
	]);
	assert.deepEqual(lines.filter((line) => !added.includes(line)).join("\n"), edited);
});

test("a folder that was looked at, or lacked a name, is learnt as an empty one, until more of it is used", async (context) => {
	const here = folder(context);
	const DIRECTORY = 2;
	writeFileSync(join(here, "other/token"), "secret");
	const looks = [{ path: "data/a" }, { path: "other", flags: DIRECTORY }];
	await assembleInto(here, "looks.wasm", opener(looks));
	await assembleInto(here, "misses.wasm", opener([{ path: "other/nothing" }]));
	await assembleInto(here, "reads.wasm", opener([{ path: "other/token" }]));
	await assembleInto(here, "more.wasm", opener([{ path: "other/token" }, { path: "other/c" }]));
	const NOENT = 44;
	assert.equal(run(["run", "--learn", "p.toml", "looks.wasm"], { cwd: here }).status, 0);
	assert.match(
		readFileSync(join(here, "p.toml"), "utf8"),
		/type=tmpfs,target=\/other,tmpfs-size=1,readonly"/,
	);
	assert.equal(run(["run", "--policy", "p.toml", "looks.wasm"], { cwd: here }).status, 0);
	assert.equal(run(["run", "--policy", "p.toml", "reads.wasm"], { cwd: here }).status, NOENT);
	assert.equal(run(["run", "--learn", "q.toml", "misses.wasm"], { cwd: here }).status, NOENT);
	assert.equal(run(["run", "--policy", "q.toml", "misses.wasm"], { cwd: here }).status, NOENT);
	assert.doesNotMatch(readFileSync(join(here, "q.toml"), "utf8"), /source=/);
	for (const file of ["p.toml", "q.toml"]) {
		assert.equal(run(["run", "--learn", file, "more.wasm"], { cwd: here }).status, 0);
		assert.equal(run(["run", "--policy", file, "more.wasm"], { cwd: here }).status, 0);
		assert.doesNotMatch(readFileSync(join(here, file), "utf8"), /tmpfs/);
	}
});

test("nothing is learnt outside of what may be learnt", async (context) => {
	const here = folder(context);
	const work = join(here, "work");
	mkdirSync(work);
	symlinkSync("../secret", join(work, "link"));
	symlinkSync(join(here, "secret"), join(work, "absolute"));
	for (const path of ["../secret", "link", "absolute", "/secret"]) {
		await assembleInto(work, "guest.wasm", opener([{ path }]));
		const learnt = run(["run", "--learn", "../p.toml", "guest.wasm"], { cwd: work });
		assert.notEqual(learnt.status, 0);
		assert.doesNotMatch(readFileSync(join(here, "p.toml"), "utf8"), /^[^#]*source/m, path);
	}
});

test("a link within is learnt as the folder that holds both of its ends", async (context) => {
	const here = folder(context);
	mkdirSync(join(here, "top"));
	mkdirSync(join(here, "top/a"));
	mkdirSync(join(here, "top/b"));
	writeFileSync(join(here, "top/b/x"), "x");
	symlinkSync("../b/x", join(here, "top/a/link"));
	await assembleInto(here, "guest.wasm", opener([{ path: "top/a/link" }]));
	assert.equal(run(["run", "--learn", "p.toml", "guest.wasm"], { cwd: here }).status, 0);
	assert.match(readFileSync(join(here, "p.toml"), "utf8"), /source=\.\/top,target=\/top,readonly"/);
	assert.equal(run(["run", "--policy", "p.toml", "guest.wasm"], { cwd: here }).status, 0);
});

test("names with quotes, newlines and control characters inject no TOML", async (context) => {
	const here = folder(context);
	const hostile = ['data/a"]\nnet = ["tcp=*:1', "data/x\u001b[31m", 'data/"quoted", #'];
	await assembleInto(
		here,
		"guest.wasm",
		opener(hostile.map((path) => ({ path, flags: CREATE, rights: WRITE }))),
	);
	assert.equal(run(["run", "--learn", "p.toml", "guest.wasm"], { cwd: here }).status, 0);
	await assembleInto(here, "again.wasm", opener(hostile.slice(0, 1).map((path) => ({ path }))));
	assert.equal(run(["run", "--learn", "q.toml", "again.wasm"], { cwd: here }).status, 0);
	for (const file of ["p.toml", "q.toml"]) {
		const text = readFileSync(join(here, file), "utf8");
		assert.doesNotMatch(text, /^net/m);
		// oxlint-disable-next-line no-control-regex -- none of them is to be there
		assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f]/);
	}
	assert.equal(run(["run", "--policy", "q.toml", "again.wasm"], { cwd: here }).status, 0);
});

test("a guest that opens very many files is learnt in few lines", async (context) => {
	const here = folder(context);
	const paths = Array.from({ length: 200 }, (_, index) => `data/d${index}/f`);
	for (const path of paths) {
		mkdirSync(join(here, path, ".."));
		writeFileSync(join(here, path), "");
	}
	await assembleInto(here, "guest.wasm", opener(paths.map((path) => ({ path }))));
	assert.equal(run(["run", "--learn", "p.toml", "guest.wasm"], { cwd: here }).status, 0);
	const text = readFileSync(join(here, "p.toml"), "utf8");
	assert.equal(text.split("\n").filter((line) => line.startsWith("\t")).length, 1);
	assert.match(text, /source=\.\/data,target=\/data,readonly/);
});

test("a run that is ended half way has taught what it used until then", async (context) => {
	const here = folder(context);
	const endless = opener([{ path: "data/a" }]).replace(/\)\)$/, " (loop $for-ever (br $for-ever))))");
	await assembleInto(here, "guest.wasm", endless);
	const ended = run(["run", "--timeout", "500ms", "--learn", "p.toml", "guest.wasm"], { cwd: here });
	assert.notEqual(ended.status, 0);
	assert.match(readFileSync(join(here, "p.toml"), "utf8"), /source=\.\/data\/a/);
});

test("a guest does not outlive who learns from it", async (context) => {
	const here = folder(context);
	const endless = opener([{ path: "data/new", flags: CREATE, rights: WRITE }]).replace(
		/\)\)$/,
		" (loop $for-ever (br $for-ever))))",
	);
	await assembleInto(here, "guest.wasm", endless);
	const { child, ended } = start(["run", "--learn", "p.toml", "guest.wasm"], { cwd: here });
	while (!existsSync(join(here, "data/new"))) await sleep(20);
	const [guestId = 0] = childrenOf(child.pid ?? 0);
	assert.ok(isRunning(guestId));
	child.kill("SIGKILL");
	// its streams are the guest's, too: they close when both are about to end
	assert.equal((await ended).signal, "SIGKILL");
	while (isRunning(guestId)) await sleep(20);
	assert.equal(existsSync(join(here, "p.toml")), false);
});

/** One that is dead and that nobody has asked for is over, too. */
function isRunning(id: number): boolean {
	try {
		return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${id}/status`, "utf8"));
	} catch {
		return false;
	}
}

test("what is refused is told with the flag that would let it be learnt", async (context) => {
	const here = folder(context);
	await assembleInto(here, "guest.wasm", opener([{ path: "../secret" }]));
	const { stderr } = run(["run", "--learn", "p.toml", "guest.wasm"], { cwd: join(here, "") });
	assert.match(stderr, /it was not learnt/);
	assert.ok(existsSync(join(here, "p.toml")));
});

test("flags of learning without a file are refused", () => {
	const { status, stderr } = run(["run", "--learn-net", "tcp=a:1", "x.wasm"]);
	assert.equal(status, 125);
	assert.match(stderr, /--learn policy\.toml/);
});

test("a trace as JSON is one object a line, for modules and components", () => {
	for (const name of ["wat/hello", "components/hello"]) {
		const words = ["run", "--clock", "frozen=0", "--trace=wasi", "--format", "json", guest(name)];
		const lines = run(words).stderr.trim().split("\n");
		for (const line of lines) {
			const call = JSON.parse(line) as Record<string, unknown>;
			assert.equal(call["version"], 1);
			assert.equal("time_ms" in call, false);
			assert.deepEqual(
				["interface", "function", "denied"].map((key) => typeof call[key]),
				["string", "string", "boolean"],
			);
			assert.ok(Array.isArray(call["arguments"]));
		}
	}
});
