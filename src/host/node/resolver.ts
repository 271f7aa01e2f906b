/**
 * Names as this machine has them: its hosts file, then the name servers of its resolv.conf. Our own, because
 * getaddrinfo stops its thread and opens files, which no process can behind the second wall; and because a guest that
 * sleeps in ppoll is woken by a socket, not by an event loop.
 */
import { Errno } from "../../sys/errno.ts";
import type { IpFamily, Lookup, Network, SocketAddress } from "../../sys/network.ts";
import type { Interest } from "../../sys/waiter.ts";
import { Exchange, type ExchangeOutcome } from "./resolver-exchange.ts";
import {
	parseHosts,
	parseResolvConf,
	readResolverFiles,
	type ResolverFiles,
	type ResolverSettings,
} from "./resolver-files.ts";
import { ADDRESSES_MAX } from "./resolver-message.ts";

export type { ResolverFiles } from "./resolver-files.ts";

export interface Resolver {
	lookup(name: string): Lookup;
}

const PORT = 53;
/** However many servers, attempts and names there are to try. */
const LOOKUP_MS_MAX = 30_000;

export function openResolver(network: Network, files: ResolverFiles = readResolverFiles()): Resolver {
	const hosts = parseHosts(files.hosts);
	const settings = parseResolvConf(files.resolvConf);
	return {
		lookup: (name) => {
			const known = hosts.get(name);
			return known === undefined
				? new DnsLookup(network, name, settings, files.port ?? PORT)
				: settled(inOrder(network, known));
		},
	};
}

/** What is asked of whom, one after the other. */
interface Attempt {
	readonly name: string;
	readonly server: SocketAddress;
}

class DnsLookup implements Lookup {
	readonly #network: Network;
	readonly #timeout_ms: number;
	readonly #deadline_ms = performance.now() + LOOKUP_MS_MAX;
	#attempts: readonly Attempt[];
	#exchange: Exchange | undefined;
	#until_ms = 0;
	#result: readonly string[] | Errno = Errno.AGAIN;
	#timedOut = false;
	#failed = false;

	constructor(network: Network, name: string, settings: ResolverSettings, port: number) {
		this.#network = network;
		this.#timeout_ms = settings.timeout_ms;
		this.#attempts = attemptsFor(name, settings, port);
		this.#next();
	}

	result(): readonly string[] | Errno {
		while (this.#result === Errno.AGAIN && this.#exchange !== undefined) {
			const outcome = this.#exchange.step();
			const isLate = performance.now() >= this.#until_ms;
			if (outcome === undefined && !isLate) break;
			if (outcome === undefined) this.#timedOut = true;
			this.#decide(this.#exchange, outcome ?? this.#exchange.outcome());
		}
		return this.#result;
	}

	get interests(): readonly Interest[] {
		return this.#exchange?.interests ?? [];
	}

	dueIn_ns(): bigint {
		return BigInt(Math.max(0, Math.ceil((this.#until_ms - performance.now()) * 1e6)));
	}

	close(): void {
		this.#exchange?.close();
		this.#exchange = undefined;
	}

	#decide(exchange: Exchange, outcome: ExchangeOutcome): void {
		exchange.close();
		const { name } = this.#attempts[0] ?? { name: "" };
		if (outcome.type === "found") {
			this.#result = inOrder(this.#network, outcome.addresses);
			return;
		}
		if (outcome.type === "failed") this.#failed = true;
		// who says that there is none is believed: only other names are asked for then
		this.#attempts =
			outcome.type === "none"
				? this.#attempts.filter((attempt) => attempt.name !== name)
				: this.#attempts.slice(1);
		this.#next();
	}

	#next(): void {
		this.#exchange = undefined;
		const [attempt] = this.#attempts;
		const now_ms = performance.now();
		if (attempt === undefined || now_ms >= this.#deadline_ms) {
			this.#result = this.#timedOut ? Errno.TIMEDOUT : this.#failed ? Errno.IO : Errno.NOENT;
			return;
		}
		this.#until_ms = Math.min(this.#deadline_ms, now_ms + this.#timeout_ms);
		this.#exchange = new Exchange(this.#network, attempt.server, attempt.name);
	}
}

/** For each name that it may stand for: all servers, as often as is said. */
function attemptsFor(name: string, settings: ResolverSettings, port: number): Attempt[] {
	const { servers, search, ndots, attempts } = settings;
	const longer = search.map((domain) => `${name}.${domain}`).filter((candidate) => candidate.length <= 253);
	const dots = name.split(".").length - 1;
	const names = dots >= ndots ? [name, ...longer] : [...longer, name];
	const rounds = Array.from({ length: attempts }, () => servers).flat();
	return names.flatMap((candidate) =>
		rounds.map((server) => ({ name: candidate, server: socketAddress(server, port) })),
	);
}

/** Addresses to which there is a way first; else as they came. */
function inOrder(network: Network, addresses: readonly string[]): readonly string[] {
	const different = [...new Set(addresses)].slice(0, ADDRESSES_MAX);
	const ways = new Map<IpFamily, boolean>();
	const hasWay = (address: string) => {
		const { family } = socketAddress(address, PORT);
		const known = ways.get(family) ?? isReachable(network, address);
		ways.set(family, known);
		return known;
	};
	return [...different.filter(hasWay), ...different.filter((address) => !hasWay(address))];
}

/** Whether the kernel knows a way there. Nothing is sent. */
function isReachable(network: Network, address: string): boolean {
	const to = socketAddress(address, PORT);
	const socket = network.udp(to.family);
	if (typeof socket === "number") return false;
	const connected = socket.connect(to);
	socket.close();
	return connected === Errno.SUCCESS;
}

function settled(addresses: readonly string[]): Lookup {
	return { result: () => addresses, interests: [], dueIn_ns: () => 0n, close() {} };
}

function socketAddress(address: string, port: number): SocketAddress {
	return { family: address.includes(":") ? "ipv6" : "ipv4", address, port, flowInfo: 0, scopeId: 0 };
}
