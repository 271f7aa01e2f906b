import { capabilityOf } from "./capabilities.ts";
import type { Links, Wish } from "./links.ts";
import { reachOf } from "./reach.ts";
import type { Need } from "./report.ts";

/** An import, and where modules call it. */
export interface Wanted {
	readonly module: string;
	/** Empty where only an interface is known. */
	readonly name: string;
	/** Undefined: a function. */
	readonly kind?: "memory" | "table" | "global" | "tag";
	readonly calledBy: readonly Wish[];
}

/** So many hosts are told: each import could name a version of its own. */
const HOSTS_MAX = 32;

/** What is shared with a host is no call, but others can read and change it. */
const SHARED = {
	capability: "another host",
	says: "uses a memory, table, global or tag that its host gives it, and others may share",
	grant: undefined,
} as const;

/**
 * What a list of imports comes to, by capability: nothing outside of it can be asked of any host. What is imported several
 * times, as Go's linker does it, is told once.
 *
 * @param links of a component, what its modules may call in each other
 */
export function needsOf(
	wanted: readonly Wanted[],
	links?: Links,
): {
	readonly list: readonly Need[];
	readonly hosts: readonly string[];
} {
	const groups = new Map<string, Group>();
	const [called, shared] = [new Set<string>(), new Set<string>()];
	for (const { module, name, kind, calledBy } of wanted) {
		const asked = capabilityOf(module, name);
		(kind === undefined ? called : shared).add(asked.host);
		const { capability, says, grant } = kind === undefined ? asked : SHARED;
		const key = `${capability}\n${says}`;
		const group = groups.get(key) ?? { capability, says, grant, imports: new Set(), wishes: [] };
		groups.set(key, group);
		group.imports.add(
			name === "" ? module : module.includes(":") ? `${module}#${name}` : `${module} ${name}`,
		);
		for (const wish of calledBy) group.wishes.push(wish);
	}
	const list = [...groups.values()].map(({ capability, says, grant, imports, wishes }) => {
		const { reached, reachedFrom } = reachOf(wishes, links);
		return { capability, says, imports: [...imports], reached, reachedFrom, grant };
	});
	return { list, hosts: shortList([...(called.size === 0 ? shared : called)].toSorted()) };
}

function shortList(hosts: readonly string[]): readonly string[] {
	if (hosts.length <= HOSTS_MAX) return hosts;
	return [...hosts.slice(0, HOSTS_MAX), `${hosts.length - HOSTS_MAX} more`];
}

interface Group extends Pick<Need, "capability" | "says" | "grant"> {
	readonly imports: Set<string>;
	readonly wishes: Wish[];
}
