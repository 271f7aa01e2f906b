import { toHex } from "../../base/hex.ts";
import { SectionId } from "../../wasm/module.ts";
import type { Part } from "../programs.ts";
import type { Scan } from "../scan.ts";
import type { Collector } from "./collector.ts";
import { isKnownCustom } from "./custom-names.ts";

/** From here on a memory is called huge: more than most programs ever have. */
const HUGE_BYTES = 256 * 1024 * 1024;
const SHOWN_BYTES = 8;
const IMPORTS_SHOWN = 8;

/** What a binary's sections, memories and start function say. */
export function findInShape(part: Part, collector: Collector): void {
	findUnread(part, collector);
	findCustomSections(part, collector);
	if (part.scan === undefined) return;
	findMemories(part, part.scan, collector);
	findNamesAndDebug(part, part.scan, collector);
	findStart(part, part.scan, collector);
}

/** What a report does not tell must not look as if it were not there. */
function findUnread({ path, start, binary, scan, refused }: Part, collector: Collector): void {
	if (refused !== undefined) {
		const reason = refused.notes.find((note) => note.startsWith("V8 says")) ?? refused.message;
		collector.add(
			"not-read",
			{ binary: path, offset: start },
			`a module of ${binary.bytes.length} bytes: ${reason}`,
		);
	}
	if (scan?.unknown !== undefined)
		collector.add(
			"not-read",
			{ binary: path, offset: start + scan.unknown },
			"an instruction that is not known, and what is behind it",
		);
	for (const { contents, end } of binary.unread)
		collector.add(
			"not-read",
			{ binary: path, offset: start + contents },
			`a nested binary of ${end - contents} bytes`,
		);
}

function findCustomSections({ path, start, binary }: Part, collector: Collector): void {
	for (const { id, name, start: at, contents, end } of binary.sections) {
		if (id !== SectionId.CUSTOM || isKnownCustom(name)) continue;
		const first = toHex(binary.bytes.subarray(contents, Math.min(end, contents + SHOWN_BYTES)));
		const begins = first === "" ? "" : ` that begin with ${first}`;
		collector.add(
			"unknown-custom-section",
			{ binary: path, offset: start + at },
			`'${name}' of ${end - contents} bytes${begins}`,
		);
	}
}

function findMemories({ path }: Part, { module }: Scan, collector: Collector): void {
	const imported = module.imports.flatMap(({ type }) => (type.kind === "memory" ? [type] : []));
	for (const [index, { minimum, maximum, pageSize_bytes }] of [...imported, ...module.memories].entries()) {
		const least = minimum * pageSize_bytes;
		if (least >= HUGE_BYTES)
			collector.add("huge-memory", { binary: path }, `memory ${index} begins with ${least} bytes`);
		// within a component it is another module's, and told of there
		const isShared = path !== "0" && index < imported.length;
		if (maximum === undefined && !isShared)
			collector.add("unbounded-memory", { binary: path }, `memory ${index} of ${least} bytes to begin with`);
	}
}

/** A body that is no longer passes a call on, as those of wit-component's shims do: nobody misses its name. */
const PLAIN_BYTES = 64;

function findNamesAndDebug({ path, start, binary }: Part, scan: Scan, collector: Collector): void {
	const { debug, names, module } = scan;
	const dwarf = binary.sections.filter(
		({ id, name }) => id === SectionId.CUSTOM && name.startsWith(".debug_"),
	);
	const [first] = dwarf;
	if (first !== undefined) {
		const size = dwarf.reduce((sum, section) => sum + section.end - section.start, 0);
		collector.add("debug-info", { binary: path, offset: start + first.start }, `DWARF of ${size} bytes`);
	}
	for (const address of [debug.sourceMap, debug.external])
		if (address !== undefined) collector.add("debug-info", { binary: path }, `it names '${address}'`);
	if (
		names.count === 0 &&
		scan.bodyEnd.some((end, entry) => end - (scan.bodyStart[entry] ?? 0) > PLAIN_BYTES)
	)
		collector.add(
			"names-stripped",
			{ binary: path },
			`none of ${module.definedFunctions} functions has a name`,
		);
}

function findStart({ path, start, binary }: Part, scan: Scan, collector: Collector): void {
	if (scan.start === undefined) return;
	const { importedFunctions } = scan.module;
	const entry = scan.start - importedFunctions;
	const place = {
		binary: path,
		function: scan.start,
		functionName: scan.names.get(scan.start),
		offset: entry < 0 ? undefined : start + (scan.bodyStart[entry] ?? 0),
	};
	if (binary.sections.every(({ id }) => id !== SectionId.START)) return;
	const { functions, imports, hasIndirect } = reachedFrom(scan, scan.start);
	const names = importNames(scan);
	const shown = imports.slice(0, IMPORTS_SHOWN).map((index) => names[index] ?? `function ${index}`);
	const more = imports.length - shown.length;
	const tables = hasIndirect ? "; calls by table may lead further" : "";
	if (imports.length === 0)
		collector.add("start-function", place, `reaches ${functions} functions and no import${tables}`);
	else
		collector.add(
			"start-calls-imports",
			place,
			`reaches ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}${tables}`,
		);
}

interface Reached {
	/** Defined ones, itself included. */
	readonly functions: number;
	readonly imports: readonly number[];
	readonly hasIndirect: boolean;
}

/** By direct calls: linear in functions and calls. */
function reachedFrom({ module, calleesAt, callees, indirectAt }: Scan, root: number): Reached {
	const { importedFunctions: imported, definedFunctions: defined } = module;
	const seen = new Uint8Array(imported + defined);
	const queue = [root];
	seen[root] = 1;
	let hasIndirect = false;
	for (let at = 0; at < queue.length; at++) {
		const entry = (queue[at] ?? 0) - imported;
		if (entry < 0) continue;
		hasIndirect ||= indirectAt[entry] !== indirectAt[entry + 1];
		for (let call = calleesAt[entry] ?? 0; call < (calleesAt[entry + 1] ?? 0); call++) {
			const callee = callees[call] ?? 0;
			if (seen[callee] !== 0) continue;
			seen[callee] = 1;
			queue.push(callee);
		}
	}
	const imports = queue.filter((index) => index < imported);
	return { functions: queue.length - imports.length, imports, hasIndirect };
}

function importNames({ module }: Scan): string[] {
	return module.imports.flatMap(({ module: from, name, type }) =>
		type.kind === "function" ? [`${from} ${name}`] : [],
	);
}
