import type { NetRule, PortRange } from "../../../capability/grants.ts";

/** What a guest that was granted sockets may make of them, as far as the kernel can be told. */
export interface SocketReach {
	/** TCP ports that may be connected to; undefined: more than can be listed. */
	readonly connect: readonly number[] | undefined;
	/** TCP ports of this machine that may be taken; 0 for one that is free. */
	readonly bind: readonly number[] | undefined;
	/** Whether it may listen at all: Linux binds who listens unbound, and Landlock is not asked. */
	readonly listens: boolean;
}

/** Of more ports than this Landlock is not told: each is a rule of its own. */
const PORTS_MAX = 1024;
/** A name server is asked by TCP where an answer does not fit a datagram. */
const PORT_OF_NAMES = 53;

/** What of these rules the kernel has to let through; undefined: no sockets at all. Addresses it cannot be told. */
export function socketReach(rules: readonly NetRule[]): SocketReach | undefined {
	if (rules.every(({ type }) => type === "host")) return undefined;
	const connects = rules.filter((rule) => rule.type === "connect");
	const names = rules.some((rule) => "host" in rule && rule.host.type !== "network");
	const connect = connects.flatMap(({ ports }) => ports);
	const bind = rules.flatMap((rule) => {
		if (rule.type === "bind") return rule.ports;
		return rule.type === "listen" ? [portRange(rule.port)] : [];
	});
	return {
		connect: portsOf(names ? [...connect, portRange(PORT_OF_NAMES)] : connect),
		// who connects may ask for any free port first
		bind: portsOf(connects.length > 0 ? [...bind, portRange(0)] : bind),
		listens: rules.some(({ type }) => type === "listen"),
	};
}

function portRange(port: number): PortRange {
	return { first: port, last: port };
}

function portsOf(ranges: readonly PortRange[]): readonly number[] | undefined {
	const count = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
	if (count > PORTS_MAX) return undefined;
	const ports = ranges.flatMap(({ first, last }) =>
		Array.from({ length: last - first + 1 }, (_, at) => first + at),
	);
	return [...new Set(ports)].toSorted((a, b) => a - b);
}
