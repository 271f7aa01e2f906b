/** Whom to trust, as values: what both forms of policy files come to. */
import type { Digest } from "../oci/digest.ts";
import type { NameScope } from "./name-scope.ts";

export interface TrustPolicy {
	/** The file it was read from; undefined: there is none, and what holds is the default of a new install. */
	readonly file: string | undefined;
	readonly rules: readonly TrustRule[];
	/** For names that no rule matches. */
	readonly otherwise: TrustRule;
}

export interface TrustRule {
	/** `/home/me/.config/wherry/trust.toml:12`, or "the default of wherry". */
	readonly where: string;
	/** Undefined: of the rule for all other names. */
	readonly scope: NameScope | undefined;
	readonly terms: Terms;
}

export type Terms =
	| { readonly type: "accept" }
	| { readonly type: "reject" }
	/** All of these are demanded together. */
	| {
			readonly type: "demand";
			/** A name keeps the digest that it was first seen with here. */
			readonly firstUse: boolean;
			/** One of them. Empty: any. */
			readonly digests: readonly Digest[];
			readonly signatures: readonly SignatureDemand[];
	  };

export interface SignatureDemand {
	readonly type: "image" | "attestation" | "embedded";
	readonly keys: readonly TrustKey[];
	/** Whether one of the keys is enough. */
	readonly need: "any" | "all";
	/** Of an attestation: the predicate it has to make. */
	readonly predicateType?: string;
	/** The name that has to stand in the signature; undefined: the digest alone decides. */
	readonly identity?: IdentityDemand;
}

/** A public key that a policy names: what is in its file, and where it came from. */
export interface TrustKey {
	/** PEM; of signatures inside modules also what wasmsign2 writes. */
	readonly content: Uint8Array;
	/** The file, or "the policy". */
	readonly from: string;
}

/** containers-policy.json(5), signedIdentity. */
export type IdentityDemand =
	| { readonly type: "matchExact" | "matchRepoDigestOrExact" | "matchRepository" }
	| { readonly type: "exactReference"; readonly dockerReference: string }
	| { readonly type: "exactRepository"; readonly dockerRepository: string }
	| { readonly type: "remapIdentity"; readonly prefix: string; readonly signedPrefix: string };

/** What holds where nobody wrote a policy: what was first seen is pinned, and silent change is refused. */
export const DEFAULT_POLICY: TrustPolicy = {
	file: undefined,
	rules: [],
	otherwise: {
		where: "the default of wherry",
		scope: undefined,
		terms: { type: "demand", firstUse: true, digests: [], signatures: [] },
	},
};

/**
 * The rule that decides for an image: of those whose scope matches its name, the most specific one.
 * `reference` is canonical; undefined where an image is named by its id alone.
 */
export function ruleFor(policy: TrustPolicy, reference: string | undefined): TrustRule {
	let best: TrustRule | undefined;
	if (reference === undefined) return policy.otherwise;
	const spellings = [reference, withoutUsualPort(reference)];
	for (const rule of policy.rules) {
		const { scope } = rule;
		if (scope === undefined || !spellings.some((name) => scope.matches(name))) continue;
		if (best?.scope === undefined || scope.rank > best.scope.rank) best = rule;
	}
	return best ?? policy.otherwise;
}

/** The same registry is asked with and without it. */
function withoutUsualPort(reference: string): string {
	return reference.replace(/^([^/:]+\.[^/:]+):443\//, "$1/");
}
