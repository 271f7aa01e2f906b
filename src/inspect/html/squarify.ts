export interface Rectangle {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/**
 * Divides a frame among weights, as near to squares as a row at a time allows (Bruls, Huizing, van Wijk, "Squarified Treemaps").
 *
 * @param weights above 0, the largest first
 * @returns a rectangle for each, in their order; all lie within the frame
 */
export function squarify(weights: readonly number[], frame: Rectangle): Rectangle[] {
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	const scale = (frame.width * frame.height) / total;
	const placed: Rectangle[] = [];
	let rest = frame;
	for (let from = 0; from < weights.length;) {
		const side = Math.min(rest.width, rest.height);
		const count = rowOf(weights, from, side, scale);
		const row = weights.slice(from, from + count).map((weight) => weight * scale);
		rest = layRow(row, rest, placed);
		from += count;
	}
	return placed;
}

/** How many of the next weights make the row whose worst box is nearest to a square. */
function rowOf(weights: readonly number[], from: number, side: number, scale: number): number {
	const largest = (weights[from] ?? 0) * scale;
	let sum = 0;
	let worst = Infinity;
	for (let at = from; at < weights.length; at++) {
		const area = (weights[at] ?? 0) * scale;
		sum += area;
		const ratio = Math.max((side * side * largest) / (sum * sum), (sum * sum) / (side * side * area));
		if (ratio > worst) return at - from;
		worst = ratio;
	}
	return weights.length - from;
}

/** Lays a row along the shorter side; answers what is left of the frame. */
function layRow(areas: readonly number[], frame: Rectangle, placed: Rectangle[]): Rectangle {
	const { x, y, width, height } = frame;
	const sum = areas.reduce((total, area) => total + area, 0);
	const isTall = width >= height;
	const thickness = Math.min(sum / (isTall ? height : width), isTall ? width : height);
	let along = 0;
	for (const area of areas) {
		const length = (area / sum) * (isTall ? height : width);
		placed.push(
			isTall
				? { x, y: y + along, width: thickness, height: length }
				: { x: x + along, y, width: length, height: thickness },
		);
		along += length;
	}
	return isTall
		? { x: x + thickness, y, width: Math.max(0, width - thickness), height }
		: { x, y: y + thickness, width, height: Math.max(0, height - thickness) };
}
