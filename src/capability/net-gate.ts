/** Whom a guest may reach: the one decision, for sockets and for HTTP. Pure. */
import { parseAddress } from "../base/ip-address.ts";
import type { NetDenial } from "./denial.ts";
import type { ConnectRule, HostPattern, ListenRule, NetRule, PortRange, UdpRule } from "./grants.ts";
import { addressClass, liesIn } from "./net-class.ts";

/** What a guest has looked up: the names by which it may come to an address. */
export interface Resolved {
	namesOf(address: string): readonly string[];
}

/** For those who know their one name, or came without any. */
export interface NetGate {
	/**
	 * Whether a connection may go to this address. `name`: the host that was looked up to find it, just now and by
	 * us; undefined for an address that the guest gave itself.
	 */
	ask(address: string, port: number, name?: string): NetDenial | undefined;
	/** Whether a name may be looked up. An address in digits is no name: it needs no grant. */
	resolveAllowed(name: string): NetDenial | undefined;
	/** The addresses that the rules themselves give a name; undefined: ask the resolver. */
	mapped(name: string): readonly string[] | undefined;
}

export function netGate(rules: readonly NetRule[]): NetGate {
	return {
		ask: (address, port, name) =>
			mayConnect(rules, { namesOf: () => (name === undefined ? [] : [name]) }, address, port),
		resolveAllowed: (name) => mayResolve(rules, name),
		mapped: (name) => mappedAddresses(rules, name),
	};
}

/**
 * Whether a connection (or, for "udp", a datagram) may go to an address: one that is granted as an address, or
 * one that this guest found by looking up a granted name. Behind a name, addresses of this machine, its network and
 * its cloud are refused, so that whoever answers for the name (DNS rebinding) cannot lead the guest there;
 * but for those that the person gave the name themselves, by --add-host or by writing `localhost`.
 */
export function mayConnect(
	rules: readonly NetRule[],
	resolved: Resolved,
	address: string,
	port: number,
	transport: "connect" | "udp" = "connect",
): NetDenial | undefined {
	const own = rules.filter((rule): rule is ConnectRule | UdpRule => rule.type === transport);
	const atPort = own.filter(({ ports }) => holdsPort(ports, port));
	if (atPort.some(({ host }) => host.type === "network" && liesIn(address, host.address, host.prefix_bits)))
		return undefined;
	const names = resolved.namesOf(address).map(plainName);
	const granted = names.find((name) => atPort.some(({ host }) => isNamed(host, name)));
	const denial = { type: "net", need: transport, host: address, port } as const;
	if (granted === undefined) return { ...denial, name: names.at(-1), inward: undefined };
	const isNamedAtPort = (name: string) => atPort.some(({ host }) => isNamed(host, name));
	if (names.some((name) => isNamedAtPort(name) && isReachedByName(rules, name, address))) return undefined;
	return { ...denial, name: granted, inward: addressClass(address) };
}

/** Whether a rule that names a host is enough for an address of it. */
export function isReachedByName(rules: readonly NetRule[], name: string, address: string): boolean {
	return addressClass(address) === "public" || mappedAddresses(rules, name)?.includes(address) === true;
}

/** A name may be looked up where any rule names it: to connect to it is of no use otherwise. */
export function mayResolve(rules: readonly NetRule[], name: string): NetDenial | undefined {
	if (parseAddress(name) !== undefined) return undefined;
	const plain = plainName(name);
	const isGranted = rules.some((rule) => {
		if (rule.type === "host") return rule.name === plain;
		return "host" in rule && isNamed(rule.host, plain);
	});
	return isGranted
		? undefined
		: { type: "net", need: "resolve", host: plain, port: 0, name: undefined, inward: undefined };
}

/**
 * What the person says that a name means: --add-host, and `localhost`, which is this machine for everybody
 * (RFC 6761 §6.3) and is never asked of DNS.
 */
export function mappedAddresses(rules: readonly NetRule[], name: string): readonly string[] | undefined {
	const plain = plainName(name);
	const given = rules.flatMap((rule) => (rule.type === "host" && rule.name === plain ? [rule.address] : []));
	if (given.length > 0) return given;
	return plain === "localhost" ? LOCALHOST : undefined;
}

/** An address of this machine, and the port: 0 for one that is free. */
export interface LocalPlace {
	readonly address: string;
	readonly port: number;
}

/**
 * Where a socket is to be bound that asks for this address and port: to what a `listen` rule or `-p` says of that
 * port (`-p 127.0.0.1:8080:80` binds who asks for 0.0.0.0:80 to 127.0.0.1:8080), to what a `bind` rule holds, or,
 * for those who only send, to any free port. "any": only what a `bind` rule holds.
 */
export function mayBind(
	rules: readonly NetRule[],
	transport: "tcp" | "udp" | "any",
	address: string,
	port: number,
): LocalPlace | NetDenial {
	const listener = transport === "tcp" ? listenerFor(rules, address, port) : undefined;
	if (listener !== undefined) return { address: narrower(address, listener.address), port: listener.port };
	for (const rule of rules)
		if (rule.type === "bind" && holdsPort(rule.ports, port) && overlaps(address, rule.address))
			return { address: narrower(address, rule.address), port };
	const sends = transport === "tcp" ? "connect" : "udp";
	if (port === 0 && transport !== "any" && rules.some(({ type }) => type === sends)) return { address, port };
	const need = transport === "tcp" && !rules.some(({ type }) => type === "bind") ? "listen" : "bind";
	return { type: "net", need, host: address, port, name: undefined, inward: undefined };
}

/** Whether a socket that asked for this address and port may listen there. */
export function mayListen(rules: readonly NetRule[], address: string, port: number): NetDenial | undefined {
	if (listenerFor(rules, address, port) !== undefined) return undefined;
	return { type: "net", need: "listen", host: address, port, name: undefined, inward: undefined };
}

/** Whether any rule is of use to a socket. */
export function reachesOut(rules: readonly NetRule[]): boolean {
	return rules.some(({ type }) => type !== "host" && type !== "resolve");
}

export function holdsPort(ports: readonly PortRange[], port: number): boolean {
	return ports.some(({ first, last }) => first <= port && port <= last);
}

/** The rule by which a guest may listen where it asks to. */
export function listenerFor(
	rules: readonly NetRule[],
	address: string,
	port: number,
): ListenRule | undefined {
	return rules.find(
		(rule): rule is ListenRule =>
			rule.type === "listen" && rule.guestPort === port && overlaps(address, rule.address),
	);
}

/** Whether the one is the other, or all addresses of its family. */
function overlaps(asked: string, granted: string): boolean {
	if (asked.includes(":") !== granted.includes(":")) return false;
	return asked === granted || isUnspecified(asked) || isUnspecified(granted);
}

function narrower(asked: string, granted: string): string {
	return isUnspecified(asked) ? granted : asked;
}

function isUnspecified(address: string): boolean {
	return address === "0.0.0.0" || address === "::";
}

const LOCALHOST = ["127.0.0.1", "::1"];

function isNamed(host: HostPattern, name: string): boolean {
	switch (host.type) {
		case "name":
			return host.name === name;
		case "beneath":
			return name.endsWith(`.${host.name}`) && name.length > host.name.length + 1;
		case "network":
			return false;
	}
}

/** DNS knows no case, and a dot at the end says nothing here. */
function plainName(name: string): string {
	return name.toLowerCase().replace(/\.$/, "");
}
