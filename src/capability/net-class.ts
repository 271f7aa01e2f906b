/** Which addresses are everybody's, and which belong to this machine, its network or its cloud. */
import { addressBytes, addressText, withoutMapping } from "../base/ip-address.ts";

/** "public": a host of the Internet. All others are reached only where they are granted as addresses. */
export type AddressClass =
	| "public"
	| "unspecified"
	| "loopback"
	| "private"
	| "shared"
	| "link-local"
	| "metadata"
	| "multicast"
	| "benchmark"
	| "documentation"
	| "reserved";

/**
 * The class of an address that `parseAddress` gave. An address of IPv6 that leads to one of IPv4 (mapped,
 * compatible, NAT64, 6to4) has the class of that one. What no registry has given out is reserved.
 */
export function addressClass(address: string): AddressClass {
	const bytes = withoutMapping(addressBytes(address));
	if (METADATA.has(addressText(bytes))) return "metadata";
	if (bytes.length === 4) return classIn(IPV4, bytes) ?? "public";
	const embedded = embeddedIpv4(bytes);
	if (embedded !== undefined) return addressClass(addressText(embedded));
	return classIn(IPV6, bytes) ?? "reserved";
}

/** Whether an address lies in a network. IPv4 in the clothes of IPv6 counts as what it is. */
export function liesIn(address: string, network: string, prefix_bits: number): boolean {
	return matches(withoutMapping(addressBytes(address)), addressBytes(network), prefix_bits);
}

/** The services by which clouds hand credentials to their machines. */
const METADATA = new Set([
	"169.254.169.254", // AWS, Azure, Google, DigitalOcean, Oracle and others
	"169.254.170.2", // AWS ECS: the roles of tasks
	"169.254.170.23", // AWS EKS: pod identity
	"fd00:ec2::254", // AWS
	"fd00:ec2::23", // AWS EKS
	"fd20:ce::254", // Google
	"100.100.100.200", // Alibaba
	"168.63.129.16", // Azure's host, publicly numbered
	"192.0.0.192", // Oracle, older
]);

type Row = readonly [network: string, prefix_bits: number, class_: AddressClass];

// IANA's registries of special-purpose addresses (RFC 6890 and after); the first row that fits counts
const IPV4: readonly Row[] = [
	["0.0.0.0", 32, "unspecified"],
	["0.0.0.0", 8, "reserved"],
	["10.0.0.0", 8, "private"],
	["100.64.0.0", 10, "shared"],
	["127.0.0.0", 8, "loopback"],
	["169.254.0.0", 16, "link-local"],
	["172.16.0.0", 12, "private"],
	["192.0.0.0", 24, "reserved"],
	["192.0.2.0", 24, "documentation"],
	["192.88.99.0", 24, "reserved"],
	["192.168.0.0", 16, "private"],
	["198.18.0.0", 15, "benchmark"],
	["198.51.100.0", 24, "documentation"],
	["203.0.113.0", 24, "documentation"],
	["224.0.0.0", 4, "multicast"],
	["240.0.0.0", 4, "reserved"],
];

const IPV6: readonly Row[] = [
	["::", 128, "unspecified"],
	["::1", 128, "loopback"],
	["64:ff9b:1::", 48, "private"],
	["fc00::", 7, "private"],
	["fe80::", 10, "link-local"],
	["fec0::", 10, "private"],
	["ff00::", 8, "multicast"],
	["2001:2::", 48, "benchmark"],
	["2001:db8::", 32, "documentation"],
	["3fff::", 20, "documentation"],
	// Teredo, ORCHID and other protocols' own
	["2001::", 23, "reserved"],
	["2000::", 3, "public"],
];

/** The address of IPv4 that packets to this one come to. */
function embeddedIpv4(bytes: readonly number[]): readonly number[] | undefined {
	if (matches(bytes, addressBytes("2002::"), 16)) return bytes.slice(2, 6);
	if (matches(bytes, addressBytes("64:ff9b::"), 96)) return bytes.slice(12);
	// compatible (RFC 4291 §2.5.5.1); :: and ::1 are none
	const isCompatible =
		matches(bytes, addressBytes("::"), 96) && bytes.slice(12, 15).some((byte) => byte !== 0);
	return isCompatible ? bytes.slice(12) : undefined;
}

function classIn(rows: readonly Row[], bytes: readonly number[]): AddressClass | undefined {
	return rows.find(([network, prefix_bits]) => matches(bytes, addressBytes(network), prefix_bits))?.[2];
}

function matches(bytes: readonly number[], network: readonly number[], prefix_bits: number): boolean {
	if (bytes.length !== network.length) return false;
	return bytes.every((byte, index) => {
		const bits = Math.min(8, Math.max(0, prefix_bits - index * 8));
		const mask = (0xff00 >> bits) & 0xff;
		return (byte & mask) === ((network[index] ?? 0) & mask);
	});
}
