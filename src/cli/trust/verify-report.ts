import { Fault } from "../../base/fault.ts";
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
	{ others }: Judged,
): Fault {
	const named = keys.map((key) => `'${key}'`).join(" or ");
	if (others.length === 0)
		return new Fault("SIGNATURE_MISSING", `cannot verify '${shown}': there is no signature beside it`, {
			note: `looked beside ${descriptor.digest} in ${repository.name}`,
			help: `wherry sign --key wherry.key ${shown}`,
		});
	return new Fault("SIGNATURE_INVALID", `cannot verify '${shown}': nothing beside it will do for ${named}`, {
		note: [
			`expected a signature of ${descriptor.digest}`,
			...others.slice(0, OTHERS_SHOWN_MAX).map(({ what, why }) => `${what}: ${why}`),
			...(others.length > OTHERS_SHOWN_MAX ? [`and ${others.length - OTHERS_SHOWN_MAX} more`] : []),
		],
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
