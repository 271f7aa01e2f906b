/** Grants of the network as text: docker's `-p` and `--add-host`, and `--net VERB=...`. */
import { parseAddress } from "../base/ip-address.ts";
import { type GrantForm, grantInvalid, shortened, unknownWord } from "./grant-fault.ts";
import type { HostRule, ListenRule, NetRule, Origin, PortRange } from "./grants.ts";
import { bracketed, formatHost, parseHost, parseName } from "./net-host.ts";
import { formatPorts, PORT_MAX, parsePortList, parsePorts, portsProblem } from "./net-ports.ts";

/**
 * Docker's `-p [IP:]HOSTPORT:GUESTPORT[/tcp]`, with ranges of equal length, and `GUESTPORT` alone for
 * any free port of the host.
 *
 * Unlike docker it listens on 127.0.0.1 unless an address is given: to be reached from other
 * machines is a grant of its own (`-p 0.0.0.0:8080:8080`).
 */
export function parsePublish(text: string, origin: Origin): ListenRule[] {
	const [ports = "", protocol = "tcp"] = text.split("/", 2);
	if (protocol === "udp")
		throw grantInvalid(
			PUBLISH,
			text,
			"ports are published by tcp; a component that speaks udp is granted an address",
			"--net bind=127.0.0.1:5000",
		);
	if (protocol !== "tcp")
		throw grantInvalid(PUBLISH, text, `a guest can listen by tcp only, not by '${protocol}'`);
	const words = splitPorts(ports);
	const guest = parsePorts(words?.guest ?? "", 1);
	if (words === undefined || guest === undefined) throw grantInvalid(PUBLISH, text);
	const address = words.address === undefined ? LOOPBACK : parseAddress(words.address);
	if (address === undefined)
		throw grantInvalid(PUBLISH, text, `'${shortened(words.address ?? "")}' is not an address`);
	const host = words.host === "" ? undefined : parsePorts(words.host, 1);
	if (words.host !== "" && host === undefined)
		throw grantInvalid(PUBLISH, text, `'${shortened(words.host)}' is not a port from 1 to 65535`);
	return pairs(text, host, guest).map(([port, guestPort]) => ({
		type: "listen",
		address,
		port,
		guestPort,
		origin,
	}));
}

/**
 * `connect=HOST:PORTS`, `udp=HOST:PORTS`, `listen=ADDRESS:PORT`, `bind=ADDRESS:PORTS`, `resolve=NAME` or
 * `host=NAME:ADDRESS`. HOST is a name, `*.NAME`, an address or a network; PORTS `80`, `80-90`, `80,443` or `*`.
 */
export function parseNetRule(text: string, origin: Origin): NetRule {
	const equals = text.indexOf("=");
	const verb = equals < 0 ? text : text.slice(0, equals);
	const read = READERS.get(verb);
	if (read === undefined)
		throw grantInvalid(
			NET,
			text,
			unknownWord(
				equals < 0 ? verb : `${verb}=`,
				[...READERS.keys()].map((known) => `${known}=`),
				"a rule of the network",
			),
		);
	if (equals < 0) throw grantInvalid(NET, text, `the '=' and what follows it are missing`);
	return read({ text, rest: text.slice(equals + 1), verb, origin });
}

/** The words before the `=`. */
export function netVerbs(): readonly NetRule["type"][] {
	return ["connect", "udp", "listen", "bind", "resolve", "host"];
}

/** Docker's `--add-host NAME:ADDRESS`, also with `=`; `host-gateway` is this machine. */
export function parseAddHost(text: string, origin: Origin): HostRule {
	const [, nameText, addressText = ""] = /^([^:=]*)[:=](.*)$/.exec(text) ?? [];
	if (nameText === undefined) throw grantInvalid(ADD_HOST, text, "the address is missing");
	const name = parseName(nameText);
	if (name === undefined) throw grantInvalid(ADD_HOST, text, `'${shortened(nameText)}' is not a name of DNS`);
	const address = parseAddress(addressText === "host-gateway" ? LOOPBACK : addressText);
	if (address === undefined)
		throw grantInvalid(ADD_HOST, text, `'${shortened(addressText)}' is not an address`);
	return { type: "host", name, address, origin };
}

/** The rule as `parseNetRule` reads it back, without the guest's name of a port. */
export function formatNetRule(rule: NetRule): string {
	switch (rule.type) {
		case "connect":
		case "udp":
			return `${rule.type}=${formatHost(rule.host)}:${formatPorts(rule.ports)}`;
		case "listen":
			return `listen=${bracketed(rule.address)}:${rule.port}`;
		case "bind":
			return `bind=${bracketed(rule.address)}:${formatPorts(rule.ports, 0)}`;
		case "resolve":
			return `resolve=${formatHost(rule.host)}`;
		case "host":
			return `host=${rule.name}:${bracketed(rule.address)}`;
	}
}

/** The listener as `parsePublish` reads it back. */
export function formatPublish(rule: ListenRule): string {
	return `${bracketed(rule.address)}:${rule.port === 0 ? "" : rule.port}:${rule.guestPort}`;
}

const LOOPBACK = "127.0.0.1";
/** How many ports one `-p` may name. */
const RANGE_PORTS_MAX = 64;

const PUBLISH: GrantForm = {
	what: "a published port",
	form: "[ADDRESS:]HOSTPORT:GUESTPORT, an address of IPv6 in brackets",
	example: "-p 8080:80",
};
const NET: GrantForm = {
	what: "a rule of the network",
	form: "connect=HOST:PORT, udp=HOST:PORT, listen=ADDRESS:PORT, bind=ADDRESS:PORT or resolve=NAME",
	example: "--net connect=example.org:443",
};
const ADD_HOST: GrantForm = {
	what: "a name and its address",
	form: "NAME:ADDRESS",
	example: "--add-host db:10.0.0.5",
};

/** What a reader of one verb is given. */
interface RuleText {
	/** All of it, for messages. */
	readonly text: string;
	readonly rest: string;
	readonly verb: string;
	readonly origin: Origin;
}

const READERS: ReadonlyMap<string, (rule: RuleText) => NetRule> = new Map([
	["connect", (rule: RuleText) => ({ type: "connect", ...hostAndPorts(rule) })],
	["udp", (rule: RuleText) => ({ type: "udp", ...hostAndPorts(rule) })],
	["listen", listenRule],
	["bind", bindRule],
	["resolve", resolveRule],
	["host", ({ rest, origin }: RuleText) => parseAddHost(rest, origin)],
] as const);

function hostAndPorts({ text, rest, verb, origin }: RuleText) {
	const [hostText, portText] = splitHostPort(rest);
	const host = parseHost(hostText);
	if ("problem" in host) throw grantInvalid(NET, text, host.problem, helpWithHost(verb, host.help, portText));
	const ports = portText === undefined ? undefined : parsePortList(portText, 1);
	if (ports === undefined)
		throw grantInvalid(NET, text, portsProblem(portText, 1), `--net ${verb}=${formatHost(host)}:443`);
	return { host, ports, origin };
}

function helpWithHost(verb: string, host: string | undefined, portText: string | undefined) {
	if (host === undefined) return undefined;
	const ports = portText === undefined ? undefined : parsePortList(portText, 1);
	return `--net ${verb}=${host}:${ports === undefined ? "443" : formatPorts(ports)}`;
}

function listenRule({ text, rest, origin }: RuleText): NetRule {
	const [address, portText = ""] = localAddress(text, rest, "listen=127.0.0.1:8080");
	const ports = parsePorts(portText, 0);
	if (ports === undefined || ports.first !== ports.last)
		throw grantInvalid(
			NET,
			text,
			`'${shortened(portText)}' is not a port from 0 to ${PORT_MAX}`,
			"--net listen=127.0.0.1:8080",
		);
	return { type: "listen", address, port: ports.first, guestPort: ports.first, origin };
}

function bindRule({ text, rest, origin }: RuleText): NetRule {
	const [address, portText] = localAddress(text, rest, "bind=127.0.0.1:5000");
	const ports = portText === undefined ? undefined : parsePortList(portText, 0);
	if (ports === undefined)
		throw grantInvalid(NET, text, portsProblem(portText, 0), `--net bind=${bracketed(address)}:5000`);
	return { type: "bind", address, ports, origin };
}

function localAddress(text: string, rest: string, example: string): [string, string | undefined] {
	const [addressText, portText] = splitHostPort(rest);
	const address = parseAddress(addressText);
	if (address === undefined)
		throw grantInvalid(NET, text, `'${shortened(addressText)}' is not an address`, `--net ${example}`);
	return [address, portText];
}

function resolveRule({ text, rest, origin }: RuleText): NetRule {
	const host = parseHost(rest);
	if ("problem" in host || host.type === "network")
		throw grantInvalid(NET, text, `'${shortened(rest)}' is not a name of DNS`, "--net resolve=example.org");
	return { type: "resolve", host, origin };
}

interface PublishWords {
	readonly address: string | undefined;
	readonly host: string;
	readonly guest: string;
}

/** `80`, `8080:80`, `1.2.3.4:8080:80`, `1.2.3.4::80`, `[::1]:8080:80`. */
function splitPorts(text: string): PublishWords | undefined {
	const match = /^(?:(?:(\[[^\]]*\]|[^:[\]]*):)?([^:]*):)?([^:]+)$/.exec(text);
	if (match === null) return undefined;
	const [, address, host = "", guest = ""] = match;
	return { address: address === "" ? undefined : address, host, guest };
}

/** At the last ':', which is the only one outside of brackets. */
function splitHostPort(text: string): [string, string | undefined] {
	const colon = text.lastIndexOf(":");
	if (colon < 0 || text.endsWith("]")) return [text, undefined];
	return [text.slice(0, colon), text.slice(colon + 1)];
}

/** Host port and guest port of each listener; 0 for a port that is free. */
function pairs(text: string, host: PortRange | undefined, guest: PortRange): [number, number][] {
	const count = guest.last - guest.first + 1;
	if (count > RANGE_PORTS_MAX) throw grantInvalid(PUBLISH, text, `it names over ${RANGE_PORTS_MAX} ports`);
	if (host !== undefined && host.last - host.first + 1 !== count)
		throw grantInvalid(PUBLISH, text, "the two ranges are not of one length");
	return Array.from({ length: count }, (_, index) => [
		host === undefined ? 0 : host.first + index,
		guest.first + index,
	]);
}
