/** What one memory or table asks for. */
export interface Want {
	/** In units: pages or elements. */
	readonly minimum: number;
	/** The most it may ever have, in units; at least the minimum. */
	readonly maximum: number;
	/** What a unit costs of the total. */
	readonly unit: number;
}

/**
 * Maxima, in units, whose sum costs no more than `total`; undefined where the minima alone cost more.
 *
 * Each has its minimum. What remains is dealt out in equal parts among those that may grow; what one cannot
 * use, because its own maximum is smaller, goes to the others. So a module's only memory gets everything, and
 * of several none can starve the rest.
 */
export function shareOut(wants: readonly Want[], total: number): number[] | undefined {
	let left = total;
	for (const { minimum, unit } of wants) left -= minimum * unit;
	if (left < 0) return undefined;
	const maxima = wants.map(({ minimum }) => minimum);
	const smallestRoomFirst = wants
		.map((want, index) => ({ index, unit: want.unit, room: (want.maximum - want.minimum) * want.unit }))
		.sort((one, other) => one.room - other.room);
	let waiting = wants.length;
	for (const { index, unit, room } of smallestRoomFirst) {
		const units = Math.floor(Math.min(room, left / waiting) / unit);
		maxima[index] = (maxima[index] ?? 0) + units;
		left -= units * unit;
		waiting -= 1;
	}
	return maxima;
}
