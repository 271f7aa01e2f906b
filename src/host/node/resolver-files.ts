/** The files by which a machine says how names are looked up: hosts(5) and resolv.conf(5). */
import { readFileSync } from "node:fs";
import { parseAddress } from "../../base/ip-address.ts";

export interface ResolverFiles {
	readonly hosts: string;
	readonly resolvConf: string;
	/** Of the name servers; 53 but in tests. */
	readonly port?: number;
}

export interface ResolverSettings {
	/** Addresses, at most three. */
	readonly servers: readonly string[];
	/** Names in lower case that are put behind a name; at most six. */
	readonly search: readonly string[];
	/** A name with so many dots is asked for as it is, first. */
	readonly ndots: number;
	readonly timeout_ms: number;
	readonly attempts: number;
}

/** A file of more than this is read to here. */
const FILE_LENGTH_MAX = 1024 * 1024;
const HOSTS_MAX = 20_000;
// the limits of glibc
const SERVERS_MAX = 3;
const SEARCH_MAX = 6;
const NDOTS_MAX = 15;
const TIMEOUT_S_MAX = 30;
const ATTEMPTS_MAX = 5;

export function readResolverFiles(): ResolverFiles {
	return { hosts: textOf("/etc/hosts"), resolvConf: textOf("/etc/resolv.conf") };
}

/** The addresses of each name, in lower case, in the order of the file. */
export function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
	const hosts = new Map<string, string[]>();
	for (const line of text.split("\n")) {
		const [addressText = "", ...names] = wordsOf(line);
		const address = parseAddress(addressText);
		if (address === undefined) continue;
		for (const name of names) {
			const key = name.toLowerCase();
			const known = hosts.get(key);
			if (known === undefined) hosts.set(key, [address]);
			else if (!known.includes(address)) known.push(address);
		}
		if (hosts.size > HOSTS_MAX) break;
	}
	return hosts;
}

export function parseResolvConf(text: string): ResolverSettings {
	const servers: string[] = [];
	let search: string[] = [];
	const options = new Map<string, number>();
	for (const line of text.split("\n")) {
		const [key, ...words] = wordsOf(line);
		if (key === "nameserver") {
			// the zone of a link-local address is the interface's, which only glibc knows
			const address = parseAddress(words[0] ?? "");
			if (address !== undefined && servers.length < SERVERS_MAX) servers.push(address);
		} else if (key === "search" || key === "domain") {
			search = words.map((word) => word.toLowerCase().replace(/\.$/, "")).slice(0, SEARCH_MAX);
		} else if (key === "options") {
			for (const [name = "", value] of words.map((word) => word.split(":"))) options.set(name, Number(value));
		}
	}
	const option = (name: string, usual: number, least: number, most: number) =>
		Math.min(most, Math.max(least, Math.trunc(options.get(name) ?? usual) || usual));
	return {
		servers: servers.length > 0 ? servers : ["127.0.0.1"],
		search: search.filter((name) => name !== ""),
		ndots: options.get("ndots") === 0 ? 0 : option("ndots", 1, 0, NDOTS_MAX),
		timeout_ms: option("timeout", 5, 1, TIMEOUT_S_MAX) * 1000,
		attempts: option("attempts", 2, 1, ATTEMPTS_MAX),
	};
}

function wordsOf(line: string): string[] {
	const text = line.replace(/[#;].*$/, "").trim();
	return text === "" ? [] : text.split(/\s+/);
}

function textOf(path: string): string {
	try {
		return readFileSync(path, "latin1").slice(0, FILE_LENGTH_MAX);
	} catch {
		return "";
	}
}
