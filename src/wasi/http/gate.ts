import { parseAddress } from "../../base/ip-address.ts";
import type { NetDenial } from "../../capability/denial.ts";
import { type NetGate, netGate } from "../../capability/net-gate.ts";
import { parseName } from "../../capability/net-host.ts";
import { Errno } from "../../sys/errno.ts";
import type { ConnectGate, HttpFailure } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { GuestNetwork } from "../sockets/guest-network.ts";
import { GuestLookup } from "../sockets/lookup.ts";
import { DENIED } from "./failures.ts";

/**
 * Asks the guest's rules before each connection of its requests. A name is looked up once, here, and a connection goes
 * to one of the addresses that the rules allow for that very name: nobody looks it up again in between. Refusals are
 * recorded.
 */
export function connectGate(guest: ComponentGuest): ConnectGate {
	const gate = netGate(guest.world.netRules);
	return (host, port) => {
		const address = parseAddress(host);
		if (address !== undefined) return allowed(guest, gate, [address], port, undefined);
		const name = parseName(host);
		if (name === undefined) return lookupFailure(Errno.NOENT);
		return gate.resolveAllowed(name) === undefined
			? lookedUp(guest, gate, name, port)
			: refusedName(guest, name, port);
	};
}

async function lookedUp(
	guest: ComponentGuest,
	gate: NetGate,
	name: string,
	port: number,
): Promise<readonly string[] | HttpFailure> {
	const underWay = lookups.get(guest) ?? 0;
	if (underWay >= LOOKUPS_MAX) return { tag: "connection-limit-reached" };
	const lookup = GuestLookup.begin(GuestNetwork.of(guest), name);
	if (typeof lookup === "number") return lookupFailure(lookup);
	lookups.set(guest, underWay + 1);
	try {
		while (lookup.result() === Errno.AGAIN) await guest.waits.until([lookup.wait()]);
	} finally {
		lookups.set(guest, (lookups.get(guest) ?? 1) - 1);
	}
	const found = lookup.result();
	return typeof found === "number" ? lookupFailure(found) : allowed(guest, gate, found, port, name);
}

/** So many names a guest may have looked up at once: requests that it gives up leave their look-ups behind for a while. */
const LOOKUPS_MAX = 64;

const lookups = new WeakMap<ComponentGuest, number>();

/** Those of the addresses that may be connected to; where there is none, why not the first. */
function allowed(
	guest: ComponentGuest,
	gate: NetGate,
	addresses: readonly string[],
	port: number,
	name: string | undefined,
): readonly string[] | HttpFailure {
	const reachable: string[] = [];
	let denial: NetDenial | undefined;
	for (const address of addresses) {
		const refused = gate.ask(address, port, name);
		if (refused === undefined) reachable.push(address);
		denial ??= refused;
	}
	if (reachable.length > 0) {
		guest.world.uses?.net("connect", name ?? addresses[0] ?? "", port, "outgoing request");
		return reachable;
	}
	if (denial === undefined) return lookupFailure(Errno.NOENT);
	guest.deny(denial);
	return DENIED;
}

/** No rule names it: it is not even looked up, for a look-up could carry words out. */
function refusedName(guest: ComponentGuest, name: string, port: number): HttpFailure {
	guest.deny({ type: "net", need: "connect", host: name, port, name: undefined, inward: undefined });
	return DENIED;
}

function lookupFailure(errno: Errno): HttpFailure {
	if (errno === Errno.TIMEDOUT) return { tag: "DNS-timeout" };
	// a look-up holds sockets, which count as descriptors
	if (errno === Errno.MFILE) return { tag: "connection-limit-reached" };
	const rcode = errno === Errno.NOENT ? "NXDOMAIN" : "SERVFAIL";
	return { tag: "DNS-error", val: { rcode, infoCode: undefined } };
}
