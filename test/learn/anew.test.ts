/** `run --learn` where another process takes the place of the one that was started to run the guest. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startRegistry } from "../support/registry.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { assembleInto } from "../support/wat.ts";
import { run } from "../support/wherry.ts";
import { folder, opener } from "./opener.ts";

const learnt = (here: string) => readFileSync(join(here, "p.toml"), "utf8").match(/(?<=source=)[^,]*/g);

test("what is pulled and run is learnt from", async (context) => {
	const here = folder(context);
	await assembleInto(here, "guest.wasm", opener([{ path: "data/a" }]));
	const registry = await startRegistry();
	context.after(async () => registry.end("SIGTERM"));
	const name = `${registry.host}/team/app:1`;
	const machine = (home: string) => ({
		cwd: here,
		env: { ...process.env, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home },
	});
	const theirs = machine(temporaryDirectory(context));
	assert.equal(run(["build", "-t", name, "guest.wasm"], theirs).status, 0);
	assert.equal(run(["push", name], theirs).status, 0);
	const ended = run(["run", "--learn", "p.toml", name], machine(temporaryDirectory(context)));
	assert.equal(ended.status, 0, ended.stderr);
	assert.deepEqual(learnt(here), ["./data/a"]);
});

test("with a larger stack it is learnt as well", async (context) => {
	const here = folder(context);
	await assembleInto(here, "guest.wasm", opener([{ path: "data/a" }]));
	const ended = run(["run", "--stack", "8m", "--learn", "p.toml", "guest.wasm"], { cwd: here });
	assert.equal(ended.status, 0, ended.stderr);
	assert.deepEqual(learnt(here), ["./data/a"]);
});
