/** Our own components of wasi:cli (guests/components), by `wherry run`: sockets, requests, stores, configuration, logs. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { lookup } from "node:dns/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";

import { freePort } from "../support/free-port.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { type Ended, guest, run, start } from "../support/wherry.ts";

const SERVICES = guest("components/services");
const SOCKETS = guest("components/sockets");
const FETCH = guest("components/fetch");

test("hello says it", () => {
	const ended = run(["run", guest("components/hello")]);
	assert.deepEqual([ended.stdout.toString(), ended.stderr, ended.status], ["hello\n", "", 0]);
});

test("a service is not run, and the way to serve it is named", () => {
	const ended = run(["run", guest("components/http-hello")]);
	assert.match(ended.stderr, /\[ENTRY_MISSING\][^]*help: wherry serve /);
	assert.equal(ended.status, 126);
});

/* ---- sockets ---- */

test("a socket connects where a rule lets it, and nowhere else", async (context) => {
	const port = await serveTcp(context);
	const words = [SOCKETS, "connect", `127.0.0.1:${port}`, "ahoy"];
	assert.equal(said(await runBeside(["run", "--net", `connect=127.0.0.1:${port}`, ...words])), "<ahoy\n>");
	assert.equal(said(await runBeside(["run", "--net", `connect=127.0.0.0/8:1-65535`, ...words])), "<ahoy\n>");
	assertDenied(await runBeside(["run", ...words]), `--net connect=127.0.0.1:${port}`);
	const elsewhere = ["run", "--net", `connect=127.0.0.1:${port === 1 ? 2 : 1}`, ...words];
	assertDenied(await runBeside(elsewhere), `--net connect=127.0.0.1:${port}`);
});

test("a name leads to this machine only when its address is granted too", async (context) => {
	const name = hostname();
	const { address } = await lookup(name, 4).catch(() => ({ address: "" }));
	if (!/^(?:127|10|172|192)\./.test(address))
		return context.skip(`the name of this machine, ${name}, is not of its own network`);
	const port = await serveTcp(context, address);
	const words = ["--net", `connect=${name}:${port}`, SOCKETS, "connect", `${name}:${port}`, "ahoy"];
	const refused = await runBeside(["run", ...words]);
	assertDenied(refused, `--net connect=${address}:${port}`);
	assert.match(refused.stderr, new RegExp(`^note: '${name}' is granted, but its address`, "m"));
	const allowed = await runBeside(["run", "--net", `connect=${address}:${port}`, ...words]);
	assert.equal(said(allowed), "<ahoy\n>");
});

test("a name is looked up when that is granted", async () => {
	const granted = await runBeside(["run", "--net", "resolve=localhost", SOCKETS, "resolve", "localhost"]);
	assert.match(granted.stdout.toString(), /^127\.0\.0\.1$/m);
	assertDenied(await runBeside(["run", SOCKETS, "resolve", "localhost"]), "--net resolve=localhost");
});

test("a connection that nobody takes is refused by the system, not by a rule", async () => {
	const port = await freePort();
	const words = ["--net", `connect=127.0.0.1:${port}`, SOCKETS, "connect", `127.0.0.1:${port}`, "ahoy"];
	const { stderr, status } = await runBeside(["run", ...words]);
	assert.match(stderr, /^finish-connect: connection-refused$/m);
	assert.doesNotMatch(stderr, /NOT_GRANTED/);
	assert.equal(status, 1);
});

test("a component listens where a rule lets it, and sends back what comes", async () => {
	const port = await freePort();
	const address = `127.0.0.1:${port}`;
	const running = start(["run", "--net", `listen=${address}`, SOCKETS, "listen", address]);
	assert.equal(await running.firstOutput, "listening\n");
	const socket = connect(port, "127.0.0.1");
	const echo = text(socket);
	const sent = "cargo ".repeat(20_000);
	socket.end(sent);
	assert.equal(await echo, sent);
	assert.equal((await running.ended).status, 0);
	assertDenied(await runBeside(["run", SOCKETS, "listen", address]), `--net listen=${address}`);
});

/* ---- requests ---- */

test("a request goes where a rule lets it, with its body, and its response comes back", async (context) => {
	const port = await serveHttp(context, async (request, response) => {
		response.end(`${request.method} ${request.url} ${await text(request)}`);
	});
	const url = `http://127.0.0.1:${port}`;
	const net = ["--net", `connect=127.0.0.1:${port}`];
	assert.equal(said(await runBeside(["run", ...net, FETCH, `${url}/a?b=c`])), "GET /a?b=c ");
	assert.equal(said(await runBeside(["run", ...net, FETCH, url, "tea"])), "POST / tea");
	assertDenied(await runBeside(["run", FETCH, url]), `--net connect=127.0.0.1:${port}`);
});

test("a redirect leads no further than the rules", async (context) => {
	const inner = await serveHttp(context, (_, response) => response.end("secret"));
	const outer = await serveHttp(context, (_, response) =>
		response.writeHead(302, { location: `http://127.0.0.1:${inner}/x` }).end(),
	);
	const words = ["--net", `connect=127.0.0.1:${outer}`, FETCH, `http://127.0.0.1:${outer}/`];
	const refused = await runBeside(["run", ...words]);
	assert.match(refused.stderr, /^redirected to http:/m);
	assertDenied(refused, `--net connect=127.0.0.1:${inner}`);
	assert.equal(refused.stdout.toString(), "");
	const followed = await runBeside(["run", "--net", `connect=127.0.0.1:${inner}`, ...words]);
	assert.equal(followed.stdout.toString(), "secret");
});

test("a long body arrives whole", async (context) => {
	const size_bytes = 20_000_000;
	const port = await serveHttp(context, (_, response) => response.end(Buffer.alloc(size_bytes, "x")));
	const words = ["--net", `connect=127.0.0.1:${port}`, FETCH, `http://127.0.0.1:${port}/`];
	assert.equal((await runBeside(["run", ...words])).stdout.length, size_bytes);
});

/* ---- configuration, stores, logs ---- */

test("configuration is what was given", () => {
	const given = ["--config", "colour=blue", "--config", "__proto__=x"];
	assert.equal(said(run(["run", ...given, SERVICES, "config", "colour"])), "blue\n");
	assert.equal(said(run(["run", ...given, SERVICES, "config", "__proto__"])), "x\n");
	const all = said(run(["run", ...given, SERVICES, "config"]));
	assert.deepEqual(all.split("\n").sort(), ["", "__proto__=x", "colour=blue"]);
	assert.match(run(["run", ...given, SERVICES, "config", "constructor"]).stderr, /^no such key$/m);
});

test("a store keeps in its file what is put there", (context) => {
	const file = join(temporaryDirectory(context), "cargo.db");
	const use = (...words: string[]) => run(["run", "--keyvalue", `cargo=${file}`, SERVICES, ...words]);
	said(use("set", "cargo", "tea", "twelve chests"));
	said(use("set", "cargo", "salt", ""));
	assert.equal(said(use("get", "cargo", "tea")), "twelve chests\n");
	assert.equal(said(use("keys", "cargo")), "tea\nsalt\n");
	assert.equal(said(use("exists", "cargo", "salt")), "yes\n");
	said(use("delete", "cargo", "salt"));
	assert.equal(said(use("exists", "cargo", "salt")), "no\n");
	assert.equal(said(use("count", "cargo", "trips")), "1\n");
	assert.equal(said(use("count", "cargo", "trips")), "2\n");
	assert.match(use("get", "cargo", "coffee").stderr, /^no such key$/m);
});

test("a store in memory ends with the run, and one that was not granted is refused", () => {
	const count = (name: string) => run(["run", "--keyvalue", "cargo", SERVICES, "count", name, "trips"]);
	assert.equal(said(count("cargo")), "1\n");
	assert.equal(said(count("cargo")), "1\n");
	assertDenied(count("other"), "--keyvalue other");
});

test("what is logged shows from the level that was asked for", () => {
	const log = (...flags: string[]) => run(["run", ...flags, SERVICES, "log", "1", "aground"]).stderr;
	assert.doesNotMatch(log(), /aground/);
	assert.match(log("--log-level", "debug"), /^debug \(services\): aground$/m);
	assert.match(run(["run", SERVICES, "log", "4", "aground"]).stderr, /^error \(services\): aground$/m);
});

/* ---- */

/** What it printed, when all went well. */
function said({ stdout, stderr, status }: Ended): string {
	assert.equal(status, 0, stderr);
	return stdout.toString();
}

function assertDenied({ stderr, status }: Ended, help: string): void {
	assert.notEqual(status, 0);
	assert.match(stderr, /\[NOT_GRANTED\]/);
	assert.ok(stderr.split("\n").includes(`help: ${help}`), stderr);
}

/** Beside servers of this process: `run` would stop them. */
function runBeside(words: readonly string[]): Promise<Ended> {
	const running = start(words);
	running.child.stdin?.end();
	return running.ended;
}

/** Sends back what came, in brackets. */
async function serveTcp(context: TestContext, address = "127.0.0.1"): Promise<number> {
	const server = createServer({ allowHalfOpen: true }, (socket) => {
		let received = "";
		socket.setEncoding("utf8").on("data", (piece: string) => (received += piece));
		socket.on("end", () => socket.end(`<${received}>`));
	});
	return await listening(context, server, address);
}

async function serveHttp(context: TestContext, listener: RequestListener): Promise<number> {
	return await listening(context, createHttpServer(listener), "127.0.0.1");
}

async function listening(context: TestContext, server: Server, address: string): Promise<number> {
	context.after(() => server.close());
	await once(server.listen(0, address), "listening");
	return (server.address() as AddressInfo).port;
}

/* ---- files ---- */

const FILES = guest("components/files");

const FILE_RUNS: readonly (readonly [
	name: string,
	mode: string,
	words: readonly string[],
	said: string,
	status: number,
	stderr: RegExp,
])[] = [
	["reads a file", "ro", ["cat", "/d/a.txt"], "hello\n", 0, /^$/],
	["knows a file's size", "ro", ["size", "/d/a.txt"], "6\n", 0, /^$/],
	["lists a directory, without . and ..", "ro", ["list", "/d"], "a.txt\n", 0, /^$/],
	["writes a file", "rw", ["write", "/d/b.txt", "new"], "", 0, /^$/],
	[
		"writes nothing that is read-only",
		"ro",
		["write", "/d/b.txt", "new"],
		"",
		1,
		/NOT_GRANTED[^]*help: --dir .*:\/d:rw/,
	],
	["removes nothing that is read-only", "ro", ["remove", "/d/a.txt"], "", 1, /remove: read-only/],
	[
		"finds nothing outside of what is granted",
		"ro",
		["cat", "/etc/passwd"],
		"",
		1,
		/help: --dir \/etc\/passwd:\/etc\/passwd:ro/,
	],
	["does not leave what is granted", "ro", ["cat", "/d/../../etc/passwd"], "", 1, /open: not-permitted/],
	["has clocks, random bytes and variables", "ro", ["machine"], "all there\n", 0, /^$/],
];

for (const [name, mode, words, out, status, stderr] of FILE_RUNS) {
	test(`a component ${name}`, (context) => {
		const folder = temporaryDirectory(context);
		writeFileSync(join(folder, "a.txt"), "hello\n");
		const ended = run(["run", "-v", `${folder}:/d:${mode}`, FILES, ...words]);
		assert.equal(ended.stdout.toString(), out);
		assert.match(ended.stderr, stderr);
		assert.equal(ended.status, status);
		if (words[0] === "write" && mode === "rw")
			assert.equal(readFileSync(join(folder, "b.txt"), "utf8"), "new");
	});
}
