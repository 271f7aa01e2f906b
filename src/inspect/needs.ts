import { type Asked, capabilityOf } from "./capabilities.ts";
import type { Need, Reach } from "./report.ts";

/** An import, and how it is reached. */
export interface Wanted {
	readonly module: string;
	/** Empty where only an interface is known. */
	readonly name: string;
	readonly reached: readonly Reach[];
}

/** So many ways are told of each need. */
const REACHED_MAX = 12;

/**
 * What a list of imports comes to, by capability: nothing outside of it can be asked of any host. What is imported several
 * times, as Go's linker does it, is told once.
 */
export function needsOf(wanted: readonly Wanted[]): {
	readonly list: readonly Need[];
	readonly hosts: readonly string[];
} {
	const groups = new Map<
		string,
		{ readonly asked: Asked; readonly imports: Set<string>; readonly reached: Reach[] }
	>();
	const hosts = new Set<string>();
	for (const { module, name, reached } of wanted) {
		const asked = capabilityOf(module, name);
		hosts.add(asked.host);
		const key = `${asked.capability}\n${asked.says}`;
		const group = groups.get(key) ?? { asked, imports: new Set<string>(), reached: [] };
		groups.set(key, group);
		const spelled = name === "" ? module : module.includes(":") ? `${module}#${name}` : `${module} ${name}`;
		if (group.imports.has(spelled)) continue;
		group.imports.add(spelled);
		group.reached.push(...reached.slice(0, Math.max(0, REACHED_MAX - group.reached.length)));
	}
	const list = [...groups.values()].map(({ asked: { capability, says, grant }, imports, reached }) => ({
		capability,
		says,
		imports: [...imports],
		reached,
		grant,
	}));
	return { list, hosts: [...hosts].toSorted() };
}
