import { Errno } from "../../sys/errno.ts";
import type { IpFamily } from "../../sys/network.ts";
import type { ComponentGuest } from "../component-guest.ts";
import type { HostFamily } from "../host-family.ts";
import { Resource } from "../resource.ts";
import { addressToWit, type WitAddress } from "../sockets/address.ts";
import { type ErrorCode, errorCode, lookupErrorCode } from "../sockets/error-code.ts";
import { GuestNetwork } from "../sockets/guest-network.ts";
import { GuestLookup } from "../sockets/lookup.ts";
import { GuestTcp } from "../sockets/tcp.ts";
import { GuestUdp } from "../sockets/udp.ts";
import type { IoError } from "./io-error.ts";
import { Pollable } from "./pollable.ts";
import { errorOf, Network, SocketError, unlessErrno } from "./socket-values.ts";
import { TcpSocket } from "./tcp-socket.ts";
import { IncomingDatagramStream, OutgoingDatagramStream, UdpSocket } from "./udp-socket.ts";

/** wasi:sockets 0.2. */
export const SOCKETS: HostFamily = {
	"wasi:sockets/instance-network@0.2": (guest) => ({ instanceNetwork: () => new Network(guest) }),
	"wasi:sockets/network@0.2": () => ({ Network, networkErrorCode }),
	"wasi:sockets/tcp-create-socket@0.2": (guest) => ({
		createTcpSocket: (family: IpFamily) =>
			new TcpSocket(guest, unlessErrno(GuestTcp.create(GuestNetwork.of(guest), family))),
	}),
	"wasi:sockets/tcp@0.2": () => ({ TcpSocket }),
	"wasi:sockets/udp-create-socket@0.2": (guest) => ({
		createUdpSocket: (family: IpFamily) =>
			new UdpSocket(guest, unlessErrno(GuestUdp.create(GuestNetwork.of(guest), family))),
	}),
	"wasi:sockets/udp@0.2": () => ({ UdpSocket, IncomingDatagramStream, OutgoingDatagramStream }),
	"wasi:sockets/ip-name-lookup@0.2": (guest) => ({
		ResolveAddressStream,
		resolveAddresses: (_network: Network, name: string) => {
			const begun = GuestLookup.begin(GuestNetwork.of(guest), name);
			if (typeof begun === "number") throw errorOf(lookupErrorCode(begun));
			return new ResolveAddressStream(guest, begun);
		},
	}),
};

/** wasi:sockets/ip-name-lookup `resolve-address-stream`. */
export class ResolveAddressStream extends Resource {
	readonly #lookup: GuestLookup;
	#next = 0;

	constructor(guest: ComponentGuest, lookup: GuestLookup) {
		super(guest);
		this.#lookup = lookup;
	}

	resolveNextAddress(): WitAddress | undefined {
		const found = this.#lookup.result();
		if (typeof found === "number")
			throw errorOf(found === Errno.AGAIN ? errorCode(found) : lookupErrorCode(found));
		const address = found[this.#next];
		this.#next += 1;
		return address === undefined ? undefined : addressToWit(address);
	}

	subscribe(): Pollable {
		return new Pollable(this.guest, () => this.#lookup.wait());
	}

	protected override dropped(): void {
		this.#lookup.close();
	}
}

function networkErrorCode({ failure }: IoError): ErrorCode | undefined {
	return failure.cause instanceof SocketError ? errorCode(failure.cause.errno) : undefined;
}
