import assert from "node:assert/strict";
import {
	ARTIFACT_TYPE,
	blobOf,
	type Check,
	type Client,
	describe,
	EMPTY_TYPE,
	errorCodes,
	expectStatus,
	INDEX_TYPE,
	MANIFEST_TYPE,
	nextPage,
	randomBlob,
} from "./conformance.ts";

const TAGS = "Listing Tags";
const REFERRERS = "Listing Referrers";
const OTHER_TYPE = "application/vnd.example.other";

export const DISCOVERY_CHECKS: readonly Check[] = [
	{
		section: TAGS,
		level: "MUST",
		rule: "tags come sorted, all of them",
		async run(client) {
			// many: a registry that does not sort must not come through by chance
			const all = ["a", "a10", "a2", "b", "c", "d", "e", "f", "g.h", "g1", "g_h", "i"];
			await pushTags(client, all.toReversed());
			const { response, tags } = await client.tags();
			assert.deepEqual(tags, all);
			assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
		},
	},
	{
		section: TAGS,
		level: "MUST",
		rule: "tags of a repository that is not there answer 404",
		async run(client) {
			const response = await client.ask("GET", "tags/list");
			expectStatus(response, 404);
			assert.deepEqual(await errorCodes(response), ["NAME_UNKNOWN"]);
		},
	},
	{
		section: TAGS,
		level: "MUST",
		rule: "tags of a repository without any are an empty list",
		async run(client) {
			await client.pushImage("");
			assert.deepEqual((await client.tags()).tags, []);
		},
	},
	{
		section: TAGS,
		level: "MUST",
		rule: "n=2 gives the first two",
		async run(client) {
			await pushTags(client, ["a", "b", "c"]);
			assert.deepEqual((await client.tags("?n=2")).tags, ["a", "b"]);
		},
	},
	{
		section: TAGS,
		level: "MUST",
		rule: "n=0 gives an empty list and no Link",
		async run(client) {
			await pushTags(client, ["a", "b"]);
			const { response, tags } = await client.tags("?n=0");
			assert.deepEqual(tags, []);
			assert.equal(response.headers.get("link"), null);
		},
	},
	{
		section: TAGS,
		level: "MUST",
		rule: "last=b begins behind b",
		async run(client) {
			await pushTags(client, ["a", "b", "c", "d"]);
			assert.deepEqual((await client.tags("?n=1&last=b")).tags, ["c"]);
		},
	},
	{
		section: TAGS,
		level: "MUST",
		rule: "last without n gives the rest",
		async run(client) {
			await pushTags(client, ["a", "b", "c", "d"]);
			assert.deepEqual((await client.tags("?last=b")).tags, ["c", "d"]);
		},
	},
	{
		section: TAGS,
		level: "MAY",
		rule: "the Links of pages lead through all tags, the last has none",
		async run(client) {
			const all = ["a", "b", "c", "d", "e"];
			await pushTags(client, all);
			const seen: string[] = [];
			let path: string | undefined = "tags/list?n=2";
			for (let page = 0; path !== undefined && page < 9; page++) {
				const response = await client.ask("GET", path);
				expectStatus(response, 200);
				seen.push(...((await response.json()) as { tags: string[] }).tags);
				path = nextPage(response);
			}
			assert.deepEqual(seen, all);
		},
	},
	{
		section: REFERRERS,
		level: "MUST",
		rule: "without any, there is an empty index, even of what is not there",
		async run(client) {
			const image = await client.pushImage("one");
			for (const { digest } of [image, randomBlob(8)]) {
				const { response, manifests } = await client.referrers(digest);
				assert.deepEqual(manifests, []);
				assert.equal(response.headers.get("content-type"), INDEX_TYPE);
			}
		},
	},
	{
		section: REFERRERS,
		level: "MUST",
		rule: "what is no digest answers 400",
		async run(client) {
			await client.pushImage("one");
			for (const digest of ["sha256:abc", "latest", "__proto__"])
				expectStatus(await client.ask("GET", `referrers/${digest}`), 400);
		},
	},
	{
		section: REFERRERS,
		level: "MUST",
		rule: "a referrer has its media type, size, artifactType and annotations",
		async run(client) {
			const image = await client.pushImage("one");
			const annotations = { "org.example.one": "1", __proto__x: "2" };
			const { blob } = await client.pushReferrer(image, { annotations });
			const { manifests } = await client.referrers(image.digest);
			const described = { ...describe(blob, MANIFEST_TYPE), artifactType: ARTIFACT_TYPE, annotations };
			assert.deepEqual(manifests, [described]);
		},
	},
	{
		section: REFERRERS,
		level: "MUST",
		rule: "without an artifactType, it is the config's media type",
		async run(client) {
			const image = await client.pushImage("one");
			await client.pushReferrer(image, { artifactType: undefined });
			const { manifests } = await client.referrers(image.digest);
			assert.deepEqual(
				manifests.map(({ artifactType }) => artifactType),
				[EMPTY_TYPE],
			);
		},
	},
	{
		section: REFERRERS,
		level: "MUST",
		rule: "an index without an artifactType is a referrer without one",
		async run(client) {
			const image = await client.pushImage("one");
			await pushIndexReferrer(client, image.digest, {});
			const { manifests } = await client.referrers(image.digest);
			assert.equal(manifests.length, 1);
			assert.equal(manifests[0]?.mediaType, INDEX_TYPE);
			assert.ok(!("artifactType" in manifests[0]));
		},
	},
	{
		section: REFERRERS,
		level: "MUST",
		rule: "an index with an artifactType is a referrer of that",
		async run(client) {
			const image = await client.pushImage("one");
			await pushIndexReferrer(client, image.digest, { artifactType: OTHER_TYPE });
			const { manifests } = await client.referrers(image.digest);
			assert.equal(manifests[0]?.artifactType, OTHER_TYPE);
		},
	},
	{
		section: REFERRERS,
		level: "MUST",
		rule: "referrers that were pushed before their subject are listed",
		async run(client) {
			const document = await client.image();
			const { blob } = await client.pushReferrer(blobOf(document));
			expectStatus(await client.putManifest("one", document), 201);
			const { manifests } = await client.referrers(blobOf(document).digest);
			assert.deepEqual(
				manifests.map(({ digest }) => digest),
				[blob.digest],
			);
		},
	},
	{
		section: REFERRERS,
		level: "SHOULD",
		rule: "artifactType filters, and OCI-Filters-Applied says so",
		async run(client) {
			const image = await client.pushImage("one");
			const { blob } = await client.pushReferrer(image);
			await client.pushReferrer(image, { artifactType: OTHER_TYPE });
			const query = `?artifactType=${encodeURIComponent(ARTIFACT_TYPE)}`;
			const { response, manifests } = await client.referrers(image.digest, query);
			assert.equal(response.headers.get("oci-filters-applied"), "artifactType");
			assert.deepEqual(
				manifests.map(({ digest }) => digest),
				[blob.digest],
			);
		},
	},
	{
		section: REFERRERS,
		level: "MUST",
		rule: "without a filter, OCI-Filters-Applied is not there",
		async run(client) {
			const image = await client.pushImage("one");
			const { response } = await client.referrers(image.digest);
			assert.equal(response.headers.get("oci-filters-applied"), null);
		},
	},
	{
		section: REFERRERS,
		level: "MUST",
		rule: "referrers are those of the same repository",
		async run(client) {
			const image = await client.pushImage("one");
			const other = client.other();
			await other.pushReferrer(image);
			assert.deepEqual((await client.referrers(image.digest)).manifests, []);
		},
	},
	{
		section: REFERRERS,
		level: "MUST",
		rule: "what does not fit into one index comes in pages that Links lead through",
		async run(client) {
			const image = await client.pushImage("one");
			const annotations = (salt: number) => ({ "org.example.long": `${salt}${"x".repeat(2_500_000)}` });
			const pushed = new Set<string>();
			for (let salt = 0; salt < 3; salt++)
				pushed.add((await client.pushReferrer(image, { annotations: annotations(salt) })).blob.digest);
			let path: string | undefined = `referrers/${image.digest}`;
			for (let page = 0; path !== undefined && page < 9; page++) {
				const response = await client.ask("GET", path);
				expectStatus(response, 200);
				const text = await response.text();
				assert.ok(text.length < 4 << 20, "a page is larger than a manifest may be");
				for (const { digest } of (JSON.parse(text) as { manifests: { digest: string }[] }).manifests)
					assert.ok(pushed.delete(digest), "listed twice");
				path = nextPage(response);
			}
			assert.equal(pushed.size, 0);
		},
	},
];

async function pushTags(client: Client, tags: readonly string[]): Promise<void> {
	const document = await client.image();
	for (const tag of tags) expectStatus(await client.putManifest(tag, document), 201);
}

async function pushIndexReferrer(client: Client, subject: string, more: object): Promise<void> {
	const child = await client.pushImage("");
	const index = {
		schemaVersion: 2,
		mediaType: INDEX_TYPE,
		manifests: [describe(child, MANIFEST_TYPE)],
		subject: { mediaType: MANIFEST_TYPE, digest: subject, size: 1 },
		...more,
	};
	expectStatus(await client.putManifest(blobOf(index).digest, index), 201);
}
