import { type WaysTo, waysTo } from "../wasm/kernel/call-ways.ts";
import { type CallGraph, callGraph } from "./call-graph.ts";
import { openTo } from "./open-references.ts";
import { type Goal, goalsOf, isForOthers, type Links, type Wish } from "./links.ts";
import type { Reach, ReachedFrom, Root } from "./report.ts";
import { plainName } from "./rust/plain-name.ts";
import type { Scan } from "./scan.ts";

/** A way is told up to this length, its ends always. */
const PATH_MAX = 32;
/** So many ways are told of one need: from each export, then to each import that none of them leads to. */
const FROM_EXPORTS_MAX = 24;
const TO_IMPORTS_MAX = 64;
/** So many exports are named. */
const NAMED_MAX = 1000;

/**
 * What can reach some imports: the exports that do, and shortest ways. Direct calls are certain; a call through a table or a reference
 * may lead to every function of its type whose address is taken, which is marked. Certain ways come first. The start function, and
 * functions in a table that the host can call through, are begun at as exports are.
 *
 * Linear in functions and calls of the modules.
 */
export function reachOf(
	wishes: readonly Wish[],
	links: Links = new Map(),
): {
	readonly reached: readonly Reach[];
	readonly reachedFrom: readonly ReachedFrom[];
} {
	const from: Reach[] = [];
	const reachedFrom: ReachedFrom[] = [];
	for (const goal of goalsOf(wishes, links))
		for (const { root, path, possible } of fromRoots(goal, links)) {
			reachedFrom.push({ binary: goal.binary, ...root, possible });
			if (path !== undefined) from.push(reach(goal.binary, root, path));
		}
	const first = from
		.toSorted((a, b) => rankOf(a) - rankOf(b) || a.path.length - b.path.length)
		.slice(0, FROM_EXPORTS_MAX);
	return {
		reached: [...first, ...toImports(wishes, first)],
		reachedFrom: reachedFrom.slice(0, NAMED_MAX),
	};
}

/** What an export is for comes before what the canonical ABI needs of a module, such as `cabi_realloc`. */
function rankOf({ export: name, path }: Reach): number {
	if (name.startsWith("cabi_")) return 2;
	return path.some(({ possible }) => possible) ? 1 : 0;
}

interface FromRoot {
	readonly root: Named;
	/** Undefined: more are told of already. */
	readonly path: Path | undefined;
	readonly possible: boolean;
}

interface Named {
	readonly export: string;
	readonly from: Root;
}

interface Step {
	readonly scan: Scan;
	readonly binary: string;
	readonly function: number;
	readonly possible: boolean;
}

/** The first and last steps of a way. */
interface Path {
	readonly steps: readonly Step[];
	/** Between them. */
	readonly leftOut: number;
}

/** Takes steps one after another and keeps those at both ends: a way may have a million. */
class Steps {
	readonly #first: Step[] = [];
	readonly #last: Step[] = [];
	#count = 0;

	add({ scan, binary }: Pick<Step, "scan" | "binary">, index: number, possible: boolean): void {
		const step = { scan, binary, function: index, possible };
		this.#count += 1;
		if (this.#first.length < PATH_MAX / 2) this.#first.push(step);
		else this.#last[(this.#count - 1) % (PATH_MAX / 2)] = step;
	}

	get path(): Path {
		const turn = this.#count % (PATH_MAX / 2);
		const isFull = this.#last.length === PATH_MAX / 2;
		const last = isFull ? [...this.#last.slice(turn), ...this.#last.slice(0, turn)] : this.#last;
		const steps = [...this.#first, ...last];
		return { steps, leftOut: this.#count - steps.length };
	}
}

/** A way from each root that has one, certain ones first. */
function fromRoots(goal: Goal, links: Links): FromRoot[] {
	const { scan, targets } = goal;
	const graph = callGraph(scan);
	const own = [...targets].filter(([, onward]) => onward === undefined).map(([index]) => index);
	const [certain, possible] = [waysTo(graph, own, false), waysTo(graph, [...targets.keys()], true)];
	const roots = begins(scan).filter(
		({ from, export: name }) => from !== "export" || !isForOthers(scan, name, links),
	);
	const found: FromRoot[] = [];
	const told = new Set<string>();
	const tell = (ways: WaysTo, { index, ...root }: Begin, isPossible: boolean) => {
		const key = `${root.from} ${root.export}`;
		if (found.length >= NAMED_MAX || told.has(key) || (ways.next[index] ?? -1) === -1) return;
		told.add(key);
		const path = found.length < FROM_EXPORTS_MAX ? followed(goal, ways, index, root.from) : undefined;
		found.push({ root, path, possible: isPossible });
	};
	for (const begin of roots) tell(certain, begin, false);
	for (const begin of roots) tell(possible, begin, true);
	const table = openTo(scan);
	const nearest = table === undefined ? undefined : nearestTaken(graph, possible);
	if (table !== undefined && nearest !== undefined)
		tell(possible, { export: table, from: "table", index: nearest }, true);
	return found;
}

interface Begin extends Named {
	readonly index: number;
}

/** What begins without being called by the module's own code. */
function begins({ module, start }: Scan): Begin[] {
	const all = module.exports.flatMap(({ kind, name, index }): Begin[] =>
		kind === "function" ? [{ export: name, from: "export", index }] : [],
	);
	return start === undefined ? all : [...all, { export: "", from: "start", index: start }];
}

function nearestTaken({ takenShape }: CallGraph, { nearest }: WaysTo): number | undefined {
	return nearest.find((index) => takenShape[index] !== -1);
}

/** Through other modules as well, where the way goes on there. */
function followed(goal: Goal, ways: WaysTo, begin: number, from: Root): Path {
	const steps = new Steps();
	let isPossible = from === "table";
	for (let [in_, { next, possible }, index] = [goal, ways, begin]; ;) {
		const onward = next[index] === index ? in_.targets.get(index) : undefined;
		if (onward !== undefined) {
			[in_, { next, possible }, index] = [onward.goal, onward.ways, onward.begin];
			isPossible = true;
			continue;
		}
		steps.add(in_, index, isPossible);
		isPossible = possible[index] === 1;
		if (next[index] === index) return steps.path;
		index = next[index] ?? index;
	}
}

function reach(binary: string, root: Named, { steps, leftOut }: Path): Reach {
	const last = steps.at(-1);
	return {
		binary,
		...root,
		import: last === undefined ? "" : functionImport(last.scan, last.function),
		path: steps.map(({ scan, binary: at, function: index, possible }) => {
			const name = scan.names.get(index);
			return {
				...(at !== binary && { binary: at }),
				function: index,
				name: name === undefined ? undefined : plainName(name),
				possible,
			};
		}),
		...(leftOut > 0 && { leftOut }),
	};
}

const importNames = new WeakMap<Scan, readonly string[]>();

function functionImport(scan: Scan, index: number): string {
	const names =
		importNames.get(scan) ??
		scan.module.imports.flatMap(({ type, module, name }) =>
			type.kind === "function" ? [`${module} ${name}`] : [],
		);
	importNames.set(scan, names);
	return names[index] ?? "";
}

/** A way to each import that has none yet. */
function toImports(wishes: readonly Wish[], told: readonly Reach[]): Reach[] {
	const done = new Set(told.map((way) => way.import));
	const found: Reach[] = [];
	for (const { scan, binary, index } of wishes) {
		const name = functionImport(scan, index);
		if (done.has(name) || found.length >= TO_IMPORTS_MAX) continue;
		done.add(name);
		const wish = { scan, binary, index };
		const way = [false, true].map((isPossible) => wayFrom(wish, isPossible)).find(isThere);
		if (way !== undefined) found.push(reach(binary, way.root, way.path));
	}
	return found;
}

function isThere<Value>(value: Value | undefined): value is Value {
	return value !== undefined;
}

/** From where each function is reached by a shortest way from any root: the caller; itself for a root, -1 where nothing leads. */
interface WaysFrom {
	readonly caller: Int32Array;
	readonly possible: Uint8Array;
	readonly roots: ReadonlyMap<number, Named>;
}

function wayFrom(wish: Wish, alsoPossible: boolean): { root: Named; path: Path } | undefined {
	const { index: target } = wish;
	const { caller, possible, roots } = waysFrom(wish.scan, alsoPossible);
	if ((caller[target] ?? -1) === -1) return undefined;
	const steps = new Steps();
	for (let index = target; ; index = caller[index] ?? index) {
		steps.add(wish, index, possible[index] === 1);
		if (caller[index] !== index) continue;
		const root = roots.get(index);
		const { path } = steps;
		return root === undefined ? undefined : { root, path: { ...path, steps: path.steps.toReversed() } };
	}
}

const known = new WeakMap<Scan, Map<boolean, WaysFrom>>();

/** Breadth first from all roots at once, once for a scan: linear in functions and calls. */
function waysFrom(scan: Scan, possible: boolean): WaysFrom {
	const made = known.get(scan) ?? new Map<boolean, WaysFrom>();
	known.set(scan, made);
	const ways = made.get(possible) ?? search(scan, possible);
	made.set(possible, ways);
	return ways;
}

function search(scan: Scan, alsoPossible: boolean): WaysFrom {
	const { functions, taken, shapes } = callGraph(scan);
	const caller = new Int32Array(functions).fill(-1);
	const possible = new Uint8Array(functions);
	const roots = new Map<number, Named>();
	const queue = new Uint32Array(functions);
	let found = 0;
	const visit = (index: number, from: number, isPossible: boolean) => {
		if (index >= functions || caller[index] !== -1) return;
		caller[index] = from;
		possible[index] = isPossible ? 1 : 0;
		queue[found++] = index;
	};
	for (const { index, ...root } of begins(scan)) {
		if (!roots.has(index)) roots.set(index, root);
		visit(index, index, false);
	}
	const table = alsoPossible ? openTo(scan) : undefined;
	for (const index of table === undefined ? [] : scan.addressTaken) {
		if (!roots.has(index)) roots.set(index, { export: table ?? "", from: "table" });
		visit(index, index, true);
	}
	const done = new Uint8Array(taken.length);
	const imported = scan.module.importedFunctions;
	for (let at = 0; at < found; at++) {
		const from = queue[at] ?? 0;
		const entry = from - imported;
		if (entry < 0) continue;
		for (let call = scan.calleesAt[entry] ?? 0; call < (scan.calleesAt[entry + 1] ?? 0); call++)
			visit(scan.callees[call] ?? functions, from, false);
		if (!alsoPossible) continue;
		for (let call = scan.indirectAt[entry] ?? 0; call < (scan.indirectAt[entry + 1] ?? 0); call++) {
			const shape = shapes[scan.indirect[call] ?? 0] ?? -1;
			// all of this shape are visited now
			if (shape < 0 || done[shape] === 1) continue;
			done[shape] = 1;
			for (const index of taken[shape] ?? []) visit(index, from, true);
		}
	}
	return { caller, possible, roots };
}
