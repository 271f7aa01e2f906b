/** Reading JSON that others may have written: every surprise is told in one sentence. */

/** Makes the Fault of whoever reads. */
export type Invalid = (problem: string, cause?: unknown) => Error;

export type JsonObject = Readonly<Record<string, unknown>>;

export function parseJsonText(text: string, invalid: Invalid): unknown {
	try {
		return JSON.parse(text.replace(/^\uFEFF/, ""));
	} catch (cause) {
		throw invalid((cause as SyntaxError).message, cause);
	}
}

/** Only its own properties count: take them by Object.entries, or by names that no prototype has. */
export function objectOf(value: unknown, what: string, invalid: Invalid): JsonObject {
	if (typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date))
		return value as JsonObject;
	throw invalid(`${what} is ${quoted(value)}, not an object`);
}

export function demandVersion(document: JsonObject, version: number, invalid: Invalid): void {
	if (document["version"] === version) return;
	throw invalid(`its version is ${quoted(document["version"])}; this wherry knows ${version}`);
}

/** A value in quotes, cut short. */
export function quoted(value: unknown): string {
	const text = value === undefined ? "missing" : `'${JSON.stringify(value) ?? "that"}'`;
	return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}...` : text;
}

const SHOWN_CHARACTERS_MAX = 100;
