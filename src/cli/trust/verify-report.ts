import { Fault } from "../../base/fault.ts";
import { shellWord } from "../../base/shell.ts";
import { parseReference, repositoryName } from "../../oci/reference.ts";
import { isSignature } from "../../trust/claims.ts";
import { tableText } from "../images/table.ts";
import type { Format } from "../run-options.ts";
import type { Judged, Verified } from "./judge.ts";
import type { NamedImage } from "./signed-image.ts";

const OTHERS_SHOWN_MAX = 6;

/** Who signed what: for people, or as one JSON object for each signature. */
export function reportText(image: NamedImage, verified: readonly Verified[], format: Format): string {
	const { digest } = image.descriptor;
	if (format === "json") return verified.map((one) => `${JSON.stringify(jsonOf(image, one))}\n`).join("");
	const rows = verified.map((one) => [one.carrier, one.key, says(one)]);
	return `Verified ${image.shown}\nDigest   ${digest}\n\n${tableText(["CARRIER", "KEY", "SAYS"], rows)}`;
}

/** What is true beside it, and may surprise: a sentence each. */
export function remarks({ reference }: NamedImage, { verified, others }: Judged): readonly string[] {
	const counts = Map.groupBy(others, ({ why }) => why);
	const beside = Array.from(
		counts,
		([why, { length }]) => `${length} more beside it ${length === 1 ? "does" : "do"} not count: ${why}`,
	);
	const asked = reference === undefined ? undefined : repositoryName(reference);
	const names = new Set(verified.flatMap(({ claims }) => claims?.reference ?? []));
	const elsewhere = [...names].filter((name) => asked !== undefined && repositoryOf(name) !== asked);
	return [...beside, ...elsewhere.map((name) => `the same bytes were signed as '${name}'`)].slice(
		0,
		OTHERS_SHOWN_MAX,
	);
}

/** Why nothing of what was found will do. */
export function refusal(
	{ shown, descriptor, repository }: NamedImage,
	keys: readonly string[],
	types: readonly string[],
	{ others }: Judged,
): Fault {
	const [type = ""] = types;
	const isSigned = isSignature({ predicateType: type });
	const what = isSigned ? "a signature" : `an attestation '${type}'`;
	if (others.length === 0)
		return new Fault(
			"SIGNATURE_MISSING",
			`cannot verify '${shown}': nobody ${isSigned ? "signed" : "attested"} it`,
			{
				note: `expected ${what} of ${descriptor.digest} in ${repository.name}; found none`,
				help: isSigned
					? `wherry sign --key wherry.key ${shown}`
					: `wherry attest --key wherry.key --type ${shellWord(type)} --predicate FILE ${shown}`,
			},
		);
	const named = keys.map((key) => `'${key}'`).join(" or ");
	const lines = Map.groupBy(others, (other) => `${other.what}: ${other.why}`);
	const found = Array.from(lines, ([line, { length }]) => (length === 1 ? line : `${length} times ${line}`));
	return new Fault("SIGNATURE_INVALID", `cannot verify '${shown}': what is beside it will not do`, {
		note: [
			`expected ${what} of ${descriptor.digest} by ${named}; found ${others.length} that ${others.length === 1 ? "is" : "are"} none`,
			...found.slice(0, OTHERS_SHOWN_MAX),
			...(found.length > OTHERS_SHOWN_MAX ? ["and more"] : []),
		],
		help: "wherry explain SIGNATURE_INVALID",
	});
}

function says({ claims }: Verified): string {
	if (claims === undefined) return "these bytes";
	const { annotations, predicateType } = claims;
	const subject = claims.reference ?? (isSignature(claims) ? "this digest" : predicateType);
	const pairs = Object.entries(annotations).map(([name, value]) => `${name}=${value}`);
	return [subject, ...pairs].join(" ");
}

function jsonOf({ shown, descriptor }: NamedImage, { carrier, key, fingerprint, claims }: Verified): object {
	const said = claims && {
		predicate_type: claims.predicateType,
		reference: claims.reference,
		annotations: claims.annotations,
		predicate: claims.predicate,
	};
	return { image: shown, digest: descriptor.digest, carrier, key, fingerprint, ...said };
}

/** Whatever was signed as a name: what is none is told apart as it stands. */
function repositoryOf(name: string): string {
	try {
		return repositoryName(parseReference(name));
	} catch {
		return name;
	}
}
