/** Grants of the network: docker's `-p`, and `--net connect=|listen=|resolve=`. */
import { type GrantForm, grantInvalid, shortened, unknownWord } from "./grant-fault.ts";
import type { ListenRule, NetRule, Origin, PortRange } from "./grants.ts";

/**
 * Docker's `-p [IP:]HOSTPORT:GUESTPORT[/tcp]`, with ranges of equal length, and `GUESTPORT` alone for
 * any free port of the host.
 *
 * Unlike docker it listens on 127.0.0.1 unless an address is given: to be reached from other
 * machines is a grant of its own (`-p 0.0.0.0:8080:8080`).
 */
export function parsePublish(text: string, origin: Origin): ListenRule[] {
	const [ports = "", protocol = "tcp"] = text.split("/", 2);
	if (protocol !== "tcp")
		throw grantInvalid(PUBLISH, text, `a guest can listen by tcp only, not by '${protocol}'`);
	const words = splitPorts(ports);
	const guest = parsePorts(words?.guest ?? "");
	if (words === undefined || guest === undefined) throw grantInvalid(PUBLISH, text);
	const address = words.address === undefined ? LOOPBACK : parseAddress(words.address);
	if (address === undefined)
		throw grantInvalid(PUBLISH, text, `'${shortened(words.address ?? "")}' is not an address`);
	const host = words.host === "" ? undefined : parsePorts(words.host);
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

/** `connect=HOST:PORT[-PORT]`, `listen=ADDRESS:PORT` or `resolve=NAME`. */
export function parseNetRule(text: string, origin: Origin): NetRule {
	const equals = text.indexOf("=");
	const verb = equals < 0 ? text : text.slice(0, equals);
	const rest = equals < 0 ? "" : text.slice(equals + 1);
	if (equals < 0 && ["connect", "listen", "resolve"].includes(verb))
		throw grantInvalid(NET, text, `the '=' and what follows it are missing`);
	if (verb === "connect") return connectRule(text, rest, origin);
	if (verb === "listen") return listenRule(text, rest, origin);
	if (verb !== "resolve")
		throw grantInvalid(
			NET,
			text,
			unknownWord(verb, ["connect=", "listen=", "resolve="], "a rule of the network"),
		);
	const name = parseName(rest);
	if (name === undefined)
		throw grantInvalid(NET, text, `'${shortened(rest)}' is not a name of DNS`, "--net resolve=example.org");
	return { type: "resolve", name, origin };
}

/** The rule as `parseNetRule` reads it back, without the guest's name of a port. */
export function formatNetRule(rule: NetRule): string {
	switch (rule.type) {
		case "connect":
			return `connect=${bracketed(rule.host)}:${formatPorts(rule.ports)}`;
		case "listen":
			return `listen=${bracketed(rule.address)}:${rule.port}`;
		case "resolve":
			return `resolve=${rule.name}`;
	}
}

/** The listener as `parsePublish` reads it back. */
export function formatPublish(rule: ListenRule): string {
	return `${bracketed(rule.address)}:${rule.port === 0 ? "" : rule.port}:${rule.guestPort}`;
}

/** An address in its canonical spelling, without brackets; undefined when it is none. */
export function parseAddress(text: string): string | undefined {
	const inner = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
	// no leading zeros: some read 010 as ten, others as eight
	if (/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(inner))
		return inner.split(".").every((byte) => Number(byte) <= 255) ? inner : undefined;
	if (!/^[0-9a-fA-F:.]{2,45}$/.test(inner) || !inner.includes(":")) return undefined;
	// the URL parser knows every form of an IPv6 address and writes the canonical one (RFC 5952)
	return URL.canParse(`http://[${inner}]/`) ? new URL(`http://[${inner}]/`).hostname.slice(1, -1) : undefined;
}

const LOOPBACK = "127.0.0.1";
const PORT_MAX = 65_535;
/** How many ports one `-p` may name. */
const RANGE_PORTS_MAX = 64;

const PUBLISH: GrantForm = {
	what: "a published port",
	form: "[ADDRESS:]HOSTPORT:GUESTPORT, an address of IPv6 in brackets",
	example: "-p 8080:80",
};
const NET: GrantForm = {
	what: "a rule of the network",
	form: "connect=HOST:PORT, listen=ADDRESS:PORT or resolve=NAME",
	example: "--net connect=example.org:443",
};

function connectRule(text: string, rest: string, origin: Origin): NetRule {
	const [hostText, portText] = splitHostPort(rest);
	const host = parseAddress(hostText) ?? parseName(hostText);
	if (host === undefined)
		throw grantInvalid(NET, text, `'${shortened(hostText)}' is neither a name nor an address`);
	const ports = portText === "*" ? { first: 1, last: PORT_MAX } : parsePorts(portText ?? "");
	if (ports === undefined)
		throw grantInvalid(
			NET,
			text,
			portText === undefined
				? "the port is missing"
				: `'${shortened(portText)}' is not a port from 1 to ${PORT_MAX}`,
			`--net connect=${hostText}:443`,
		);
	return { type: "connect", host, ports, origin };
}

function listenRule(text: string, rest: string, origin: Origin): NetRule {
	const [addressText, portText = ""] = splitHostPort(rest);
	const address = parseAddress(addressText);
	if (address === undefined)
		throw grantInvalid(
			NET,
			text,
			`'${shortened(addressText)}' is not an address`,
			`--net listen=127.0.0.1:8080`,
		);
	const ports = portText === "0" ? { first: 0, last: 0 } : parsePorts(portText);
	if (ports === undefined || ports.first !== ports.last)
		throw grantInvalid(
			NET,
			text,
			`'${shortened(portText)}' is not a port from 0 to ${PORT_MAX}`,
			"--net listen=127.0.0.1:8080",
		);
	return { type: "listen", address, port: ports.first, guestPort: ports.first, origin };
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

function parsePorts(text: string): PortRange | undefined {
	const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
	if (match === null) return undefined;
	const first = Number(match[1]);
	const last = Number(match[2] ?? match[1]);
	return first >= 1 && first <= last && last <= PORT_MAX ? { first, last } : undefined;
}

function formatPorts({ first, last }: PortRange): string {
	if (first === 1 && last === PORT_MAX) return "*";
	return first === last ? String(first) : `${first}-${last}`;
}

/** A name of DNS in lower case: up to 253 characters, labels of up to 63. */
function parseName(text: string): string | undefined {
	const name = text.toLowerCase().replace(/\.$/, "");
	if (name.length > 253) return undefined;
	const labels = name.split(".");
	// all digits at the end would be an address in disguise (RFC 3696 §2)
	if (/^\d+$/.test(labels.at(-1) ?? "")) return undefined;
	return labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)) ? name : undefined;
}

function bracketed(host: string): string {
	return host.includes(":") ? `[${host}]` : host;
}
