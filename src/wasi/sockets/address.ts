/** Addresses as the WIT of wasi:sockets has them, in 0.2 and 0.3 alike. */
import { addressBytes, addressText } from "../../base/ip-address.ts";
import type { IpFamily, SocketAddress } from "../../sys/network.ts";

/** `ip-address`: four bytes, or eight groups of 16 bits. */
export interface WitAddress {
	readonly tag: IpFamily;
	readonly val: readonly number[];
}

/** `ip-socket-address`. */
export type WitSocketAddress =
	| { readonly tag: "ipv4"; readonly val: { readonly port: number; readonly address: readonly number[] } }
	| {
			readonly tag: "ipv6";
			readonly val: {
				readonly port: number;
				readonly flowInfo: number;
				readonly address: readonly number[];
				readonly scopeId: number;
			};
	  };

export function fromWit(given: WitSocketAddress): SocketAddress {
	if (given.tag === "ipv4") {
		const { address, port } = given.val;
		return { family: "ipv4", address: addressText(address), port, flowInfo: 0, scopeId: 0 };
	}
	const { address, port, flowInfo, scopeId } = given.val;
	const bytes = address.flatMap((group) => [group >> 8, group & 0xff]);
	return { family: "ipv6", address: addressText(bytes), port, flowInfo, scopeId };
}

export function toWit({ address, port, flowInfo, scopeId }: SocketAddress): WitSocketAddress {
	const ip = addressToWit(address);
	return ip.tag === "ipv4"
		? { tag: "ipv4", val: { port, address: ip.val } }
		: { tag: "ipv6", val: { port, flowInfo, address: ip.val, scopeId } };
}

/** `address`: as `parseAddress` gave it. */
export function addressToWit(address: string): WitAddress {
	const bytes = addressBytes(address);
	if (bytes.length === 4) return { tag: "ipv4", val: bytes };
	const groups = Array.from(
		{ length: 8 },
		(_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0),
	);
	return { tag: "ipv6", val: groups };
}

/**
 * Whether a socket of this family may have or reach the address at all: not one of the other family, in neither of
 * its disguises (mapped, compatible), and no broadcast or multicast. (The WIT's invalid-argument.)
 */
export function isUnicastOf(family: IpFamily, { family: own, address }: SocketAddress): boolean {
	if (own !== family) return false;
	const bytes = addressBytes(address);
	if (family === "ipv4")
		return (bytes[0] ?? 0) < 224 || ((bytes[0] ?? 0) >= 240 && address !== "255.255.255.255");
	if (bytes[0] === 0xff) return false;
	const isInDisguise =
		bytes.slice(0, 10).every((byte) => byte === 0) &&
		((bytes[10] === 0xff && bytes[11] === 0xff) || (bytes[10] === 0 && bytes[11] === 0));
	return !isInDisguise || address === "::" || address === "::1";
}

export function isUnspecified(address: string): boolean {
	return address === "0.0.0.0" || address === "::";
}

/** Whether something can be sent there: neither the unspecified address nor port 0. */
export function isRemote({ address, port }: SocketAddress): boolean {
	return !isUnspecified(address) && port !== 0;
}
