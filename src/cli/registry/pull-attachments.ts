import { Fault } from "../../base/fault.ts";
import { type Attachment, attachments } from "../../oci/attachments.ts";
import type { CopyProgress, Repository } from "../../oci/content.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { copyGraph } from "../../oci/graph.ts";
import { MANIFEST_BYTES_MAX } from "../../oci/limits.ts";
import { parseManifest } from "../../oci/parse-manifest.ts";
import { readVerified } from "../../oci/verify.ts";
import { tagSignatures } from "../../trust/merge-signatures.ts";
import { printNote } from "../print.ts";

/** Signatures and SBOMs are small. Anybody who may push can hang on an image whatever he likes. */
const ATTACHMENT_BYTES_MAX = 32 << 20;
const ATTACHMENTS_MAX = 256;
const CONCURRENCY = 3;

/**
 * Brings along what hangs on these manifests. One that is broken, or too large to be a signature or an
 * SBOM, is left out with a note: it must not stand before the image itself.
 */
export async function pullAttachments(
	from: Repository,
	to: Repository,
	images: readonly Descriptor[],
	progress: CopyProgress,
	signal: AbortSignal | undefined,
): Promise<void> {
	const digests = new Set(images.map(({ digest }) => digest));
	for (const digest of digests) {
		const all = await attachments(from, digest, ATTACHMENTS_MAX + 1);
		if (all.length > ATTACHMENTS_MAX)
			printNote(`of more than ${ATTACHMENTS_MAX} signatures and other attachments, as many are taken along`);
		for (const attachment of all.slice(0, ATTACHMENTS_MAX))
			await pullOne(from, to, attachment, progress, signal);
	}
}

async function pullOne(
	from: Repository,
	to: Repository,
	{ descriptor, tag }: Attachment,
	progress: CopyProgress,
	signal: AbortSignal | undefined,
): Promise<void> {
	try {
		await demandSmall(from, descriptor);
		const stoppable = signal === undefined ? {} : { signal };
		await copyGraph(from, to, descriptor, { concurrency: CONCURRENCY, progress, ...stoppable });
		if (tag !== undefined) await tagSignatures(to, descriptor, tag);
	} catch (error) {
		if (!(error instanceof Fault) || !SPOILT.has(error.code)) throw error;
		printNote(`left out an attachment: ${[error.message, ...error.notes].join("; ")}`);
	}
}

const SPOILT: ReadonlySet<string> = new Set([
	"IMAGE_INVALID",
	"IMAGE_UNSUPPORTED",
	"IMAGE_NOT_FOUND",
	"DIGEST_MISMATCH",
]);

async function demandSmall(from: Repository, descriptor: Descriptor): Promise<void> {
	const bytes = await readVerified(from, descriptor, MANIFEST_BYTES_MAX);
	const { config, layers } = parseManifest(bytes, descriptor.mediaType);
	const size = [config, ...layers].reduce((sum, one) => sum + one.size, 0);
	if (size <= ATTACHMENT_BYTES_MAX) return;
	throw new Fault("IMAGE_INVALID", `${descriptor.digest} is too large for an attachment`, {
		note: `it has ${size} bytes, over ${ATTACHMENT_BYTES_MAX}`,
	});
}
