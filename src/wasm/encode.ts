/** A number below 2^53 as unsigned LEB128, in the fewest bytes. */
export function encodeUnsigned(value: number): number[] {
	const bytes: number[] = [];
	let rest = value;
	while (rest >= 0x80) {
		bytes.push((rest % 0x80) | 0x80);
		rest = Math.floor(rest / 0x80);
	}
	bytes.push(rest);
	return bytes;
}

/** A vector's or name's length and then its bytes. */
export function encodeName(name: string): number[] {
	const bytes = new TextEncoder().encode(name);
	return [...encodeUnsigned(bytes.length), ...bytes];
}
