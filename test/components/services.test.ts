/** Our own components of wasi:http (guests/components), by `wherry serve`: bodies of any length, and calls by rule. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { lookup } from "node:dns/promises";
import { request as httpRequest } from "node:http";
import { hostname } from "node:os";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type TestContext, test } from "node:test";

import { guest } from "../support/wherry.ts";
import { peakOfChildren, serving } from "../support/serving.ts";

const PATHS = guest("components/http-paths");
const PROXY = guest("components/http-proxy");

const MIB = 1024 * 1024;
const LONG_BODY_BYTES = 1_000_000_000;
/** What a worker may have at most while such a body goes through it; it begins with 70 MiB, and was seen with 230. */
const STREAMING_BYTES_MAX = 384 * MIB;
/** What another such body may add. */
const AGAIN_BYTES_MAX = 64 * MIB;

test("a service greets", async (context) => {
	const { url, end } = await serving(context, [guest("components/http-hello")]);
	const response = await fetch(url);
	assert.equal(response.headers.get("content-type"), "text/plain");
	assert.equal(await response.text(), "Hello, world!");
	const { status, stderr } = await end();
	assert.deepEqual([status, stderr], [0, ""]);
});

test("each request has an instance of its own, but where they are reused", async (context) => {
	const fresh = await serving(context, ["--workers", "1", PATHS]);
	const reused = await serving(context, ["--workers", "1", "--reuse", "3", PATHS]);
	assert.deepEqual(await counts(fresh.url, 3), [1, 1, 1]);
	assert.deepEqual(await counts(reused.url, 5), [1, 2, 3, 1, 2]);
});

async function counts(url: string, times: number): Promise<number[]> {
	const all: number[] = [];
	for (let i = 0; i < times; i++) all.push(Number(await (await fetch(`${url}/count`)).text()));
	return all;
}

test("a service answers as it wants, when it wants", async (context) => {
	const { url } = await serving(context, ["--workers", "1", PATHS]);
	assert.equal((await fetch(`${url}/status?code=418`)).status, 418);
	assert.equal(await (await fetch(`${url}/drip?ms=5&n=3`)).text(), "0\n1\n2\n");
	assert.equal((await (await fetch(`${url}/big?bytes=5000001`)).arrayBuffer()).byteLength, 5_000_001);
	const waiting = Array.from({ length: 50 }, () => fetch(`${url}/wait?ms=300`).then((one) => one.text()));
	assert.deepEqual(new Set(await Promise.all(waiting)), new Set(["hello\n"]));
});

test("a trap is one request's failure", async (context) => {
	const { url, end } = await serving(context, ["--workers", "1", PATHS]);
	const response = await fetch(`${url}/trap`);
	assert.equal(response.status, 500);
	const id = /id is (\S+)$/m.exec(await response.text())?.[1];
	assert.equal(await (await fetch(url)).text(), "hello\n");
	const { stderr } = await end();
	assert.match(stderr, /\[TRAP\]/);
	assert.ok(stderr.includes(`note: request ${id}: GET /trap `), stderr);
});

test("a request that loops is stopped at its deadline, and those beside it are answered meanwhile", async (context) => {
	const { url, end } = await serving(context, ["--workers", "1", "--deadline", "2s", PATHS]);
	const waiting = fetch(`${url}/wait?ms=500`).then((one) => one.text());
	const looping = fetch(`${url}/loop`);
	const isFirst = Promise.race([looping.then(() => "loop"), waiting]);
	assert.equal(await (await fetch(url)).text(), "hello\n");
	assert.equal(await isFirst, "hello\n");
	assert.equal((await looping).status, 504);
	assert.equal(await (await fetch(url)).text(), "hello\n");
	assert.match((await end()).stderr, /\[TIMEOUT\]\nnote: GET \/loop /);
});

test("1 GB goes through a service, in constant memory", async (context) => {
	const { url, id } = await serving(context, [
		"--workers",
		"1",
		"--deadline",
		"5m",
		"--max-request-body",
		"1g",
		PATHS,
	]);
	assert.equal(await sendThrough(`${url}/echo`, LONG_BODY_BYTES), LONG_BODY_BYTES);
	const peak_bytes = peakOfChildren(id);
	assert.ok(peak_bytes < STREAMING_BYTES_MAX, `a worker had ${Math.round(peak_bytes / MIB)} MiB`);
	assert.equal(await sendThrough(`${url}/echo`, LONG_BODY_BYTES), LONG_BODY_BYTES);
	const more_bytes = peakOfChildren(id) - peak_bytes;
	assert.ok(more_bytes < AGAIN_BYTES_MAX, `the second body took ${Math.round(more_bytes / MIB)} MiB more`);
});

/** Sends so many bytes, and counts those that come back meanwhile. */
async function sendThrough(url: string, length_bytes: number): Promise<number> {
	const request = httpRequest(url, { method: "POST" });
	const piece = Buffer.alloc(1 << 16, "cargo ");
	const sent = pipeline(
		Readable.from(
			(function* () {
				for (let left = length_bytes; left > 0; left -= piece.length) yield piece.subarray(0, left);
			})(),
		),
		request,
	);
	const [response] = (await once(request, "response")) as [Readable];
	let received_bytes = 0;
	for await (const part of response) received_bytes += (part as Buffer).length;
	await sent;
	return received_bytes;
}

test("a service calls another one that a rule names, and no other", async (context) => {
	const inner = await serving(context, ["--workers", "1", PATHS]);
	const other = await serving(context, ["--workers", "1", PATHS]);
	const { host } = new URL(inner.url);
	const outer = await serving(context, ["--workers", "1", "--net", `connect=${host}`, PROXY]);
	const through = await fetch(`${outer.url}/?url=${inner.url}/status?code=418`);
	assert.deepEqual([through.status, await through.text()], [418, "as asked\n"]);
	const long = await fetch(`${outer.url}/?url=${inner.url}/big?bytes=3000000`);
	assert.equal((await long.arrayBuffer()).byteLength, 3_000_000);
	const refused = await fetch(`${outer.url}/?url=${other.url}/`);
	assert.deepEqual([refused.status, await refused.text()], [502, "HTTP-request-denied\n"]);
	const { stderr } = await outer.end();
	assert.match(stderr, /\[NOT_GRANTED\]/);
	assert.ok(stderr.includes(`help: --net connect=${new URL(other.url).host}`), stderr);
});

test("a name leads a service to this machine only when its address is granted too", async (context) => {
	const name = hostname();
	const { address } = await lookup(name, 4).catch(() => ({ address: "" }));
	if (address !== "127.0.0.1")
		return context.skip(`the name of this machine, ${name}, does not mean 127.0.0.1`);
	const inner = await serving(context, ["--workers", "1", PATHS]);
	const { port } = new URL(inner.url);
	const byName = ["--workers", "1", "--net", `connect=${name}:${port}`];
	assert.equal(await ask(context, byName, `http://${name}:${port}/`), "502 HTTP-request-denied\n");
	const byAddress = [...byName, "--net", `connect=127.0.0.1:${port}`];
	assert.equal(await ask(context, byAddress, `http://${name}:${port}/`), "200 hello\n");
});

async function ask(context: TestContext, grants: readonly string[], url: string): Promise<string> {
	const outer = await serving(context, [...grants, PROXY]);
	const response = await fetch(`${outer.url}/?url=${url}`);
	return `${response.status} ${await response.text()}`;
}
