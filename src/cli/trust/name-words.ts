/** Names as the verbs of trust take them. */
import { Fault } from "../../base/fault.ts";
import { nearMisses } from "../../base/near.ts";
import type { Digest } from "../../oci/digest.ts";
import { familiarName, formatReference, parseReference } from "../../oci/reference.ts";
import type { Pin, Pins } from "../../trust/pins.ts";

/** A name whose digest can be pinned. */
export interface TaggedName {
	/** `docker.io/library/hello:latest`. */
	readonly reference: string;
	/** `hello:latest`. */
	readonly shown: string;
	/** The one that was named along with it. */
	readonly digest: Digest | undefined;
}

/** @throws Fault REFERENCE_INVALID */
export function parseTagged(word: string): TaggedName {
	const { tag = "latest", digest, ...repository } = parseReference(word);
	const named = { ...repository, tag, digest: undefined };
	return { reference: formatReference(named), shown: familiarName(named), digest };
}

/** As docker shows a canonical name. */
export function shownReference(reference: string): string {
	try {
		return familiarName(parseReference(reference));
	} catch (error) {
		if (error instanceof Fault) return reference;
		throw error;
	}
}

/** @throws Fault IMAGE_NOT_FOUND, with what comes near */
export function demandPinned(pins: Pins, name: TaggedName, verb: string): Pin {
	const pin = pins.get(name.reference);
	if (pin !== undefined) return pin;
	const near = nearMisses(name.shown, [...pins.keys()].map(shownReference));
	throw new Fault("IMAGE_NOT_FOUND", `nothing is pinned for '${name.shown}'`, {
		help: near.length > 0 ? near.map((one) => `wherry trust ${verb} ${one}`) : "wherry trust show",
	});
}
