import { algorithmOf, type Digest, digestOf, hexOf } from "../../oci/digest.ts";
import { encodeJson } from "../../oci/json.ts";
import type { Bill, BilledProgram } from "./bill.ts";
import { directPartsOf } from "./inventory.ts";
import { type About, distinct, keyOf, type Part } from "./part.ts";

/** Also the artifact type under which it hangs on an image. */
export const CYCLONEDX_TYPE = "application/vnd.cyclonedx+json";

/**
 * The bill as CycloneDX 1.6 JSON (ECMA-424). The same bill makes the same bytes: the serial number is made
 * from the content, and there is no time in it but the bill's own.
 *
 * Each component has a property `wherry:evidence`, `declared` or `inferred`, and `wherry:origin`, where it was read.
 */
export function writeCycloneDx(bill: Bill): Uint8Array<ArrayBuffer> {
	const content = {
		version: 1,
		metadata: metadataOf(bill),
		components: componentsOf(bill),
		dependencies: dependenciesOf(bill),
		compositions: compositionsOf(bill),
	};
	const serialNumber = `urn:uuid:${uuidOf(encodeJson(content))}`;
	return withLineEnd({
		$schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
		bomFormat: "CycloneDX",
		specVersion: "1.6",
		serialNumber,
		...content,
	});
}

/** A file of text ends with a line's end; what is attached and what is printed are the same bytes. */
function withLineEnd(value: unknown): Uint8Array<ArrayBuffer> {
	const json = encodeJson(value);
	const bytes = new Uint8Array(json.length + 1);
	bytes.set(json);
	bytes[json.length] = 0x0a;
	return bytes;
}

/** A UUID of version 8 (RFC 9562): what is in it is ours to say. */
function uuidOf(content: Uint8Array): string {
	const hex = hexOf(digestOf(content));
	const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
	return [
		hex.slice(0, 8),
		hex.slice(8, 12),
		`8${hex.slice(13, 16)}`,
		`${variant}${hex.slice(17, 20)}`,
		hex.slice(20, 32),
	].join("-");
}

function metadataOf(bill: Bill): unknown {
	return {
		timestamp: bill.timestamp,
		lifecycles: [{ phase: "post-build" }],
		tools: { components: [{ type: "application", name: "wherry", version: bill.toolVersion }] },
		component: subjectOf(bill),
	};
}

/** What the bill is of: a program alone, or an image with programs in it. */
function subjectOf(bill: Bill): unknown {
	const alone = alonesOf(bill)[0];
	const about = alone?.inventory.about ?? { properties: [] };
	return {
		type: alone === undefined ? "container" : "application",
		"bom-ref": bill.digest,
		name: bill.name,
		version: bill.version ?? about.version,
		// of what runs; the reference above is of the manifest, where there is one
		hashes: [hashOf(alone?.digest ?? bill.digest)],
		...factsOf(about, bill.name),
	};
}

function alonesOf({ programs }: Bill): readonly BilledProgram[] {
	return programs.filter(({ path }) => path === undefined);
}

function refOf({ digest }: Bill, { path }: BilledProgram): string {
	return path === undefined ? digest : `file:${path}`;
}

/** What a program says of itself, in the members that CycloneDX has for it. */
function factsOf(about: About, name: string): object {
	const { authors, description, licenses, source, homepage, revision } = about;
	const links = [
		{ type: "vcs", url: source },
		{ type: "website", url: homepage },
	].filter(({ url }) => url !== undefined && URL.canParse(url));
	const properties = [
		...(about.name === undefined || about.name === name ? [] : [["name", about.name] as const]),
		...(revision === undefined ? [] : [["revision", revision] as const]),
		...about.properties,
	];
	return {
		authors: authors === undefined ? undefined : [{ name: authors }],
		description,
		licenses: licenses === undefined ? undefined : [licenseOf(licenses)],
		externalReferences: links.length === 0 ? undefined : links,
		properties: properties.length === 0 ? undefined : propertiesOf(properties),
	};
}

const SPDX_EXPRESSION = /^\(?[A-Za-z0-9.+-]+\)?(?: (?:AND|OR|WITH) \(?[A-Za-z0-9.+-]+\)?){0,20}$/;

function licenseOf(text: string): object {
	return SPDX_EXPRESSION.test(text) ? { expression: text } : { license: { name: text } };
}

function componentsOf(bill: Bill): readonly unknown[] {
	const programs = bill.programs
		.filter(({ path }) => path !== undefined)
		.map((program) => programComponent(bill, program));
	return [...programs, ...partsOf(bill).map(partComponent)];
}

/** Of all programs and packages, each once. */
function partsOf({ programs, packages }: Bill): readonly Part[] {
	return distinct([...programs.flatMap(({ inventory }) => inventory.parts), ...packages]);
}

function programComponent(bill: Bill, program: BilledProgram): unknown {
	const { about } = program.inventory;
	const path = program.path ?? "";
	return {
		type: "application",
		"bom-ref": refOf(bill, program),
		name: path,
		version: about.version,
		hashes: [hashOf(program.digest)],
		...factsOf(about, path),
	};
}

function partComponent(part: Part): unknown {
	return {
		type: part.kind === "tool" ? "application" : "library",
		"bom-ref": keyOf(part),
		name: part.name,
		version: part.version,
		// "excluded": it is not in what runs
		scope: part.kind === "tool" ? "excluded" : "required",
		purl: part.purl,
		properties: propertiesOf([
			["evidence", part.evidence],
			["origin", part.origin],
			...Object.entries(part.properties),
		]),
	};
}

/** In their own order; names of ours begin with our own. */
function propertiesOf(pairs: readonly (readonly [string, string])[]): readonly unknown[] {
	return pairs.map(([name, value]) => ({ name: `wherry:${name}`, value }));
}

function hashOf(digest: Digest): unknown {
	return { alg: algorithmOf(digest) === "sha256" ? "SHA-256" : "SHA-512", content: hexOf(digest) };
}

function dependenciesOf(bill: Bill): readonly unknown[] {
	const { programs, packages } = bill;
	const parts = partsOf(bill);
	const known = new Set(parts.map(keyOf));
	const inside = programs.filter(({ path }) => path !== undefined);
	const subject = [
		...inside.map((program) => refOf(bill, program)),
		...alonesOf(bill).flatMap(({ inventory }) => directPartsOf(inventory)),
		...packages.map(keyOf),
	];
	return [
		{ ref: bill.digest, dependsOn: once(subject) },
		...inside.map((program) => ({
			ref: refOf(bill, program),
			dependsOn: once(directPartsOf(program.inventory)),
		})),
		...parts.flatMap((part) => {
			if (part.dependsOn === undefined) return [];
			const dependsOn = once(part.dependsOn.filter((key) => known.has(key) && key !== keyOf(part)));
			return [{ ref: keyOf(part), dependsOn }];
		}),
	];
}

/** How much is known of each program's libraries. */
function compositionsOf(bill: Bill): readonly unknown[] {
	const programs = bill.programs.map((program) => ({
		aggregate: program.inventory.libraries,
		dependencies: [refOf(bill, program)],
	}));
	if (alonesOf(bill).length > 0) return programs;
	return [{ aggregate: "incomplete", dependencies: [bill.digest] }, ...programs];
}

function once(keys: readonly string[]): readonly string[] {
	return [...new Set(keys)].sort();
}
