import { Fault } from "../../base/fault.ts";

/** What an advisory says of one package (OSV schema, ossf.github.io/osv-schema). */
export interface Advisory {
	readonly id: string;
	readonly aliases: readonly string[];
	/** Shortened. */
	readonly summary: string | undefined;
	/** OSV's name of the ecosystem, in lower case: `go`, `crates.io`, `npm`, `pypi`. */
	readonly ecosystem: string;
	readonly name: string;
	readonly ranges: readonly Range[];
	readonly versions: readonly string[];
}

export interface Range {
	readonly order: "semver" | "ecosystem";
	readonly events: readonly Event[];
}

export interface Event {
	readonly kind: "introduced" | "fixed" | "last_affected" | "limit";
	readonly version: string;
}

/** A file of more characters is not read; all of Go's, crates.io's and PyPI's advisories are less. */
export const ADVISORIES_CHARACTERS_MAX = 256 * 1024 * 1024;
const ADVISORIES_MAX = 500_000;
/** Objects and lists: JSON of nothing but these takes twenty times its size in memory. Real files have one in a hundred characters. */
const OBJECTS_MAX = 6_000_000;
const ALIASES_MAX = 20;
const SUMMARY_CHARACTERS_MAX = 200;
const EVENTS_MAX = 1000;
const VERSIONS_MAX = 20_000;
const KINDS = ["introduced", "fixed", "last_affected", "limit"] as const;

/**
 * Advisories in OSV's form: one object, an array of them, one a line, or the answer of osv.dev to a question. Those that were withdrawn are left out, as is what is no
 * statement about a package.
 *
 * @param file as the person named it
 * @throws Fault FLAG_INVALID
 */
export function parseAdvisories(text: string, file: string): Advisory[] {
	if (text.length > ADVISORIES_CHARACTERS_MAX) throw invalid(file, "it is too large");
	if (objectsIn(text) > OBJECTS_MAX) throw invalid(file, `it has more than ${OBJECTS_MAX} objects and lists`);
	const entries = parseEntries(text, file);
	if (entries.length > ADVISORIES_MAX) throw invalid(file, `it has more than ${ADVISORIES_MAX} advisories`);
	return entries.flatMap((entry, index) =>
		readEntry(entry, () => invalid(file, `entry ${index + 1} has no 'id'`)),
	);
}

/** Those within texts, too. */
function objectsIn(text: string): number {
	if (text.length <= OBJECTS_MAX) return 0;
	let count = 0;
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === OBJECT || code === LIST) count += 1;
	}
	return count;
}

const OBJECT = 0x7b;
const LIST = 0x5b;

function invalid(file: string, note: string): Fault {
	return new Fault("FLAG_INVALID", `cannot read advisories from '${file}'`, {
		note,
		help: "give JSON in OSV's form: one advisory, an array of them, or one a line (https://osv.dev)",
	});
}

function parseEntries(text: string, file: string): unknown[] {
	const whole = parsed(text);
	if (Array.isArray(whole)) return whole;
	if (Array.isArray(field(whole, "vulns"))) return listOf(whole, "vulns");
	if (whole !== undefined) return [whole];
	const lines = text.split("\n").filter((line) => line.trim() !== "");
	return lines.map((line, index) => {
		const entry = parsed(line);
		if (entry === undefined) throw invalid(file, `line ${index + 1} is no JSON`);
		return entry;
	});
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function readEntry(entry: unknown, noId: () => Fault): Advisory[] {
	const id = textOf(entry, "id");
	if (id === undefined) throw noId();
	if (textOf(entry, "withdrawn") !== undefined) return [];
	const aliases = listOf(entry, "aliases")
		.slice(0, ALIASES_MAX)
		.filter((alias) => typeof alias === "string");
	const summary = (textOf(entry, "summary") ?? textOf(entry, "details"))
		?.slice(0, SUMMARY_CHARACTERS_MAX)
		.replaceAll(/\s+/g, " ");
	return listOf(entry, "affected").flatMap((affected): Advisory[] => {
		const of = field(affected, "package");
		const ecosystem = textOf(of, "ecosystem");
		const name = textOf(of, "name");
		if (ecosystem === undefined || name === undefined) return [];
		return [
			{
				id,
				aliases,
				summary,
				ecosystem: ecosystem.toLowerCase(),
				name,
				ranges: listOf(affected, "ranges").flatMap(readRange),
				versions: listOf(affected, "versions")
					.slice(0, VERSIONS_MAX)
					.filter((version) => typeof version === "string"),
			},
		];
	});
}

/** Ranges of commits say nothing of versions. */
function readRange(range: unknown): Range[] {
	const type = textOf(range, "type");
	if (type !== "SEMVER" && type !== "ECOSYSTEM") return [];
	const events = listOf(range, "events")
		.slice(0, EVENTS_MAX)
		.flatMap((event) =>
			KINDS.flatMap((kind): Event[] => {
				const version = textOf(event, kind);
				return version === undefined ? [] : [{ kind, version }];
			}),
		);
	return [{ order: type === "SEMVER" ? "semver" : "ecosystem", events }];
}

function field(value: unknown, name: string): unknown {
	if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
	return (value as Record<string, unknown>)[name];
}

function textOf(value: unknown, name: string): string | undefined {
	const text = field(value, name);
	return typeof text === "string" && text !== "" ? text : undefined;
}

function listOf(value: unknown, name: string): unknown[] {
	const list = field(value, name);
	return Array.isArray(list) ? list : [];
}
