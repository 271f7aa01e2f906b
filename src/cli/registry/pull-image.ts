import { existsSync } from "node:fs";
import { Fault } from "../../base/fault.ts";
import type { Repository } from "../../oci/content.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { copyGraph } from "../../oci/graph.ts";
import { type OpenedImage, openImage } from "../../oci/open-image.ts";
import { familiarName, formatReference, type Reference, repositoryName } from "../../oci/reference.ts";
import type { ImageStore } from "../../store/image-store.ts";
import { openStore } from "../images/open-store.ts";
import { admitWithSignatures, openTrust, remember, type TrustAsked } from "../trust/gate.ts";
import { demandInLock } from "../../trust/locked-to.ts";
import { openRepository, type RegistryAsked } from "./open-registry.ts";
import { openProgress, PULL_WORDS, SILENT, type ShownProgress } from "./progress.ts";
import { pullAttachments } from "./pull-attachments.ts";
import type { ProgressKind } from "./registry-flags.ts";

/** How an image is to be pulled. */
export interface PullAsked extends RegistryAsked {
	/** `OS/ARCH`: of an index take this alone; "" or absent: what can run here; "all": all of it. */
	readonly platform?: string;
	readonly trust?: TrustAsked;
	/** Absent: none. */
	readonly progress?: ProgressKind;
	/** Signatures, SBOMs and attestations too; absent: yes. */
	readonly attachments?: boolean;
}

export interface PulledImage {
	/** With what it stands under in the store: `hello:latest`, or `hello@sha256:...`. */
	readonly reference: Reference;
	/** What the name stands for: a manifest, or an index. */
	readonly descriptor: Descriptor;
	/** False when the store had it under this name already. */
	readonly isNew: boolean;
}

/** How many blobs move at the same time: docker's own number. */
const CONCURRENCY = 3;

/**
 * Pulls an image into the store of this user: what the tag stands for, what hangs on it, the word of trust,
 * then its blobs, and last its name. Until then nothing of it can run, and what was moved is collected.
 *
 * @throws Fault IMAGE_NOT_FOUND, IMAGE_UNSUPPORTED, IMAGE_INVALID, DIGEST_MISMATCH, those of registries and of trust
 */
export async function pullImage(reference: Reference, asked: PullAsked = {}): Promise<PulledImage> {
	const store = openStore();
	const progress = await openProgress(asked.progress ?? "none", PULL_WORDS);
	let isKept = false;
	try {
		const pulled = await pullInto(store, openRepository(reference, asked), reference, asked, progress);
		isKept = true;
		return pulled;
	} finally {
		progress.end();
		store.close();
		if (!isKept) collectQuietly(store);
	}
}

async function pullInto(
	store: ImageStore,
	from: Repository,
	reference: Reference,
	asked: PullAsked,
	progress: ShownProgress,
): Promise<PulledImage> {
	const kept = keptName(reference);
	// before anything is asked of a registry: a policy or a lock that cannot be read trusts nothing
	const trust = await openTrust(asked.trust);
	demandInLock(trust.lock, { reference: formatReference(kept), shown: familiarName(kept) });
	const root = await from.resolve(reference.digest ?? reference.tag ?? "latest");
	if (root === undefined) throw notThere(reference);
	progress.say(`${reference.digest ?? reference.tag}: Pulling from ${reference.path}`);
	const image = await openImage(from, root, platformOf(asked), asked.signal);
	const candidate = { ...candidateOf(kept, root, image), platform: platformOf(asked) };
	const admission = await admitWithSignatures(trust, candidate, () => from);
	const to = store.repository(repositoryName(reference));
	const before = await to.resolve(kept.digest ?? kept.tag ?? "latest");
	const moved = new MovedBytes(progress);
	await copyGraph(from, to, root, copyOptions(asked, moved));
	if (asked.attachments !== false)
		await pullAttachments(from, to, [root, image.descriptor], SILENT, asked.signal);
	// what was signed there and came here without its signature could not run
	if (admission.keys.length > 0) await admitWithSignatures(trust, candidate, () => to);
	asked.signal?.throwIfAborted();
	store.tag(root, formatReference(kept));
	remember(admission);
	return { reference: kept, descriptor: root, isNew: before?.digest !== root.digest || moved.some };
}

/** Where a digest was named, the tag beside it says nothing: docker keeps it under the digest too. */
function keptName(reference: Reference): Reference {
	return reference.digest === undefined ? reference : { ...reference, tag: undefined };
}

function platformOf({ platform }: PullAsked): string {
	return platform === undefined || platform === "all" ? "" : platform;
}

function candidateOf(kept: Reference, root: Descriptor, { manifest }: OpenedImage) {
	return {
		reference: formatReference(kept),
		shown: familiarName(kept),
		digest: root.digest,
		layers: manifest.layers.map(({ digest }) => digest),
		moment: "pull",
	} as const;
}

function copyOptions(asked: PullAsked, progress: MovedBytes) {
	return {
		concurrency: CONCURRENCY,
		progress,
		...(asked.signal !== undefined && { signal: asked.signal }),
		...(asked.platform !== "all" && { platform: platformOf(asked) }),
	};
}

/** Tells the progress on, and knows whether anything moved. */
class MovedBytes {
	readonly #shown: ShownProgress;
	some = false;

	constructor(shown: ShownProgress) {
		this.#shown = shown;
	}

	started(descriptor: Descriptor): void {
		this.#shown.started(descriptor);
	}

	moved(descriptor: Descriptor, bytes: number): void {
		this.#shown.moved(descriptor, bytes);
	}

	ended(descriptor: Descriptor, how: "moved" | "there" | "mounted"): void {
		this.some ||= how === "moved";
		this.#shown.ended(descriptor, how);
	}
}

function notThere(reference: Reference): Fault {
	return new Fault("IMAGE_NOT_FOUND", `cannot find '${familiarName(reference)}' in '${reference.registry}'`, {
		note: "it has no such repository or tag, or shows it only to those who are logged in",
		help: [`wherry login ${reference.registry}`, "wherry images    for what is on this machine"],
	});
}

/** What failed is being told already; whatever is left over here goes with the next prune. */
function collectQuietly(store: ImageStore): void {
	try {
		if (existsSync(store.folder)) store.collect();
	} catch {
		// a spoilt store tells of itself when it is used
	}
}
