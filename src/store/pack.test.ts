import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { TreeDirectory } from "../sys/file-tree.ts";
import { treeText } from "../oci/raw-tar.contract.ts";
import { sha256Of } from "./hash.ts";
import { packLayer } from "./pack.ts";
import { unpackImage } from "./unpack.ts";

const TREE: TreeDirectory = {
	kind: "directory",
	entries: new Map([
		["b", { kind: "file", bytes: new Uint8Array(100_000).fill(98), executable: true, modified_ns: 0n }],
		["a", { kind: "link", target: "b", modified_ns: 0n }],
	]),
	modified_ns: 0n,
};

test("what is packed unpacks to the same, under the digests that were said", () => {
	const { bytes, descriptor, diffId } = packLayer(TREE);
	assert.equal(descriptor.mediaType, "application/vnd.oci.image.layer.v1.tar+gzip");
	assert.deepEqual([descriptor.digest, descriptor.size], [sha256Of(bytes), bytes.length]);
	assert.equal(diffId, sha256Of(gunzipSync(bytes)));
	const unpacked = unpackImage([{ descriptor, bytes, diffId }]);
	assert.equal(treeText(unpacked), treeText(TREE));
});

test("the same tree is the same bytes", () => {
	assert.deepEqual(packLayer({ ...TREE, entries: new Map([...TREE.entries].toReversed()) }), packLayer(TREE));
});

test("the tar is the same wherever it is made", () => {
	assert.equal(
		packLayer(TREE).diffId,
		"sha256:ad4fc1aca53fd6ff6402c8c32b4042e11a8c7c8694f04fb078a9d6cc46708803",
	);
});

test("gzip's header tells neither a time nor a system", () => {
	assert.deepEqual([...packLayer(TREE).bytes.subarray(0, 10)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
});
