import { type WaysTo, waysTo } from "../wasm/kernel/call-ways.ts";
import { callGraph } from "./call-graph.ts";
import type { Scan } from "./scan.ts";

/** An import that a module calls. */
export interface Wish {
	readonly scan: Scan;
	/** `BinaryReport.path` of the module. */
	readonly binary: string;
	/** Of the imported function. */
	readonly index: number;
}

/** Who imports functions of a name, of the modules of a component: another one may export it for them. */
export type Links = ReadonlyMap<string, readonly Wish[]>;

/** Where ways end in a module: at imported functions. */
export interface Goal {
	readonly scan: Scan;
	readonly binary: string;
	/** By imported function: how it goes on, where another module of the component may be behind it. */
	readonly targets: Map<number, Onward | undefined>;
}

/** A way goes on at an exported function of another module. */
export interface Onward {
	readonly goal: Goal;
	/** They lead to targets that were there before this one: following them comes to an end. */
	readonly ways: WaysTo;
	readonly begin: number;
}

/** A way goes from one module into another no more often than this: adapters stand before main modules, and shims between. */
const MODULES_MAX = 4;

/**
 * The goals of some wishes, by module, and of what leads there through other modules of the component: an adapter calls the host, and the
 * main module calls the adapter. Which export is behind an import is told by its name, not by how the component puts them
 * together: it may lead there.
 */
export function goalsOf(wishes: readonly Wish[], links: Links): Goal[] {
	const goals = new Map<Scan, Goal>();
	let fresh: readonly (Wish & { readonly onward?: Onward })[] = wishes;
	for (let round = 0; round < MODULES_MAX && fresh.length > 0; round++) {
		const touched = new Set<Goal>();
		for (const { scan, binary, index, onward } of fresh) {
			const goal = goals.get(scan) ?? { scan, binary, targets: new Map<number, Onward | undefined>() };
			goals.set(scan, goal);
			if (goal.targets.has(index)) continue;
			goal.targets.set(index, onward);
			touched.add(goal);
		}
		fresh = links.size === 0 ? [] : [...touched].flatMap((goal) => importersOf(goal, links));
	}
	return [...goals.values()];
}

/** Imports of other modules that may be functions of this one which lead to its goal. */
function importersOf(goal: Goal, links: Links): (Wish & { readonly onward: Onward })[] {
	const { scan, targets } = goal;
	const ways = waysTo(callGraph(scan), [...targets.keys()], true);
	return scan.module.exports
		.filter(({ kind, name, index }) => kind === "function" && links.has(name) && ways.next[index] !== -1)
		.flatMap(({ name, index }) =>
			othersThan(scan, links.get(name)).map(({ scan: importer, binary, index: at }) => ({
				scan: importer,
				binary,
				index: at,
				onward: { goal, ways, begin: index },
			})),
		);
}

/** Whether an export is there for another module. */
export function isForOthers(scan: Scan, name: string, links: Links): boolean {
	return othersThan(scan, links.get(name)).length > 0;
}

function othersThan(scan: Scan, wishes: readonly Wish[] = []): readonly Wish[] {
	return wishes.filter((wish) => wish.scan !== scan);
}
