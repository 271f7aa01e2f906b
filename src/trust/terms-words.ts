import type { SignatureDemand, Terms } from "./trust-policy.ts";

/** What a rule demands, a clause each, for people. */
export function termsWords(terms: Terms): readonly string[] {
	if (terms.type === "accept") return ["nothing: any image will do"];
	if (terms.type === "reject") return ["no image at all"];
	return [
		...terms.signatures.map(signatureWords),
		...(terms.digests.length > 0 ? [`the digest ${terms.digests.join(" or ")}`] : []),
		...(terms.firstUse ? ["the digest that was first seen here"] : []),
	];
}

function signatureWords({ type, keys, need, predicateType, identity }: SignatureDemand): string {
	const by = keys.map(({ from }) => `'${from}'`).join(need === "all" ? " and " : " or ");
	if (type === "attestation") return `an attestation '${predicateType ?? ""}' by ${by}`;
	if (type === "embedded") return `a signature in the module by ${by}`;
	return `a signature by ${by}${identity === undefined ? "" : ` for its name (${identity.type})`}`;
}
