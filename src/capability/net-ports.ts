/** Ports as rules write them: `443`, `8000-8010`, `80,443`, `*`. */
import { shortened } from "./grant-fault.ts";
import type { PortRange } from "./grants.ts";

export const PORT_MAX = 65_535;
/** How many ports and ranges one rule may list. */
const RANGES_MAX = 64;

/** Ports and ranges, in order and without overlaps; undefined when the text is none. `least`: 0 where 0 means any. */
export function parsePortList(text: string, least: 0 | 1): readonly PortRange[] | undefined {
	if (text === "*") return [{ first: least, last: PORT_MAX }];
	const words = text.split(",", RANGES_MAX + 1);
	const ranges = words.map((word) => parsePorts(word, least));
	if (words.length > RANGES_MAX || !ranges.every((range) => range !== undefined)) return undefined;
	return joined(ranges);
}

/** One port, or a range of them. */
export function parsePorts(text: string, least: 0 | 1): PortRange | undefined {
	const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
	if (match === null) return undefined;
	const first = Number(match[1]);
	const last = Number(match[2] ?? match[1]);
	return first >= least && first <= last && last <= PORT_MAX ? { first, last } : undefined;
}

/** As `parsePortList` reads them back. */
export function formatPorts(ports: readonly PortRange[], least: 0 | 1 = 1): string {
	return ports
		.map(({ first, last }) => {
			if (first === least && last === PORT_MAX) return "*";
			return first === last ? String(first) : `${first}-${last}`;
		})
		.join(",");
}

/** For people: "port 443", "ports 80, 443 and 8000 to 8010", "any port". */
export function sayPorts(ports: readonly PortRange[]): string {
	const words = ports.map(({ first, last }) => (first === last ? String(first) : `${first} to ${last}`));
	if (formatPorts(ports) === "*" || formatPorts(ports, 0) === "*") return "any port";
	const last = words.pop() ?? "";
	if (words.length > 0) return `ports ${words.join(", ")} and ${last}`;
	return `${last.includes(" ") ? "ports" : "port"} ${last}`;
}

export function portsProblem(text: string | undefined, least: 0 | 1): string {
	if (text === undefined) return "the port is missing";
	if (text.split(",", RANGES_MAX + 1).length > RANGES_MAX) return `it lists over ${RANGES_MAX} ports`;
	const wrong = text.split(",").find((word) => parsePorts(word, least) === undefined) ?? text;
	return `'${shortened(wrong)}' is not a port from ${least} to ${PORT_MAX}`;
}

function joined(ranges: readonly PortRange[]): readonly PortRange[] {
	const result: PortRange[] = [];
	for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
		const before = result.at(-1);
		if (before === undefined || range.first > before.last + 1) result.push(range);
		else result[result.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
	}
	return result;
}
