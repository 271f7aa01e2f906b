import { Fault } from "../../base/fault.ts";
import { readComponent } from "../../wasm/component.ts";
import { customSection, SectionId } from "../../wasm/module.ts";
import { binariesIn, type Binary } from "../../wasm/nested.ts";
import { readAbout } from "./about.ts";
import { type CargoBuild, readCrates } from "./cargo-crates.ts";
import { readDataTraces } from "./data-traces.ts";
import type { GoBuild } from "./go-modules.ts";
import { type About, distinct, type Inventory, keyOf, type Part, PARTS_MAX, short } from "./part.ts";
import { type Makers, readMakers } from "./tools.ts";

/**
 * What a module or component tells of what it is made of: Go's build information, cargo-auditable's list,
 * who made it, the texts of its own; and where nobody wrote a list, what its data gives away.
 *
 * @param binaries all that are in it, where they are at hand
 * @throws Fault MODULE_INVALID, MODULE_TOO_LARGE when it is no wasm
 */
export async function takeInventory(
	bytes: Uint8Array,
	binaries: readonly Binary[] = binariesIn(bytes),
): Promise<Inventory> {
	const outermost = binaries[0]!;
	const traces = await readAllTraces(binaries);
	const makers = readMakers(binaries);
	const go = traces.flatMap((trace) => trace.go ?? []);
	const cargo = traces.flatMap((trace) => trace.cargo ?? []);
	const inferred = traces.flatMap((trace) => trace.inferred);
	return {
		about: aboutOf(outermost, go, cargo, traces, makers),
		parts: distinct([
			...go.flatMap(({ modules }) => modules),
			...cargo.flatMap(({ crates }) => crates),
			...makers.standardLibraries,
			...makers.tools,
			...inferred,
		]),
		libraries: knowledgeOf(binaries, go, cargo, inferred),
	};
}

/** What one module in the file gives away. */
interface Traces {
	readonly go: GoBuild | undefined;
	readonly cargo: CargoBuild | undefined;
	readonly inferred: readonly Part[];
	readonly rustc: string | undefined;
}

/** One after another, so that one list of crates is unpacked at a time; of a file of hundreds the last ones are not read. */
async function readAllTraces(binaries: readonly Binary[]): Promise<Traces[]> {
	const all: Traces[] = [];
	let [lists, parts] = [0, 0];
	for (const binary of binaries) {
		const hasList = lists < CRATE_LISTS_MAX && customSection(binary, ".dep-v0") !== undefined;
		if (hasList) lists += 1;
		const cargo = hasList ? await cargoOf(binary) : undefined;
		const { go, crates, rustc } = readDataTraces(dataOf(binary));
		all.push({ go, cargo, inferred: crates, rustc });
		parts += crates.length + (go?.modules.length ?? 0) + (cargo?.crates.length ?? 0);
		if (parts > PARTS_MAX) break;
	}
	return all;
}

/** Real components have a list for each language in them. */
const CRATE_LISTS_MAX = 32;

/** A list that cannot be read is as good as none: what the data gives away is still there. */
async function cargoOf(binary: Binary): Promise<CargoBuild | undefined> {
	const section = customSection(binary, ".dep-v0");
	if (section === undefined) return undefined;
	try {
		return await readCrates(binary.bytes.subarray(section.contents, section.end));
	} catch (error) {
		if (error instanceof Fault) return undefined;
		throw error;
	}
}

function dataOf({ kind, bytes, sections }: Binary): Uint8Array {
	const data = kind === "module" ? sections.find(({ id }) => id === SectionId.DATA) : undefined;
	return data === undefined ? new Uint8Array() : bytes.subarray(data.contents, data.end);
}

/** Only a toolchain's own list is all; with none of the modules' lists missing. */
function knowledgeOf(
	binaries: readonly Binary[],
	go: readonly GoBuild[],
	cargo: readonly CargoBuild[],
	inferred: readonly Part[],
): Inventory["libraries"] {
	const modules = binaries.filter(({ kind }) => kind === "module").length;
	const lists = go.length + cargo.length;
	if (lists > 0 && lists >= modules) return "complete";
	return lists > 0 || inferred.length > 0 ? "incomplete" : "unknown";
}

function aboutOf(
	outermost: Binary,
	go: readonly GoBuild[],
	cargo: readonly CargoBuild[],
	traces: readonly Traces[],
	makers: Makers,
): About {
	const root = cargo.find((build) => build.root !== undefined)?.root;
	const said = readAbout(outermost);
	const name = said.name ?? go[0]?.path ?? root?.name;
	const version = said.version ?? go[0]?.version ?? root?.version;
	return {
		...said,
		...(name !== undefined && { name }),
		...(version !== undefined && { version }),
		properties: [
			...makers.languages.map((language) => ["wasm:language", language] as const),
			...traces.flatMap(({ rustc }) => (rustc === undefined ? [] : [["rust:commit", rustc] as const])),
			...go.flatMap(({ settings }) => settings.map(([key, value]) => [`go:${key}`, value] as const)),
			...interfacesOf(outermost),
		],
	};
}

/** What a component wants around it, and offers: with versions, so a change shows. */
function interfacesOf({ kind, bytes }: Binary): readonly (readonly [string, string])[] {
	if (kind === "module") return [];
	const { imports, exports } = readComponent(bytes);
	return [
		...imports.map((name) => ["wit:import", short(name)] as const),
		...exports.map((name) => ["wit:export", short(name)] as const),
	];
}

/** The keys of what the program itself uses, where a list says so; otherwise all of its libraries. */
export function directPartsOf({ parts }: Inventory): readonly string[] {
	const used = new Set(parts.flatMap(({ dependsOn }) => dependsOn ?? []));
	return parts.filter((part) => part.kind === "library" && !used.has(keyOf(part))).map(keyOf);
}
