import type { Dependency } from "../report.ts";
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

/** The same dependencies, each with the ids of the advisories that cover its version. Linear in both. */
export function withAdvisories(
	dependencies: readonly Dependency[],
	advisories: readonly Advisory[],
): Dependency[] {
	const byPackage = new Map<string, Advisory[]>();
	for (const advisory of advisories) {
		const key = keyOf(advisory.ecosystem, advisory.name);
		const same = byPackage.get(key);
		if (same === undefined) byPackage.set(key, [advisory]);
		else same.push(advisory);
	}
	return dependencies.map((dependency) => {
		const { ecosystem, name, version } = dependency;
		const known = byPackage.get(keyOf(ECOSYSTEMS.get(ecosystem) ?? ecosystem, name)) ?? [];
		const ids = version === undefined ? [] : known.filter((one) => covers(one, version)).map(({ id }) => id);
		return { ...dependency, advisories: [...new Set(ids)].toSorted().slice(0, IDS_MAX) };
	});
}

/** PyPI's names are the same whatever their case and dashes (PEP 503). */
function keyOf(ecosystem: string, name: string): string {
	return `${ecosystem}\n${ecosystem === "pypi" ? name.toLowerCase().replaceAll(/[-_.]+/g, "-") : name}`;
}

function covers({ versions, ranges, ecosystem }: Advisory, version: string): boolean {
	const plain = plainVersion(version);
	if (versions.some((one) => plainVersion(one) === plain)) return true;
	return ranges.some((range) => isWithin(version, range, ecosystem));
}

function plainVersion(version: string): string {
	return version.replace(/^v(?=\d)/, "");
}

/** OSV's own way: events in order of their versions, the last one before the version decides. */
function isWithin(version: string, { events, order }: Range, ecosystem: string): boolean {
	// crates.io, npm and Go have semver's order, whatever the range calls itself
	const by: Order = ["crates.io", "npm", "go"].includes(ecosystem) ? "semver" : order;
	const compare = (one: string, other: string) => compareVersions(one, other, by);
	const limits = events.filter(({ kind }) => kind === "limit");
	const isBelow = (limit: string) => limit === "*" || (compare(version, limit) ?? -1) < 0;
	if (limits.length > 0 && !limits.some((limit) => isBelow(limit.version))) return false;
	// "0" stands before every version
	const inOrder = (one: string, other: string) =>
		one === "0" || other === "0" ? Number(other === "0") - Number(one === "0") : (compare(one, other) ?? 0);
	let isCovered = false;
	for (const { kind, version: at } of events.toSorted((one, other) => inOrder(one.version, other.version))) {
		const after = at === "0" ? 1 : compare(version, at);
		if (after === undefined) continue;
		if (kind === "introduced" && after >= 0) isCovered = true;
		if (kind === "fixed" && after >= 0) isCovered = false;
		if (kind === "last_affected" && after > 0) isCovered = false;
	}
	return isCovered;
}
