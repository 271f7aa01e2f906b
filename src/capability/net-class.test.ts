import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress } from "../base/ip-address.ts";
import { type AddressClass, addressClass } from "./net-class.ts";

/** The first and the last of each block, and their neighbours. */
const CLASSES: readonly (readonly [AddressClass, readonly string[]])[] = [
	["unspecified", ["0.0.0.0", "::", "::ffff:0.0.0.0"]],
	["loopback", ["127.0.0.1", "127.0.0.0", "127.255.255.255", "::1"]],
	[
		"private",
		[
			"10.0.0.0",
			"10.255.255.255",
			"172.16.0.0",
			"172.31.255.255",
			"192.168.0.0",
			"192.168.255.255",
			"fc00::",
			"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			"fec0::1",
			"64:ff9b:1::8.8.8.8",
		],
	],
	["shared", ["100.64.0.0", "100.127.255.255"]],
	["link-local", ["169.254.0.1", "169.254.255.255", "fe80::1", "febf:ffff::1"]],
	[
		"metadata",
		["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "169.254.170.2", "192.0.0.192"],
	],
	["multicast", ["224.0.0.0", "239.255.255.255", "ff00::", "ff02::1"]],
	["benchmark", ["198.18.0.0", "198.19.255.255", "2001:2::1"]],
	["documentation", ["192.0.2.1", "198.51.100.255", "203.0.113.0", "2001:db8::1", "3fff::1"]],
	[
		"reserved",
		[
			"0.0.0.1",
			"0.255.255.255",
			"192.0.0.1",
			"240.0.0.0",
			"255.255.255.255",
			"2001::1", // Teredo
			"100::1", // discard only
			"4000::1",
			"5f00::1",
			"64:ff9b:2::1",
		],
	],
	[
		"public",
		[
			"1.1.1.1",
			"9.255.255.255",
			"11.0.0.0",
			"100.63.255.255",
			"100.128.0.0",
			"126.255.255.255",
			"128.0.0.0",
			"169.253.255.255",
			"169.255.0.0",
			"172.15.255.255",
			"172.32.0.0",
			"192.167.255.255",
			"192.169.0.0",
			"198.17.255.255",
			"198.20.0.0",
			"223.255.255.255",
			"2606:4700::1111",
			"2001:4860:4860::8888",
		],
	],
];

for (const [expected, addresses] of CLASSES)
	for (const text of addresses)
		test(`${text} is ${expected}`, () => assert.equal(addressClass(parseAddress(text) ?? ""), expected));

/** Each way to write an address of IPv4 within one of IPv6. */
const CLOTHES: readonly (readonly [string, (address: string) => string])[] = [
	["mapped", (address) => `::ffff:${address}`],
	["compatible", (address) => `::${address}`],
	["behind NAT64", (address) => `64:ff9b::${address}`],
	["behind 6to4", (address) => `2002:${hexOf(address)}::1`],
];

for (const [how, dress] of CLOTHES)
	for (const [expected, addresses] of CLASSES)
		for (const address of addresses.filter((text) => text.includes(".") && !text.includes(":")))
			if (how !== "compatible" || !address.startsWith("0.0.0."))
				test(`${address} ${how} is ${expected} too`, () =>
					assert.equal(addressClass(parseAddress(dress(address)) ?? ""), expected));

function hexOf(address: string): string {
	const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
	return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}
