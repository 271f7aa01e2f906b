import type { Source } from "./lines.ts";

/** A place in the source, from an address on. */
export interface Row {
	readonly address: number;
	/** Undefined: nothing is known from here on. */
	readonly place: string | undefined;
}

/** Looks places up by offset in the file; undefined where there are none. `base`: where addresses count from. */
export function placesOf(rows: readonly Row[], base: number): Source | undefined {
	if (rows.length === 0) return undefined;
	const sorted = rows.toSorted((a, b) => a.address - b.address);
	return (offset) => placeAt(sorted, offset - base);
}

/** The last row at or before this address. */
function placeAt(rows: readonly Row[], address: number): string | undefined {
	let low = 0;
	let high = rows.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((rows[middle]?.address ?? 0) <= address) low = middle + 1;
		else high = middle;
	}
	return rows[low - 1]?.place;
}
