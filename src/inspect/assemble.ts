import type { World, WorldItem } from "../component/types.ts";
import { worldOf } from "../component/world.ts";
import { Fault } from "../base/fault.ts";
import { type Digest, digestOf, sha256Digest } from "../oci/digest.ts";
import { takeInventory } from "../trust/sbom/inventory.ts";
import type { Inventory } from "../trust/sbom/part.ts";
import { readDefinitions } from "../wasm/component/read-definitions.ts";
import { readProducers } from "../wasm/customs.ts";
import { whoMadeIt } from "../wasm/toolchain.ts";
import type { Advisory } from "./findings/advisories.ts";
import { withBytes } from "./findings/evidence-bytes.ts";
import { findingsOf } from "./findings/find.ts";
import { withAdvisories } from "./findings/match-advisories.ts";
import { needsOf, type Wanted } from "./needs.ts";
import { type Part, partsOf } from "./programs.ts";
import type { Links, Wish } from "./links.ts";
import type { BinaryReport, Dependency, MadeBy, Need, Report } from "./report.ts";
import { tellable } from "./report-size.ts";
import type { Scan } from "./scan.ts";
import { binaryReport, LISTED_MAX } from "./binary-report.ts";

/** So many makers are told: each of a thousand nested modules may name a hundred. */
const MAKERS_MAX = 1000;

/** What is known beside the program's bytes. */
export interface Given {
	/** To hold its dependencies against. */
	readonly advisories?: readonly Advisory[];
	/** The digest of the bytes, from a host whose own hash is faster than the web's. */
	readonly digest?: Digest;
}

/**
 * Everything that can be said of a program without running it.
 *
 * @param file as the person named it
 * @param parts its binaries, where they are at hand
 * @throws Fault NOT_WASM, MODULE_INVALID, MODULE_TOO_LARGE where it is no wasm
 */
export async function inspectProgram(
	bytes: Uint8Array<ArrayBuffer>,
	file: string,
	parts: readonly Part[] = partsOf(bytes),
	{ advisories = [], digest }: Given = {},
): Promise<Report> {
	const outermost = parts[0]!;
	const world = outermost.binary.kind === "component" ? readWorld(bytes) : undefined;
	const room = { listed: LISTED_MAX };
	const binaries = parts.map((part, index) => binaryReport(part, index === 0 ? world : undefined, room));
	const inventory = await takeInventory(
		bytes,
		parts.map(({ binary }) => binary),
	);
	const dependencies = withAdvisories(dependenciesOf(inventory), advisories);
	const imported = parts.flatMap((part) => wantedBy(part));
	const wanted = world === undefined ? imported : wantedIn(world, imported);
	const needs = needsOf(wanted, parts.length === 1 ? undefined : linksOf(imported));
	const isUnread = world === undefined && outermost.binary.kind === "component";
	return tellable({
		version: 1,
		file,
		digest: digest ?? (await programDigest(bytes)),
		size_bytes: bytes.length,
		kind: outermost.binary.kind,
		is: describe(outermost, binaries, needs.hosts),
		hosts: needs.hosts,
		binaries,
		needs: isUnread ? [NOT_ALL, ...needs.list] : needs.list,
		findings: withBytes(findingsOf(parts, inventory, dependencies), bytes),
		madeBy: makersOf(parts, inventory),
		dependencies,
	});
}

/** What could not be read must not look as if it asked for nothing. */
const NOT_ALL: Need = {
	capability: "another host",
	says: "its definitions could not be followed: what it asks for is not known in full, below is what its modules import",
	imports: [],
	reached: [],
	reachedFrom: [],
	grant: undefined,
};

/** What is small is hashed before the host's own hash is loaded. */
const SMALL_BYTES = 1 << 20;

async function programDigest(bytes: Uint8Array<ArrayBuffer>): Promise<Digest> {
	if (bytes.length < SMALL_BYTES) return digestOf(bytes);
	return sha256Digest(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** A component whose types cannot be followed is shown by its binaries alone. */
function readWorld(bytes: Uint8Array): World | undefined {
	try {
		return worldOf(readDefinitions(bytes));
	} catch (error) {
		if (error instanceof Fault) return undefined;
		throw error;
	}
}

/** A core module's imports, and where they are called. */
function wantedBy({ scan, path }: Part): Wanted[] {
	if (scan === undefined) return [];
	let functions = 0;
	return scan.module.imports.map(({ module, name, type: { kind } }) =>
		kind === "function"
			? { module, name, calledBy: [{ scan, binary: path, index: functions++ }] }
			: { module, name, kind, calledBy: [] },
	);
}

/**
 * A component's imports: of an interface, each of its functions. The ways are those within its core modules that import
 * the function under the interface's own name, as toolchains call it.
 */
function wantedIn({ imports }: World, imported: readonly Wanted[]): Wanted[] {
	const callers = new Map<string, Wish[]>();
	for (const { module, name, calledBy } of imported) {
		const key = `${module}#${name}`;
		const same = callers.get(key);
		if (same === undefined) callers.set(key, [...calledBy]);
		else same.push(...calledBy);
	}
	return [...imports].flatMap(([name, item]) => functionsOf(name, item, callers));
}

/** So many modules may import a function of one name. */
const IMPORTERS_MAX = 16;

function linksOf(imported: readonly Wanted[]): Links {
	const links = new Map<string, Wish[]>();
	for (const { name, calledBy } of imported) {
		const same = links.get(name);
		if (same === undefined) links.set(name, [...calledBy]);
		else if (same.length < IMPORTERS_MAX) same.push(...calledBy);
	}
	return links;
}

function functionsOf(name: string, item: WorldItem, callers: ReadonlyMap<string, Wish[]>): Wanted[] {
	if (item.kind === "function")
		return [{ module: name, name: "", calledBy: callers.get(`$root#${name}`) ?? [] }];
	if (item.kind === "other") return [{ module: name, name: "", calledBy: [] }];
	if (item.kind !== "interface") return []; // a type: there is nothing in it to call
	return [...item.functions.keys()].map((inner) => ({
		module: name,
		name: inner,
		calledBy: callers.get(`${name}#${inner}`) ?? [],
	}));
}

function describe(
	{ binary, scan }: Part,
	binaries: readonly BinaryReport[],
	hosts: readonly string[],
): string {
	const wants = hosts.length === 0 ? "asks nothing of any host" : `is made for ${hosts.join(", ")}`;
	if (binary.kind === "component") return `a component of ${binaries.length - 1} nested parts that ${wants}`;
	const maker = scan === undefined ? undefined : whoMadeIt(scan.module);
	const what = scan === undefined ? "a module" : shapeOf(scan);
	return `${what} that ${wants}${maker === undefined ? "" : `; ${maker.note}`}`;
}

function shapeOf({ module }: Scan): string {
	const has = (name: string) => module.exports.some((one) => one.kind === "function" && one.name === name);
	if (has("_start")) return "a program";
	return has("_initialize") ? "a library with state of its own (a reactor)" : "a module";
}

function makersOf(parts: readonly Part[], { about }: Inventory): MadeBy[] {
	const made = new Map<string, MadeBy>();
	for (const { binary } of parts)
		for (const { field: said, name, version } of readProducers(binary.bytes, binary)) {
			const field = said === "language" ? "language" : said === "sdk" ? "sdk" : "tool";
			const key = JSON.stringify([field, name, version]);
			if (made.size < MAKERS_MAX && !made.has(key))
				made.set(key, { field, name, version, source: "declared" });
		}
	const all = [...made.values()];
	const commit = about.properties.find(([name]) => name === "rust:commit");
	if (commit !== undefined && !all.some(({ name }) => name === "Rust"))
		all.push({ field: "language", name: "Rust", version: commit[1].slice(0, 10), source: "inferred" });
	return all;
}

function dependenciesOf({ parts }: Inventory): Dependency[] {
	return parts
		.filter(({ kind }) => kind === "library")
		.map(({ name, version, purl, evidence, properties }) => ({
			name,
			version,
			ecosystem: /^pkg:([^/]+)\//.exec(purl ?? "")?.[1] ?? "unknown",
			licence: properties["license"],
			source: evidence,
			advisories: [],
			vulnerabilities: [],
		}));
}
