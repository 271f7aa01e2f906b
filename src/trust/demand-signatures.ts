/** Holds an image to the signatures that a rule demands. */
import { Fault } from "../base/fault.ts";
import type { Candidate } from "./admission.ts";
import { SIGN_PREDICATE } from "./claims.ts";
import { identityAllows } from "./signed-identity.ts";
import type { SignatureDemand, TrustKey, TrustRule } from "./trust-policy.ts";

/** What is known of an image beside its bytes, asked only when a rule demands it. */
export interface Evidence {
	/** Signatures and attestations that stand beside the image, and which of them these keys made. */
	signatures(keys: readonly TrustKey[]): Promise<SignaturesFound>;
	/** Signatures inside the module; undefined: there is no module, or none inside it. */
	embedded(keys: readonly TrustKey[]): Promise<SignaturesFound>;
}

export interface SignaturesFound {
	/** How many there are, of anybody. */
	readonly count: number;
	/** Those that one of the keys made over this very image. */
	readonly valid: readonly ValidSignature[];
	/** Why others are not among them: a sentence each. */
	readonly problems: readonly string[];
}

export interface ValidSignature {
	readonly key: TrustKey;
	readonly fingerprint: string;
	/** The name that was signed along with the digest, where the form has one. */
	readonly identity?: string;
	/** SIGN_PREDICATE, or of an attestation what it says. Undefined: it is inside the module. */
	readonly predicateType?: string;
}

/**
 * The fingerprints of the keys that signed as the rule demands.
 *
 * @throws Fault SIGNATURE_MISSING when nobody signed; SIGNATURE_INVALID when others did
 */
export async function demandSignatures(
	candidate: Candidate,
	rule: TrustRule,
	evidence: Evidence,
): Promise<readonly string[]> {
	if (rule.terms.type !== "demand") return [];
	const fingerprints = new Set<string>();
	for (const demand of rule.terms.signatures) {
		const found =
			demand.type === "embedded"
				? await evidence.embedded(demand.keys)
				: await evidence.signatures(demand.keys);
		for (const signature of meets(candidate, rule, demand, found)) fingerprints.add(signature.fingerprint);
	}
	return [...fingerprints].toSorted();
}

function meets(
	candidate: Candidate,
	rule: TrustRule,
	demand: SignatureDemand,
	found: SignaturesFound,
): readonly ValidSignature[] {
	const fitting = found.valid.filter((signature) => fits(candidate, demand, signature));
	const missing = demand.keys.filter((key) => !fitting.some((signature) => signature.key === key));
	const enough = demand.need === "all" ? missing.length === 0 : fitting.length > 0;
	if (enough) return fitting;
	throw found.count === 0
		? unsigned(candidate, rule, demand, missing)
		: otherwiseSigned(candidate, rule, demand, found, missing);
}

function fits(candidate: Candidate, demand: SignatureDemand, signature: ValidSignature): boolean {
	const { identity } = demand;
	if (demand.type === "attestation") return signature.predicateType === demand.predicateType;
	if (demand.type === "image" && signature.predicateType !== SIGN_PREDICATE) return false;
	return identity === undefined || identityAllows(identity, candidate.reference, signature.identity);
}

function unsigned(
	candidate: Candidate,
	rule: TrustRule,
	demand: SignatureDemand,
	missing: readonly TrustKey[],
): Fault {
	return new Fault("SIGNATURE_MISSING", `may not ${candidate.moment} '${candidate.shown}'`, {
		note: [
			`expected ${demanded(demand, missing)}; found none`,
			`the rule at ${rule.where} demands it of ${candidate.digest}`,
		],
		help: `wherry trust show ${candidate.shown}`,
	});
}

function otherwiseSigned(
	candidate: Candidate,
	rule: TrustRule,
	demand: SignatureDemand,
	{ count, problems }: SignaturesFound,
	missing: readonly TrustKey[],
): Fault {
	return new Fault("SIGNATURE_INVALID", `may not ${candidate.moment} '${candidate.shown}'`, {
		note: [
			`expected ${demanded(demand, missing)}; found ${count} that ${count === 1 ? "is" : "are"} not`,
			...problems.slice(0, PROBLEMS_SHOWN_MAX),
			`the rule at ${rule.where} demands it of ${candidate.digest}`,
		],
		help: `wherry trust show ${candidate.shown}`,
	});
}

const PROBLEMS_SHOWN_MAX = 5;

function demanded(demand: SignatureDemand, missing: readonly TrustKey[]): string {
	const keys = missing.map(({ from }) => `'${from}'`).join(demand.need === "all" ? " and " : " or ");
	if (demand.type === "attestation") return `an attestation '${demand.predicateType ?? ""}' by ${keys}`;
	return demand.type === "embedded" ? `a signature in the module by ${keys}` : `a signature by ${keys}`;
}
