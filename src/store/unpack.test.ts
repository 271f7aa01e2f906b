import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { faultText } from "../../test/support/fault.ts";
import { Fault } from "../base/fault.ts";
import type { Digest } from "../oci/digest.ts";
import { UNPACKED_BYTES_MAX } from "../oci/limits.ts";
import { join, tarOf, treeText } from "../oci/raw-tar.contract.ts";
import { hashOf, sha256Of } from "./hash.ts";
import { type StoredLayer, unpackImage, unpackLayer } from "./unpack.ts";

const OCI = "application/vnd.oci.image.layer.v1.tar";
const DOCKER = "application/vnd.docker.image.rootfs.diff.tar";
const TAR = tarOf({ name: "d/", type: "5" }, { name: "d/f", body: "hello\n".repeat(1000) });
const LARGE = tarOf({ name: "f", body: new Uint8Array(3 << 20).map((_, index) => (index * index) >> 7) });

function layerOf(bytes: Uint8Array, tar: Uint8Array, mediaType = `${OCI}+gzip`): StoredLayer {
	const descriptor = { mediaType, digest: sha256Of(bytes), size: bytes.length };
	return { descriptor, bytes, diffId: sha256Of(tar) };
}

/** A frame that readers pass over: podman keeps its table of contents in one. */
const SKIPPED = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4);
const half = TAR.length >> 1;

/** A tar, and how it may be packed. */
const PACKED: Readonly<Record<string, readonly [mediaType: string, packed: Uint8Array, tar?: Uint8Array]>> = {
	"a plain tar": [OCI, TAR],
	"Docker's plain tar": [DOCKER, TAR],
	gzip: [`${OCI}+gzip`, gzipSync(TAR)],
	"Docker's gzip": [`${DOCKER}.gzip`, gzipSync(TAR)],
	zstd: [`${OCI}+zstd`, zstdCompressSync(TAR)],
	"Docker's zstd": [`${DOCKER}.zstd`, zstdCompressSync(TAR)],
	"a layer that may not be distributed": [
		"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
		gzipSync(TAR),
	],
	"Docker's foreign layer": ["application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", gzipSync(TAR)],
	"gzip of several members": [
		`${OCI}+gzip`,
		join(gzipSync(TAR.subarray(0, half)), gzipSync(""), gzipSync(TAR.subarray(half))),
	],
	"gzip padded with zeros": [`${OCI}+gzip`, join(gzipSync(TAR), new Uint8Array(100))],
	"gzip without compression": [`${OCI}+gzip`, gzipSync(TAR, { level: 0 })],
	"zstd of several frames, some to be skipped": [
		`${OCI}+zstd`,
		join(zstdCompressSync(TAR.subarray(0, half)), SKIPPED, zstdCompressSync(TAR.subarray(half)), SKIPPED),
	],
	"zstd with checksums": [
		`${OCI}+zstd`,
		zstdCompressSync(TAR, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
	],
	"gzip that is called a plain tar": [OCI, gzipSync(TAR)],
	"a plain tar that is called gzip": [`${OCI}+gzip`, TAR],
	"zstd that is called gzip": [`${OCI}+gzip`, zstdCompressSync(TAR)],
	"a large gzip": [`${OCI}+gzip`, gzipSync(LARGE), LARGE],
	"a large zstd": [`${OCI}+zstd`, zstdCompressSync(LARGE), LARGE],
};

for (const [title, [mediaType, packed, tar = TAR]] of Object.entries(PACKED)) {
	const layer = layerOf(packed, tar, mediaType);
	test(`unpacks ${title}`, () => {
		assert.ok(Buffer.compare(unpackLayer(layer, UNPACKED_BYTES_MAX), tar) === 0);
		assert.ok(Buffer.compare(unpackLayer(layer, tar.length), tar) === 0);
	});
	test(`unpacks no more than it may of ${title}`, () => {
		for (const bytes_max of [tar.length - 1, 1, 0])
			assert.match(
				faultText(() => unpackLayer(layer, bytes_max)),
				new RegExp(
					`cannot unpack layer '${layer.descriptor.digest}': it unpacks to more than ${bytes_max} bytes .LAYER_INVALID`,
				),
			);
	});
}

const gzip = gzipSync(TAR);
const zstd = zstdCompressSync(TAR);
const otherGzip = gzip.with(gzip.length >> 1, (gzip[gzip.length >> 1] ?? 0) ^ 1);

const DAMAGED: Readonly<Record<string, Uint8Array>> = {
	"gzip that is cut off": gzip.subarray(0, -5),
	"two bytes of gzip": gzip.subarray(0, 2),
	"gzip with a byte changed": otherGzip,
	"gzip with garbage behind it": join(gzip, TAR.subarray(0, 100)),
	"zstd that is cut off": zstd.subarray(0, -5),
	"four bytes of zstd": zstd.subarray(0, 4),
};

for (const [title, bytes] of Object.entries(DAMAGED))
	test(`refuses ${title}`, () =>
		assert.match(
			faultText(() => unpackLayer(layerOf(bytes, TAR), 1 << 20)),
			/it is damaged: .* \[LAYER_INVALID\]/,
		));

test("what unpacks to something else than the config promises is refused, and both digests are said", () => {
	for (const packed of [gzip, TAR]) {
		const text = faultText(() => unpackLayer(layerOf(packed, LARGE), 1 << 20));
		assert.match(
			text,
			/cannot use layer '.*': it is not what the image's config promises \[DIGEST_MISMATCH\]/,
		);
		assert.ok(text.includes(`expected ${sha256Of(LARGE)}`) && text.includes(`found    ${sha256Of(TAR)}`));
	}
});

test("a diff_id may be of SHA-512", () => {
	const diffId = hashOf(TAR, `sha512:${"0".repeat(128)}` as Digest);
	assert.ok(diffId.startsWith("sha512:"));
	assert.equal(unpackLayer({ ...layerOf(gzip, TAR), diffId }, 1 << 20).length, TAR.length);
});

for (const mediaType of [
	`${OCI}+gzip+encrypted`,
	"application/wasm",
	"application/octet-stream",
	"",
	"__proto__",
])
	test(`a layer of the type '${mediaType}' is no root's`, () => {
		const text = faultText(() => unpackLayer(layerOf(gzip, TAR, mediaType), 1 << 20));
		assert.ok(text.includes(`its type is '${mediaType}' [IMAGE_UNSUPPORTED]`), text);
	});

test("a bomb is stopped at the limit: what would be 4 GiB, with a size at its end that lies", () => {
	const zeros = new Uint8Array(gzipSync(new Uint8Array(64 << 20)));
	const bomb = join(...Array.from({ length: 64 }, () => zeros));
	const lying = bomb.slice();
	lying.set([0xff, 0xff, 0xff, 0xff], bomb.length - 4);
	for (const bytes of [bomb, lying])
		assert.match(
			faultText(() => unpackLayer(layerOf(bytes, TAR), 1 << 20)),
			/more than 1048576 bytes/,
		);
});

test("the layers of an image share one limit, and lie over each other", () => {
	const upper = tarOf({ name: "d/.wh.f" }, { name: "d/g", body: "new" });
	const layers = [layerOf(gzip, TAR), layerOf(upper, upper, OCI)];
	assert.equal(treeText(unpackImage(layers)), "d/\nd/g: new\n");
});

test("a fault in a layer names the layer and the entry", () => {
	const tar = tarOf({ name: "../x" });
	const layer = layerOf(gzipSync(tar), tar);
	assert.ok(
		faultText(() => unpackImage([layer])).includes(
			`cannot unpack '../x' of layer '${layer.descriptor.digest}'`,
		),
	);
});

test("any bytes unpack or are a fault", () => {
	const magic = fc.constantFrom([], [0x1f, 0x8b, 8], [0x28, 0xb5, 0x2f, 0xfd]);
	fc.assert(
		fc.property(magic, fc.uint8Array({ maxLength: 300 }), (start, rest) => {
			const bytes = Uint8Array.from([...start, ...rest]);
			try {
				assert.deepEqual(unpackLayer(layerOf(bytes, bytes), 1 << 20), bytes);
			} catch (fault) {
				assert.ok(fault instanceof Fault, String(fault));
			}
		}),
		{ numRuns: 500 },
	);
});
