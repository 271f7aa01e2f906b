import type { Listing } from "../toolchain.ts";

/** A project's package.json; undefined where it has none that can be read. */
export function packageJson(listing: Listing): Readonly<Record<string, unknown>> | undefined {
	const text = listing.text("package.json");
	if (text === undefined) return undefined;
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

/** Whether the project asks for a package, to run or to develop. */
export function dependsOn(listing: Listing, name: string): boolean {
	const document = packageJson(listing);
	return ["dependencies", "devDependencies"].some((key) => {
		const packages = document !== undefined && Object.hasOwn(document, key) ? document[key] : undefined;
		return isObject(packages) && Object.hasOwn(packages, name);
	});
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
