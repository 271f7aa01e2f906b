/** The store is a layout that others read in place, and layouts that others wrote are stores. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { ImageStore } from "../../src/store/image-store.ts";
import { readBlob, readName } from "../../src/store/read.ts";
import { missing } from "../peers/peer.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { guest } from "../support/wherry.ts";
import { putModule } from "./support.ts";

const NAME = "docker.io/library/hello:latest";

/** Runs a tool to its end; the folder stands for its home. */
function tool(folder: string, ...words: string[]): string {
	const [command = "", ...rest] = words;
	const { status, stdout, stderr } = spawnSync(command, rest, { cwd: folder, encoding: "utf8" });
	assert.equal(status, 0, `${words.join(" ")}\n${stderr}`);
	return stdout;
}

async function storeWithHello(
	context: TestContext,
): Promise<{ folder: string; store: ImageStore; digest: string }> {
	const folder = temporaryDirectory(context);
	const store = ImageStore.open(join(folder, "images"));
	const { manifest } = await putModule(
		store.repository("docker.io/library/hello"),
		readFileSync(guest("wat/hello")),
	);
	store.tag(manifest.descriptor, NAME);
	store.close();
	return { folder, store, digest: manifest.descriptor.digest };
}

const skip = missing("skopeo");

test("skopeo copies out of the store and into it, and the digest stays", { skip }, async (context) => {
	const { folder, store, digest } = await storeWithHello(context);
	tool(folder, "skopeo", "copy", `oci:images:${NAME}`, "oci:out:there");
	tool(folder, "skopeo", "copy", "oci:out:there", "oci:images:copied:2");
	assert.equal(readName(store.folder, "docker.io/library/copied:2")?.digest, digest);
	assert.equal(readName(store.folder, NAME)?.digest, digest);
	store.untag(NAME);
	assert.deepEqual(store.collect().removed, []);
	assert.equal(
		tool(folder, "skopeo", "inspect", "--raw", "oci:images:copied:2").length,
		store.list()[0]?.size,
	);
});

test(
	"an image that skopeo put into the store without a name is kept, and found by its digest",
	{ skip },
	async (context) => {
		const { folder, store, digest } = await storeWithHello(context);
		tool(folder, "skopeo", "copy", `oci:images:${NAME}`, "oci:other");
		const other = ImageStore.open(join(folder, "other"));
		assert.deepEqual(
			other.list().map((image) => [image.digest, image.name]),
			[[digest, undefined]],
		);
		assert.deepEqual(other.collect().removed, []);
		assert.equal((await other.repository("docker.io/library/any").resolve(digest))?.digest, digest);
		assert.equal(store.list().length, 1);
	},
);

test(
	"a layout that skopeo made becomes a store of ours, and skopeo still reads it",
	{ skip },
	async (context) => {
		const { folder, digest } = await storeWithHello(context);
		tool(folder, "skopeo", "copy", `oci:images:${NAME}`, "oci:theirs:hello");
		const theirs = ImageStore.open(join(folder, "theirs"));
		const found = readName(theirs.folder, NAME);
		assert.equal(found?.digest, digest);
		assert.ok(found !== undefined && readBlob(theirs.folder, found, 10_000).length > 0);
		theirs.tag(found, "localhost/new:1");
		theirs.tag(found, NAME);
		const names = theirs.list().map(({ name }) => name);
		assert.deepEqual(names, ["localhost/new:1", NAME], "the short name became the whole one");
		for (const name of names) tool(folder, "skopeo", "inspect", "--raw", `oci:theirs:${name}`);
	},
);

test("what others wrote into index.json stays when we write it", async (context) => {
	const { store } = await storeWithHello(context);
	const file = join(store.folder, "index.json");
	const index = JSON.parse(readFileSync(file, "utf8")) as { manifests: Record<string, unknown>[] };
	const strange = { mediaType: "x/y", digest: "blake3:00", size: 1 };
	Object.assign(index, { annotations: { "org.example": "kept" } });
	Object.assign(index.manifests[0] ?? {}, { "x-note": "kept" });
	index.manifests.push(strange);
	writeFileSync(file, JSON.stringify(index));
	const [image] = store.list();
	assert.ok(image);
	store.tag(image, "localhost/new:1");
	const written = JSON.parse(readFileSync(file, "utf8")) as typeof index & { annotations: unknown };
	assert.deepEqual(written.annotations, { "org.example": "kept" });
	assert.ok(written.manifests.some((one) => one["x-note"] === "kept"));
	assert.deepEqual(
		written.manifests.find(({ digest }) => digest === "blake3:00"),
		strange,
	);
});
