import type { Reach } from "./report.ts";
import type { Scan } from "./scan.ts";

/** A way is told up to this length, its ends always. */
const PATH_MAX = 32;
/** So many exports are told for each import. */
const WAYS_MAX = 8;

/** From where each function is reached: the caller on a shortest way from an export; and by which kind of call. */
interface Ways {
	/** By function index; the function itself for one that is exported, -1 where nothing leads. */
	readonly from: Int32Array;
	readonly possible: Uint8Array;
}

/**
 * Shortest ways from exports to an imported function. Direct calls are certain; a call through a table or a reference may lead to every
 * function of its type whose address is taken, which is marked. Exports that reach it by certain calls come first.
 */
export function reachOf(scan: Scan, importIndex: number, binary: string): Reach[] {
	const imported = functionImport(scan, importIndex);
	const roots = scan.module.exports.filter(({ kind }) => kind === "function");
	const ways: Reach[] = [];
	for (const [certain, known] of [
		[true, waysOf(scan, false)] as const,
		[false, waysOf(scan, true)] as const,
	]) {
		if (ways.length > 0 && !certain) break;
		const path = pathTo(scan, known, importIndex);
		const root = path?.[0];
		if (path === undefined || root === undefined) continue;
		for (const { name } of roots.filter(({ index }) => index === root.function).slice(0, WAYS_MAX))
			ways.push({ binary, export: name, import: imported, path });
	}
	return ways;
}

const known = new WeakMap<Scan, Map<boolean, Ways>>();

/** Breadth first from all exports at once: linear in functions and calls. */
function waysOf(scan: Scan, possible: boolean): Ways {
	const made = known.get(scan) ?? new Map<boolean, Ways>();
	known.set(scan, made);
	const ways = made.get(possible) ?? search(scan, possible);
	made.set(possible, ways);
	return ways;
}

function search(scan: Scan, alsoPossible: boolean): Ways {
	const { importedFunctions: imported, definedFunctions: defined, exports } = scan.module;
	const from = new Int32Array(imported + defined).fill(-1);
	const possible = new Uint8Array(imported + defined);
	const queue: number[] = [];
	const visit = (index: number, caller: number, isPossible: boolean) => {
		if (index >= from.length || from[index] !== -1) return;
		from[index] = caller;
		possible[index] = isPossible ? 1 : 0;
		queue.push(index);
	};
	for (const { kind, index } of exports) if (kind === "function") visit(index, index, false);
	if (scan.start !== undefined) visit(scan.start, scan.start, false);
	const byType = alsoPossible ? takenByType(scan) : undefined;
	for (let at = 0; at < queue.length; at++) {
		const caller = queue[at] ?? 0;
		const entry = caller - imported;
		if (entry < 0) continue;
		for (let call = scan.calleesAt[entry] ?? 0; call < (scan.calleesAt[entry + 1] ?? 0); call++)
			visit(scan.callees[call] ?? 0, caller, false);
		if (byType === undefined) continue;
		for (let call = scan.indirectAt[entry] ?? 0; call < (scan.indirectAt[entry + 1] ?? 0); call++) {
			const type = scan.indirect[call] ?? 0;
			for (const target of byType.get(type) ?? []) visit(target, caller, true);
			// all of this type are visited now
			byType.delete(type);
		}
	}
	return { from, possible };
}

function takenByType({ addressTaken, module, typeOf }: Scan): Map<number, number[]> {
	const types = importedTypes(module);
	const byType = new Map<number, number[]>();
	for (const index of addressTaken) {
		const type = index < types.length ? types[index] : typeOf[index - types.length];
		if (type === undefined) continue;
		const same = byType.get(type);
		if (same === undefined) byType.set(type, [index]);
		else same.push(index);
	}
	return byType;
}

function importedTypes({ imports }: Scan["module"]): number[] {
	return imports.flatMap(({ type }) => (type.kind === "function" ? [type.typeIndex] : []));
}

/** Export first; undefined where nothing leads. */
function pathTo(scan: Scan, { from, possible }: Ways, target: number): Reach["path"] | undefined {
	if ((from[target] ?? -1) === -1) return undefined;
	const path: Reach["path"][number][] = [];
	for (let index = target; ; index = from[index] ?? index) {
		path.push({ function: index, name: scan.names.get(index), possible: possible[index] === 1 });
		if (from[index] === index) break;
	}
	path.reverse();
	return path.length <= PATH_MAX ? path : [...path.slice(0, PATH_MAX / 2), ...path.slice(-PATH_MAX / 2)];
}

function functionImport({ module }: Scan, index: number): string {
	const functions = module.imports.filter(({ type }) => type.kind === "function");
	const found = functions[index];
	return found === undefined ? "" : `${found.module} ${found.name}`;
}
