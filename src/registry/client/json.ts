import { parseJson } from "../../oci/json.ts";

/**
 * A JSON object of others, with its own properties alone: no prototype stands behind it. Undefined when
 * the bytes are no JSON object.
 */
export function ownObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
	try {
		return asObject(parseJson(bytes, { what: "an answer" }));
	} catch {
		return undefined;
	}
}

/** As `ownObject`, of a value that is parsed already. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
	return Object.assign(Object.create(null) as Record<string, unknown>, value);
}

/** A value that is a list; anything else is an empty one. */
export function asList(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}
