import assert from "node:assert/strict";
import { type Check, expectStatus, MANIFEST_TYPE, randomBlob } from "./conformance.ts";

const TAGS = "Deleting tags";
const MANIFESTS = "Deleting Manifests";
const BLOBS = "Deleting Blobs";
const HEADERS = { headers: { Accept: MANIFEST_TYPE } };

export const MANAGEMENT_CHECKS: readonly Check[] = [
	{
		section: TAGS,
		level: "MUST",
		rule: "DELETE of a tag answers 202; then it is gone, and the manifest is not",
		async run(client) {
			const { digest } = await client.pushImage("one");
			expectStatus(await client.ask("DELETE", "manifests/one"), 202);
			expectStatus(await client.ask("GET", "manifests/one", HEADERS), 404);
			expectStatus(await client.ask("GET", `manifests/${digest}`, HEADERS), 200);
		},
	},
	{
		section: TAGS,
		level: "MUST",
		rule: "DELETE of a tag that is not there answers 404",
		async run(client) {
			await client.pushImage("one");
			expectStatus(await client.ask("DELETE", "manifests/two"), 404);
		},
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "DELETE of a manifest answers 202; then it and all its tags are gone",
		async run(client) {
			const document = await client.image();
			for (const tag of ["one", "two"]) expectStatus(await client.putManifest(tag, document), 201);
			const kept = await client.pushImage("kept");
			const { headers } = await client.ask("HEAD", "manifests/one", HEADERS);
			const digest = headers.get("docker-content-digest") ?? "";
			expectStatus(await client.ask("DELETE", `manifests/${digest}`), 202);
			for (const name of ["one", "two", digest])
				expectStatus(await client.ask("GET", `manifests/${name}`, HEADERS), 404);
			expectStatus(await client.ask("GET", `manifests/${kept.digest}`, HEADERS), 200);
			assert.deepEqual((await client.tags()).tags, ["kept"]);
		},
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "DELETE of a manifest in a repository that is not there answers 404",
		async run(client) {
			expectStatus(await client.ask("DELETE", `manifests/${randomBlob(8).digest}`), 404);
		},
	},
	{
		section: MANIFESTS,
		level: "MUST",
		rule: "a referrer that was deleted is not listed any more",
		async run(client) {
			const image = await client.pushImage("one");
			const { blob } = await client.pushReferrer(image);
			const other = await client.pushReferrer(image);
			expectStatus(await client.ask("DELETE", `manifests/${blob.digest}`), 202);
			assert.deepEqual(
				(await client.referrers(image.digest)).manifests.map(({ digest }) => digest),
				[other.blob.digest],
			);
		},
	},
	{
		section: BLOBS,
		level: "MUST",
		rule: "DELETE of a blob answers 202; then it is gone",
		async run(client) {
			const { digest } = await client.pushBlob(randomBlob(100));
			expectStatus(await client.ask("DELETE", `blobs/${digest}`), 202);
			expectStatus(await client.ask("GET", `blobs/${digest}`), 404);
		},
	},
	{
		section: BLOBS,
		level: "MUST",
		rule: "DELETE of a blob that is not there answers 404",
		async run(client) {
			await client.pushImage("one");
			expectStatus(await client.ask("DELETE", `blobs/${randomBlob(8).digest}`), 404);
		},
	},
	{
		section: BLOBS,
		level: "MUST",
		rule: "a blob that was deleted in one repository is there in another",
		async run(client) {
			const blob = await client.pushBlob(randomBlob(100));
			const other = client.other();
			await other.pushBlob(blob);
			expectStatus(await client.ask("DELETE", `blobs/${blob.digest}`), 202);
			expectStatus(await other.ask("GET", `blobs/${blob.digest}`), 200);
		},
	},
	{
		section: BLOBS,
		level: "MUST",
		rule: "a blob that was deleted can be pushed again",
		async run(client) {
			const blob = await client.pushBlob(randomBlob(100));
			expectStatus(await client.ask("DELETE", `blobs/${blob.digest}`), 202);
			await client.pushBlob(blob);
			expectStatus(await client.ask("GET", `blobs/${blob.digest}`), 200);
		},
	},
];
