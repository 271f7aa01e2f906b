import assert from "node:assert/strict";
import {
	type Blob,
	bytesOf,
	type Check,
	type Client,
	errorCodes,
	expectStatus,
	MANIFEST_TYPE,
	randomBlob,
} from "./conformance.ts";

const MANIFESTS = "Pulling manifests";
const BLOBS = "Pulling blobs";
const EXISTS = "Checking if content exists in the registry";

export const PULL_CHECKS: readonly Check[] = [
	{
		section: "Determining Support",
		level: "MUST",
		rule: "GET /v2/ answers 200",
		run: async (client) => expectStatus(await client.ask("GET", "/v2/"), 200),
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "GET of a manifest by its tag answers 200 and its bytes",
		async run(client) {
			const image = await client.pushImage("one");
			await expectManifest(client, "one", image);
		},
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "GET of a manifest by its digest answers 200 and its bytes",
		async run(client) {
			const image = await client.pushImage("one");
			await expectManifest(client, image.digest, image);
		},
	},
	{
		section: MANIFESTS,
		level: "SHOULD",
		rule: "the Content-Type of a manifest is the one it was pushed with, without parameters",
		async run(client) {
			await client.pushImage("one");
			const response = await getManifest(client, "one");
			assert.equal(response.headers.get("content-type"), MANIFEST_TYPE);
		},
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "GET of a manifest has its digest in Docker-Content-Digest",
		async run(client) {
			const { digest } = await client.pushImage("one");
			assert.equal((await getManifest(client, "one")).headers.get("docker-content-digest"), digest);
		},
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "GET of a tag that is not there answers 404",
		async run(client) {
			await client.pushImage("one");
			const response = await getManifest(client, "two");
			expectStatus(response, 404);
			assert.deepEqual(await errorCodes(response), ["MANIFEST_UNKNOWN"]);
		},
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "GET of a digest that is not there answers 404",
		async run(client) {
			await client.pushImage("one");
			expectStatus(await getManifest(client, randomBlob(8).digest), 404);
		},
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "GET of what is neither a tag nor a digest answers 404",
		async run(client) {
			await client.pushImage("one");
			expectStatus(await getManifest(client, ".INVALID"), 404);
		},
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "GET of a manifest answers 404 in a repository that is not there",
		run: async (client) => expectStatus(await getManifest(client, "one"), 404),
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "a manifest is found only in the repository it was pushed to",
		async run(client) {
			const { digest } = await client.pushImage("one");
			const other = client.other();
			await other.pushImage("other");
			expectStatus(await getManifest(other, digest), 404);
		},
	},
	{
		section: BLOBS,
		level: "MUST",
		rule: "GET of a blob answers 200 and its bytes",
		async run(client) {
			const blob = await client.pushBlob(randomBlob(100_000));
			const response = await client.ask("GET", `blobs/${blob.digest}`);
			expectStatus(response, 200);
			assert.deepEqual(await bytesOf(response), blob.bytes);
		},
	},
	{
		section: BLOBS,
		level: "MUST",
		rule: "GET of a blob has its digest in Docker-Content-Digest",
		async run(client) {
			const { digest } = await client.pushBlob(randomBlob(10));
			const response = await client.ask("GET", `blobs/${digest}`);
			assert.equal(response.headers.get("docker-content-digest"), digest);
		},
	},
	{
		section: BLOBS,
		level: "MUST",
		rule: "GET of an empty blob answers 200 and nothing",
		async run(client) {
			const { digest } = await client.pushBlob(randomBlob(0));
			const response = await client.ask("GET", `blobs/${digest}`);
			expectStatus(response, 200);
			assert.equal((await bytesOf(response)).length, 0);
		},
	},
	{
		section: BLOBS,
		level: "MUST",
		rule: "GET of a blob that is not there answers 404",
		async run(client) {
			await client.pushImage("one");
			const response = await client.ask("GET", `blobs/${randomBlob(8).digest}`);
			expectStatus(response, 404);
			assert.deepEqual(await errorCodes(response), ["BLOB_UNKNOWN"]);
		},
	},
	{
		section: BLOBS,
		level: "MUST",
		rule: "a blob is found only in the repository it was pushed to",
		async run(client) {
			const { digest } = await client.pushBlob(randomBlob(10));
			const other = client.other();
			await other.pushImage("other");
			expectStatus(await other.ask("GET", `blobs/${digest}`), 404);
			expectStatus(await other.ask("HEAD", `blobs/${digest}`), 404);
		},
	},
	range("bytes=0-9", 206, 0, 10),
	range("bytes=10-19", 206, 10, 20),
	range("bytes=90-", 206, 90, 100),
	range("bytes=90-500", 206, 90, 100),
	range("bytes=-10", 206, 90, 100),
	range("bytes=-500", 206, 0, 100),
	range("bytes=100-", 416, 0, 0),
	range("lines=1-2", 200, 0, 100),
	range("bytes=20-10", 200, 0, 100),
	{
		section: BLOBS,
		level: "SHOULD",
		rule: "If-Range with another entity's tag answers the whole (RFC 9110, 13.1.5)",
		async run(client) {
			const { digest } = await client.pushBlob(randomBlob(100));
			const headers = { Range: "bytes=0-9", "If-Range": '"other"' };
			expectStatus(await client.ask("GET", `blobs/${digest}`, { headers }), 200);
		},
	},
	{
		section: BLOBS,
		level: "SHOULD",
		rule: "If-None-Match with the blob's tag answers 304 (RFC 9110, 13.1.2)",
		async run(client) {
			const { digest } = await client.pushBlob(randomBlob(100));
			const etag = (await client.ask("HEAD", `blobs/${digest}`)).headers.get("etag") ?? "";
			assert.match(etag, /^"/);
			const headers = { "If-None-Match": etag };
			expectStatus(await client.ask("GET", `blobs/${digest}`, { headers }), 304);
		},
	},
	{
		section: EXISTS,
		level: "MUST",
		rule: "HEAD of a manifest by tag and digest answers 200, its digest and its size",
		async run(client) {
			const image = await client.pushImage("one");
			for (const name of ["one", image.digest]) {
				const headers = { Accept: MANIFEST_TYPE };
				const response = await client.ask("HEAD", `manifests/${name}`, { headers });
				expectHead(response, image);
			}
		},
	},
	{
		section: EXISTS,
		level: "MUST",
		rule: "HEAD of a blob answers 200, its digest and its size",
		async run(client) {
			const blob = await client.pushBlob(randomBlob(100));
			expectHead(await client.ask("HEAD", `blobs/${blob.digest}`), blob);
		},
	},
	{
		section: EXISTS,
		level: "MUST",
		rule: "HEAD of a manifest that is not there answers 404",
		async run(client) {
			await client.pushImage("one");
			for (const name of ["two", randomBlob(8).digest, ".INVALID"])
				expectStatus(await client.ask("HEAD", `manifests/${name}`), 404);
		},
	},
	{
		section: EXISTS,
		level: "MUST",
		rule: "HEAD of a blob that is not there answers 404",
		async run(client) {
			await client.pushImage("one");
			expectStatus(await client.ask("HEAD", `blobs/${randomBlob(8).digest}`), 404);
		},
	},
];

async function getManifest(client: Client, name: string): Promise<Response> {
	return client.ask("GET", `manifests/${name}`, { headers: { Accept: MANIFEST_TYPE } });
}

async function expectManifest(client: Client, name: string, { bytes }: Blob): Promise<void> {
	const response = await getManifest(client, name);
	expectStatus(response, 200);
	assert.deepEqual(await bytesOf(response), bytes);
}

function expectHead(response: Response, { digest, size }: Blob): void {
	expectStatus(response, 200);
	assert.equal(response.headers.get("docker-content-digest"), digest);
	assert.equal(response.headers.get("content-length"), String(size));
}

/** A blob of 100 bytes, asked for with this header. */
function range(header: string, status: number, start: number, end: number): Check {
	return {
		section: BLOBS,
		level: "SHOULD",
		rule: `Range: ${header} of 100 bytes answers ${status}${status === 206 ? `, ${start} to ${end - 1}` : ""} (RFC 9110, 14)`,
		async run(client) {
			const blob = await client.pushBlob(randomBlob(100));
			const response = await client.ask("GET", `blobs/${blob.digest}`, { headers: { Range: header } });
			expectStatus(response, status);
			const described = response.headers.get("content-range");
			if (status === 416) assert.equal(described, "bytes */100");
			else assert.deepEqual(await bytesOf(response), blob.bytes.subarray(start, end));
			if (status === 206) assert.equal(described, `bytes ${start}-${end - 1}/100`);
		},
	};
}
