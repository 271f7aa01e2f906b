/** Addresses of the Internet Protocol: text in its canonical spelling, and bytes. */

/** An address in its canonical spelling (RFC 5952), without brackets; undefined when it is none. */
export function parseAddress(text: string): string | undefined {
	const inner = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
	// no leading zeros: some read 010 as ten, others as eight
	if (/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(inner))
		return inner.split(".").every((byte) => Number(byte) <= 255) ? inner : undefined;
	if (!/^[0-9a-fA-F:.]{2,45}$/.test(inner) || !inner.includes(":")) return undefined;
	// the URL parser knows every form of an IPv6 address and writes the canonical one
	return URL.canParse(`http://[${inner}]/`) ? new URL(`http://[${inner}]/`).hostname.slice(1, -1) : undefined;
}

/** The 4 or 16 bytes of an address that `parseAddress` gave. */
export function addressBytes(address: string): readonly number[] {
	if (!address.includes(":")) return address.split(".").map(Number);
	const [front = "", back] = address.split("::");
	const first = groups(front);
	const last = back === undefined ? [] : groups(back);
	const zeros = Array.from({ length: 8 - first.length - last.length }, () => 0);
	return [...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 0xff]);
}

/** The canonical spelling of 4 or 16 bytes. */
export function addressText(bytes: readonly number[]): string {
	if (bytes.length === 4) return bytes.join(".");
	const words: string[] = [];
	for (let at = 0; at < 16; at += 2)
		words.push((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
	const [start, length] = longestZeros(words);
	if (length < 2) return words.join(":");
	return `${words.slice(0, start).join(":")}::${words.slice(start + length).join(":")}`;
}

/** `1.2.3.4` for `::ffff:1.2.3.4`, which is the same machine; others as they are. */
export function withoutMapping(bytes: readonly number[]): readonly number[] {
	return bytes.length === 16 && startsWith(bytes, MAPPED) ? bytes.slice(12) : bytes;
}

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

function startsWith(bytes: readonly number[], start: readonly number[]): boolean {
	return start.every((byte, index) => bytes[index] === byte);
}

function groups(text: string): number[] {
	return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

/** Where the longest run of zeros starts, the first of several, and how long it is. */
function longestZeros(words: readonly string[]): readonly [start: number, length: number] {
	let best: readonly [number, number] = [0, 0];
	for (let start = 0; start < words.length; start += 1) {
		let end = start;
		while (words[end] === "0") end += 1;
		if (end - start > best[1]) best = [start, end - start];
	}
	return best;
}
