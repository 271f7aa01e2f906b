import { Fault, oneLine } from "../../base/fault.ts";
import type { Dependency, Vulnerability } from "../report.ts";
import type { Advisory, Range } from "./advisories.ts";
import { compareVersions, type Order } from "./versions.ts";

/** So many ids are told of one dependency. */
const IDS_MAX = 1000;

/** Names of ecosystems: in package URLs, and in OSV. */
const ECOSYSTEMS: ReadonlyMap<string, string> = new Map([
	["golang", "go"],
	["cargo", "crates.io"],
	["npm", "npm"],
	["pypi", "pypi"],
	["gem", "rubygems"],
	["maven", "maven"],
	["nuget", "nuget"],
	["composer", "packagist"],
]);

/** So many events and lists of versions are compared: a program could name ten thousand versions of one package. */
const COMPARISONS_MAX = 2_000_000;

/**
 * The same dependencies, each with the ids of the advisories that cover its version. Linear in both, and in what they have of one
 * package.
 *
 * @throws Fault MODULE_TOO_LARGE where the dependencies name so many versions of one package that it would not end soon
 */
export function withAdvisories(
	dependencies: readonly Dependency[],
	advisories: readonly Advisory[],
): Dependency[] {
	const byPackage = new Map<string, Known[]>();
	for (const advisory of advisories) {
		const key = keyOf(advisory.ecosystem, advisory.name);
		const same = byPackage.get(key);
		if (same === undefined) byPackage.set(key, [new Known(advisory)]);
		else same.push(new Known(advisory));
	}
	let left = COMPARISONS_MAX;
	return dependencies.map((dependency) => {
		const { ecosystem, name, version } = dependency;
		const known = byPackage.get(keyOf(ECOSYSTEMS.get(ecosystem) ?? ecosystem, name)) ?? [];
		if (version === undefined || known.length === 0)
			return { ...dependency, advisories: [], vulnerabilities: [] };
		left -= known.reduce((sum, one) => sum + one.cost, 0);
		if (left < 0) throw tooMany(name);
		const found = new Map<string, Vulnerability>();
		for (const one of known) if (one.covers(version)) found.set(one.id, one.vulnerability(version));
		const vulnerabilities = [...found.values()]
			.toSorted((one, other) => (one.id < other.id ? -1 : 1))
			.slice(0, IDS_MAX);
		return { ...dependency, advisories: vulnerabilities.map(({ id }) => id), vulnerabilities };
	});
}

function tooMany(name: string): Fault {
	return new Fault("MODULE_TOO_LARGE", "cannot hold its dependencies against the advisories", {
		note: `it says to be made of very many versions of '${oneLine(name)}', and each would be compared with each advisory`,
	});
}

/** PyPI's names are the same whatever their case and dashes (PEP 503). */
function keyOf(ecosystem: string, name: string): string {
	return `${ecosystem}\n${ecosystem === "pypi" ? name.toLowerCase().replaceAll(/[-_.]+/g, "-") : name}`;
}

/** An advisory, its versions put in order when the first dependency asks. */
class Known {
	readonly id: string;
	readonly cost: number;
	readonly #advisory: Advisory;
	#versions: ReadonlySet<string> | undefined;
	#ranges: readonly Ordered[] | undefined;

	constructor(advisory: Advisory) {
		this.id = advisory.id;
		this.#advisory = advisory;
		this.cost = 1 + advisory.ranges.reduce((sum, { events }) => sum + events.length, 0);
	}

	covers(version: string): boolean {
		const { versions, ranges, ecosystem } = this.#advisory;
		this.#versions ??= new Set(versions.map(plainVersion));
		if (this.#versions.has(plainVersion(version))) return true;
		this.#ranges ??= ranges.map((range) => ordered(range, ecosystem));
		return this.#ranges.some((range) => isWithin(version, range));
	}

	/** Of a version that it covers. */
	vulnerability(version: string): Vulnerability {
		const { id, aliases, summary } = this.#advisory;
		const fixes = (this.#ranges ?? []).flatMap(({ events, by }) => {
			const above = events.find(
				(event) => event.kind === "fixed" && (compareVersions(event.version, version, by) ?? -1) > 0,
			);
			return above === undefined ? [] : [{ version: above.version, by }];
		});
		const [lowest] = fixes.toSorted((one, other) => compareVersions(one.version, other.version, one.by) ?? 0);
		return { id, aliases, summary, fixed: lowest?.version };
	}
}

/** A range whose events stand in order of their versions. */
interface Ordered {
	readonly by: Order;
	readonly limits: readonly string[];
	readonly events: Range["events"];
}

function ordered({ events, order }: Range, ecosystem: string): Ordered {
	// crates.io, npm and Go have semver's order, whatever the range calls itself
	const by: Order = ["crates.io", "npm", "go"].includes(ecosystem) ? "semver" : order;
	// "0" stands before every version
	const inOrder = (one: string, other: string) =>
		one === "0" || other === "0"
			? Number(other === "0") - Number(one === "0")
			: (compareVersions(one, other, by) ?? 0);
	return {
		by,
		limits: events.filter(({ kind }) => kind === "limit").map(({ version }) => version),
		events: events.toSorted((one, other) => inOrder(one.version, other.version)),
	};
}

function plainVersion(version: string): string {
	return version.replace(/^v(?=\d)/, "");
}

/** OSV's own way: events in order of their versions, the last one before the version decides. */
function isWithin(version: string, { by, limits, events }: Ordered): boolean {
	const isBelow = (limit: string) => limit === "*" || (compareVersions(version, limit, by) ?? -1) < 0;
	if (limits.length > 0 && !limits.some(isBelow)) return false;
	let isCovered = false;
	for (const { kind, version: at } of events) {
		const after = at === "0" ? 1 : compareVersions(version, at, by);
		if (after === undefined) continue;
		if (kind === "introduced" && after >= 0) isCovered = true;
		if (kind === "fixed" && after >= 0) isCovered = false;
		if (kind === "last_affected" && after > 0) isCovered = false;
	}
	return isCovered;
}
