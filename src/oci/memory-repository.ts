import { Fault } from "../base/fault.ts";
import type { Repository } from "./content.ts";
import type { Descriptor } from "./descriptor.ts";
import type { Digest } from "./digest.ts";
import { isIndexType, isManifestType } from "./media-types.ts";
import { type ParsedManifest, parseAny } from "./parse-manifest.ts";
import { demandContent, sizeMismatch } from "./verify.ts";

interface Kept {
	readonly descriptor: Descriptor;
	readonly bytes: Uint8Array;
	/** Of manifests: what they are a referrer of. */
	readonly subject?: Digest;
}

/**
 * A repository in memory: the model that the store and the registry client are held to, and what tests
 * use where they need one. It is strict: a manifest whose blobs are not there is refused.
 */
export class MemoryRepository implements Repository {
	readonly name: string;
	readonly #contents = new Map<Digest, Kept>();
	readonly #tags = new Map<string, Descriptor>();

	constructor(name = "docker.io/library/memory") {
		this.name = name;
	}

	async *fetch(descriptor: Descriptor, signal?: AbortSignal): AsyncIterable<Uint8Array> {
		signal?.throwIfAborted();
		const kept = this.#contents.get(descriptor.digest);
		if (kept === undefined) throw notHere(this.name, descriptor.digest);
		// as a network would: in pieces that mean nothing
		for (let at = 0; at < kept.bytes.length; at += PIECE_BYTES) {
			signal?.throwIfAborted();
			yield kept.bytes.slice(at, at + PIECE_BYTES);
		}
	}

	async referrers(digest: Digest, artifactType?: string): Promise<readonly Descriptor[]> {
		return Array.from(this.#contents.values())
			.filter(({ subject }) => subject === digest)
			.map(({ descriptor }) => descriptor)
			.filter((descriptor) => artifactType === undefined || descriptor.artifactType === artifactType);
	}

	async has({ digest }: Descriptor): Promise<boolean> {
		return this.#contents.has(digest);
	}

	async put(descriptor: Descriptor, content: AsyncIterable<Uint8Array>): Promise<void> {
		const bytes = await collect(descriptor, content);
		await demandContent(bytes, descriptor);
		if (!isManifestType(descriptor.mediaType)) {
			this.#contents.set(descriptor.digest, { descriptor, bytes });
			return;
		}
		const parsed = parseAny(bytes, descriptor.mediaType, descriptor.digest);
		this.#demandChildren(descriptor, parsed);
		this.#contents.set(descriptor.digest, { ...facts(descriptor, parsed), bytes });
	}

	async resolve(tagOrDigest: string): Promise<Descriptor | undefined> {
		const kept = this.#contents.get(tagOrDigest as Digest);
		if (kept === undefined) return this.#tags.get(tagOrDigest);
		return isManifestType(kept.descriptor.mediaType) ? kept.descriptor : undefined;
	}

	async tag(descriptor: Descriptor, tag: string): Promise<void> {
		const kept = this.#contents.get(descriptor.digest);
		if (kept === undefined) throw notHere(this.name, descriptor.digest);
		this.#tags.set(tag, kept.descriptor);
	}

	/** An index may lack some of its manifests: a pull takes one platform of it. */
	#demandChildren({ digest, mediaType }: Descriptor, parsed: ParsedManifest): void {
		if (isIndexType(mediaType) || parsed.kind === "index") return;
		const { config, layers } = parsed.manifest;
		const missing = [config, ...layers].find((child) => !this.#contents.has(child.digest));
		if (missing === undefined) return;
		throw new Fault("IMAGE_INVALID", `cannot keep the manifest '${digest}'`, {
			note: `what it names is not here: ${missing.digest}`,
		});
	}
}

const PIECE_BYTES = 64 << 10;

/** What a list of referrers shows of a manifest (distribution-spec, "Listing Referrers"). */
function facts(descriptor: Descriptor, parsed: ParsedManifest): Omit<Kept, "bytes"> {
	const { mediaType, digest, size } = descriptor;
	const document = parsed.kind === "manifest" ? parsed.manifest : parsed.index;
	const configType = parsed.kind === "manifest" ? parsed.manifest.config.mediaType : undefined;
	const artifactType = document.artifactType ?? configType;
	const { annotations, subject } = document;
	return {
		descriptor: {
			mediaType,
			digest,
			size,
			...(subject !== undefined && artifactType !== undefined && { artifactType }),
			...(subject !== undefined && annotations !== undefined && { annotations }),
		},
		...(subject !== undefined && { subject: subject.digest }),
	};
}

async function collect(descriptor: Descriptor, content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
	const bytes = new Uint8Array(descriptor.size);
	let filled = 0;
	for await (const piece of content) {
		if (filled + piece.length > bytes.length) throw sizeMismatch(descriptor, `more than ${bytes.length}`);
		bytes.set(piece, filled);
		filled += piece.length;
	}
	return bytes.subarray(0, filled);
}

function notHere(name: string, digest: Digest): Fault {
	return new Fault("IMAGE_NOT_FOUND", `cannot find '${digest}' in '${name}'`);
}
