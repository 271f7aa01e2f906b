import { Fault } from "../base/fault.ts";
import { formatReference, parseNamed } from "../oci/reference.ts";
import { repositoryOf } from "./name-scope.ts";
import type { IdentityDemand } from "./trust-policy.ts";

/**
 * Whether the name in a signature is one that it may be (containers-policy.json(5), "signedIdentity"):
 * a signature over other names may have been copied here from there.
 *
 * `reference` is the image's canonical name, `identity` what stands in the signature.
 */
export function identityAllows(
	demand: IdentityDemand,
	reference: string | undefined,
	identity: string | undefined,
): boolean {
	const signed = canonical(identity);
	if (signed === undefined || reference === undefined) return false;
	switch (demand.type) {
		case "matchExact":
			return isTagged(reference) && signed === reference;
		case "matchRepository":
			return repositoryOf(signed) === repositoryOf(reference);
		case "matchRepoDigestOrExact":
			return matchesDigestOrExact(reference, signed);
		case "exactReference":
			return signed === canonical(demand.dockerReference);
		case "exactRepository":
			return repositoryOf(signed) === canonical(demand.dockerRepository);
		case "remapIdentity":
			return matchesDigestOrExact(remapped(reference, demand.prefix, demand.signedPrefix), signed);
	}
}

/** A tag must be the very tag; where the image is named by digest, the digest is signed already. */
function matchesDigestOrExact(reference: string, signed: string): boolean {
	if (reference.includes("@")) return repositoryOf(signed) === repositoryOf(reference);
	return signed === reference;
}

function isTagged(reference: string): boolean {
	return !reference.includes("@") && reference !== repositoryOf(reference);
}

function remapped(reference: string, prefix: string, signedPrefix: string): string {
	const next = reference.charAt(prefix.length);
	const within = reference.startsWith(prefix) && ["", "/", ":", "@"].includes(next);
	return within ? signedPrefix + reference.slice(prefix.length) : reference;
}

/** Signers may write a short name; what is no name at all matches nothing. */
function canonical(text: string | undefined): string | undefined {
	try {
		return text === undefined ? undefined : formatReference(parseNamed(text));
	} catch (error) {
		if (error instanceof Fault) return undefined;
		throw error;
	}
}
