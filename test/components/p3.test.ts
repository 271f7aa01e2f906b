/** Our own components of WASI 0.3 (guests/components/p3), by `wherry run` and `wherry serve`. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";

import { peakOfChildren, serving } from "../support/serving.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { type Ended, guest, run, start } from "../support/wherry.ts";

const TOUR = guest("components/p3/tour");
const ECHO = guest("components/p3/echo");

const MIB = 1024 * 1024;
const LONG_BYTES = 320 * MIB;
/** What may be needed at most while so much goes through: less than half of it. */
const PEAK_BYTES_MAX = 256 * MIB;

test("0.3: standard input streams to standard output", () => {
	const bytes = Buffer.from(Array.from({ length: 200_001 }, (_, index) => index % 251));
	const { status, stdout, stderr } = run(["run", "-i", TOUR, "cat"], { stdin: bytes });
	assert.deepEqual([status, stderr], [0, ""]);
	assert.ok(stdout.equals(bytes));
});

test("0.3: what is left of a piece comes without waiting for the next one", async () => {
	const running = start(["run", "-i", TOUR, "cat"]);
	running.child.stdin?.write("typed");
	assert.equal(await running.firstOutput, "typed");
	running.child.stdin?.end();
	assert.equal((await running.ended).status, 0);
});

test("0.3: timers run at once, beside a read that nobody answers", async () => {
	// standard input stays open, and empty
	const { status, stdout } = await start(["run", "-i", TOUR, "timers"]).ended;
	assert.deepEqual([status, stdout.toString()], [0, "20\n250\n500\n"]);
});

test("0.3: a file is read as a stream, after its descriptor was dropped; outside of its grant nothing is", (context) => {
	const folder = temporaryDirectory(context);
	mkdirSync(join(folder, "data"));
	writeFileSync(join(folder, "data/long.txt"), "line\n".repeat(50_000));
	const read = (name: string): Ended =>
		run(["run", "--dir", `${join(folder, "data")}::/data`, TOUR, "file", name]);
	assert.equal(read("long.txt").stdout.length, 250_000);
	const missing = read("none.txt");
	assert.deepEqual([missing.status, missing.stdout.toString()], [1, "open: error-code 19\n"]);
	const outside = read("../outside.txt");
	assert.deepEqual([outside.status, outside.stdout.toString()], [1, "open: error-code 30\n"]);
	assert.match(outside.stderr, /\[NOT_GRANTED\]/);
});

test("0.3: a connection goes where a rule lets it, and nowhere else", async (context) => {
	const server = createServer((socket) => socket.end("pong\n"));
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => server.close());
	const { port } = server.address() as AddressInfo;
	const words = [TOUR, "connect", "127.0.0.1", String(port)];
	const granted = await start(["run", "--net", `connect=127.0.0.1:${port}`, ...words]).ended;
	assert.deepEqual([granted.status, granted.stdout.toString(), granted.stderr], [0, "pong\n", ""]);
	const refused = await start(["run", ...words]).ended;
	assert.deepEqual([refused.status, refused.stdout.toString()], [1, "connect: error-code 0\n"]);
	assert.match(refused.stderr, new RegExp(`help: --net connect=127\\.0\\.0\\.1:${port}$`, "m"));
});

test("0.3: what was given to standard output arrives, though the program is over and the reader slow", async () => {
	const long = "cargo ".repeat(18_000);
	const { child, ended } = start(["run", TOUR, "hurry", long]);
	child.stdout?.pause();
	await new Promise((resolve) => setTimeout(resolve, 700));
	child.stdout?.resume();
	const { status, stdout } = await ended;
	assert.deepEqual([status, stdout.length], [0, long.length]);
});

test("0.3: the error of run's result is status 1", () => {
	assert.equal(run(["run", TOUR, "fail"]).status, 1);
});

test("0.3: much goes through standard streams in constant memory", async (context) => {
	if (process.platform !== "linux") return context.skip("what a process has needed is told by /proc");
	const { child, ended } = start(["run", "-i", TOUR, "cat"]);
	const { stdin, stdout } = child;
	assert.ok(stdin !== null && stdout !== null);
	const piece = Buffer.alloc(MIB, "cargo ");
	const received = new Promise<void>((resolve) => {
		let left = LONG_BYTES;
		stdout.on("data", ({ length }: Buffer) => {
			left -= length;
			if (left === 0) resolve();
		});
	});
	for (let sent = 0; sent < LONG_BYTES; sent += piece.length)
		if (!stdin.write(piece)) await once(stdin, "drain");
	await received;
	const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
	const peak_bytes = Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]) * 1024;
	assert.ok(peak_bytes < PEAK_BYTES_MAX, `it had ${Math.round(peak_bytes / MIB)} MiB`);
	stdin.end();
	assert.equal((await ended).status, 0);
});

test("0.3: a service answers with the body and the trailers that it is sent", async (context) => {
	const { url } = await serving(context, ["--workers", "1", ECHO]);
	const echo = await ask(url, ["one, ", "two"], { "x-checksum": "abc" });
	assert.deepEqual(
		{ ...echo, body: echo.body.toString() },
		{ status: 200, body: "one, two", trailers: { "x-checksum": "abc" } },
	);
	const empty = await ask(url, [], {});
	assert.deepEqual([empty.status, empty.body.length, empty.trailers], [200, 0, {}]);
});

test("0.3: an error and a trap are one request's failures", async (context) => {
	const { url, end } = await serving(context, ["--workers", "1", ECHO]);
	assert.equal((await fetch(`${url}/error`)).status, 500);
	assert.equal((await fetch(`${url}/trap`)).status, 500);
	// the body is over with its writer, long before the deadline
	assert.equal((await ask(`${url}/late`, ["begun"], {})).status, 500);
	assert.equal((await ask(url, ["still there"], {})).body.toString(), "still there");
	const { status, stderr } = await end();
	assert.equal(status, 0);
	assert.match(stderr, /it answered with the error 'connection-refused'/);
	assert.equal(stderr.match(/trapped: unreachable/g)?.length, 2);
});

test("0.3: a long body goes through a service in constant memory", async (context) => {
	if (process.platform !== "linux") return context.skip("what a process has needed is told by /proc");
	const { url, id } = await serving(context, [
		"--workers",
		"1",
		"--deadline",
		"5m",
		"--max-request-body",
		"1g",
		ECHO,
	]);
	const piece = "cargo 67".repeat(MIB / 8);
	const { status, body } = await ask(
		url,
		Array.from({ length: LONG_BYTES / MIB }, () => piece),
		{},
	);
	assert.deepEqual([status, body.length], [200, LONG_BYTES]);
	const peak_bytes = peakOfChildren(id);
	assert.ok(peak_bytes < PEAK_BYTES_MAX, `a worker had ${Math.round(peak_bytes / MIB)} MiB`);
});

interface Answer {
	readonly status: number | undefined;
	readonly body: Buffer;
	readonly trailers: NodeJS.Dict<string>;
}

/** Sends a body in pieces, and trailers behind it; reads the answer meanwhile. */
async function ask(
	url: string,
	pieces: readonly string[],
	trailers: Record<string, string>,
): Promise<Answer> {
	const headers = Object.keys(trailers).length === 0 ? {} : { trailer: Object.keys(trailers).join(", ") };
	const request = httpRequest(url, { method: "POST", headers });
	const answered = answerOf(request);
	request.flushHeaders();
	for (const piece of pieces) if (!request.write(piece)) await once(request, "drain");
	request.addTrailers(trailers);
	request.end();
	return await answered;
}

async function answerOf(request: ClientRequest): Promise<Answer> {
	const [response] = (await once(request, "response")) as [IncomingMessage];
	const body: Buffer[] = [];
	for await (const piece of response) body.push(piece as Buffer);
	return { status: response.statusCode, body: Buffer.concat(body), trailers: { ...response.trailers } };
}
