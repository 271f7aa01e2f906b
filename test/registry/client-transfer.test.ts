/** Blobs both ways over connections that break, and registries that answer in their own ways. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";

import { pieceOf } from "../../src/oci/bytes.ts";
import { documentOf } from "../../src/oci/encode.ts";
import { MediaType } from "../../src/oci/media-types.ts";
import { referrersTag } from "../../src/oci/attachments.ts";
import { RegistryRepository } from "../../src/registry/client/repository.ts";
import {
	collected,
	faultOf,
	impatient,
	type OddServer,
	type SeenRequest,
	startOddServer,
} from "./odd-server.ts";

const CHUNK_BYTES = 1000;
/** Two chunks and a half; more than once what counts as progress of a download. */
const BLOB = documentOf(randomBytes(2500), MediaType.WASM);
const LONG = documentOf(randomBytes(3 << 20), MediaType.WASM);

function isStatus(method: string, path: string): boolean {
	return method === "GET" && path.includes("/uploads/");
}

/** What an upload's own server keeps, and how it goes wrong. */
class Uploads {
	readonly requests: string[] = [];
	bytes: Buffer = Buffer.alloc(0);
	sessions = 0;
	stored: Buffer | undefined;

	/** A registry that does everything right, its own way. */
	answer({ method, path, headers, body }: SeenRequest, response: ServerResponse): void {
		this.requests.push(`${method} ${String(headers["content-range"] ?? "")}`.trim());
		if (method === "POST") return this.#begin(response);
		if (method === "HEAD") return void response.writeHead(this.stored === undefined ? 404 : 200).end();
		if (method === "DELETE") return void response.writeHead(204).end();
		if (isStatus(method, path)) return void this.place(response, 204).end();
		if (method === "PATCH") return this.#take(String(headers["content-range"]), body, response);
		this.bytes = Buffer.concat([this.bytes, body]);
		return this.#finish(path, response);
	}

	/** A relative place with a query, another one each time. */
	place(response: ServerResponse, status: number): ServerResponse {
		const range = this.bytes.length === 0 ? {} : { range: `0-${this.bytes.length - 1}` };
		return response.writeHead(status, { location: this.nextPlace(), ...range });
	}

	nextPlace(): string {
		return `../uploads/${this.sessions}?_state=a%2Fb%3D&at=${this.bytes.length}`;
	}

	#begin(response: ServerResponse): void {
		this.sessions += 1;
		this.bytes = Buffer.alloc(0);
		this.place(response, 202).end();
	}

	#finish(path: string, response: ServerResponse): void {
		const { digest } = documentOf(this.bytes, MediaType.WASM).descriptor;
		if (!path.endsWith(encodeURIComponent(digest)))
			return void response.writeHead(400).end('{"errors":[{"code":"DIGEST_INVALID"}]}');
		this.stored = this.bytes;
		return void response.writeHead(201).end();
	}

	#take(range: string, body: Buffer, response: ServerResponse): void {
		if (Number(range.split("-", 1)[0]) !== this.bytes.length) return void this.place(response, 416).end();
		this.bytes = Buffer.concat([this.bytes, body]);
		this.place(response, 204).end();
	}
}

type Trouble = (uploads: Uploads, request: SeenRequest, response: ServerResponse, nth: number) => boolean;

/** Puts BLOB to a registry in which `trouble` may answer in the place of what is right. */
async function putThrough(context: TestContext, trouble: Trouble, document = BLOB) {
	const uploads = new Uploads();
	const counts = new Map<string, number>();
	const server = await startOddServer(context, (request, response) => {
		const nth = (counts.get(request.method) ?? 0) + 1;
		counts.set(request.method, nth);
		if (!trouble(uploads, request, response, nth)) uploads.answer(request, response);
	});
	const repository = new RegistryRepository(impatient(server, {}, { chunk_bytes: CHUNK_BYTES }), "app");
	const done = repository.put(document.descriptor, inPieces(document.bytes, 300));
	return { server, uploads, done };
}

async function* inPieces(bytes: Uint8Array, size_bytes: number): AsyncGenerator<Uint8Array> {
	for (let at = 0; at < bytes.length; at += size_bytes) yield bytes.subarray(at, at + size_bytes);
}

function cut(response: ServerResponse): boolean {
	response.destroy();
	return true;
}

function say(response: ServerResponse, status: number, headers: Record<string, string> = {}): boolean {
	response.writeHead(status, headers).end();
	return true;
}

const CHUNKS = ["POST", "PATCH 0-999", "PATCH 1000-1999", "PATCH 2000-2499", "PUT"];

const GOOD_ENDINGS: Readonly<Record<string, { trouble: Trouble; requests: readonly string[] }>> = {
	"with 204 and relative places": { trouble: () => false, requests: CHUNKS },
	"whose connection breaks before a chunk arrives": {
		trouble: (_uploads, { method }, response, nth) => method === "PATCH" && nth === 2 && cut(response),
		requests: ["POST", "PATCH 0-999", "GET", "PATCH 1000-1999", "PATCH 2000-2499", "PUT"],
	},
	"whose connection breaks when half a chunk has arrived": {
		trouble(uploads, { method, body }, response, nth) {
			if (method !== "PATCH" || nth !== 2) return false;
			uploads.bytes = Buffer.concat([uploads.bytes, body.subarray(0, 500)]);
			return cut(response);
		},
		requests: ["POST", "PATCH 0-999", "GET", "PATCH 1500-1999", "PATCH 2000-2499", "PUT"],
	},
	"that takes less than it was sent, and says so": {
		trouble(uploads, { method, body }, response, nth) {
			if (method !== "PATCH" || nth !== 1) return false;
			uploads.bytes = body.subarray(0, 300);
			uploads.place(response, 202).end();
			return true;
		},
		requests: ["POST", "PATCH 300-999", "PATCH 1000-1999", "PATCH 2000-2499", "PUT"],
	},
	"that is busy": {
		trouble: (_uploads, { method }, response, nth) =>
			method !== "DELETE" && nth === 1 && say(response, 503, { "retry-after": "0" }),
		requests: ["POST", "GET", "PATCH 0-999", "PATCH 1000-1999", "PATCH 2000-2499", "PUT"],
	},
	"that says nothing of how far it is": {
		trouble(uploads, { method, body }, response) {
			if (method !== "PATCH") return false;
			uploads.bytes = Buffer.concat([uploads.bytes, body]);
			return say(response, 202);
		},
		requests: ["POST", "PUT"],
	},
	"that took all, but could not say so": {
		trouble(uploads, { method }, response, nth) {
			if (method !== "PUT") return false;
			if (nth > 1) return say(response, 404);
			uploads.stored = uploads.bytes;
			return cut(response);
		},
		requests: [...CHUNKS.slice(0, 4), "HEAD"],
	},
};

for (const [title, { trouble, requests }] of Object.entries(GOOD_ENDINGS))
	test(`a blob goes in chunks to a registry ${title}`, async (context) => {
		const { uploads, done } = await putThrough(context, trouble);
		await done;
		assert.deepEqual(uploads.stored, Buffer.from(BLOB.bytes));
		const seen = uploads.requests.filter((request) => request !== "GET" || requests.includes("GET"));
		assert.deepEqual(seen, requests);
	});

const BAD_ENDINGS: Readonly<Record<string, { trouble: Trouble; code: string; says: RegExp }>> = {
	"that takes no bytes": {
		trouble: (uploads, { method }, response) => {
			if (method !== "PATCH") return false;
			return say(response, 202, { range: "0-0", location: uploads.nextPlace() });
		},
		code: "REGISTRY_ERROR",
		says: /takes no more bytes/,
	},
	"that says it has more than it was sent": {
		trouble: (_uploads, { method }, response) =>
			method === "PATCH" && say(response, 202, { range: "0-99999" }),
		code: "REGISTRY_ERROR",
		says: /'0-99999'/,
	},
	"that forgets the upload": {
		trouble: (_uploads, { method, path }, response) =>
			(method === "PATCH" && cut(response)) || (isStatus(method, path) && say(response, 404)),
		code: "REGISTRY_ERROR",
		says: /knows nothing of the upload any more/,
	},
	"that is busy for ever": {
		trouble: (_uploads, { method }, response) => method === "PATCH" && say(response, 500),
		code: "REGISTRY_ERROR",
		says: /status 500/,
	},
	"that refuses": {
		trouble: (_uploads, { method }, response) => method === "PATCH" && say(response, 403),
		code: "REGISTRY_DENIED",
		says: /status 403/,
	},
	"that finds it too large": {
		trouble: (_uploads, { method }, response) => method === "PATCH" && say(response, 413),
		code: "REGISTRY_ERROR",
		says: /status 413/,
	},
	"that sends the bytes into the open network": {
		trouble: (_uploads, { method }, response) =>
			method === "POST" && say(response, 202, { location: "http://example.com/" }),
		code: "REGISTRY_ERROR",
		says: /a place that is not safe/,
	},
};

for (const [title, { trouble, code, says }] of Object.entries(BAD_ENDINGS))
	test(`a blob does not go to a registry ${title}`, async (context) => {
		const { done, server, uploads } = await putThrough(context, trouble);
		const fault = await faultOf(done);
		assert.equal(fault.code, code, fault.text);
		assert.match(fault.text, says);
		assert.equal(uploads.stored, undefined);
		assert.ok(server.seen.length < 12, `${server.seen.length} requests`);
	});

test("an upload that fails is taken back", async (context) => {
	const { done, uploads } = await putThrough(context, () => false, { ...BLOB, bytes: randomBytes(2500) });
	assert.equal((await faultOf(done)).code, "DIGEST_MISMATCH");
	assert.equal(uploads.stored, undefined);
	assert.equal(uploads.requests.at(-1), "DELETE");
});

test("a small blob goes in one request, and anew when that breaks", async (context) => {
	const small = documentOf(Buffer.from("small"), MediaType.WASM);
	const breaking: Trouble = (_uploads, { method }, response, nth) =>
		method === "PUT" && nth === 1 && cut(response);
	const { done, uploads, server } = await putThrough(context, breaking, small);
	await done;
	assert.equal(String(uploads.stored), "small");
	assert.deepEqual(uploads.requests, ["POST", "POST", "PUT"]);
	const query = server.seen.at(-1)?.path.split("?")[1];
	assert.equal(query, `_state=a%2Fb%3D&at=0&digest=${encodeURIComponent(small.descriptor.digest)}`);
});

test("a blob of another repository is mounted, or its upload gone on with", async (context) => {
	const small = documentOf(Buffer.from("small"), MediaType.WASM);
	const server = await startOddServer(context, ({ method, path }, response) => {
		if (method === "POST" && path.includes("from=has%2Fit")) response.writeHead(201).end();
		else if (path.includes("from=forbidden")) response.writeHead(403).end();
		else if (method === "POST") response.writeHead(202, { location: "/v2/app/blobs/uploads/7" }).end();
		else response.writeHead(201).end();
	});
	const mounting = (from: string) => new RegistryRepository(impatient(server), "app", { mountFrom: [from] });
	assert.equal(await mounting("has/it").mount(small.descriptor), true);
	assert.equal(await mounting("forbidden").mount(small.descriptor), false);
	const other = mounting("has-not");
	assert.equal(await other.mount(small.descriptor), false);
	await other.put(small.descriptor, pieceOf(small.bytes));
	assert.deepEqual(
		server.seen.map(({ method, path }) => `${method} ${path.split("?", 1)[0]}`),
		[...Array<string>(3).fill("POST /v2/app/blobs/uploads/"), "PUT /v2/app/blobs/uploads/7"],
	);
});

test("of several mounts that begin uploads, one is gone on with and the others are cancelled", async (context) => {
	let begun = 0;
	const server = await startOddServer(context, ({ method }, response) => {
		const headers = { location: `/v2/app/blobs/uploads/${++begun}` };
		response.writeHead(method === "POST" ? 202 : method === "DELETE" ? 204 : 201, headers).end();
	});
	const small = documentOf(Buffer.from("small"), MediaType.WASM);
	const repository = new RegistryRepository(impatient(server), "app", { mountFrom: ["a", "b"] });
	assert.equal(await repository.mount(small.descriptor), false);
	await repository.put(small.descriptor, pieceOf(small.bytes));
	assert.deepEqual(
		server.seen.slice(2).map(({ method, path }) => `${method} ${path.split("?", 1)[0]}`),
		["DELETE /v2/app/blobs/uploads/1", "PUT /v2/app/blobs/uploads/2"],
	);
});

/** A registry with one blob, which breaks off after each so many bytes. */
async function breakingOff(context: TestContext, each_bytes: number, ranges: boolean): Promise<OddServer> {
	return startOddServer(context, ({ headers }, response) => {
		const from = ranges ? Number(/bytes=(\d+)-/.exec(String(headers["range"]))?.[1] ?? 0) : 0;
		const tried = Number(/bytes=(\d+)-/.exec(String(headers["range"]))?.[1] ?? 0);
		const end = Math.min(LONG.bytes.length, tried + each_bytes);
		const size = LONG.bytes.length;
		response.writeHead(ranges && from > 0 ? 206 : 200, {
			"content-length": size - from,
			...(from > 0 ? { "content-range": `bytes ${from}-${size - 1}/${size}` } : {}),
		});
		response.write(LONG.bytes.subarray(from, end), () => {
			if (end === size) response.end();
			else response.destroy();
		});
	});
}

for (const [title, ranges] of [
	["goes on from there", true],
	["begins anew, and what is there already is skipped", false],
] as const)
	test(`a download that breaks off ${title}`, async (context) => {
		// more often than attempts are allowed, but each time it has come further
		const server = await breakingOff(context, 1_100_000, ranges);
		const bytes = await collected(new RegistryRepository(impatient(server), "app").fetch(LONG.descriptor));
		assert.ok(bytes.equals(LONG.bytes));
		assert.ok(server.seen.length >= 3);
	});

test("a download that breaks off again and again is given up", async (context) => {
	const server = await breakingOff(context, 100_000, true);
	const fault = await faultOf(
		collected(new RegistryRepository(impatient(server), "app").fetch(LONG.descriptor)),
	);
	assert.equal(fault.code, "REGISTRY_UNREACHABLE");
	assert.equal(server.seen.length, 3);
});

test("who stops taking a download ends its connection", async (context) => {
	let ended: () => void = () => undefined;
	const end = new Promise<void>((settle) => (ended = settle));
	const server = await startOddServer(context, (_request, response) => {
		response.on("close", ended).write(LONG.bytes.subarray(0, 1000));
	});
	for await (const _piece of new RegistryRepository(impatient(server), "app").fetch(LONG.descriptor)) break;
	await end;
});

test("an abort ends a download at once, and is not taken for a broken connection", async (context) => {
	const server = await startOddServer(context, (_request, response) => {
		response.write(LONG.bytes.subarray(0, 1000));
	});
	const controller = new AbortController();
	const pieces = new RegistryRepository(impatient(server), "app").fetch(LONG.descriptor, controller.signal);
	await pieces.next();
	controller.abort(new Error("enough"));
	await assert.rejects(pieces.next(), /enough/);
	assert.equal(server.seen.length, 1);
});

for (const [status, requests] of [
	[429, 3],
	[500, 3],
	[502, 3],
	[503, 3],
	[504, 3],
	[400, 1],
	[404, 1],
	[405, 1],
	[501, 1],
] as const)
	test(`status ${status} is asked for ${requests === 1 ? "once" : `${requests} times`}`, async (context) => {
		const server = await startOddServer(context, (_request, response) => {
			response.writeHead(status, { "retry-after": "0" }).end();
		});
		await new RegistryRepository(impatient(server), "app").resolve("v1").catch(() => undefined);
		assert.equal(server.seen.length, requests);
	});

const SIGNATURE = documentOf(
	Buffer.from(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: MediaType.MANIFEST,
			config: { mediaType: "application/x-sig", digest: BLOB.descriptor.digest, size: 2 },
			layers: [],
			subject: BLOB.descriptor,
		}),
	),
	MediaType.MANIFEST,
);

test("a registry that notes a subject itself is believed; for others the fallback tag is written", async (context) => {
	for (const keeps of [true, false]) {
		const server = await startOddServer(context, ({ method }, response) => {
			const subject = keeps ? { "oci-subject": BLOB.descriptor.digest } : {};
			response.writeHead(method === "PUT" ? 201 : 404, subject).end();
		});
		const repository = new RegistryRepository(impatient(server), "app");
		// a registry that forgets the list at once is told of
		const done = repository.put(SIGNATURE.descriptor, pieceOf(SIGNATURE.bytes));
		if (keeps) await done;
		else assert.match((await faultOf(done)).text, /others write its list/);
		const tag = `/v2/app/manifests/${referrersTag(BLOB.descriptor.digest)}`;
		const written = server.seen.find(({ method, path }) => method === "PUT" && path === tag);
		assert.equal(written === undefined, keeps);
		if (written === undefined) continue;
		const { manifests } = JSON.parse(String(written.body)) as { manifests: object[] };
		assert.deepEqual(manifests, [{ ...SIGNATURE.descriptor, artifactType: "application/x-sig" }]);
	}
});

test("a list that another wrote meanwhile is read and written again", async (context) => {
	const other = { ...BLOB.descriptor, mediaType: MediaType.MANIFEST };
	let list: { etag: string; body: Buffer } | undefined;
	const ifMatch: unknown[] = [];
	const server = await startOddServer(context, ({ method, path, headers, body }, response) => {
		if (!path.includes("/sha256-")) return response.writeHead(201).end();
		if (method === "GET" && list === undefined) return response.writeHead(404).end();
		if (method === "GET")
			return response.writeHead(200, { "content-type": MediaType.INDEX, etag: list?.etag }).end(list?.body);
		ifMatch.push(headers["if-match"]);
		if (ifMatch.length === 1) {
			// ours is lost: another's came behind it
			const index = { schemaVersion: 2, mediaType: MediaType.INDEX, manifests: [other] };
			list = { etag: '"1"', body: Buffer.from(JSON.stringify(index)) };
		} else if (ifMatch.length === 2) return response.writeHead(412).end();
		else list = { etag: '"2"', body };
		return response.writeHead(201).end();
	});
	const repository = new RegistryRepository(impatient(server), "app");
	await repository.put(SIGNATURE.descriptor, pieceOf(SIGNATURE.bytes));
	assert.deepEqual(ifMatch, [undefined, '"1"', '"1"']);
	const { manifests } = JSON.parse(String(list?.body)) as { manifests: { digest: string }[] };
	assert.deepEqual(
		manifests.map(({ digest }) => digest),
		[other.digest, SIGNATURE.descriptor.digest],
	);
});
