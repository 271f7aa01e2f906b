/** Longer ones are none. */
const VERSION_CHARACTERS_MAX = 200;

interface Version {
	readonly epoch: string;
	readonly release: readonly string[];
	/** Behind the release's numbers; empty: nothing. */
	readonly rest: readonly string[];
	/** -1: before the release, as `-rc.1` is; 1: after it, as PyPI's `.post1`. */
	readonly side: -1 | 0 | 1;
}

/** `semver` is semver.org's order; `ecosystem` also knows PyPI's `1.0rc1`, `1.0.post1`, `1!2.0`. */
export type Order = "semver" | "ecosystem";

/** Below zero, zero, above: as `one` is before, equal to or after `other`; undefined where one of them is no version. */
export function compareVersions(one: string, other: string, order: Order): number | undefined {
	const left = parseVersion(one, order);
	const right = parseVersion(other, order);
	if (left === undefined || right === undefined) return undefined;
	return (
		compareNumbers(left.epoch, right.epoch) ||
		compareReleases(left.release, right.release) ||
		left.side - right.side ||
		compareRests(left.rest, right.rest)
	);
}

function parseVersion(text: string, order: Order): Version | undefined {
	if (text.length > VERSION_CHARACTERS_MAX) return undefined;
	const form = /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)([^+]*)(?:\+[^]*)?$/i.exec(text.trim());
	if (form === null) return undefined;
	const [, epoch = "0", release = "", rest = ""] = form;
	if (order === "semver" && rest !== "" && !rest.startsWith("-"))
		return ecosystemVersion(epoch, release, rest);
	if (order === "ecosystem") return ecosystemVersion(epoch, release, rest);
	const identifiers = rest === "" ? [] : rest.slice(1).split(".");
	return { epoch, release: release.split("."), rest: identifiers, side: rest === "" ? 0 : -1 };
}

/** Letters and numbers are compared one by one; `post` stands after a release, all else before it. */
function ecosystemVersion(epoch: string, release: string, rest: string): Version {
	const words = rest.toLowerCase().match(/\d+|[a-z]+/g) ?? [];
	const side = words.length === 0 ? 0 : words[0] === "post" ? 1 : -1;
	return { epoch, release: release.split("."), rest: words.map((word) => SPELLINGS.get(word) ?? word), side };
}

/** PEP 440: words that mean the same; what is in development stands before all. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
	["alpha", "a"],
	["beta", "b"],
	["c", "rc"],
	["pre", "rc"],
	["preview", "rc"],
	["dev", "0dev"],
]);

function compareReleases(one: readonly string[], other: readonly string[]): number {
	const length = Math.max(one.length, other.length);
	for (let index = 0; index < length; index++) {
		const difference = compareNumbers(one[index] ?? "0", other[index] ?? "0");
		if (difference !== 0) return difference;
	}
	return 0;
}

/** semver.org, 11.4: numbers before words, fewer before more. */
function compareRests(one: readonly string[], other: readonly string[]): number {
	for (const [index, left] of one.entries()) {
		const right = other[index];
		if (right === undefined) return 1;
		const areNumbers = [isNumber(left), isNumber(right)];
		if (areNumbers[0] !== areNumbers[1]) return areNumbers[0] === true ? -1 : 1;
		const difference = areNumbers[0] === true ? compareNumbers(left, right) : compareText(left, right);
		if (difference !== 0) return difference;
	}
	return one.length - other.length;
}

function isNumber(text: string): boolean {
	return /^\d+$/.test(text);
}

/** Of any length: dates and hashes are longer than numbers are exact. */
function compareNumbers(one: string, other: string): number {
	const [left, right] = [one.replace(/^0+(?=\d)/, ""), other.replace(/^0+(?=\d)/, "")];
	return left.length - right.length || compareText(left, right);
}

function compareText(one: string, other: string): number {
	return one < other ? -1 : one > other ? 1 : 0;
}
