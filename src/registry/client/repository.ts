import { Fault } from "../../base/fault.ts";
import type { Repository } from "../../oci/content.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { type Digest, isDigest } from "../../oci/digest.ts";
import { MANIFEST_BYTES_MAX } from "../../oci/limits.ts";
import { isManifestType } from "../../oci/media-types.ts";
import { digestAs } from "../../oci/verify.ts";
import { download } from "./download.ts";
import { readRefusal, unexpected } from "./failure.ts";
import { asList, asObject, ownObject } from "./json.ts";
import { MANIFESTS_KEPT_BYTES_MAX } from "./limits.ts";
import { type ManifestFound, getManifest, putManifest } from "./manifests.ts";
import { allPages } from "./pages.ts";
import { addToFallback, listReferrers } from "./referrers.ts";
import type { Registry } from "./registry.ts";
import { cancelUpload, mountBlob, upload } from "./upload.ts";

export interface RepositoryOptions {
	/** Other repositories of the same registry that may have what is pushed: asked in turn. */
	readonly mountFrom?: readonly string[];
}

/** A repository of a registry (OCI distribution-spec 1.1). */
export class RegistryRepository implements Repository {
	readonly name: string;
	readonly #registry: Registry;
	readonly #path: string;
	readonly #mountFrom: readonly string[];
	/** By digest: what `resolve` read is not asked for again. */
	readonly #kept = new Map<Digest, ManifestFound>();
	#kept_bytes = 0;
	/** Uploads that were begun where a mount was asked for. */
	readonly #opened = new Map<Digest, URL>();
	/** By subject: the last writing of its fallback list. */
	readonly #lists = new Map<Digest, Promise<void>>();

	/** @param path `library/hello`: the repository in the registry */
	constructor(registry: Registry, path: string, { mountFrom = [] }: RepositoryOptions = {}) {
		this.name = `${registry.host}/${path}`;
		this.#registry = registry;
		this.#path = path;
		this.#mountFrom = mountFrom;
	}

	async resolve(tagOrDigest: string): Promise<Descriptor | undefined> {
		const found = await getManifest(this.#registry, this.#path, tagOrDigest);
		if (found !== undefined) this.#keep(found);
		return found?.descriptor;
	}

	async *fetch(descriptor: Descriptor, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
		if (isManifestType(descriptor.mediaType)) yield (await this.#manifest(descriptor)).bytes;
		else yield* download(this.#registry, this.#path, descriptor, signal);
	}

	referrers(digest: Digest): Promise<readonly Descriptor[]> {
		return listReferrers(this.#registry, this.#path, digest);
	}

	async has(descriptor: Descriptor): Promise<boolean> {
		const kind = isManifestType(descriptor.mediaType) ? "manifests" : "blobs";
		const answer = await this.#registry.send({
			method: "HEAD",
			to: `/v2/${this.#path}/${kind}/${descriptor.digest}`,
			headers: kind === "manifests" ? { accept: descriptor.mediaType } : {},
			scope: { repository: this.#path, actions: "pull,push" },
		});
		if (answer.status === 403) throw await this.#registry.denied(answer);
		if (answer.status !== 200 && answer.status !== 404)
			throw unexpected(`look for ${descriptor.digest}`, this.#registry.host, await readRefusal(answer));
		await answer.discard();
		return answer.status === 200;
	}

	async put(descriptor: Descriptor, content: AsyncIterable<Uint8Array>): Promise<void> {
		if (isManifestType(descriptor.mediaType)) return this.#putManifest(descriptor, content);
		const opened = this.#opened.get(descriptor.digest);
		this.#opened.delete(descriptor.digest);
		await upload({ registry: this.#registry, repository: this.#path }, descriptor, content, opened);
	}

	async mount({ digest }: Descriptor): Promise<boolean> {
		const target = { registry: this.#registry, repository: this.#path };
		for (const from of this.#mountFrom.filter((path) => path !== this.#path)) {
			const place = await mountBlob(target, digest, from).catch(unlessDenied);
			if (place === "denied") continue;
			// one upload is enough: of what the one before began, nobody would hear again
			const before = this.#opened.get(digest);
			if (before !== undefined) await cancelUpload(target, before);
			this.#opened.delete(digest);
			if (place === undefined) return true;
			this.#opened.set(digest, place);
		}
		return false;
	}

	async tag(descriptor: Descriptor, tag: string): Promise<void> {
		await putManifest(this.#registry, this.#path, tag, await this.#manifest(descriptor));
	}

	/** All tags, without order or doubles. */
	async tags(): Promise<readonly string[]> {
		const listed = await allPages(
			this.#registry,
			`/v2/${this.#path}/tags/list?n=1000`,
			{ repository: this.#path, actions: "pull" },
			() => true,
			({ tags }) => asList(tags),
		);
		const tags = (listed ?? []).filter((tag): tag is string => typeof tag === "string" && TAG.test(tag));
		// registries differ in whether a page begins with the last of the one before
		return [...new Set(tags)];
	}

	async #manifest(descriptor: Descriptor): Promise<ManifestFound> {
		const found =
			this.#kept.get(descriptor.digest) ?? (await getManifest(this.#registry, this.#path, descriptor.digest));
		if (found === undefined)
			throw new Fault("IMAGE_NOT_FOUND", `'${this.name}' lacks a part of the image`, {
				note: `it has no ${descriptor.digest} (${descriptor.mediaType})`,
			});
		this.#keep(found);
		return found;
	}

	async #putManifest(descriptor: Descriptor, content: AsyncIterable<Uint8Array>): Promise<void> {
		const bytes = await wholeOf(descriptor, content);
		const found = { descriptor, bytes, etag: null };
		const { subject } = await putManifest(this.#registry, this.#path, descriptor.digest, found);
		this.#keep(found);
		const document = ownObject(bytes);
		const wanted = asObject(document?.["subject"])?.["digest"];
		if (!isDigest(wanted) || subject !== null) return;
		const referrer = { ...descriptor, ...aboutReferrer(document) };
		// one after the other: each writes the list anew
		const before = this.#lists.get(wanted) ?? Promise.resolve();
		const done = before.then(() => addToFallback(this.#registry, this.#path, wanted, referrer));
		this.#lists.set(
			wanted,
			done.catch(() => undefined),
		);
		await done;
	}

	#keep(found: ManifestFound): void {
		if (this.#kept.has(found.descriptor.digest)) return;
		if (this.#kept_bytes + found.bytes.length > MANIFESTS_KEPT_BYTES_MAX) {
			this.#kept.clear();
			this.#kept_bytes = 0;
		}
		this.#kept.set(found.descriptor.digest, found);
		this.#kept_bytes += found.bytes.length;
	}
}

/** Who may not read the other repository has to send the blob. */
function unlessDenied(error: unknown): "denied" {
	if (error instanceof Fault && error.code === "REGISTRY_DENIED") return "denied";
	throw error;
}

/** distribution-spec, "Pulling manifests": what a tag may look like. */
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

async function wholeOf(
	{ digest, size }: Descriptor,
	content: AsyncIterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
	const pieces: Uint8Array[] = [];
	let seen = 0;
	for await (const piece of content) {
		seen += piece.length;
		if (seen > Math.min(size, MANIFEST_BYTES_MAX)) break;
		pieces.push(piece);
	}
	const bytes = new Uint8Array(Buffer.concat(pieces));
	const found = await digestAs(bytes, digest);
	if (seen === size && found === digest) return bytes;
	throw new Fault("DIGEST_MISMATCH", `cannot push ${digest}: what is here is something else`, {
		note: [`expected: ${digest}, ${size} bytes`, `what is here: ${found}, ${seen} bytes`],
	});
}

/** What the list of referrers says of a manifest (image-spec, "Listing Referrers"). */
function aboutReferrer(document: Readonly<Record<string, unknown>> | undefined): Partial<Descriptor> {
	const config = asObject(document?.["config"])?.["mediaType"];
	const artifactType = document?.["artifactType"] ?? config;
	const annotations = asObject(document?.["annotations"]) as Readonly<Record<string, string>> | undefined;
	return {
		...(typeof artifactType === "string" ? { artifactType } : {}),
		...(annotations === undefined ? {} : { annotations }),
	};
}
