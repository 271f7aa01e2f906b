/** The digests of what lies on a prepared machine. */
import { parseManifest } from "../../src/oci/parse-manifest.ts";
import { readVerified } from "../../src/oci/verify.ts";
import type { Digest } from "../../src/oci/digest.ts";
import type { Manifest } from "../../src/oci/manifest.ts";
import { parseLock } from "../../src/trust/lock.ts";
import { attachmentTag } from "../../src/oci/attachments.ts";
import { readFileSync } from "node:fs";
import type { Machine } from "./machine.ts";

export interface ImageParts {
	readonly manifest: Digest;
	/** Of the manifest. */
	readonly size_bytes: number;
	readonly config: Digest;
	readonly layer: Digest;
}

/** Of what a canonical repository has under a tag. */
export interface SignatureParts {
	/** The manifest under the `.sig` tag, and its payload. */
	readonly simple: Digest;
	readonly payload: Digest;
	/** The manifest that is a referrer, and its bundle. */
	readonly referrer: Digest;
	readonly bundle: Digest;
}

export interface Parts {
	readonly app: ImageParts;
	/** What `app` was before it was built again. */
	readonly older: ImageParts;
	readonly other: ImageParts;
	readonly site: ImageParts;
	readonly signed: ImageParts;
	readonly signatures: SignatureParts;
	/** The team's, of `app`. */
	readonly appSignatures: SignatureParts;
	/** Somebody else's, of `foreign`. */
	readonly foreign: SignatureParts;
	/** The fingerprint of the team's key. */
	readonly team: string;
}

export async function partsOf(machine: Machine): Promise<Parts> {
	const lock = parseLock(readFileSync(machine.path("older", "wherry.lock")), "older");
	const older = lock.images.get("docker.io/library/app:latest");
	const now = parseLock(readFileSync(machine.path("work", "wherry.lock")), "now");
	const team = now.images.get("docker.io/library/signed:latest")?.keys[0];
	if (older === undefined || team === undefined) throw new Error("the locks lack what they should have");
	return {
		app: await imageParts(machine, "docker.io/library/app", "latest"),
		older: await imageParts(machine, "docker.io/library/app", older.manifest),
		other: await imageParts(machine, "docker.io/library/other", "latest"),
		site: await imageParts(machine, "docker.io/library/site", "latest"),
		signed: await imageParts(machine, "docker.io/library/signed", "latest"),
		signatures: await signatureParts(machine, "docker.io/library/signed", "latest"),
		appSignatures: await signatureParts(machine, "docker.io/library/app", "latest"),
		foreign: await signatureParts(machine, "docker.io/library/foreign", "latest"),
		team,
	};
}

async function imageParts(machine: Machine, name: string, tag: string): Promise<ImageParts> {
	const { manifest, digest, size_bytes } = await manifestOf(machine, name, tag);
	const [layer] = manifest.layers;
	if (layer === undefined) throw new Error(`'${name}' has no layer`);
	return { manifest: digest, size_bytes, config: manifest.config.digest, layer: layer.digest };
}

export async function signatureParts(machine: Machine, name: string, tag: string): Promise<SignatureParts> {
	const { digest: subject } = await manifestOf(machine, name, tag);
	const simple = await manifestOf(machine, name, attachmentTag(subject, "sig"));
	const [referrer] = await machine.repository(name).referrers(subject);
	if (referrer === undefined) throw new Error(`'${name}' has no referrer`);
	const bundle = await manifestOf(machine, name, referrer.digest);
	return {
		simple: simple.digest,
		payload: layerOf(simple.manifest),
		referrer: referrer.digest,
		bundle: layerOf(bundle.manifest),
	};
}

function layerOf({ layers: [layer] }: Manifest): Digest {
	if (layer === undefined) throw new Error("a manifest has no layer");
	return layer.digest;
}

async function manifestOf(machine: Machine, name: string, tag: string) {
	const repository = machine.repository(name);
	const descriptor = await repository.resolve(tag);
	if (descriptor === undefined) throw new Error(`the store has no '${name}:${tag}'`);
	const bytes = await readVerified(repository, descriptor, 1 << 20);
	const { digest, size } = descriptor;
	return { digest, size_bytes: size, manifest: parseManifest(bytes, descriptor.mediaType) };
}
