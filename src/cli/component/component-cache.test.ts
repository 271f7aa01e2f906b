import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	chmodSync,
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Entry } from "./cache-entry.ts";
import { readSecret, secretIn } from "./cache-secret.ts";
import { type CacheFolders, keep, lookUp } from "./component-cache.ts";

function entryOf(key: string, script = "1"): Entry {
	return {
		key,
		transpiled: { mode: "sync", script, cores: [], needs: [], exports: [] },
		compiled: new Uint8Array(),
	};
}

function foldersOf(t: TestContext): CacheFolders {
	const folder = mkdtempSync(join(tmpdir(), "wherry-cache-"));
	t.after(() => {
		rmSync(folder, { recursive: true });
	});
	return { cache: join(folder, "cache"), data: join(folder, "data") };
}

function onlyFile(folder: string): string {
	const names = readdirSync(folder);
	assert.equal(names.length, 1);
	return join(folder, names[0] ?? "");
}

test("what is kept is found again", (t) => {
	const folders = foldersOf(t);
	assert.deepEqual(lookUp(folders, "k"), { type: "missing" });
	assert.equal(keep(folders, entryOf("k")), undefined);
	assert.deepEqual(lookUp(folders, "k"), { type: "found", entry: entryOf("k") });
	assert.deepEqual(lookUp(folders, "other"), { type: "missing" });
	// nothing is left beside it
	onlyFile(folders.cache);
	onlyFile(folders.data);
});

test("the secret is for its user alone", (t) => {
	const { data } = foldersOf(t);
	const secret = secretIn(data);
	assert.equal(secret.length, 32);
	assert.equal(statSync(onlyFile(data)).mode & 0o777, 0o600);
	assert.deepEqual(secretIn(data), secret);
});

test("a secret that others could read is made anew", (t) => {
	const folders = foldersOf(t);
	keep(folders, entryOf("k"));
	const before = secretIn(folders.data);
	chmodSync(onlyFile(folders.data), 0o644);
	assert.equal(readSecret(folders.data), undefined);
	assert.deepEqual(lookUp(folders, "k"), { type: "bad" });
	assert.notDeepEqual(secretIn(folders.data), before);
	onlyFile(folders.data);
});

const DAMAGE: readonly (readonly [string, (file: string) => void])[] = [
	["with a byte changed", (file) => writeFileSync(file, flip(readFileSync(file)))],
	["cut off", (file) => writeFileSync(file, readFileSync(file).subarray(0, -1))],
	["empty", (file) => writeFileSync(file, "")],
	[
		"planted",
		(file) => {
			const elsewhere = `${file}-elsewhere`;
			const planted = { cache: `${elsewhere}/cache`, data: `${elsewhere}/data` };
			keep(planted, entryOf("k", "globalThis.pwned = 1"));
			writeFileSync(file, readFileSync(onlyFile(planted.cache)));
			rmSync(elsewhere, { recursive: true });
		},
	],
];

function flip(bytes: Buffer): Buffer {
	bytes[bytes.length >> 1]! ^= 1;
	return bytes;
}

for (const [what, damage] of DAMAGE)
	test(`an entry that is ${what} is removed, and can be made again`, (t) => {
		const folders = foldersOf(t);
		keep(folders, entryOf("k"));
		const file = onlyFile(folders.cache);
		damage(file);
		assert.deepEqual(lookUp(folders, "k"), { type: "bad" });
		assert.ok(!existsSync(file));
		keep(folders, entryOf("k"));
		assert.equal(lookUp(folders, "k").type, "found");
	});

test("the entry of one component is not taken for another's", (t) => {
	const folders = foldersOf(t);
	keep(folders, entryOf("one"));
	const one = onlyFile(folders.cache);
	const bytes = readFileSync(one);
	rmSync(one);
	keep(folders, entryOf("two"));
	writeFileSync(onlyFile(folders.cache), bytes);
	assert.deepEqual(lookUp(folders, "two"), { type: "bad" });
});

test("an entry that is a link is not followed", (t) => {
	const folders = foldersOf(t);
	keep(folders, entryOf("k"));
	const file = onlyFile(folders.cache);
	writeFileSync(`${folders.data}/elsewhere`, readFileSync(file));
	rmSync(file);
	symlinkSync(`${folders.data}/elsewhere`, file);
	assert.deepEqual(lookUp(folders, "k"), { type: "missing" });
});

test("what was used the longest ago goes when there is no room", (t) => {
	const folders = foldersOf(t);
	for (const [key, seconds] of [
		["old", 1000],
		["middle", 2000],
		["used", 500],
	] as const) {
		const before = new Set(existsSync(folders.cache) ? readdirSync(folders.cache) : []);
		keep(folders, entryOf(key, "x".repeat(1000)));
		const name = readdirSync(folders.cache).find((one) => !before.has(one)) ?? "";
		utimesSync(join(folders.cache, name), seconds, seconds);
	}
	assert.equal(lookUp(folders, "used").type, "found");
	assert.equal(keep(folders, entryOf("new", "x".repeat(1000)), 3000), undefined);
	const left = ["old", "middle", "used", "new"].filter((key) => lookUp(folders, key).type === "found");
	assert.deepEqual(left, ["used", "new"]);
});

test("what a process left unfinished goes in time", (t) => {
	const folders = foldersOf(t);
	keep(folders, entryOf("k"));
	const abandoned = `${onlyFile(folders.cache)}.1-x`;
	const fresh = `${abandoned}y`;
	writeFileSync(abandoned, "half");
	writeFileSync(fresh, "half");
	utimesSync(abandoned, 1, 1);
	keep(folders, entryOf("l"));
	assert.ok(!existsSync(abandoned));
	assert.ok(existsSync(fresh));
});

test("an entry over the limit is not kept, and says so", (t) => {
	const folders = foldersOf(t);
	assert.match(keep(folders, entryOf("k"), 10) ?? "", /too large/);
	assert.deepEqual(lookUp(folders, "k"), { type: "missing" });
});

test("a cache that cannot be written is a reason, not an error", (t) => {
	const folders = foldersOf(t);
	writeFileSync(folders.cache, "a file");
	assert.match(keep(folders, entryOf("k")) ?? "", /EEXIST|ENOTDIR/);
	assert.deepEqual(lookUp(folders, "k"), { type: "missing" });
});

test("without a place for a secret nothing is kept", (t) => {
	const folders = foldersOf(t);
	writeFileSync(folders.data, "a file");
	assert.notEqual(keep(folders, entryOf("k")), undefined);
	assert.ok(!existsSync(folders.cache));
});

/** Keeps entries of 1 MB over each other, in a process of its own, until that ends. */
const KEEPER = `
const { keep } = await import(process.argv[1]);
const [cache, data] = process.argv.slice(2);
for (let round = 0; ; round++) {
	const transpiled = { mode: "sync", script: String(round % 10).repeat(1 << 20), cores: [], needs: [], exports: [] };
	const reason = keep({ cache, data }, { key: "k", transpiled, compiled: new Uint8Array() });
	if (reason !== undefined) process.exit(console.log(reason));
	if (round === 0) console.log("begun");
}`;
const MODULE = new URL("./component-cache.ts", import.meta.url).href;

test("a process that is killed while it writes leaves the whole of the old or of the new", async (t) => {
	const folders = foldersOf(t);
	for (const delay_ms of [0, 3, 7, 20]) {
		const words = ["--input-type=module", "-e", KEEPER, MODULE, folders.cache, folders.data];
		const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "ignore"] });
		await once(child.stdout, "data");
		await new Promise((resolve) => setTimeout(resolve, delay_ms));
		child.kill("SIGKILL");
		await once(child, "exit");
		assert.equal(lookUp(folders, "k").type, "found");
	}
});

test(
	"a disk that is full is a reason, and nothing half written stays",
	{ skip: process.platform === "win32" },
	(t) => {
		const folders = foldersOf(t);
		keep(folders, entryOf("other"));
		const command = `ulimit -f 100; exec "$0" "$@"`;
		const words = ["--input-type=module", "-e", KEEPER, MODULE, folders.cache, folders.data];
		const { stdout } = spawnSync("sh", ["-c", command, process.execPath, ...words], { encoding: "utf8" });
		assert.match(stdout, /EFBIG/);
		onlyFile(folders.cache);
		assert.equal(lookUp(folders, "other").type, "found");
	},
);
