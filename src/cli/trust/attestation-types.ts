import { Fault } from "../../base/fault.ts";
import { SIGN_PREDICATE } from "../../trust/claims.ts";

interface AttestationType {
	/** The predicate type that is written. */
	readonly written: string;
	/** Those that are taken: these, and these with a version behind them. */
	readonly taken: readonly string[];
}

/** What --type takes for short, in cosign's words. */
const TYPES = new Map<string, AttestationType>([
	["slsaprovenance", { written: "https://slsa.dev/provenance/v1", taken: ["https://slsa.dev/provenance"] }],
	["cyclonedx", { written: "https://cyclonedx.org/bom", taken: ["https://cyclonedx.org/bom"] }],
	["spdx", { written: "https://spdx.dev/Document", taken: ["https://spdx.dev/Document"] }],
]);

/** For help: `slsaprovenance, cyclonedx, spdx, or the URI of a predicate type`. */
export const TYPES_SHOWN = `${[...TYPES.keys()].join(", ")}, or the URI of a predicate type`;

/** What stands for "no attestation, but a signature of the image". */
export const SIGNATURE_TYPE: AttestationType = { written: SIGN_PREDICATE, taken: [SIGN_PREDICATE] };

/**
 * The type that a word stands for.
 *
 * @throws Fault FLAG_INVALID
 */
export function parseAttestationType(text: string, where: string): AttestationType {
	const known = TYPES.get(text);
	if (known !== undefined) return known;
	if (/^[a-z][a-z0-9+.-]*:\S+$/i.test(text)) return { written: text, taken: [text] };
	throw new Fault("FLAG_INVALID", `cannot read '${text}' as a type of attestation`, {
		note: `in ${where}; there are ${TYPES_SHOWN}`,
		help: "--type slsaprovenance",
	});
}
