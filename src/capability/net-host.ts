/** Hosts as rules write them: a name, `*.NAME`, an address, or a network such as `10.0.0.0/8`. */
import { addressBytes, addressText, parseAddress, withoutMapping } from "../base/ip-address.ts";
import { shortened } from "./grant-fault.ts";
import type { HostPattern } from "./grants.ts";

interface NotAHost {
	readonly problem: string;
	/** What was probably meant. */
	readonly help: string | undefined;
}

export function parseHost(text: string): HostPattern | NotAHost {
	const inner = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
	if (inner.includes("/")) return parseNetwork(inner);
	const address = parseAddress(text);
	if (address !== undefined) return wholeAddress(address);
	if (text === "*")
		return {
			problem: "'*' alone is no host: a network says whether the neighbours of this machine are meant too",
			help: "0.0.0.0/0",
		};
	const beneath = text.startsWith("*.");
	const name = parseName(beneath ? text.slice(2) : text);
	if (name !== undefined) return { type: beneath ? "beneath" : "name", name };
	if (text.includes("*"))
		return {
			problem: `'${shortened(text)}': a '*' stands only in front, as '*.example.org'`,
			help: undefined,
		};
	return { problem: `'${shortened(text)}' is neither a name nor an address`, help: undefined };
}

/** As `parseHost` reads it back. */
export function formatHost(host: HostPattern): string {
	switch (host.type) {
		case "name":
			return host.name;
		case "beneath":
			return `*.${host.name}`;
		case "network":
			return bracketed(networkText(host.address, host.prefix_bits));
	}
}

export function bracketed(host: string): string {
	return host.includes(":") ? `[${host}]` : host;
}

/** A name of DNS in lower case: up to 253 characters, labels of up to 63. */
export function parseName(text: string): string | undefined {
	const name = text.toLowerCase().replace(/\.$/, "");
	if (name.length > 253) return undefined;
	const labels = name.split(".");
	// all digits at the end would be an address in disguise (RFC 3696 §2)
	if (/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "")) return undefined;
	return labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)) ? name : undefined;
}

function wholeAddress(address: string): HostPattern {
	const bytes = withoutMapping(addressBytes(address));
	return { type: "network", address: addressText(bytes), prefix_bits: bytes.length * 8 };
}

function parseNetwork(text: string): HostPattern | NotAHost {
	const [addressPart = "", prefixText = ""] = text.split("/");
	const address = parseAddress(addressPart);
	const bytes = address === undefined ? undefined : addressBytes(address);
	const prefix_bits = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : -1;
	if (bytes === undefined || text.split("/").length > 2 || prefix_bits < 0 || prefix_bits > bytes.length * 8)
		return { problem: `'${shortened(text)}' is not a network`, help: undefined };
	const plain = withoutMapping(bytes);
	const bits = prefix_bits - (bytes.length - plain.length) * 8;
	// such a prefix is over more than the addresses of IPv4 that the text shows
	if (bits < 0)
		return { problem: `'${shortened(text)}' is a network of IPv4 written as IPv6`, help: undefined };
	const base = plain.map(
		(byte, index) => byte & ((0xff00 >> Math.min(8, Math.max(0, bits - index * 8))) & 0xff),
	);
	const host: HostPattern = { type: "network", address: addressText(base), prefix_bits: bits };
	if (addressText(base) === addressText(plain)) return host;
	return { problem: `'${shortened(text)}' has bits set behind its prefix`, help: formatHost(host) };
}

function networkText(address: string, prefix_bits: number): string {
	return prefix_bits === (address.includes(":") ? 128 : 32) ? address : `${address}/${prefix_bits}`;
}
