import { Fault } from "../../base/fault.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { guessMediaType, parseAny } from "../../oci/parse-manifest.ts";
import { Problem } from "./problem.ts";

/** What the registry has to know of a manifest that is pushed. */
export interface ManifestFacts {
	readonly mediaType: string;
	/** What a referrer's descriptor says (distribution-spec, "Listing Referrers"). */
	readonly artifactType: string | undefined;
	readonly subject: Digest | undefined;
	readonly annotations: Readonly<Record<string, string>> | undefined;
	/** What must be in the repository before. */
	readonly blobs: readonly Descriptor[];
	readonly manifests: readonly Descriptor[];
}

/**
 * Reads a manifest or an index; `contentType` is the request's.
 *
 * @throws Problem MANIFEST_INVALID
 */
export function manifestFacts(bytes: Uint8Array, contentType: string | undefined): ManifestFacts {
	try {
		// "the registry SHOULD ignore parameters"
		const [named = ""] = (contentType ?? "").split(";", 1);
		const mediaType = named.trim() === "" ? guessMediaType(bytes) : named.trim().toLowerCase();
		return factsOf(bytes, mediaType);
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
		throw new Problem(400, "MANIFEST_INVALID", [error.message, ...error.notes].join(": "));
	}
}

function factsOf(bytes: Uint8Array, mediaType: string): ManifestFacts {
	const parsed = parseAny(bytes, mediaType);
	if (parsed.kind === "index") {
		const { artifactType, subject, annotations, manifests } = parsed.index;
		return { mediaType, artifactType, subject: subject?.digest, annotations, blobs: [], manifests };
	}
	const { artifactType, subject, annotations, config, layers } = parsed.manifest;
	return {
		mediaType,
		artifactType: artifactType === undefined || artifactType === "" ? config.mediaType : artifactType,
		subject: subject?.digest,
		annotations,
		blobs: [config, ...layers],
		manifests: [],
	};
}
