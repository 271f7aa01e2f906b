/** What a registry may do to harm whoever pulls from it: each is refused, in bounded time and memory. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { pieceOf } from "../../src/oci/bytes.ts";
import { documentOf } from "../../src/oci/encode.ts";
import { MediaType } from "../../src/oci/media-types.ts";
import { RegistryRepository } from "../../src/registry/client/repository.ts";
import { collected, faultOf, impatient, type SeenRequest, startOddServer } from "./odd-server.ts";

const MANIFEST_BYTES_MAX = 4 << 20;
const IMAGE = documentOf(
	Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MediaType.MANIFEST, layers: [] })),
	MediaType.MANIFEST,
);
const OTHER_DIGEST = documentOf(Buffer.from("{}"), MediaType.MANIFEST).descriptor.digest;
const BLOB = documentOf(Buffer.alloc(50_000, "blob "), MediaType.WASM);

interface Case {
	readonly answers: (response: ServerResponse, request: SeenRequest, host: string) => unknown;
	readonly code: string;
	readonly says: RegExp;
	/** Requests that may be made at most. */
	readonly requests?: number;
}

function manifest(bytes: Uint8Array | string, headers: Record<string, string> = {}): Case["answers"] {
	return (response) => response.writeHead(200, { "content-type": MediaType.MANIFEST, ...headers }).end(bytes);
}

/** Goes on until the other side hangs up. */
function pourForEver(response: ServerResponse): void {
	const pour = (): void => {
		while (!response.destroyed && response.write(Buffer.alloc(64 << 10, " ")));
	};
	response.on("drain", pour);
	pour();
}

const MANIFEST_CASES: Readonly<Record<string, Case>> = {
	"a manifest without an end": {
		answers: (response) => pourForEver(response.writeHead(200, { "content-type": MediaType.MANIFEST })),
		code: "IMAGE_INVALID",
		says: /larger than 4 MiB/,
	},
	"a manifest that says it has 1 GB": {
		answers: (response) =>
			pourForEver(
				response.writeHead(200, { "content-type": MediaType.MANIFEST, "content-length": 1_000_000_000 }),
			),
		code: "IMAGE_INVALID",
		says: /larger than 4 MiB/,
	},
	"a manifest that unpacks to far more": {
		answers: manifest(gzipSync(Buffer.alloc(MANIFEST_BYTES_MAX * 4, " ")), { "content-encoding": "gzip" }),
		code: "IMAGE_INVALID",
		says: /larger than 4 MiB/,
	},
	"a page of HTML": {
		answers: (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>Hello</html>"),
		code: "REGISTRY_ERROR",
		says: /'text\/html' that is no JSON object/,
	},
	"nothing at all with status 200": {
		answers: (response) => response.writeHead(200).end(),
		code: "REGISTRY_ERROR",
		says: /is no manifest/,
	},
	"JSON that is nested for ever": {
		answers: manifest("[".repeat(100_000)),
		code: "REGISTRY_ERROR",
		says: /is no manifest/,
	},
	"an object with a name twice": {
		answers: manifest('{"mediaType":"a","mediaType":"b"}'),
		code: "REGISTRY_ERROR",
		says: /is no manifest/,
	},
	"a type in the head that the document denies": {
		answers: manifest(IMAGE.bytes, { "content-type": MediaType.INDEX }),
		code: "IMAGE_INVALID",
		says: /it says of itself that it is something else/,
	},
	"a type that no image has": {
		answers: manifest('{"schemaVersion":1}', {
			"content-type": "application/vnd.docker.distribution.manifest.v1+json",
		}),
		code: "IMAGE_UNSUPPORTED",
		says: /no image manifest/,
	},
	"another digest in the head than the bytes have": {
		answers: manifest(IMAGE.bytes, { "docker-content-digest": OTHER_DIGEST }),
		code: "DIGEST_MISMATCH",
		says: new RegExp(`${OTHER_DIGEST}[^]*${IMAGE.descriptor.digest}`),
	},
	"a head without an end": {
		answers: (response) => response.writeHead(200, { "x-bomb": "b".repeat(100_000) }).end(),
		code: "REGISTRY_UNREACHABLE",
		says: /longer than 16 KiB/,
		requests: 1,
	},
	"no answer": {
		answers: () => undefined,
		code: "REGISTRY_UNREACHABLE",
		says: /no answer came/,
		requests: 3,
	},
	"a body that stops": {
		answers: (response) => response.writeHead(200, { "content-length": 1000 }).write("{"),
		code: "REGISTRY_UNREACHABLE",
		says: /no data came/,
	},
	"a redirect to itself": {
		answers: (response, { path }) => response.writeHead(307, { location: path }).end(),
		code: "REGISTRY_ERROR",
		says: /more than 5 redirects/,
		requests: 6,
	},
	"a redirect into the open network": {
		answers: (response) => response.writeHead(307, { location: "http://registry.example.com/" }).end(),
		code: "REGISTRY_ERROR",
		says: /a redirect that is not safe/,
		requests: 1,
	},
	"a redirect to a file": {
		answers: (response) => response.writeHead(307, { location: "file:///etc/passwd" }).end(),
		code: "REGISTRY_ERROR",
		says: /a redirect that is not safe/,
	},
	"a redirect with a password in it": {
		answers: (response, _request, host) => response.writeHead(307, { location: `http://a:b@${host}/` }).end(),
		code: "REGISTRY_ERROR",
		says: /no usable redirect/,
	},
	"a redirect to nowhere": {
		answers: (response) => response.writeHead(307).end(),
		code: "REGISTRY_ERROR",
		says: /no usable redirect/,
	},
	"an error without an end": {
		answers: (response) => pourForEver(response.writeHead(418)),
		code: "REGISTRY_ERROR",
		says: /status 418/,
		requests: 1,
	},
	"an error with a novel in it": {
		answers: (response) =>
			response.writeHead(400).end(
				JSON.stringify({
					errors: Array.from({ length: 50 }, () => ({ code: "NO", message: "m".repeat(1000) })),
				}),
			),
		code: "REGISTRY_ERROR",
		says: /^(?:.{1,400}\n){2,6}.{0,400}$/,
		requests: 1,
	},
	"an error that is no JSON of the spec": {
		answers: (response) => response.writeHead(400).end('{"errors":{"__proto__":[1]}}'),
		code: "REGISTRY_ERROR",
		says: /status 400/,
		requests: 1,
	},
	"an endless row of failures": {
		answers: (response) => response.writeHead(503, { "retry-after": "100000" }).end(),
		code: "REGISTRY_ERROR",
		says: /status 503/,
		requests: 3,
	},
};

for (const [title, { answers, code, says, requests = 3 }] of Object.entries(MANIFEST_CASES))
	test(`asked for a tag, a registry answers ${title}: ${code}`, async (context) => {
		const server = await startOddServer(context, (request, response) => {
			answers(response, request, server.host);
		});
		const repository = new RegistryRepository(impatient(server), "app");
		const fault = await faultOf(repository.resolve("latest"));
		assert.equal(fault.code, code, fault.text);
		assert.match(fault.text, says);
		assert.ok(server.seen.length <= requests, `${server.seen.length} requests`);
	});

test("a digest that stands for other bytes a moment later is refused", async (context) => {
	const server = await startOddServer(context, ({ path }, response) => {
		const bytes = path.endsWith("/latest") ? IMAGE.bytes : Buffer.from('{"schemaVersion":2}');
		response.writeHead(200, { "content-type": MediaType.MANIFEST }).end(bytes);
	});
	const found = await new RegistryRepository(impatient(server), "app").resolve("latest");
	assert.equal(found?.digest, IMAGE.descriptor.digest);
	const repository = new RegistryRepository(impatient(server), "app");
	const fault = await faultOf(collected(repository.fetch(found)));
	assert.equal(fault.code, "DIGEST_MISMATCH");
	assert.match(fault.text, new RegExp(IMAGE.descriptor.digest));
});

const BLOB_CASES: Readonly<Record<string, Case>> = {
	"a blob without an end": {
		answers: (response) => pourForEver(response.writeHead(200)),
		code: "DIGEST_MISMATCH",
		says: /what came: more/,
		requests: 1,
	},
	"a blob that says it is longer": {
		answers: (response) => pourForEver(response.writeHead(200, { "content-length": 10 ** 12 })),
		code: "DIGEST_MISMATCH",
		says: /what came: 1000000000000 bytes/,
		requests: 1,
	},
	"a blob that says it is shorter": {
		answers: (response) => response.writeHead(200, { "content-length": 3 }).end("abc"),
		code: "DIGEST_MISMATCH",
		says: /expected: 50000 bytes[^]*what came: 3 bytes/,
		requests: 1,
	},
	"a blob that ends too early, again and again": {
		answers: (response) => response.writeHead(200).end(BLOB.bytes.subarray(0, 100)),
		code: "REGISTRY_UNREACHABLE",
		says: /did not come/,
		requests: 3,
	},
	"a blob drop by drop": {
		answers(response) {
			response.writeHead(200);
			const drip = setInterval(() => response.write("b"), 20);
			response.on("close", () => {
				clearInterval(drip);
			});
		},
		code: "REGISTRY_UNREACHABLE",
		says: /data came too slowly/,
		requests: 3,
	},
	"another part than was asked for": {
		answers(response, { headers }) {
			if (headers["range"] === undefined) response.writeHead(200).end(BLOB.bytes.subarray(0, 100));
			else response.writeHead(206, { "content-range": "bytes 7-49999/50000" }).end(BLOB.bytes.subarray(7));
		},
		code: "REGISTRY_ERROR",
		says: /status 206/,
		requests: 2,
	},
	"a blob that it has not": {
		answers: (response) => response.writeHead(404).end(),
		code: "IMAGE_NOT_FOUND",
		says: /it has no sha256:/,
		requests: 1,
	},
};

for (const [title, { answers, code, says, requests = 3 }] of Object.entries(BLOB_CASES))
	test(`asked for a blob, a registry answers ${title}: ${code}`, async (context) => {
		const server = await startOddServer(context, (request, response) => {
			answers(response, request, server.host);
		});
		const repository = new RegistryRepository(impatient(server), "app");
		const fault = await faultOf(collected(repository.fetch(BLOB.descriptor)));
		assert.equal(fault.code, code, fault.text);
		assert.match(fault.text, says);
		assert.ok(server.seen.length <= requests, `${server.seen.length} requests`);
	});

test("a blob that promises more than any may have is not asked for", async (context) => {
	const server = await startOddServer(context, (_request, response) => response.end());
	const repository = new RegistryRepository(impatient(server), "app");
	const huge = { ...BLOB.descriptor, size: 2 ** 40 };
	assert.equal((await faultOf(collected(repository.fetch(huge)))).code, "IMAGE_UNSUPPORTED");
	assert.equal(server.seen.length, 0);
});

test("a list of tags that goes on for ever is given up", async (context) => {
	const server = await startOddServer(context, ({ path }, response) => {
		response.setHeader("link", `<${path}&x>; rel="next"`);
		response.end(JSON.stringify({ tags: Array(1000).fill("v1") }));
	});
	const fault = await faultOf(new RegistryRepository(impatient(server), "app").tags());
	assert.equal(fault.code, "REGISTRY_ERROR");
	assert.match(fault.text, /more than 10000 entries/);
	assert.ok(server.seen.length <= 11);
});

test("empty pages of a list come to an end", async (context) => {
	const server = await startOddServer(context, ({ path }, response) => {
		response.setHeader("link", `<${path}>; rel="next"`).end('{"tags":[]}');
	});
	const fault = await faultOf(new RegistryRepository(impatient(server), "app").tags());
	assert.match(fault.text, /more than 100 pages/);
});

test("a list of tags does not go on at another registry", async (context) => {
	const server = await startOddServer(context, (_request, response) => {
		response.setHeader("link", `<http://127.0.0.1:1/v2/>; rel="next"`).end('{"tags":["a","a","<b>"]}');
	});
	assert.deepEqual(await new RegistryRepository(impatient(server), "app").tags(), ["a"]);
});

test("rubbish in a list of referrers hides none of the sound ones", async (context) => {
	const { digest } = IMAGE.descriptor;
	const sound = { ...BLOB.descriptor, artifactType: "application/x-sound", annotations: { a: "b", c: 3 } };
	const manifests = [null, 7, {}, { ...sound, digest: "sha256:x" }, { ...sound, size: -5 }, sound];
	const server = await startOddServer(context, (_request, response) => {
		response.setHeader("content-type", MediaType.INDEX).end(JSON.stringify({ manifests }));
	});
	const found = await new RegistryRepository(impatient(server), "app").referrers(digest);
	assert.deepEqual(found, [{ ...sound, annotations: { a: "b" } }]);
});

test("what a registry says of a blob it took is held to what was sent", async (context) => {
	const server = await startOddServer(context, ({ method }, response) => {
		response.writeHead(method === "PUT" ? 201 : 404, { "docker-content-digest": OTHER_DIGEST }).end();
	});
	const repository = new RegistryRepository(impatient(server), "app");
	const fault = await faultOf(repository.put(IMAGE.descriptor, pieceOf(IMAGE.bytes)));
	assert.equal(fault.code, "DIGEST_MISMATCH");
});
