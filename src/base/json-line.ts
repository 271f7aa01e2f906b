/** The object that a line of JSON holds; undefined for anything else: a line that was cut off, or comes from somebody who writes what he likes. */
export function objectIn(line: string): Readonly<Record<string, unknown>> | undefined {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		return undefined;
	}
	return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}
