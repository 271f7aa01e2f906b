import type { JsonObject } from "../oci/json.ts";

/** The members that are texts; others, which makers add as they like, are left out. */
export function readAnnotations(object: JsonObject | undefined): Readonly<Record<string, string>> {
	const texts = (object?.names() ?? []).flatMap((name) => {
		const value = object?.value(name);
		return typeof value === "string" ? [[name, value] as const] : [];
	});
	return Object.fromEntries(texts);
}
