import type { Examined } from "../diff.ts";
import type { Part } from "../programs.ts";
import type { Scan } from "../scan.ts";
import { functionName } from "../text/names.ts";
import { originOf, prefixOf, UNTOLD } from "./origin.ts";

/** Where the bytes of a program are: a group of functions, a section. */
export interface SizeGroup {
	readonly name: string;
	readonly kind: "code" | "data" | "custom" | "other";
	readonly size_bytes: number;
	/** The largest first; what is left is one of them. */
	readonly parts: readonly SizePart[];
}

export interface SizePart {
	readonly name: string;
	readonly size_bytes: number;
	/** Of a function: path of its module, and its index. */
	readonly at?: string;
}

const GROUPS_MAX = 24;
const PARTS_MAX = 100;
/** Names of C are grouped by what they begin with where so many of a program's functions begin with it. */
const PREFIXED_SHARE = 0.005;

/** Sections, and of code the functions by crate, package or kind of name, largest first. Linear in functions. */
export function sizeGroups({ report, parts }: Examined): SizeGroup[] {
	const groups = report.binaries.flatMap(({ path, sections }, at) => {
		const part = parts[at];
		const prefix = path === "0" ? "" : `${path} `;
		const plain = sections.filter(({ name, custom }) => custom || !SHOWN_WITHIN.has(name));
		const listed = plain.map(({ name, custom, size_bytes }): SizeGroup => {
			const shown = `${prefix}${name === "" ? "a section without a name" : name}`;
			return { name: shown, kind: kindOf(name, custom), size_bytes, parts: [{ name: shown, size_bytes }] };
		});
		return [...listed, ...(part === undefined ? [] : codeGroups(part, prefix))];
	});
	const sorted = groups
		.filter(({ size_bytes }) => size_bytes > 0)
		.toSorted((a, b) => b.size_bytes - a.size_bytes);
	const rest = sorted.slice(GROUPS_MAX);
	if (rest.length === 0) return sorted;
	const size_bytes = sizeOf(rest);
	const name = `${rest.length} smaller ones`;
	const others: SizeGroup = { name, kind: "other", size_bytes, parts: [{ name, size_bytes }] };
	return [...sorted.slice(0, GROUPS_MAX), others].toSorted((a, b) => b.size_bytes - a.size_bytes);
}

/** Told by what lies in them. */
const SHOWN_WITHIN: ReadonlySet<string> = new Set(["code", "core module", "component"]);

function kindOf(section: string, custom: boolean): SizeGroup["kind"] {
	if (custom) return "custom";
	return section === "data" ? "data" : "other";
}

function sizeOf(entries: readonly { readonly size_bytes: number }[]): number {
	return entries.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
}

function codeGroups({ scan, path }: Part, prefix: string): SizeGroup[] {
	if (scan === undefined) return [];
	const groups = new Map<string, SizePart[]>();
	const prefixes = commonPrefixes(scan);
	for (const [entry, start] of scan.bodyStart.entries()) {
		const index = scan.module.importedFunctions + entry;
		const name = functionName(scan, index) ?? `function ${index}`;
		const origin = originOf(name);
		const group = `${prefix}${origin === UNTOLD ? (prefixes.get(prefixOf(name)) ?? UNTOLD) : origin}`;
		const body = { name, size_bytes: (scan.bodyEnd[entry] ?? 0) - start, at: `${path} ${index}` };
		const others = groups.get(group);
		if (others === undefined) groups.set(group, [body]);
		else others.push(body);
	}
	return [...groups].map(([name, bodies]) => ({
		name,
		kind: "code",
		size_bytes: sizeOf(bodies),
		parts: largest(bodies),
	}));
}

/** What many names of C begin with, and how it is shown: `rb_*`. */
function commonPrefixes(scan: Scan): ReadonlyMap<string, string> {
	const { importedFunctions, definedFunctions } = scan.module;
	const counts = new Map<string, number>();
	for (let index = importedFunctions; index < importedFunctions + definedFunctions; index++) {
		const prefix = prefixOf(scan.names.get(index) ?? "");
		if (prefix !== "") counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
	}
	const least = Math.max(4, definedFunctions * PREFIXED_SHARE);
	const common = [...counts].filter(([, count]) => count >= least);
	return new Map(common.map(([prefix]) => [prefix, `${prefix}*`]));
}

function largest(bodies: readonly SizePart[]): readonly SizePart[] {
	const sorted = bodies.toSorted((a, b) => b.size_bytes - a.size_bytes);
	const rest = sorted.slice(PARTS_MAX);
	const shown = sorted.slice(0, PARTS_MAX);
	if (rest.length === 0) return shown;
	const others = { name: `${rest.length} smaller functions`, size_bytes: sizeOf(rest) };
	return [...shown, others].toSorted((a, b) => b.size_bytes - a.size_bytes);
}
