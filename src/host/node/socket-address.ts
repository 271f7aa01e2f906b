/** Addresses of sockets as C has them: `struct sockaddr_in` and `struct sockaddr_in6` of Linux. */
import { addressBytes, addressText } from "../../base/ip-address.ts";
import type { IpFamily, SocketAddress } from "../../sys/network.ts";
import { type NativeMemory, nativeMemory } from "./libc.ts";

const AF_INET = 2;
const AF_INET6 = 10;
const SOCKADDR_IN_BYTES = 16;
const SOCKADDR_IN6_BYTES = 28;
/** A length, which some calls change, stands behind the address. */
const LENGTH_AT = 28;

export function familyNumber(family: IpFamily): number {
	return family === "ipv4" ? AF_INET : AF_INET6;
}

/** Room for one address and its length, used again and again. */
export class AddressMemory {
	readonly #memory: NativeMemory = nativeMemory(LENGTH_AT + 4);

	get address(): bigint {
		return this.#memory.address;
	}

	/** Where the length is: a `socklen_t *`. */
	get lengthAddress(): bigint {
		return this.#memory.address + BigInt(LENGTH_AT);
	}

	/** Says how much room there is, for calls that fill it in. */
	clear(): this {
		this.#memory.bytes.fill(0);
		this.#memory.view.setUint32(LENGTH_AT, SOCKADDR_IN6_BYTES, true);
		return this;
	}

	/** Writes an address: its length. All zeros are AF_UNSPEC, which dissolves a connection. */
	write({ family, address, port, flowInfo, scopeId }: SocketAddress): number {
		const { bytes, view } = this.clear().#memory;
		view.setUint16(0, familyNumber(family), true);
		view.setUint16(2, port, false);
		if (family === "ipv4") {
			bytes.set(addressBytes(address), 4);
			return SOCKADDR_IN_BYTES;
		}
		view.setUint32(4, flowInfo, false);
		bytes.set(addressBytes(address), 8);
		view.setUint32(24, scopeId, true);
		return SOCKADDR_IN6_BYTES;
	}

	/** The address that a call has filled in. */
	read(): SocketAddress {
		const { bytes, view } = this.#memory;
		const port = view.getUint16(2, false);
		if (view.getUint16(0, true) === AF_INET)
			return {
				family: "ipv4",
				address: addressText([...bytes.subarray(4, 8)]),
				port,
				flowInfo: 0,
				scopeId: 0,
			};
		return {
			family: "ipv6",
			address: addressText([...bytes.subarray(8, 24)]),
			port,
			flowInfo: view.getUint32(4, false),
			scopeId: view.getUint32(24, true),
		};
	}
}
