import assert from "node:assert/strict";
import {
	ARTIFACT_TYPE,
	blobOf,
	bytesOf,
	type Check,
	type Client,
	describe,
	errorCodes,
	expectStatus,
	INDEX_TYPE,
	locationOf,
	MANIFEST_TYPE,
	randomBlob,
} from "./conformance.ts";

const BLOBS = "Pushing blobs";
const POST_PUT = "POST then PUT";
const POST = "Single POST";
const CHUNKS = "Pushing a blob in chunks";
const CANCEL = "Cancel a blob upload";
const MOUNT = "Mounting a blob from another repository";
const MANIFESTS = "Pushing Manifests";
const SUBJECT = "Pushing Manifests with Subject";

export const PUSH_CHECKS: readonly Check[] = [
	{
		section: POST_PUT,
		level: "MUST",
		rule: "POST answers 202 and a Location with a UUID",
		async run(client) {
			const location = await client.begin();
			assert.match(location, /[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}/i);
		},
	},
	{
		section: POST_PUT,
		level: "MUST",
		rule: "PUT answers 201 and a Location where the blob is",
		async run(client) {
			const blob = randomBlob(1000);
			const response = await client.close(await client.begin(), blob.digest, { body: blob.bytes });
			await expectPullable(client, response, blob.bytes);
		},
	},
	{
		section: BLOBS,
		level: "MUST",
		rule: "PUT with another digest than the content's is refused, and nothing is kept",
		async run(client) {
			const { digest } = randomBlob(100);
			const response = await client.close(await client.begin(), digest, { body: randomBlob(100).bytes });
			expectStatus(response, 400);
			assert.deepEqual(await errorCodes(response), ["DIGEST_INVALID"]);
			expectStatus(await client.ask("HEAD", `blobs/${digest}`), 404);
		},
	},
	...["", "sha256:zz", "sha256:abc", "md5:d41d8cd98f00b204e9800998ecf8427e", "..", "__proto__"].map(
		(digest): Check => ({
			section: BLOBS,
			level: "SHOULD",
			rule: `PUT with the digest '${digest}' answers 400`,
			async run(client) {
				const body = randomBlob(10).bytes;
				expectStatus(await client.close(await client.begin(), digest, { body }), 400);
			},
		}),
	),
	{
		section: BLOBS,
		level: "MAY",
		rule: "a blob may have a sha512 digest, and is found under it",
		async run(client) {
			const blob = randomBlob(1000, "sha512");
			const location = await client.begin();
			await expectPullable(
				client,
				await client.close(location, blob.digest, { body: blob.bytes }),
				blob.bytes,
			);
			expectStatus(await client.ask("HEAD", `blobs/${blob.digest}`), 200);
		},
	},
	{
		section: CHUNKS,
		level: "SHOULD",
		rule: "an upload may be announced with digest-algorithm=sha512",
		async run(client) {
			const blob = randomBlob(1000, "sha512");
			const location = await client.begin("?digest-algorithm=sha512");
			expectStatus(await client.close(location, blob.digest, { body: blob.bytes }), 201);
			expectStatus(await client.ask("HEAD", `blobs/${blob.digest}`), 200);
		},
	},
	{
		section: POST,
		level: "MUST",
		rule: "POST with the digest and the content answers 201, or 202 to begin an upload",
		async run(client) {
			const blob = randomBlob(1000);
			const response = await client.ask("POST", `blobs/uploads/?digest=${blob.digest}`, { body: blob.bytes });
			expectStatus(response, 201, 202);
			const ended =
				response.status === 201
					? response
					: await client.close(locationOf(response), blob.digest, { body: blob.bytes });
			await expectPullable(client, ended, blob.bytes);
		},
	},
	{
		section: POST,
		level: "MAY",
		rule: "POST with the digest and the content is enough",
		async run(client) {
			const blob = randomBlob(1000);
			const response = await client.ask("POST", `blobs/uploads/?digest=${blob.digest}`, { body: blob.bytes });
			await expectPullable(client, response, blob.bytes);
		},
	},
	{
		section: POST,
		level: "MUST",
		rule: "POST with another digest than the content's keeps nothing",
		async run(client) {
			const { digest } = randomBlob(100);
			const body = randomBlob(100).bytes;
			expectStatus(await client.ask("POST", `blobs/uploads/?digest=${digest}`, { body }), 400, 202);
			expectStatus(await client.ask("HEAD", `blobs/${digest}`), 404);
		},
	},
	{
		section: CHUNKS,
		level: "MUST",
		rule: "chunks in order answer 202, Location and Range, and a PUT ends them",
		async run(client) {
			const blob = randomBlob(300);
			let location = await client.begin();
			for (const start of [0, 100, 200]) {
				const response = await client.chunk(location, start, blob.bytes.slice(start, start + 100));
				expectStatus(response, 202);
				assert.equal(response.headers.get("range"), `0-${start + 99}`);
				location = locationOf(response);
			}
			await expectPullable(client, await client.close(location, blob.digest), blob.bytes);
		},
	},
	{
		section: CHUNKS,
		level: "MUST",
		rule: "the last chunk may come with the PUT",
		async run(client) {
			const blob = randomBlob(200);
			const location = locationOf(await client.chunk(await client.begin(), 0, blob.bytes.slice(0, 100)));
			const response = await client.close(location, blob.digest, {
				headers: { "Content-Range": "100-199" },
				body: blob.bytes.slice(100),
			});
			await expectPullable(client, response, blob.bytes);
		},
	},
	{
		section: CHUNKS,
		level: "MUST",
		rule: "a first chunk that does not begin with 0 answers 416",
		async run(client) {
			expectStatus(await client.chunk(await client.begin(), 10, randomBlob(10).bytes), 416);
		},
	},
	{
		section: CHUNKS,
		level: "MUST",
		rule: "a chunk out of order answers 416, and the upload goes on where it was",
		async run(client) {
			const blob = randomBlob(200);
			let location = locationOf(await client.chunk(await client.begin(), 0, blob.bytes.slice(0, 100)));
			expectStatus(await client.chunk(location, 150, blob.bytes.slice(150)), 416);
			expectStatus(await client.chunk(location, 0, blob.bytes.slice(0, 100)), 416);
			const status = await client.ask("GET", location);
			expectStatus(status, 204);
			assert.equal(status.headers.get("range"), "0-99");
			location = locationOf(await client.chunk(locationOf(status), 100, blob.bytes.slice(100)));
			await expectPullable(client, await client.close(location, blob.digest), blob.bytes);
		},
	},
	{
		section: CHUNKS,
		level: "MUST",
		rule: "a last chunk out of order answers 416",
		async run(client) {
			const blob = randomBlob(200);
			const location = locationOf(await client.chunk(await client.begin(), 0, blob.bytes.slice(0, 100)));
			const response = await client.close(location, blob.digest, {
				headers: { "Content-Range": "150-199" },
				body: blob.bytes.slice(150),
			});
			expectStatus(response, 416);
		},
	},
	{
		section: CHUNKS,
		level: "MUST",
		rule: "GET of an upload answers 204, Location and Range",
		async run(client) {
			const location = locationOf(await client.chunk(await client.begin(), 0, randomBlob(100).bytes));
			const response = await client.ask("GET", location);
			expectStatus(response, 204);
			locationOf(response);
			assert.equal(response.headers.get("range"), "0-99");
		},
	},
	{
		section: CHUNKS,
		level: "MUST",
		rule: "a chunk without a Content-Range is added at the end, as docker streams it",
		async run(client) {
			const blob = randomBlob(200);
			let location = await client.begin();
			for (const start of [0, 100]) {
				const body = blob.bytes.slice(start, start + 100);
				const response = await client.ask("PATCH", location, { body });
				expectStatus(response, 202);
				location = locationOf(response);
			}
			await expectPullable(client, await client.close(location, blob.digest), blob.bytes);
		},
	},
	{
		section: CHUNKS,
		level: "MUST",
		rule: "an upload that ended is no more",
		async run(client) {
			const blob = randomBlob(10);
			const location = await client.begin();
			expectStatus(await client.close(location, blob.digest, { body: blob.bytes }), 201);
			const response = await client.ask("GET", location);
			expectStatus(response, 404);
			assert.deepEqual(await errorCodes(response), ["BLOB_UPLOAD_UNKNOWN"]);
		},
	},
	{
		section: CANCEL,
		level: "SHOULD",
		rule: "DELETE of an upload answers 204, and it is no more",
		async run(client) {
			const location = await client.begin();
			expectStatus(await client.ask("DELETE", location), 204);
			expectStatus(await client.chunk(location, 0, randomBlob(10).bytes), 404);
		},
	},
	{
		section: MOUNT,
		level: "MUST",
		rule: "a mount answers 201 and a Location where the blob is, or 202 to begin an upload",
		async run(client) {
			const blob = await client.pushBlob(randomBlob(100));
			const other = client.other();
			const query = `?mount=${blob.digest}&from=${client.repository}`;
			const response = await other.ask("POST", `blobs/uploads/${query}`);
			expectStatus(response, 201, 202);
			if (response.status === 201) await expectPullable(other, response, blob.bytes);
			else locationOf(response);
		},
	},
	{
		section: MOUNT,
		level: "SHOULD",
		rule: "a mount of a blob that is not there answers 202, and begins an upload",
		async run(client) {
			const blob = randomBlob(100);
			const query = `?mount=${blob.digest}&from=${client.other().repository}`;
			const location = await client.begin(query);
			expectStatus(await client.close(location, blob.digest, { body: blob.bytes }), 201);
		},
	},
	{
		section: MOUNT,
		level: "MAY",
		rule: "a mount without from answers 201 or 202",
		async run(client) {
			const { digest } = await client.pushBlob(randomBlob(100));
			expectStatus(await client.other().ask("POST", `blobs/uploads/?mount=${digest}`), 201, 202);
		},
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "PUT of a manifest answers 201, its digest and a Location where it is, byte by byte",
		async run(client) {
			// spaces and the order of names are the client's
			const document = JSON.stringify(await client.image(), undefined, 3);
			const { bytes, digest } = blobOf(new TextEncoder().encode(document));
			const headers = { "Content-Type": MANIFEST_TYPE };
			const response = await client.ask("PUT", "manifests/one", { headers, body: bytes });
			assert.equal(response.headers.get("docker-content-digest"), digest);
			await expectPullable(client, response, bytes);
		},
	},
	{
		section: MANIFESTS,
		level: "SHOULD",
		rule: "parameters of the Content-Type are ignored",
		async run(client) {
			const headers = { "Content-Type": `${MANIFEST_TYPE}; charset=utf-8` };
			expectStatus(await client.putManifest("one", await client.image(), headers), 201);
		},
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "a tag that is pushed again stands for the new manifest, and the old one is there still",
		async run(client) {
			const first = await client.pushImage("one");
			const second = await client.pushImage("one");
			const headers = { Accept: MANIFEST_TYPE };
			const response = await client.ask("GET", "manifests/one", { headers });
			assert.deepEqual(await bytesOf(response), second.bytes);
			expectStatus(await client.ask("GET", `manifests/${first.digest}`, { headers }), 200);
		},
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "PUT under another digest than the manifest's answers 400",
		async run(client) {
			const response = await client.putManifest(randomBlob(8).digest, await client.image());
			expectStatus(response, 400);
			assert.deepEqual(await errorCodes(response), ["DIGEST_INVALID"]);
		},
	},
	{
		section: "Push",
		level: "MUST",
		rule: "a manifest with a blob that is not there is refused with MANIFEST_BLOB_UNKNOWN",
		async run(client) {
			const layers = [describe(randomBlob(10), "application/vnd.oci.image.layer.v1.tar")];
			const response = await client.putManifest("one", await client.image({ layers }));
			expectStatus(response, 400, 404);
			assert.deepEqual(await errorCodes(response), ["MANIFEST_BLOB_UNKNOWN"]);
		},
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "a manifest without layers is kept",
		async run(client) {
			expectStatus(await client.putManifest("one", await client.image({ layers: [] })), 201);
		},
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "an index of manifests that are there is kept",
		async run(client) {
			const image = await client.pushImage("");
			const index = {
				schemaVersion: 2,
				mediaType: INDEX_TYPE,
				manifests: [{ ...describe(image, MANIFEST_TYPE), platform: { os: "linux", architecture: "amd64" } }],
			};
			expectStatus(await client.putManifest("all", index), 201);
			const headers = { Accept: INDEX_TYPE };
			const response = await client.ask("GET", "manifests/all", { headers });
			assert.deepEqual(await bytesOf(response), blobOf(index).bytes);
		},
	},
	...["no JSON", "[]", "{}", '{"schemaVersion":2}', '{"schemaVersion":1}', "null", ""].map((text): Check => ({
		section: MANIFESTS,
		level: "MUST",
		rule: `PUT of '${text}' as a manifest answers 400`,
		async run(client) {
			const headers = { "Content-Type": MANIFEST_TYPE };
			const response = await client.ask("PUT", "manifests/one", { headers, body: text });
			expectStatus(response, 400);
			assert.deepEqual(await errorCodes(response), ["MANIFEST_INVALID"]);
		},
	})),
	{
		section: MANIFESTS,
		level: "SHOULD",
		rule: "a manifest of nearly 4 MB is kept",
		async run(client) {
			const annotations = { "org.example.long": "x".repeat(4_000_000 - 2000) };
			expectStatus(await client.putManifest("large", await client.image({ annotations })), 201);
		},
	},
	{
		section: MANIFESTS,
		level: "SHOULD",
		rule: "a manifest over the registry's limit answers 413",
		async run(client) {
			const annotations = { "org.example.long": "x".repeat(9 << 20) };
			expectStatus(await client.putManifest("large", await client.image({ annotations })), 413);
		},
	},
	{
		section: MANIFESTS,
		level: "MAY",
		rule: "PUT by digest may set ten tags, and says which in OCI-Tag",
		async run(client) {
			const document = await client.image();
			const { digest } = blobOf(document);
			const tags = Array.from({ length: 10 }, (_, index) => `t${index}`);
			const query = tags.map((tag) => `tag=${tag}`).join("&");
			const response = await client.putManifest(`${digest}?${query}`, document);
			expectStatus(response, 201);
			assert.deepEqual(response.headers.get("oci-tag")?.split(/, */).sort(), tags);
			assert.deepEqual((await client.tags()).tags, tags);
		},
	},
	{
		section: SUBJECT,
		level: "MUST",
		rule: "PUT of a manifest with a subject answers OCI-Subject",
		async run(client) {
			const image = await client.pushImage("one");
			const { response } = await client.pushReferrer(image);
			assert.equal(response.headers.get("oci-subject"), image.digest);
		},
	},
	{
		section: "Push",
		level: "MUST",
		rule: "a manifest whose subject is not there is kept",
		async run(client) {
			await client.pushReferrer(randomBlob(10), { artifactType: ARTIFACT_TYPE });
		},
	},
];

/** That it was created, and that its Location leads to these bytes. */
async function expectPullable(client: Client, response: Response, bytes: Uint8Array): Promise<void> {
	expectStatus(response, 201);
	const headers = { Accept: `${MANIFEST_TYPE}, */*` };
	const pulled = await client.ask("GET", locationOf(response), { headers });
	expectStatus(pulled, 200);
	assert.deepEqual(await bytesOf(pulled), bytes);
}
