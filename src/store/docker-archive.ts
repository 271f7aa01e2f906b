/** What `docker save` wrote before version 25, and `podman save` writes still: manifest.json, configs, layers. */
import { Fault } from "../base/fault.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, digestOf } from "../oci/digest.ts";
import { describe, encodeManifest } from "../oci/encode.ts";
import { JsonObject, parseJson } from "../oci/json.ts";
import { BLOB_BYTES_MAX, ENTRIES_MAX, LAYERS_MAX } from "../oci/limits.ts";
import { MediaType } from "../oci/media-types.ts";
import { parseImageConfig } from "../oci/parse-config.ts";
import { ArchiveContent, archiveInvalid, type ArchiveFile, type Place } from "./archive-file.ts";
import { startHash } from "./hash.ts";
import type { ArchiveImages, LoadedImage } from "./load-archive.ts";
import { fullName } from "./names.ts";
import { DOCKER_FILE } from "./save-archive.ts";

/**
 * The images of such an archive, each with the manifest that it lacks.
 *
 * @throws Fault IMAGE_INVALID; DIGEST_MISMATCH for a layer that is not what its config promises
 */
export function readDockerArchive(file: ArchiveFile): ArchiveImages {
	const document = { what: `'${DOCKER_FILE}' of ${file.what}` };
	const list = parseJson(file.bytes(DOCKER_FILE), document);
	if (!Array.isArray(list) || list.length > ENTRIES_MAX)
		throw archiveInvalid(file.what, `its '${DOCKER_FILE}' is no list of at most ${ENTRIES_MAX} images`);
	const places = new Map<Digest, Place>();
	const images = list.flatMap((one, index) =>
		readImage(file, new JsonObject(one, document, `[${index}]`), places),
	);
	return { content: new ArchiveContent(file, places), images, attached: [] };
}

function readImage(file: ArchiveFile, image: JsonObject, places: Map<Digest, Place>): LoadedImage[] {
	const configName = image.text("Config");
	const configBytes = file.bytes(configName);
	const config = describe(configBytes, MediaType.CONFIG);
	demandDigest(configName, config.digest);
	const names = image.texts("Layers", LAYERS_MAX);
	const diffIds = parseImageConfig(configBytes).rootfs.diff_ids;
	if (names.length !== diffIds.length)
		throw archiveInvalid(
			file.what,
			`'${configName}' promises ${diffIds.length} layers, and there are ${names.length}`,
		);
	const layers = names.map((name, index) => readLayer(file, name, diffIds[index], places));
	const manifest = encodeManifest({ schemaVersion: 2, mediaType: MediaType.MANIFEST, config, layers });
	places.set(config.digest, configBytes);
	places.set(manifest.descriptor.digest, manifest.bytes);
	const tags = image.texts("RepoTags", ENTRIES_MAX).flatMap((tag) => fullName(tag) ?? []);
	if (tags.length === 0) return [{ descriptor: manifest.descriptor }];
	return tags.map((name) => ({ descriptor: manifest.descriptor, name }));
}

/** A config is often named after its digest. */
function demandDigest(name: string, found: Digest): void {
	const expected = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(name)?.[1];
	if (expected !== undefined && found !== `sha256:${expected}`)
		throw mismatch(name, `sha256:${expected}`, found);
}

/** A plain tar has to be what the config promises; a compressed one is held to that when it is unpacked. */
function readLayer(
	file: ArchiveFile,
	name: string,
	diffId: Digest | undefined,
	places: Map<Digest, Place>,
): Descriptor {
	const place = file.place(name);
	if (place.size_bytes > BLOB_BYTES_MAX)
		throw archiveInvalid(file.what, `'${name}' has ${place.size_bytes} bytes, over ${BLOB_BYTES_MAX}`);
	const hash = startHash(digestOf(new Uint8Array()));
	for (const piece of file.pieces(place)) hash.update(piece);
	const digest = hash.digest();
	const isPacked = isGzip(file.read(place.at, Math.min(2, place.size_bytes)));
	if (!isPacked && diffId !== undefined && digest !== diffId && diffId.startsWith("sha256:"))
		throw mismatch(name, diffId, digest);
	places.set(digest, place);
	return { mediaType: isPacked ? MediaType.LAYER_GZIP : MediaType.LAYER, digest, size: place.size_bytes };
}

function isGzip(start: Uint8Array): boolean {
	return start[0] === 0x1f && start[1] === 0x8b;
}

function mismatch(name: string, expected: string, found: Digest): Fault {
	return new Fault("DIGEST_MISMATCH", `'${name}' of the archive does not hold what is promised of it`, {
		note: [`expected ${expected}`, `found ${found}`, "nothing was loaded"],
	});
}
