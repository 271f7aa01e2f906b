import { printable } from "../../base/fault.ts";
import { type WaysTo, waysTo } from "../../wasm/kernel/call-ways.ts";
import { callGraph, type CallGraph } from "../call-graph.ts";
import type { Examined } from "../diff.ts";
import { shortened } from "../phrases.ts";
import type { Part } from "../programs.ts";
import { openTo } from "../open-references.ts";
import type { Scan } from "../scan.ts";
import { functionName, importedFunction } from "../text/names.ts";

/** The functions around one import: those on the shortest ways to it, and its nearest callers. */
export interface ImportGraph {
	/** `BinaryReport.path` of the module. */
	readonly in: string;
	readonly capability: string;
	readonly name: string;
	/** The import is the first. */
	readonly nodes: readonly GraphNode[];
	/** Caller and callee, by their places in `nodes`; 1: a call through a table that may lead there. */
	readonly calls: readonly (readonly [from: number, to: number, possible: 0 | 1])[];
	/** So many functions lead there that are not shown. */
	readonly more: number;
}

export interface GraphNode {
	readonly function: number;
	readonly name: string;
	/** Calls to the import, the fewest there are. */
	readonly distance: number;
	readonly size_bytes: number;
	/** Where code begins to run. */
	readonly root?: "export" | "start" | "table";
	/** Its name as an export, where that is another one. */
	readonly export?: string;
}

const IMPORTS_MAX = 400;
const NODES_MAX = 40;
/** Ways from so many exports. */
const ROOTS_MAX = 12;
/** Calls that are looked at for all imports together: what is beyond has no picture. */
const WORK_MAX = 60_000_000;
/** All pictures together. */
const CHARACTERS_MAX = 500_000;

/** A picture of each import that the program asks a host for. */
export function importGraphs({ report, parts }: Examined): ImportGraph[] {
	const capabilities = new Map(
		report.needs.flatMap(({ capability, imports }) => imports.map((name) => [name, capability] as const)),
	);
	const graphs: ImportGraph[] = [];
	let [work, characters] = [0, 0];
	for (const part of parts) {
		const { scan } = part;
		for (let index = 0; index < (scan?.module.importedFunctions ?? 0); index++) {
			const capability = capabilityOf(scan, index, capabilities);
			if (scan === undefined || capability === undefined) continue;
			work += scan.callees.length + scan.indirect.length + scan.typeOf.length + scan.module.exports.length;
			if (work > WORK_MAX || graphs.length >= IMPORTS_MAX || characters > CHARACTERS_MAX) return graphs;
			const graph = importGraph(part, scan, index, capability);
			characters += JSON.stringify(graph).length;
			graphs.push(graph);
		}
	}
	return graphs;
}

/** Undefined for what the component itself gives a module of its own. */
function capabilityOf(
	scan: Scan | undefined,
	index: number,
	capabilities: ReadonlyMap<string, string>,
): string | undefined {
	const found = scan === undefined ? undefined : importedFunction(scan.module, index);
	if (found === undefined) return undefined;
	const { module, name } = found;
	return (
		capabilities.get(`${module} ${name}`) ??
		capabilities.get(`${module}#${name}`) ??
		(module === "$root" ? capabilities.get(name) : undefined)
	);
}

function importGraph({ path }: Part, scan: Scan, target: number, capability: string): ImportGraph {
	const graph = callGraph(scan);
	const certain = waysTo(graph, [target], false);
	const possible = waysTo(graph, [target], true);
	const roots = rootsOf(scan, graph);
	const chosen = new Set([target]);
	const steps = new Map<string, 0 | 1>();
	const begins = [...roots.keys()];
	const surely = begins.filter((index) => certain.next[index] !== -1);
	const maybe = begins.filter((index) => certain.next[index] === -1 && possible.next[index] !== -1);
	for (const index of surely.slice(0, ROOTS_MAX)) follow(certain, index, chosen, steps);
	for (const index of maybe.slice(0, Math.max(0, ROOTS_MAX - surely.length)))
		follow(possible, index, chosen, steps);
	for (const index of possible.nearest) {
		// where the nearest has no room, those behind it have none
		if (!chosen.has(index) && !follow(possible, index, chosen, steps)) break;
	}
	const indices = [...chosen];
	const calls = callsAmong(scan, indices, steps);
	const distances = distancesTo(indices.length, calls);
	return {
		in: path,
		capability,
		name: nameOf(scan, target),
		nodes: indices.map((index, at) => node(scan, index, distances[at] ?? 0, roots.get(index))),
		calls,
		more: Math.max(0, possible.nearest.length - indices.length),
	};
}

/** Adds a whole way; false, and nothing, where there is no room for it. */
function follow(
	{ next, possible }: WaysTo,
	begin: number,
	chosen: Set<number>,
	steps: Map<string, 0 | 1>,
): boolean {
	const way = [begin];
	for (let index = begin; next[index] !== index && !chosen.has(index);) {
		if (chosen.size + way.length > NODES_MAX) return false;
		index = next[index] ?? index;
		way.push(index);
	}
	for (const [at, index] of way.entries()) {
		chosen.add(index);
		const to = way[at + 1];
		if (to !== undefined) steps.set(`${index} ${to}`, possible[index] === 1 ? 1 : 0);
	}
	return true;
}

interface Begin {
	readonly root: Root;
	/** Of an export. */
	readonly name?: string;
}

function rootsOf(scan: Scan, { functions }: CallGraph): Map<number, Begin> {
	const { module, start, addressTaken } = scan;
	const roots = new Map<number, Begin>();
	for (const { kind, index, name } of module.exports)
		if (kind === "function" && index < functions && !roots.has(index))
			roots.set(index, { root: "export", name });
	if (start !== undefined && !roots.has(start)) roots.set(start, { root: "start" });
	const isOpen = openTo(scan) !== undefined;
	for (const index of isOpen ? addressTaken : [])
		if (index < functions && !roots.has(index)) roots.set(index, { root: "table" });
	return roots;
}

type Root = NonNullable<GraphNode["root"]>;

/** All direct calls among them, and the possible ones that the ways take. */
function callsAmong(
	scan: Scan,
	indices: readonly number[],
	steps: ReadonlyMap<string, 0 | 1>,
): [number, number, 0 | 1][] {
	const places = new Map(indices.map((index, at) => [index, at]));
	const calls: [number, number, 0 | 1][] = [];
	for (const [from, index] of indices.entries()) {
		const entry = index - scan.module.importedFunctions;
		if (entry < 0) continue;
		for (let call = scan.calleesAt[entry] ?? 0; call < (scan.calleesAt[entry + 1] ?? 0); call++) {
			const to = places.get(scan.callees[call] ?? -1);
			if (to !== undefined && to !== from) calls.push([from, to, 0]);
		}
	}
	for (const [step, isPossible] of steps) {
		const [from = 0, to = 0] = step.split(" ").map((index) => places.get(Number(index)));
		if (isPossible === 1) calls.push([from, to, 1]);
	}
	return calls;
}

/** From each to the first one, by breadth. */
function distancesTo(count: number, calls: readonly (readonly [number, number, 0 | 1])[]): number[] {
	const callers = Array.from({ length: count }, (): number[] => []);
	for (const [from, to] of calls) callers[to]?.push(from);
	const distances = Array.from({ length: count }, () => -1);
	distances[0] = 0;
	const queue = [0];
	for (const at of queue)
		for (const caller of callers[at] ?? []) {
			if (distances[caller] !== -1) continue;
			distances[caller] = (distances[at] ?? 0) + 1;
			queue.push(caller);
		}
	return distances;
}

function node(scan: Scan, index: number, distance: number, begin: Begin | undefined): GraphNode {
	const entry = index - scan.module.importedFunctions;
	const size_bytes = entry < 0 ? 0 : (scan.bodyEnd[entry] ?? 0) - (scan.bodyStart[entry] ?? 0);
	const shown = { function: index, name: nameOf(scan, index), distance, size_bytes };
	if (begin === undefined) return shown;
	const exported = begin.name === undefined ? undefined : printable(shortened(begin.name));
	return exported === undefined || exported === shown.name
		? { ...shown, root: begin.root }
		: { ...shown, root: begin.root, export: exported };
}

function nameOf(scan: Scan, index: number): string {
	const imported = importedFunction(scan.module, index);
	const name = imported === undefined ? functionName(scan, index) : `${imported.module} ${imported.name}`;
	return printable(shortened(name ?? `function ${index}`));
}
