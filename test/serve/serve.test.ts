/** `wherry serve` as a person starts it: what happens to some requests must not happen to the others. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { request as httpsRequest } from "node:https";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";

import { childrenOf, type Serving, serving } from "../support/serving.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { guest, ROOT, run } from "../support/wherry.ts";

const PATHS = guest("components/http-paths");
const CERT = join(ROOT, "test/registry/tls/cert.pem");
const KEY = join(ROOT, "test/registry/tls/key.pem");

async function text(url: string, init?: RequestInit): Promise<string> {
	const response = await fetch(url, init);
	return `${response.status} ${await response.text()}`;
}

test("guests that loop are ended at their deadline, and their neighbours get answers meanwhile", async (t) => {
	const service = await serving(t, ["--workers", "1", "--deadline", "1500ms", PATHS]);
	const before = childrenOf(service.id);
	const ended: string[] = [];
	const loops = Array.from({ length: 4 }, async () => {
		const answer = await text(`${service.url}/loop`);
		ended.push(answer);
		return answer;
	});
	let answered = 0;
	while (ended.length === 0) {
		assert.equal(await text(service.url), "200 hello\n");
		answered += 1;
	}
	assert.ok(answered >= 5, `only ${answered} neighbours were answered`);
	for (const answer of await Promise.all(loops)) assert.match(answer, /^504 .* id is \S+\n$/);
	assert.deepEqual(childrenOf(service.id), before, "the worker was ended, and not the guests");
	const { stderr } = await service.end();
	assert.equal(stderr.split("[TIMEOUT]").length, 5);
});

test("a guest that waits for longer than its deadline is ended", async (t) => {
	const service = await serving(t, ["--workers", "1", "--deadline", "300ms", PATHS]);
	assert.match(await text(`${service.url}/wait?ms=600000`), /^504 /);
	assert.equal(await text(service.url), "200 hello\n");
});

test("a worker that is killed takes its own requests with it, and is replaced", async (t) => {
	const service = await serving(t, ["--workers", "2", PATHS]);
	const [first, second] = childrenOf(service.id);
	assert.ok(first !== undefined && second !== undefined);
	const waiting = Array.from({ length: 40 }, () =>
		text(`${service.url}/wait?ms=1500`, { headers: { connection: "close" } }).catch(() => "lost"),
	);
	await sleep(500);
	process.kill(first, "SIGKILL");
	const answers = await Promise.all(waiting);
	assert.ok(answers.includes("200 hello\n"), "the other worker's requests were lost too");
	while (childrenOf(service.id).length < 2) await sleep(20);
	assert.ok(!childrenOf(service.id).includes(first));
	for (let count = 0; count < 20; count += 1)
		assert.equal(await text(service.url, { headers: { connection: "close" } }), "200 hello\n");
	const { stderr, status } = await service.end();
	assert.match(stderr, /worker \d+ is gone: SIGKILL ended it; another takes its place/);
	assert.equal(status, 0);
});

test("a worker that does not answer any more is ended, and replaced", async (t) => {
	const service = await serving(t, ["--workers", "1", "--deadline", "200ms", PATHS]);
	const [stuck = 0] = childrenOf(service.id);
	process.kill(stuck, "SIGSTOP");
	while (childrenOf(service.id).includes(stuck)) await sleep(50);
	assert.equal(await text(service.url, { headers: { connection: "close" } }), "200 hello\n");
	const { stderr } = await service.end();
	assert.match(stderr, /worker \d+ is gone: it did not answer, and was ended/);
});

test("SIGTERM finishes what is under way, refuses what is new, and ends with 0", async (t) => {
	const service = await serving(t, ["--workers", "1", PATHS]);
	const slow = text(`${service.url}/wait?ms=1000`);
	await sleep(300);
	const ended = service.end();
	await sleep(200);
	await assert.rejects(fetch(service.url), (error: Error) => /ECONNREFUSED|fetch failed/.test(String(error)));
	assert.equal(await slow, "200 hello\n");
	const { status, stderr } = await ended;
	assert.deepEqual([status, stderr], [0, ""]);
});

test("--drain bounds how long that may take, and a second signal ends it at once", async (t) => {
	const bounded = await serving(t, ["--workers", "1", "--drain", "200ms", PATHS]);
	const lost = text(`${bounded.url}/wait?ms=600000`).catch(() => "lost");
	await sleep(300);
	assert.equal((await bounded.end()).status, 0);
	assert.equal(await lost, "lost");

	const impatient = await serving(t, ["--workers", "1", "--drain", "1h", PATHS]);
	const other = text(`${impatient.url}/wait?ms=600000`).catch(() => "lost");
	await sleep(300);
	const ended = impatient.end();
	await sleep(200);
	process.kill(impatient.id, "SIGINT");
	assert.equal((await ended).status, 130);
	assert.equal(await other, "lost");
});

test("beyond what runs and what waits there is 503, with when to come again", async (t) => {
	const words = ["--workers", "1", "--max-concurrent", "2", "--max-queue", "1", PATHS];
	const { url } = await serving(t, words);
	const waiting = Array.from({ length: 3 }, () => text(`${url}/wait?ms=1500`));
	await sleep(500);
	const response = await fetch(url);
	assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "1"]);
	assert.deepEqual(await Promise.all(waiting), Array(3).fill("200 hello\n"));
});

test("with a certificate it speaks HTTPS: HTTP/2 to those that can, HTTP/1.1 to the others", async (t) => {
	const { url } = await serving(t, ["--workers", "1", "--tls-cert", CERT, "--tls-key", KEY, PATHS]);
	assert.match(url, /^https:/);
	const session = connectHttp2(url, { ca: readFileSync(CERT) });
	const stream = session.request({ ":path": "/length", ":method": "POST" });
	stream.end(Buffer.alloc(100_000));
	const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
	assert.equal(headers[":status"], 200);
	let body = "";
	for await (const piece of stream) body += String(piece);
	assert.equal(body, "100000\n");
	const many = await Promise.all(
		Array.from({ length: 30 }, async () => {
			const one = session.request({ ":path": "/drip?ms=5&n=3" });
			let came = "";
			for await (const piece of one) came += String(piece);
			return came;
		}),
	);
	assert.deepEqual(new Set(many), new Set(["0\n1\n2\n"]));
	const reset = session.request({ ":path": "/trap" });
	const [failed] = (await once(reset, "response")) as [Record<string, unknown>];
	assert.equal(failed[":status"], 500);
	session.destroy();
	const plain = httpsRequest(url, { ca: readFileSync(CERT) }).end();
	const [response] = (await once(plain, "response")) as [{ statusCode: number; httpVersion: string }];
	assert.deepEqual([response.statusCode, response.httpVersion], [200, "1.1"]);
	plain.destroy();
});

test("the access log has a line for each request, and none that a client wrote", async (t) => {
	const log = join(temporaryDirectory(t), "access.log");
	const words = ["--workers", "2", "--access-log", log, "--log-format", "combined", PATHS];
	const service = await serving(t, words);
	await text(`${service.url}/status?code=404`, { headers: { "user-agent": 'a"b\\c', referer: "http://x/" } });
	await text(service.url, { method: "POST", body: "x" });
	await raw(service.url, `GET /\u001b[31m HTTP/1.1\r\nHost: a\r\n\r\n`);
	await raw(service.url, `GET /x HTTP/1.1\r\nHost: a\r\nUser-Agent: \u00e9\r\nConnection: close\r\n\r\n`);
	await service.end();
	const lines = readFileSync(log, "latin1")
		.replaceAll(/\[[^\]]+\]/g, "[TIME]")
		.trim()
		.split("\n")
		.sort();
	assert.deepEqual(lines, [
		'127.0.0.1 - - [TIME] "-" 400 - "-" "-"',
		'127.0.0.1 - - [TIME] "GET /status?code=404 HTTP/1.1" 404 9 "http://x/" "a\\"b\\\\c"',
		'127.0.0.1 - - [TIME] "GET /x HTTP/1.1" 404 13 "-" "\\xc3\\xa9"',
		'127.0.0.1 - - [TIME] "POST / HTTP/1.1" 200 6 "-" "node"',
	]);
});

test("numbers for Prometheus are of all workers, and stay when one ends", async (t) => {
	const service = await serving(t, ["--workers", "2", "--metrics", "127.0.0.1:0", "--deadline", "5s", PATHS]);
	const port = await metricsPort(service);
	for (const path of ["/", "/", "/status?code=404", "/trap"])
		await text(`${service.url}${path}`, { headers: { connection: "close" } });
	const before = await text(`http://127.0.0.1:${port}/metrics`);
	assert.match(before, /wherry_http_requests_total\{code="2xx"\} 2\n/);
	assert.match(before, /wherry_http_requests_total\{code="4xx"\} 1\n/);
	assert.match(before, /wherry_http_requests_total\{code="5xx"\} 1\n/);
	assert.match(before, /wherry_instances_total\{event="trapped"\} 1\n/);
	assert.match(before, /wherry_workers 2\n/);
	const [first] = childrenOf(service.id);
	process.kill(first ?? 0, "SIGKILL");
	while (!/wherry_worker_restarts_total 1\n/.test(await text(`http://127.0.0.1:${port}/metrics`)))
		await sleep(50);
	const after = await text(`http://127.0.0.1:${port}/metrics`);
	assert.match(after, /wherry_http_requests_total\{code="2xx"\} 2\n/);
	assert.match(await text(`http://127.0.0.1:${port}/`), /^404 /);
});

/** It is told on standard error, which is told whole at the end only: the kernel knows it too. */
async function metricsPort({ id, url }: Serving): Promise<number> {
	const inodes = new Set(
		spawnSync("sh", ["-c", `ls -l /proc/${id}/fd`], { encoding: "utf8" }).stdout.match(/(?<=socket:\[)\d+/g),
	);
	const listening = readFileSync("/proc/net/tcp", "utf8")
		.split("\n")
		.map((line) => line.trim().split(/\s+/))
		.filter(([, , , state, , , , , , inode]) => state === "0A" && inodes.has(inode ?? ""))
		.map(([, local = ""]) => Number.parseInt(local.split(":")[1] ?? "", 16));
	const port = listening.find((one) => one !== Number(new URL(url).port));
	assert.ok(port !== undefined);
	return port;
}

test("1,000 idle clients and 200 requests that wait within guests: none is lost", async (t) => {
	const { url } = await serving(t, ["--workers", "1", "--max-concurrent", "250", PATHS]);
	const idle: Socket[] = [];
	t.after(() => {
		for (const socket of idle) socket.destroy();
	});
	for (let count = 0; count < 1000; count += 1) idle.push(await dial(url));
	const waiting = Array.from({ length: 200 }, () => text(`${url}/wait?ms=1500`));
	assert.deepEqual(new Set(await Promise.all(waiting)), new Set(["200 hello\n"]));
	for (const socket of idle.filter((_, index) => index % 50 === 0)) {
		socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
		assert.match(String((await once(socket, "data"))[0]), /^HTTP\/1\.1 200 OK/);
	}
	assert.ok(idle.every(({ destroyed }) => !destroyed));
});

test("what is refused to a service is told once, with the flag that would allow it", async (t) => {
	const { url, end } = await serving(t, ["--workers", "1", guest("components/http-proxy")]);
	for (let count = 0; count < 3; count += 1) await text(`${url}/?url=http://127.0.0.1:9/`);
	const { stderr } = await end();
	assert.equal(stderr.split("[NOT_GRANTED]").length, 2, stderr);
	assert.match(stderr, /help: --net connect=127\.0\.0\.1:9/);
});

/** Words, and what is said of them. */
const REFUSED: readonly (readonly [string, readonly string[], number, RegExp])[] = [
	["a module", [guest("wat/hello")], 126, /it is a module, not a component/],
	["a program", [guest("components/hello")], 126, /it is a program, which runs once\nhelp: wherry run /],
	["no program", [], 125, /there is no program to serve/],
	["a port that is none", ["-p", "70000", PATHS], 125, /cannot listen on '70000'/],
	["a name for an address", ["-p", "localhost:80", PATHS], 125, /cannot listen on 'localhost:80'/],
	["a duration that is none", ["--deadline", "soon", PATHS], 125, /cannot read 'soon' as a duration/],
	["a flag of run alone", ["--invoke", "f", PATHS], 125, /has no flag '--invoke'/],
	["a certificate without its key", ["--tls-cert", CERT, PATHS], 125, /the key for TLS is missing/],
	[
		"a log that cannot be written",
		["--access-log", "/no/such/log", PATHS],
		125,
		/cannot write the access log/,
	],
	["a mount that is not there", ["-v", "/no/such:/x", PATHS], 125, /GRANT_NOT_FOUND/],
];

for (const [what, words, status, said] of REFUSED)
	test(`${what} is refused before anything is served`, () => {
		const ended = run(["serve", ...(words.includes("-p") ? [] : ["-p", "0"]), ...words]);
		assert.match(ended.stderr, said);
		assert.equal(ended.status, status);
	});

async function dial(url: string): Promise<Socket> {
	const { hostname, port } = new URL(url);
	const socket = connect(Number(port), hostname);
	socket.on("error", () => {});
	await once(socket, "connect");
	return socket;
}

async function raw(url: string, sent: string): Promise<void> {
	const socket = await dial(url);
	socket.write(sent, "latin1");
	socket.resume();
	await once(socket, "close");
}
