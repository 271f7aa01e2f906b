import { Errno } from "../../sys/errno.ts";
import type { IpFamily } from "../../sys/network.ts";
import type { ComponentGuest } from "../component-guest.ts";
import type { HostFamily } from "../host-family.ts";
import { ComponentError } from "../host-interface.ts";
import { classOf, unmade } from "../resource-class.ts";
import { addressToWit, type WitAddress } from "../sockets/address.ts";
import { lookupErrorCode } from "../sockets/error-code.ts";
import { GuestNetwork } from "../sockets/guest-network.ts";
import { GuestLookup } from "../sockets/lookup.ts";
import { TcpSocket } from "./sockets-tcp.ts";
import { UdpSocket } from "./sockets-udp.ts";
import { untilReady } from "./streams.ts";

/** wasi:sockets of 0.3. */
export const SOCKETS: HostFamily = {
	"wasi:sockets/types@0.3": (guest) => ({
		TcpSocket: classOf(guest, TcpSocket, unmade, {
			create: (family: IpFamily) => TcpSocket.create(guest, family),
		}),
		UdpSocket: classOf(guest, UdpSocket, unmade, {
			create: (family: IpFamily) => UdpSocket.create(guest, family),
		}),
	}),
	"wasi:sockets/ip-name-lookup@0.3": (guest) => ({
		resolveAddresses: (name: string) => resolveAddresses(guest, name),
	}),
};

async function resolveAddresses(guest: ComponentGuest, name: string): Promise<WitAddress[]> {
	const lookup = GuestLookup.begin(GuestNetwork.of(guest), name);
	if (typeof lookup === "number") throw new ComponentError({ tag: lookupErrorCode(lookup) });
	while (lookup.result() === Errno.AGAIN) await untilReady(guest, lookup.wait());
	const found = lookup.result();
	if (typeof found === "number") throw new ComponentError({ tag: lookupErrorCode(found) });
	return found.map(addressToWit);
}
