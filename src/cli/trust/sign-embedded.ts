import { Fault } from "../../base/fault.ts";
import { shellWord } from "../../base/shell.ts";
import { putDocument } from "../../oci/attachments.ts";
import { documentOf, encodeManifest, encodeWasmConfig } from "../../oci/encode.ts";
import { BLOB_BYTES_MAX } from "../../oci/limits.ts";
import { type OpenedImage, openImage } from "../../oci/open-image.ts";
import { familiarName, formatReference } from "../../oci/reference.ts";
import { readVerified } from "../../oci/verify.ts";
import { embedSignature } from "../../trust/embedded.ts";
import { type EmbeddedSigningKey, readEmbeddedSigningKey } from "../../trust/embedded-keys.ts";
import type { ImageStore } from "../../store/image-store.ts";
import { openStore } from "../images/open-store.ts";
import { printNote, printResult } from "../print.ts";
import type { Format } from "../run-options.ts";
import { rememberOwn } from "./gate.ts";
import { readKeyFile } from "./key-files.ts";
import { imageInStore, type NamedImage } from "./signed-image.ts";

/**
 * Puts a signature into the module of an image, which makes another image: it takes the name.
 *
 * @throws Fault KEY_INVALID; IMAGE_UNSUPPORTED when the program lies in a layer with other files
 */
export async function signEmbedded(word: string, keyFile: string, format: Format): Promise<number> {
	const store = openStore();
	const image = await imageInStore(store, word, `sign --embed --key ${shellWord(keyFile)}`);
	const { reference, descriptor } = image;
	const key = await readEmbeddedSigningKey(
		readKeyFile(keyFile, "wherry trust keygen --type ed25519-wasm"),
		keyFile,
	);
	const signed = await withSignature(store, image, key);
	if (reference === undefined || reference.tag === undefined)
		throw new Fault("REFERENCE_INVALID", `cannot put a signature into '${word}': it has no tag`, {
			note: "the signature makes another image, with another digest, and that needs a name",
			help: `wherry tag ${word} NAME`,
		});
	const name = formatReference({ ...reference, digest: undefined });
	store.tag(signed, name);
	rememberOwn(name, signed.digest, "tagged");
	const shown = familiarName({ ...reference, digest: undefined });
	const { fingerprint } = key.publicKey;
	if (format === "json")
		printResult(
			`${JSON.stringify({ image: shown, digest: signed.digest, before: descriptor.digest, fingerprint })}\n`,
		);
	else {
		printResult(`Signed the module of ${shown}\nDigest ${signed.digest}\nKey    ${fingerprint}\n`);
		printNote(
			`the signature is part of the image now: it was ${descriptor.digest}, and signatures of that do not count for it`,
		);
	}
	return 0;
}

async function withSignature(
	store: ImageStore,
	{ descriptor, repository, shown }: NamedImage,
	key: EmbeddedSigningKey,
): Promise<NamedImage["descriptor"]> {
	const opened = await openImage(repository, descriptor);
	const { shape, manifest } = opened;
	if (shape.kind !== "module" || opened.descriptor.digest !== descriptor.digest)
		throw new Fault("IMAGE_UNSUPPORTED", `cannot put a signature into '${shown}'`, {
			note: "its program lies in a layer beside other files, or the name stands for several images",
			help: `wherry sign --key wherry.key ${shown}`,
		});
	const before = await readVerified(repository, shape.layer, BLOB_BYTES_MAX);
	const wasm = documentOf(await embedSignature(before, key), shape.layer.mediaType);
	const layer = { ...shape.layer, ...wasm.descriptor };
	const config = configWith(opened, layer.digest);
	const written = encodeManifest({
		...manifest,
		config: config.descriptor,
		layers: manifest.layers.map((one) => (one === shape.layer ? layer : one)),
	});
	for (const document of [wasm, config, written]) await putDocument(store, document);
	return written.descriptor;
}

/** The config, which in the CNCF's layout names the module. */
function configWith(
	{ shape, manifest, configBytes }: OpenedImage,
	digest: NamedImage["descriptor"]["digest"],
): ReturnType<typeof documentOf> {
	const { mediaType } = manifest.config;
	if (shape.kind !== "module" || shape.wasm === undefined) return documentOf(configBytes, mediaType);
	return documentOf(encodeWasmConfig({ ...shape.wasm, layerDigests: [digest] }), mediaType);
}
