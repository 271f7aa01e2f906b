import { escapedName, sizeText } from "./escape.ts";
import type { SizeGroup } from "./size-tree.ts";
import { type Rectangle, squarify } from "./squarify.ts";

const LABEL_HEIGHT = 16;
const CHARACTER_WIDTH = 6.2;
const PADDING = 4;

/** Boxes smaller than this on either side are not drawn: nobody could point at them. */
const SIDE_MIN = 2;

/** A treemap as SVG, of one shape: a page has a wide one and a tall one, and shows what fits. */
export function treemap(
	groups: readonly SizeGroup[],
	width: number,
	height: number,
	className: string,
): string {
	const total = groups.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
	if (total === 0) return "";
	const frames = squarify(
		groups.map(({ size_bytes }) => size_bytes),
		{ x: 0, y: 0, width, height },
	);
	const drawn = groups.map((group, at) => drawGroup(group, frames[at]!, total));
	return `<svg class="treemap ${className}" viewBox="0 0 ${width} ${height}" role="group" aria-label="Size by section and function; arrow keys go from box to box">${drawn.join("")}</svg>`;
}

function drawGroup(group: SizeGroup, frame: Rectangle, total: number): string {
	if (frame.width < SIDE_MIN || frame.height < SIDE_MIN) return "";
	const label = `${group.name}: ${sizeText(group.size_bytes)}, ${percent(group.size_bytes, total)}`;
	const head = box(frame, `group ${group.kind}`, label, group.name);
	const hasRoom = frame.height > LABEL_HEIGHT * 2 && frame.width > LABEL_HEIGHT * 2;
	if (group.parts.length < 2 || !hasRoom) return head;
	const inner = {
		x: frame.x + 2,
		y: frame.y + LABEL_HEIGHT,
		width: frame.width - 4,
		height: frame.height - LABEL_HEIGHT - 2,
	};
	const places = squarify(
		group.parts.map(({ size_bytes }) => size_bytes),
		inner,
	);
	const parts = group.parts.map((part, at) => {
		const place = places[at]!;
		if (place.width < SIDE_MIN || place.height < SIDE_MIN) return "";
		const text = `${part.name} in ${group.name}: ${sizeText(part.size_bytes)}, ${percent(part.size_bytes, total)}`;
		return box(place, `part ${group.kind}`, text, part.name, part.at);
	});
	return `${head}${parts.join("")}`;
}

function percent(part: number, total: number): string {
	return `${((100 * part) / total).toFixed(1)} %`;
}

function box(
	{ x, y, width, height }: Rectangle,
	className: string,
	label: string,
	name: string,
	at?: string,
): string {
	const room = Math.floor((width - 2 * PADDING) / CHARACTER_WIDTH);
	const shown = name.length > room ? `${name.slice(0, Math.max(0, room - 1))}…` : name;
	const text =
		room < 4 || height < LABEL_HEIGHT
			? ""
			: `<text x="${round(x + PADDING)}" y="${round(y + 12)}">${escapedName(shown)}</text>`;
	return `<g class="box ${className}" tabindex="-1" role="img" aria-label="${escapedName(label)}"${at === undefined ? "" : ` data-at="${at}"`}><rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>${text}</g>`;
}

/** Cut, so that no box is larger than its place. */
function round(value: number): number {
	return Math.floor(value * 10) / 10;
}
