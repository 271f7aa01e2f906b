import { Fault } from "../base/fault.ts";
import { formatReference, parseReference } from "../oci/reference.ts";

/** A name with all its parts; undefined for what is no reference. */
export function fullName(name: string): string | undefined {
	try {
		return formatReference(parseReference(name));
	} catch (error) {
		if (error instanceof Fault) return undefined;
		throw error;
	}
}
