import { type Given, inspectProgram } from "./assemble.ts";
import { compareFunctions, type FunctionChanges } from "./diff-functions.ts";
import type { KindId } from "./findings/kinds.ts";
import { lastingName, type Pair, pairsOf } from "./lasting-name.ts";
import { type Part, partsOf } from "./programs.ts";
import type { BinaryReport, Capability, Dependency, Finding, MadeBy, Need, Report } from "./report.ts";

/** What changed between two programs: the JSON form of `wherry diff`. Fields are added, never changed, under one `version`. */
export interface Difference {
	readonly version: 1;
	readonly old: ProgramFacts;
	readonly new: ProgramFacts;
	/** Byte by byte. */
	readonly equal: boolean;
	readonly needs: {
		readonly new: readonly Need[];
		readonly gone: readonly Need[];
		/** Asked for by both, by other imports. */
		readonly changed: readonly NeedChange[];
	};
	readonly hosts: Changes<string>;
	readonly imports: InterfaceChanges<BinaryReport["imports"][number]>;
	readonly exports: InterfaceChanges<BinaryReport["exports"][number]>;
	readonly functions: FunctionChanges;
	/** Only those that differ. */
	readonly sections: readonly SizeChange[];
	readonly data: {
		readonly old_segments: number;
		readonly new_segments: number;
		readonly old_bytes: number;
		readonly new_bytes: number;
	};
	readonly memories: Changes<string>;
	readonly findings: Changes<FindingFacts> & {
		/** Found in both, with other evidence: of those whose evidence stands for itself, where all of it is listed. */
		readonly changed: readonly (FindingFacts & Changes<string>)[];
	};
	readonly dependencies: Changes<Dependency>;
	readonly madeBy: Changes<MadeBy>;
}

export type FindingFacts = Pick<Finding, "id" | "title" | "level">;

export type ProgramFacts = Pick<Report, "file" | "digest" | "size_bytes" | "kind" | "is">;

export interface Changes<Entry> {
	readonly new: readonly Entry[];
	readonly gone: readonly Entry[];
}

export interface InterfaceChanges<Entry> extends Changes<Entry> {
	/** Of the same name, with another kind or type. */
	readonly changed: readonly Pair<Entry>[];
	/** The same under a name that only has another compatible version or wasm-bindgen's hash in it: not told as new and gone. */
	readonly renamed: readonly Pair<Entry>[];
}

export interface NeedChange extends Changes<string> {
	readonly capability: Capability;
	readonly says: string;
}

export interface SizeChange {
	/** `BinaryReport.path`. */
	readonly binary: string;
	readonly name: string;
	/** 0: it was not there. Of several sections of one name, all together. */
	readonly old_bytes: number;
	readonly new_bytes: number;
}

/** A program with all that was found in it. */
export interface Examined {
	readonly report: Report;
	readonly parts: readonly Part[];
}

/** @throws Fault what `inspectProgram` throws */
export async function examine(
	bytes: Uint8Array<ArrayBuffer>,
	file: string,
	given?: Given,
): Promise<Examined> {
	const parts = partsOf(bytes, file);
	return { parts, report: await inspectProgram(bytes, file, parts, given) };
}

/** What is different in `now`. Takes time in proportion to the bytes of both. */
export function compare(old: Examined, now: Examined): Difference {
	const [before, after] = [old.report, now.report];
	const data = (report: Report) => report.binaries.map((binary) => binary.data);
	const isEqual = before.digest === after.digest;
	return {
		version: 1,
		old: factsOf(before),
		new: factsOf(after),
		equal: isEqual,
		needs: compareNeeds(before.needs, after.needs),
		hosts: changes(before.hosts, after.hosts, (host) => host),
		imports: compareInterfaces(before, after, ({ imports }) => imports),
		exports: compareInterfaces(before, after, ({ exports }) => exports),
		functions: isEqual ? unchanged(now.parts) : compareFunctions(old.parts, now.parts),
		sections: isEqual ? [] : compareSections(old, now),
		data: {
			old_segments: sum(data(before), ({ segments }) => segments),
			new_segments: sum(data(after), ({ segments }) => segments),
			old_bytes: sum(data(before), ({ bytes }) => bytes),
			new_bytes: sum(data(after), ({ bytes }) => bytes),
		},
		memories: changes(memoryTexts(before), memoryTexts(after), (text) => text),
		findings: compareFindings(before.findings, after.findings),
		dependencies: changes(before.dependencies, after.dependencies, ({ ecosystem, name, version }) =>
			JSON.stringify([ecosystem, name, version]),
		),
		madeBy: changes(before.madeBy, after.madeBy, ({ field, name, version }) =>
			JSON.stringify([field, name, version]),
		),
	};
}

/** What comparing would find, and takes long to. */
function unchanged(parts: readonly Part[]): FunctionChanges {
	let [same, bytes] = [0, 0];
	for (const { scan } of parts)
		for (const [entry, start] of scan?.bodyStart.entries() ?? []) {
			same += 1;
			bytes += (scan?.bodyEnd[entry] ?? 0) - start;
		}
	const none = { numbersOnly: 0, changed: 0, added: 0, removed: 0, list: [], more: 0 };
	return { same, old_bytes: bytes, new_bytes: bytes, ...none };
}

function factsOf({ file, digest, size_bytes, kind, is }: Report): ProgramFacts {
	return { file, digest, size_bytes, kind, is };
}

function findingFacts({ id, title, level }: Finding): FindingFacts {
	return { id, title, level };
}

/** What they show says all; that of others has sizes and counts in it, which each build changes. */
const TELLING: ReadonlySet<string> = new Set<KindId>([
	"vulnerable-dependency",
	"embedded-secret",
	"mining-words",
	"exported-table",
	"exported-mutable-global",
	"crypto-constants",
	"embedded-url",
	"embedded-ip-address",
	"embedded-host-name",
	"embedded-public-key",
	"licence-facts",
]);

function compareFindings(old: readonly Finding[], now: readonly Finding[]): Difference["findings"] {
	const keyOf = ({ id }: FindingFacts) => id;
	const before = new Map(old.map((finding) => [finding.id, finding]));
	const changed = now.flatMap((finding) => {
		const same = before.get(finding.id);
		if (same === undefined || !TELLING.has(finding.id) || finding.more + same.more > 0) return [];
		const shown = ({ evidence }: Finding) => [...new Set(evidence.map(({ shows }) => shows))];
		const evidence = changes(shown(same), shown(finding), (text) => text);
		if (evidence.new.length + evidence.gone.length === 0) return [];
		return [Object.assign(findingFacts(finding), evidence)];
	});
	return { ...changes(old.map(findingFacts), now.map(findingFacts), keyOf), changed };
}

function sum<Entry>(entries: readonly Entry[], of: (entry: Entry) => number): number {
	return entries.reduce((total, entry) => total + of(entry), 0);
}

function changes<Entry>(
	old: readonly Entry[],
	now: readonly Entry[],
	keyOf: (entry: Entry) => string,
): Changes<Entry> {
	const before = new Set(old.map(keyOf));
	const after = new Set(now.map(keyOf));
	return {
		new: now.filter((entry) => !before.has(keyOf(entry))),
		gone: old.filter((entry) => !after.has(keyOf(entry))),
	};
}

const needKey = ({ capability, says }: Need) => JSON.stringify([capability, says]);

function compareNeeds(old: readonly Need[], now: readonly Need[]): Difference["needs"] {
	const before = new Map(old.map((need) => [needKey(need), need]));
	const changed = now.flatMap((need): NeedChange[] => {
		const same = before.get(needKey(need));
		if (same === undefined) return [];
		const imports = withoutPairs(
			changes(same.imports, need.imports, (name) => name),
			lastingImport,
		);
		if (imports.new.length === 0 && imports.gone.length === 0) return [];
		return [{ capability: need.capability, says: need.says, ...imports }];
	});
	return { ...changes(old, now, needKey), changed };
}

interface Named {
	readonly module?: string;
	readonly name: string;
	readonly kind: string;
	readonly type?: string;
}

function compareInterfaces<Entry extends Named>(
	old: Report,
	now: Report,
	of: (binary: BinaryReport) => readonly Entry[],
): InterfaceChanges<Entry> {
	const keyOf = ({ module, name }: Entry) => JSON.stringify([module, name]);
	const outermost = ({ binaries: [binary] }: Report) => (binary === undefined ? [] : of(binary));
	const before = new Map(outermost(old).map((entry) => [keyOf(entry), entry]));
	const changed = outermost(now).flatMap((entry) => {
		const same = before.get(keyOf(entry));
		const isChanged = same !== undefined && (same.kind !== entry.kind || same.type !== entry.type);
		return isChanged ? [{ old: same, new: entry }] : [];
	});
	const lastingKey = ({ module = "", name }: Entry) => JSON.stringify([module, name].map(lastingName));
	const all = changes(outermost(old), outermost(now), keyOf);
	const pairs = pairsOf(all.gone, all.new, lastingKey);
	const isSameStill = (pair: Pair<Entry>) =>
		pair.old.kind === pair.new.kind && pair.old.type === pair.new.type;
	return {
		...withoutPairs(all, lastingKey),
		changed: [...changed, ...pairs.filter((pair) => !isSameStill(pair))],
		renamed: pairs.filter(isSameStill),
	};
}

/** Of `module name`, as needs list imports. */
function lastingImport(spelled: string): string {
	return spelled.split(" ").map(lastingName).join(" ");
}

function withoutPairs<Entry>(all: Changes<Entry>, lastingKey: (entry: Entry) => string): Changes<Entry> {
	const paired = new Set(pairsOf(all.gone, all.new, lastingKey).flatMap(({ old, new: now }) => [old, now]));
	return {
		new: all.new.filter((entry) => !paired.has(entry)),
		gone: all.gone.filter((entry) => !paired.has(entry)),
	};
}

/** Sections of one name, of one binary: their contents in the file's order. */
function compareSections(old: Examined, now: Examined): SizeChange[] {
	const before = sectionsOf(old);
	const after = sectionsOf(now);
	const keys = [...new Set([...before.keys(), ...after.keys()])];
	return keys.flatMap((key): SizeChange[] => {
		const was = before.get(key);
		const is = after.get(key);
		const { binary, name } = is ?? was ?? { binary: "", name: "" };
		if (was !== undefined && is !== undefined && isSame(was.contents, is.contents)) return [];
		return [{ binary, name, old_bytes: sizeOf(was), new_bytes: sizeOf(is) }];
	});
}

interface SectionContents {
	readonly binary: string;
	readonly name: string;
	readonly contents: Uint8Array[];
}

function sectionsOf({ report, parts }: Examined): Map<string, SectionContents> {
	const found = new Map<string, SectionContents>();
	for (const [at, { path, sections, start }] of report.binaries.entries())
		for (const section of sections) {
			const key = JSON.stringify([path, section.name, section.custom]);
			const entry = found.get(key) ?? { binary: path, name: section.name, contents: [] };
			const from = section.start - start;
			const bytes = parts[at]?.binary.bytes.subarray(from, from + section.size_bytes);
			if (bytes !== undefined) entry.contents.push(bytes);
			found.set(key, entry);
		}
	return found;
}

function sizeOf(section: SectionContents | undefined): number {
	return sum(section?.contents ?? [], ({ length }) => length);
}

function isSame(one: readonly Uint8Array[], other: readonly Uint8Array[]): boolean {
	return (
		one.length === other.length &&
		one.every((bytes, at) => {
			const mate = other[at];
			return mate?.length === bytes.length && bytes.every((byte, index) => byte === mate[index]);
		})
	);
}

function memoryTexts({ binaries }: Report): string[] {
	return binaries.flatMap(({ path, memories }) =>
		memories.map(({ minimum_bytes, maximum_bytes, shared }, index) => {
			const most = maximum_bytes === undefined ? "no maximum" : `at most ${maximum_bytes} bytes`;
			return `memory ${index} of ${path}: ${minimum_bytes} bytes to begin with, ${most}${shared ? ", shared" : ""}`;
		}),
	);
}
