import type { NetDenial } from "../../capability/denial.ts";
import {
	mayBind,
	mayConnect,
	mayListen,
	mayResolve,
	mappedAddresses,
	reachesOut,
} from "../../capability/net-gate.ts";
import { Errno } from "../../sys/errno.ts";
import type { IpFamily, Lookup, SocketAddress, TcpSocket, UdpSocket } from "../../sys/network.ts";
import type { ComponentGuest } from "../component-guest.ts";
import type { Unnumbered } from "../descriptors.ts";
import { ResolvedNames } from "./resolved-names.ts";
import { ungrantedTcp, ungrantedUdp } from "./ungranted.ts";

/**
 * The network as one guest has it: its rules, the names that it has looked up, and a count of its sockets. All
 * versions of WASI ask here, before anything is opened or sent.
 */
export class GuestNetwork {
	readonly guest: ComponentGuest;
	readonly resolved = new ResolvedNames();
	readonly #given = new Set<number>();

	/** The one of this guest. */
	static of(guest: ComponentGuest): GuestNetwork {
		const known = networks.get(guest);
		if (known !== undefined) return known;
		const made = new GuestNetwork(guest);
		networks.set(guest, made);
		return made;
	}

	private constructor(guest: ComponentGuest) {
		this.guest = guest;
	}

	/** A socket; without a rule that is of use to one, one that refuses everything, NOTSUP where this machine has none. */
	tcp(family: IpFamily): TcpSocket | Errno {
		const { network, netRules } = this.guest.world;
		return reachesOut(netRules) ? (network?.tcp(family) ?? Errno.NOTSUP) : ungrantedTcp(family);
	}

	udp(family: IpFamily): UdpSocket | Errno {
		const { network, netRules } = this.guest.world;
		return reachesOut(netRules) ? (network?.udp(family) ?? Errno.NOTSUP) : ungrantedUdp(family);
	}

	/** ACCES, and a denial, where no rule lets the guest send there. */
	mayReach(transport: "connect" | "udp", { address, port }: SocketAddress): boolean {
		const { netRules, uses } = this.guest.world;
		const denial = mayConnect(netRules, this.resolved, address, port, transport);
		if (denial === undefined && uses !== undefined) {
			// not any name of the address, but one by which a rule lets the guest there
			const named = netRules.filter((rule) => !("host" in rule) || rule.host.type !== "network");
			const byName = (name: string) =>
				mayConnect(named, { namesOf: () => [name] }, address, port, transport) === undefined;
			this.#used(transport, this.resolved.namesOf(address).findLast(byName) ?? address, port, transport);
		}
		return this.#allows(denial);
	}

	/** Whether a datagram that came from there is one that the guest may have: no denial is recorded. */
	mayHear({ address, port }: SocketAddress): boolean {
		return mayConnect(this.guest.world.netRules, this.resolved, address, port, "udp") === undefined;
	}

	/** The address to bind to in place of the one that is asked for, which it may narrow; ACCES. */
	placeToBind(transport: "tcp" | "udp", asked: SocketAddress): SocketAddress | Errno {
		const { netRules } = this.guest.world;
		const place = mayBind(netRules, transport, asked.address, asked.port);
		if ("type" in place) {
			this.guest.deny(place);
			return Errno.ACCES;
		}
		// who may listen there need not be granted to bind as well
		const listens = transport === "tcp" && mayListen(netRules, asked.address, asked.port) === undefined;
		if (listens) this.#used("listen", asked.address, asked.port, "bind");
		else if (place.port !== 0) this.#used("bind", place.address, place.port, "bind");
		return { ...asked, ...place };
	}

	/** Whether a socket that was bound so may listen. A free port that the guest was given once is its own to take again. */
	mayListen({ address, port }: SocketAddress): boolean {
		const wanted = this.#given.has(port) ? 0 : port;
		const denial = mayListen(this.guest.world.netRules, address, wanted);
		if (denial === undefined) this.#used("listen", address, wanted, "listen");
		return this.#allows(denial);
	}

	/** The system chose this port for a listener of the guest's. */
	given(port: number): void {
		if (this.#given.size < GIVEN_MAX) this.#given.add(port);
	}

	/** Whether a socket at this local address may be heard by anybody. */
	isBindGranted({ address, port }: SocketAddress): boolean {
		return !("type" in mayBind(this.guest.world.netRules, "any", address, port));
	}

	/** A look-up that was begun, or what the rules themselves say of the name; ACCES, NOTSUP. */
	lookup(name: string): Lookup | readonly string[] | Errno {
		const { network, netRules } = this.guest.world;
		if (!this.#allows(mayResolve(netRules, name))) return Errno.ACCES;
		this.#used("resolve", name.toLowerCase(), 0, "resolve-addresses");
		const mapped = mappedAddresses(netRules, name);
		if (mapped !== undefined) return mapped;
		return network?.lookup(name.toLowerCase()) ?? Errno.NOTSUP;
	}

	/** Counts a socket; false, and a denial, where the guest has as many descriptors as it may. */
	own(socket: Unnumbered): boolean {
		const { descriptors } = this.guest.world;
		if (descriptors.own(socket)) return true;
		this.guest.deny({ type: "descriptors", limit: descriptors.limit });
		return false;
	}

	disown(socket: Unnumbered): void {
		this.guest.world.descriptors.disown(socket);
	}

	#used(need: NetDenial["need"], host: string, port: number, call: string): void {
		this.guest.world.uses?.net(need, host, port, call);
	}

	#allows(denial: NetDenial | undefined): boolean {
		if (denial !== undefined) this.guest.deny(denial);
		return denial === undefined;
	}
}

/** As many ports are remembered. */
const GIVEN_MAX = 4_096;

const networks = new WeakMap<ComponentGuest, GuestNetwork>();
