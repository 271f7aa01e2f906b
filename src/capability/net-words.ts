/** Rules and refusals of the network, said to a person. */
import { Fault } from "../base/fault.ts";
import { shellWord } from "../base/shell.ts";
import type { NetDenial } from "./denial.ts";
import type { Grants, HostPattern, NetRule } from "./grants.ts";
import type { AddressClass } from "./net-class.ts";
import { isReachedByName } from "./net-gate.ts";
import { formatNetRule } from "./net.ts";
import { bracketed, formatHost } from "./net-host.ts";
import { sayPorts } from "./net-ports.ts";

/** To be read behind "the program ...". */
export function explainNet(rule: NetRule, all: readonly NetRule[]): string {
	switch (rule.type) {
		case "listen": {
			const port = rule.port === 0 ? "a free port" : `port ${rule.port}`;
			const inside =
				rule.guestPort === rule.port || rule.port === 0 ? "" : `, its own port ${rule.guestPort}`;
			return `may answer connections to ${port} of ${rule.address}${inside}`;
		}
		case "connect":
			return `may connect to ${sayPorts(rule.ports)} of ${sayHost(rule.host)}`;
		case "udp":
			return `may send datagrams to ${sayPorts(rule.ports)} of ${sayHost(rule.host)}, and gets its answers`;
		case "bind":
			return `may use ${sayPorts(rule.ports)} of ${rule.address} for its sockets, and gets datagrams from anybody there`;
		case "resolve":
			return `may look up ${rule.host.type === "name" ? "the name " : ""}${sayHost(rule.host)}`;
		case "host":
			return `takes ${rule.name} for ${rule.address}${sayReached(rule.name, all)}`;
	}
}

/** The refusal as an error, with the one flag that would allow it. */
export function netFault(denial: NetDenial, { net }: Grants): Fault {
	const { need, host, port } = denial;
	const place = need === "resolve" ? oneWord(host) : `${bracketed(host)}:${port}`;
	return new Fault("NOT_GRANTED", `guest may not ${VERBS[need]} '${place}'`, {
		note: denialNotes(denial, net),
		help: suggestNet(denial, net),
	});
}

/**
 * The words of the smallest grant that would allow it beside these rules; undefined for a name that is none. The name
 * by which the guest came is granted only where that would do: not for an address that no name reaches.
 */
function suggestNet({ need, host, port, name }: NetDenial, net: readonly NetRule[]): string | undefined {
	if (need === "resolve") return isName(host) ? `--net resolve=${shellWord(host)}` : undefined;
	// who asks for every address is bound to the one that is granted
	if (need === "listen") return `--net listen=${bracketedWord(LOOPBACK.get(host) ?? host)}:${port}`;
	if (need === "bind") return `--net bind=${bracketedWord(host)}:${port}`;
	const byName = name !== undefined && isName(name) && isReachedByName(net, name, host);
	return `--net ${need}=${byName ? name : bracketedWord(host)}:${port}`;
}

const LOOPBACK: ReadonlyMap<string, string> = new Map([
	["0.0.0.0", "127.0.0.1"],
	["::", "::1"],
]);

const VERBS: Readonly<Record<NetDenial["need"], string>> = {
	connect: "connect to",
	udp: "send datagrams to",
	listen: "listen on",
	bind: "use the address",
	resolve: "look up",
};

const CLASSES: Readonly<Record<AddressClass, string>> = {
	public: "is a host of the Internet",
	unspecified: "is no host's address",
	loopback: "is this machine itself",
	private: "is of a private network",
	shared: "is of the network of a provider",
	"link-local": "is of the local network",
	metadata: "is where clouds hand out credentials",
	multicast: "is a group of hosts",
	benchmark: "is for measuring networks",
	documentation: "is for examples",
	reserved: "is not given to anybody on the Internet",
};

function denialNotes({ need, host, port, name, inward }: NetDenial, net: readonly NetRule[]): string[] {
	if (inward !== undefined)
		return [
			`'${oneWord(name ?? "")}' is granted, but its address ${host} ${CLASSES[inward]}`,
			"what is not of the Internet is reached behind a name only when the address is granted as well",
		];
	const rules = net.filter(({ type }) => type === need || (need === "resolve" && type !== "listen"));
	const notes = [
		rules.length === 0
			? NOTHING[need]
			: `no rule allows it: there ${rules.length === 1 ? "is" : "are"} ${shownRules(rules)}`,
	];
	if (name !== undefined) notes.unshift(`it is the address of '${oneWord(name)}', which was looked up`);
	if (need === "bind" && port === 0)
		notes.push("a socket that only sends, by a rule udp=HOST:PORT, needs no other for its own address");
	if (need === "resolve") notes.push("a rule connect=NAME:PORT lets its name be looked up as well");
	return notes;
}

const NOTHING: Readonly<Record<NetDenial["need"], string>> = {
	connect: "no connections are granted",
	udp: "no datagrams are granted",
	listen: "no listeners are granted",
	bind: "no addresses of this machine are granted",
	resolve: "no names are granted",
};

const SHOWN_RULES_MAX = 4;

function shownRules(rules: readonly NetRule[]): string {
	const shown = rules.slice(0, SHOWN_RULES_MAX).map((rule) => `'${formatNetRule(rule)}'`);
	return shown.join(", ") + (rules.length > SHOWN_RULES_MAX ? " and more" : "");
}

function sayHost(host: HostPattern): string {
	switch (host.type) {
		case "name":
			return host.name === "localhost" ? "this machine itself (localhost)" : host.name;
		case "beneath":
			return `every name beneath ${host.name}`;
		case "network": {
			const text = formatHost(host).replaceAll(/[[\]]/g, "");
			if (!text.includes("/")) return text;
			return host.prefix_bits === 0
				? `every address of ${host.address === "::" ? "IPv6" : "IPv4"}, of this machine and its network too`
				: `every address of ${text}`;
		}
	}
}

/** By which ports a name of --add-host is reached: as many as the rules for the name say. */
function sayReached(name: string, all: readonly NetRule[]): string {
	const ports = all.flatMap((rule) =>
		rule.type === "connect" && rule.host.type !== "network" && formatHost(rule.host) === name
			? rule.ports
			: [],
	);
	return ports.length === 0 ? "" : `, and may connect to it there at ${sayPorts(ports)}`;
}

/** An address of IPv6 in brackets, which a shell would take for a pattern. */
function bracketedWord(host: string): string {
	return host.includes(":") ? `'[${host}]'` : host;
}

function isName(text: string): boolean {
	return /^[a-z0-9_.-]+$/i.test(text) && text.length <= 253;
}

/** What a guest wrote, in one line. */
function oneWord(text: string): string {
	return text.replaceAll(
		/[^\x21-\x7e]/g,
		(character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`,
	);
}
