/** `serve --learn`: what all workers' guests use comes to one policy, which is there before the service ends. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { serving } from "../support/serving.ts";
import { guest, run } from "../support/wherry.ts";
import { folder } from "./opener.ts";

const FILES = guest("components/http-files");

async function text(url: string, init?: RequestInit): Promise<string> {
	// a connection of its own may come to any worker
	const response = await fetch(url, { ...init, headers: { connection: "close" } });
	return `${response.status} ${await response.text()}`;
}

/** The policy, once it says that. */
async function policyWith(file: string, words: string): Promise<string> {
	for (;;) {
		const policy = existsSync(file) ? readFileSync(file, "utf8") : "";
		if (policy.includes(words)) return policy;
		await sleep(50);
	}
}

test("what a service used is learnt while it serves, by all of its workers, and is enough to serve by", async (context) => {
	const here = folder(context);
	const file = join(here, "p.toml");
	const learn = ["--learn", file, "--learn-from", `${here}:/`];
	const first = await serving(context, ["--workers", "2", ...learn, FILES]);
	for (let count = 0; count < 6; count += 1) assert.equal(await text(`${first.url}/data/a`), "200 data/a");
	await policyWith(file, "source=./data/a,target=/data/a,readonly");
	assert.equal(await text(`${first.url}/out/new?text=kept`, { method: "PUT" }), "200 kept\n");
	const { status, stderr } = await first.end();
	assert.equal(status, 0);
	assert.match(stderr, /^note: wrote '.*p\.toml': read it before you trust it$/m);
	assert.deepEqual(
		[...readFileSync(file, "utf8").matchAll(/^\t"(.*)", # (.*)$/gm)].map(([, item, why]) => `${item} ${why}`),
		[
			"type=bind,source=./out,target=/out open-at to make a file, first at 'out/new'",
			"type=bind,source=./data/a,target=/data/a,readonly open-at for reading, first at 'data/a'",
		],
	);
	const second = await serving(context, ["--policy", file, FILES]);
	assert.equal(await text(`${second.url}/data/a`), "200 data/a");
	assert.equal(await text(`${second.url}/out/new?text=again`, { method: "PUT" }), "200 kept\n");
	assert.match(await text(`${second.url}/secret`), /^404/);
	assert.match(await text(`${second.url}/data/a?text=x`, { method: "PUT" }), /^403/);
	await second.end();
});

test("a service that is killed has taught what it used, and the next one adds to it", async (context) => {
	const here = folder(context);
	const file = join(here, "p.toml");
	const learn = ["--workers", "1", "--learn", file, "--learn-from", `${here}:/`];
	const killed = await serving(context, [...learn, FILES]);
	await text(`${killed.url}/data/a`);
	await policyWith(file, "./data/a");
	process.kill(killed.id, "SIGKILL");
	const next = await serving(context, [...learn, FILES]);
	await text(`${next.url}/other/c`);
	await next.end();
	assert.deepEqual(readFileSync(file, "utf8").match(/(?<=source=)[^,]*/g), ["./data/a", "./other/c"]);
});

test("what a service opens by itself for each request is not learnt", async (context) => {
	const here = folder(context);
	const file = join(here, "p.toml");
	const learn = ["--workers", "1", "--learn", file, "--learn-from", `${here}:/`];
	const { url, end } = await serving(context, [...learn, "--tmpfs", "/tmp", "-w", "/data", FILES]);
	assert.equal(await text(`${url}/a`), "200 data/a");
	await end();
	assert.deepEqual(readFileSync(file, "utf8").match(/(?<=source=)[^,]*/g), ["./data/a"]);
});

test("what a person writes into the file while the service learns stays", async (context) => {
	const here = folder(context);
	const file = join(here, "p.toml");
	const learn = ["--workers", "1", "--learn", file, "--learn-from", `${here}:/`];
	const { url, end } = await serving(context, [...learn, FILES]);
	await text(`${url}/data/a`);
	writeFileSync(file, `# mine\n${await policyWith(file, "./data/a")}`);
	await text(`${url}/other/c`);
	await policyWith(file, "./other/c");
	writeFileSync(file, `# mine, too\n${readFileSync(file, "utf8")}`);
	await end();
	const policy = readFileSync(file, "utf8");
	assert.match(policy, /^# mine, too\n# mine\n/);
	assert.deepEqual(policy.match(/(?<=source=)[^,]*/g), ["./data/a", "./other/c"]);
});

test("a service that cannot be started writes no policy, and flags of learning need a file", (context) => {
	const file = join(folder(context), "p.toml");
	assert.notEqual(run(["serve", "--learn", file, guest("components/hello")]).status, 0);
	assert.equal(existsSync(file), false);
	assert.match(run(["serve", "--learn-env", "A", FILES]).stderr, /--learn policy\.toml/);
});
