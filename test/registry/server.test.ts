/** Our registry beyond the spec's rules: many clients at once, clients that go away, and its own bounds. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { MemoryShelf } from "../../src/registry/server/memory-shelf.ts";
import { UPLOADS_MAX } from "../../src/registry/server/limits.ts";
import { Uploads } from "../../src/registry/server/uploads.ts";
import { blobOf, Client, errorCodes, expectStatus, MANIFEST_TYPE, randomBlob } from "./conformance.ts";
import { serveForTest } from "./serving.ts";

test("twenty pushes of one tag at once: it stands for one of them, and all are there", async (context) => {
	const { url } = await serveForTest(context);
	const client = new Client(url);
	const images = await Promise.all(Array.from({ length: 20 }, async () => client.pushImage("one")));
	const digests = images.map(({ digest }) => digest);
	const { headers } = await client.ask("HEAD", "manifests/one");
	assert.ok(digests.includes(headers.get("docker-content-digest") ?? ""));
	for (const digest of digests) expectStatus(await client.ask("GET", `manifests/${digest}`), 200);
});

test("the same blob pushed twenty times at once is one blob", async (context) => {
	const { url } = await serveForTest(context);
	const client = new Client(url);
	const blob = randomBlob(100_000);
	await Promise.all(Array.from({ length: 20 }, async () => client.pushBlob(blob)));
	const response = await client.ask("GET", `blobs/${blob.digest}`);
	assert.deepEqual(Buffer.from(await response.arrayBuffer()), Buffer.from(blob.bytes));
});

test("while one request writes to an upload, another is out of order", async (context) => {
	const { url } = await serveForTest(context);
	const client = new Client(url);
	const blob = randomBlob(1000);
	const location = await client.begin();
	const sending = request(new URL(location, url), { method: "PATCH" });
	const first = new Promise<number | undefined>((settle, refuse) => {
		sending.on("error", refuse).on("response", ({ statusCode }) => {
			settle(statusCode);
		});
	});
	sending.write(blob.bytes.subarray(0, 500));
	while ((await settled(client, location)) < 500);
	expectStatus(await client.ask("PATCH", location, { body: blob.bytes }), 416);
	expectStatus(await client.close(location, blob.digest, { body: blob.bytes }), 416);
	sending.end(blob.bytes.subarray(500));
	assert.equal(await first, 202);
	expectStatus(await client.close(location, blob.digest), 201);
});

test("a client that went away in the midst of a chunk goes on where it was", async (context) => {
	const { url } = await serveForTest(context);
	const client = new Client(url);
	const blob = randomBlob(300_000);
	const location = await client.begin();
	await sendHalf(new URL(location, url), blob.bytes);
	const came = await settled(client, location);
	assert.ok(came > 0 && came < blob.size, `${came} bytes came`);
	expectStatus(await client.chunk(location, came, blob.bytes.slice(came)), 202);
	expectStatus(await client.close(location, blob.digest), 201);
});

/** Announces all of a chunk, sends half of it and hangs up. */
async function sendHalf(target: URL, bytes: Uint8Array): Promise<void> {
	await new Promise<void>((settle) => {
		const headers = { "Content-Length": bytes.length, "Content-Range": `0-${bytes.length - 1}` };
		const sending = request(target, { method: "PATCH", headers });
		sending.on("error", () => undefined);
		sending.on("close", settle);
		sending.write(bytes.subarray(0, bytes.length / 2), () => setTimeout(() => sending.destroy(), 50));
	});
}

/** How many bytes an upload has, once nobody writes to it any more. */
async function settled(client: Client, location: string): Promise<number> {
	for (let before = -1; ;) {
		const { headers } = await client.ask("GET", location);
		const now = Number(headers.get("range")?.split("-")[1]) + 1;
		if (now === before) return now;
		before = now;
		await new Promise((wake) => setTimeout(wake, 50));
	}
}

test("what is not as long as its range says is taken back", async (context) => {
	const { url } = await serveForTest(context);
	const client = new Client(url);
	const location = await client.begin();
	const first = randomBlob(100);
	expectStatus(await client.chunk(location, 0, first.bytes), 202);
	const headers = { "Content-Range": "100-149" };
	const stream = new Blob([randomBlob(80).bytes]).stream();
	const response = await fetch(new URL(location, url), {
		method: "PATCH",
		headers,
		body: stream,
		duplex: "half",
	});
	expectStatus(response, 400);
	assert.deepEqual(await errorCodes(response), ["SIZE_INVALID"]);
	expectStatus(await client.close(location, first.digest), 201);
});

test("a manifest is pushed only where its tag still stands for the expected one", async (context) => {
	const { url } = await serveForTest(context);
	const client = new Client(url);
	const { digest } = await client.pushImage("one");
	const cases = [
		[{ "If-Match": `"${digest}"` }, "one", 201],
		[{ "If-Match": `"${digest}"` }, "one", 412],
		[{ "If-Match": '"x"' }, "two", 412],
		[{ "If-None-Match": "*" }, "one", 412],
		[{ "If-None-Match": "*" }, "two", 201],
	] as const;
	for (const [headers, tag, status] of cases)
		expectStatus(await client.putManifest(tag, await client.image(), headers), status);
});

test("deletes are refused where they are forbidden", async (context) => {
	const { url } = await serveForTest(context, { deletes: false });
	const client = new Client(url);
	const image = await client.pushImage("one");
	for (const path of ["manifests/one", `manifests/${image.digest}`, `blobs/${randomBlob(1).digest}`]) {
		const response = await client.ask("DELETE", path);
		expectStatus(response, 405);
		assert.deepEqual(await errorCodes(response), ["UNSUPPORTED"]);
	}
	expectStatus(await client.ask("GET", "manifests/one"), 200);
});

test("another method answers 405 and says which there are", async (context) => {
	const { url } = await serveForTest(context);
	const response = await new Client(url).ask("POST", "manifests/one");
	expectStatus(response, 405);
	assert.equal(response.headers.get("allow"), "GET, HEAD, PUT, DELETE");
});

test("repositories are listed by pages", async (context) => {
	const { url } = await serveForTest(context);
	for (const name of ["b", "a/b", "a"]) await new Client(url, name).pushBlob(randomBlob(1));
	const response = await fetch(`${url}/v2/_catalog?n=2`);
	assert.deepEqual(await response.json(), { repositories: ["a", "a/b"] });
	const [, next = ""] = /<([^>]+)>/.exec(response.headers.get("link") ?? "") ?? [];
	assert.deepEqual(await (await fetch(new URL(next, url))).json(), { repositories: ["b"] });
});

test("Accept is not looked at: a manifest has one form", async (context) => {
	const { url } = await serveForTest(context);
	const client = new Client(url);
	await client.pushImage("one");
	const response = await client.ask("GET", "manifests/one", { headers: { Accept: "text/html" } });
	expectStatus(response, 200);
	assert.equal(response.headers.get("content-type"), MANIFEST_TYPE);
});

test("content that no repository holds any more is removed at once", async (context) => {
	const { url, holdings } = await serveForTest(context);
	const client = new Client(url);
	const blob = await client.pushBlob(randomBlob(1000));
	const other = client.other();
	await other.pushBlob(blob);
	const kept = async () => entriesOf(holdings.shelf.list());
	expectStatus(await client.ask("DELETE", `blobs/${blob.digest}`), 202);
	assert.equal(await kept(), 1);
	expectStatus(await other.ask("DELETE", `blobs/${blob.digest}`), 202);
	assert.equal(await kept(), 0);
	const { digest } = await client.pushImage("one");
	assert.equal(await kept(), 3);
	expectStatus(await client.ask("DELETE", `manifests/${digest}`), 202);
	assert.equal(await kept(), 2);
});

async function entriesOf(list: AsyncIterable<unknown>): Promise<number> {
	let entries = 0;
	for await (const _ of list) entries += 1;
	return entries;
}

test("a manifest that is refused leaves nothing behind", async (context) => {
	const { url, holdings } = await serveForTest(context);
	const client = new Client(url);
	const document = await client.image({ subject: undefined });
	const before = await entriesOf(holdings.shelf.list());
	const layers = [{ mediaType: "a/b", ...sized(randomBlob(9), 9) }];
	expectStatus(await client.putManifest("one", { ...document, layers }), 404);
	expectStatus(await client.putManifest("one", document, { "If-Match": '"x"' }), 412);
	assert.equal(await entriesOf(holdings.shelf.list()), before);
});

test("an upload that nothing is added to is thrown away", async () => {
	const uploads = new Uploads(new MemoryShelf(), 10);
	const { id } = await uploads.begin("a", "sha256");
	while (hasUpload(uploads, id)) await new Promise((wake) => setTimeout(wake, 5));
	await uploads.close();
});

function hasUpload(uploads: Uploads, id: string): boolean {
	try {
		return uploads.get("a", id) !== undefined;
	} catch {
		return false;
	}
}

test("an upload is of its repository alone", async (context) => {
	const { url } = await serveForTest(context);
	const location = await new Client(url, "a").begin();
	expectStatus(await new Client(url, "b").ask("GET", location.replace("/a/", "/b/")), 404);
});

test(`more than ${UPLOADS_MAX} uploads at once answer 429`, async (context) => {
	const { url } = await serveForTest(context);
	const client = new Client(url);
	for (let count = 0; count < UPLOADS_MAX; count++) await client.begin();
	const response = await client.ask("POST", "blobs/uploads/");
	expectStatus(response, 429);
	assert.ok(response.headers.has("retry-after"));
	assert.deepEqual(await errorCodes(response), ["TOOMANYREQUESTS"]);
});

test("an upload that is cancelled while somebody writes takes nothing more", async () => {
	const shelf = new MemoryShelf(100);
	const uploads = new Uploads(shelf);
	const upload = await uploads.begin("a", "sha256");
	await upload.append(new Uint8Array(60));
	await uploads.cancel(upload);
	await assert.rejects(upload.append(new Uint8Array(60)), /no such upload/);
	await (await shelf.begin()).append(new Uint8Array(100));
	await uploads.close();
});

test("memory has an end, and what was dropped makes room", async () => {
	const shelf = new MemoryShelf(100);
	const draft = await shelf.begin();
	await draft.append(new Uint8Array(80));
	const other = await shelf.begin();
	await assert.rejects(other.append(new Uint8Array(30)), /used up/);
	await draft.discard();
	await other.append(new Uint8Array(100));
});

const senders: readonly (readonly [string, Record<string, string>, number])[] = [
	["a web page", { Origin: "http://example.org" }, 403],
	["a name that may stand for another machine tomorrow", { Host: "example.org:5000" }, 403],
	["localhost", { Host: "localhost:5000" }, 200],
	["a name below localhost", { Host: "a.localhost" }, 200],
	["an address", { Host: "[::1]:5000" }, 200],
	["no name at all", { Host: 'a" b' }, 400],
];
for (const [who, headers, status] of senders)
	test(`asked by ${who}: ${status}`, async (context) => {
		const { url } = await serveForTest(context);
		assert.equal(await statusOf(`${url}/v2/`, headers), status);
	});

test("where other machines are let in, any name leads there, but no page", async (context) => {
	const { url } = await serveForTest(context, {}, { address: "0.0.0.0" });
	assert.equal(await statusOf(`${url}/v2/`, { Host: "registry.example.org" }), 200);
	assert.equal(await statusOf(`${url}/v2/`, { Origin: "null" }), 403);
});

async function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
	return new Promise((settle, refuse) => {
		request(url, { headers }, ({ statusCode }) => {
			settle(statusCode);
		})
			.on("error", refuse)
			.end();
	});
}

const raw: readonly (readonly [string, string, RegExp])[] = [
	["headers without end", `GET /v2/ HTTP/1.1\r\nHost: x\r\nA: ${"a".repeat(40_000)}`, /^HTTP\/1\.1 431/],
	[
		"an address without end",
		`GET /v2/${"a".repeat(10_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
		/^HTTP\/1\.1 414/,
	],
	["no HTTP", "\u0016\u0003\u0001\u0000\u0000\r\n\r\n", /^HTTP\/1\.1 400/],
	["a path upwards", "GET /v2/../../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", /^HTTP\/1\.1 404/],
	[
		"two lengths",
		"PUT /v2/a/manifests/b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
		/^HTTP\/1\.1 400/,
	],
	[
		"a length and chunks",
		"PUT /v2/a/manifests/b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
		/^HTTP\/1\.1 400/,
	],
	[
		"a manifest of 2^53 bytes",
		`PUT /v2/a/manifests/b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${2 ** 53}\r\n\r\n`,
		/^HTTP\/1\.1 413/,
	],
	["an absolute target", "GET http://example.org/v2/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", /^HTTP\/1\.1 404/],
];
for (const [what, bytes, expected] of raw)
	test(`${what} is answered, and the next client is served`, async (context) => {
		const { url } = await serveForTest(context);
		assert.match(await sendRaw(url, bytes), expected);
		expectStatus(await fetch(`${url}/v2/`), 200);
	});

/** The first bytes of the answer to these bytes. */
async function sendRaw(url: string, bytes: string): Promise<string> {
	const { hostname, port } = new URL(url);
	const socket = connect(Number(port), hostname);
	socket.write(bytes, "latin1");
	const text = await new Promise<string>((settle, refuse) => {
		socket.once("data", (piece) => {
			settle(piece.toString());
		});
		socket.once("error", refuse);
	});
	socket.destroy();
	return text;
}

const invalid: readonly (readonly [string, object])[] = [
	["a layer of another size", { layers: [{ mediaType: "a/b", ...sized(blobOf({}), 3) }] }],
	[
		"501 layers",
		{ layers: Array.from({ length: 501 }, () => ({ mediaType: "a/b", ...sized(blobOf({}), 2) })) },
	],
	[
		"a layer from elsewhere",
		{ layers: [{ mediaType: "a/b", ...sized(blobOf({}), 2), urls: ["http://example.org"] }] },
	],
	["another media type within", { mediaType: "application/vnd.oci.image.index.v1+json" }],
	["a subject that is no descriptor", { subject: "x" }],
	["annotations that are no texts", { annotations: { a: 1 } }],
];
for (const [what, more] of invalid)
	test(`a manifest with ${what} is refused`, async (context) => {
		const { url } = await serveForTest(context);
		const client = new Client(url);
		await client.pushBlob(blobOf({}));
		const document = await client.image(more);
		const headers = { "Content-Type": MANIFEST_TYPE };
		const response = await client.putManifest("one", document, headers);
		expectStatus(response, 400);
		assert.deepEqual(await errorCodes(response), ["MANIFEST_INVALID"]);
		expectStatus(await client.ask("GET", "manifests/one"), 404);
	});

function sized({ digest }: { digest: string }, size: number): object {
	return { digest, size };
}

test("a manifest that does not say how long it is has the same limit", async (context) => {
	const { url } = await serveForTest(context);
	const body = new Blob([new Uint8Array(5 << 20)]).stream();
	const response = await fetch(`${url}/v2/a/manifests/one`, { method: "PUT", body, duplex: "half" });
	expectStatus(response, 413);
});

test("HEAD knows no ranges", async (context) => {
	const { url } = await serveForTest(context);
	const client = new Client(url);
	const { digest } = await client.pushBlob(randomBlob(100));
	const response = await client.ask("HEAD", `blobs/${digest}`, { headers: { Range: "bytes=0-9" } });
	expectStatus(response, 200);
	assert.equal(response.headers.get("content-length"), "100");
});

test("names of JavaScript's own are names like any other", async (context) => {
	const { url } = await serveForTest(context);
	const client = new Client(url, "constructor");
	const annotations = JSON.parse('{"__proto__": "1", "constructor": "2"}') as object;
	const image = await client.pushImage("__proto__", { annotations });
	expectStatus(await client.ask("GET", "manifests/__proto__"), 200);
	expectStatus(await client.ask("GET", "manifests/constructor"), 404);
	const { blob } = await client.pushReferrer(image, { annotations });
	const { manifests } = await client.referrers(image.digest);
	assert.deepEqual(
		manifests.map(({ digest }) => digest),
		[blob.digest],
	);
	assert.equal(JSON.stringify(manifests[0]?.annotations), JSON.stringify(annotations));
});

test("a whole stop waits for what is under way", async (context) => {
	const served = await serveForTest(context);
	const client = new Client(served.url);
	const blob = randomBlob(1000);
	const location = new URL(`${await client.begin()}?digest=${blob.digest}`, served.url);
	const status = await new Promise<number | undefined>((settle, refuse) => {
		const sending = request(location, { method: "PUT", headers: { "Content-Length": blob.size } });
		sending.on("error", refuse);
		sending.on("response", (response) => {
			settle(response.statusCode);
		});
		sending.write(blob.bytes.subarray(0, 500), () => {
			setTimeout(() => {
				void served.stop(10_000);
				sending.end(blob.bytes.subarray(500));
			}, 20);
		});
	});
	assert.equal(status, 201);
});
