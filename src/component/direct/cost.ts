import { partsOf } from "../elaborate-types.ts";
import type { ValueType } from "../types.ts";

/** What V8 needs for a value that is more than a number: an object or array, and room to add to it. */
const OBJECT_BYTES = 192;
const PART_BYTES = 16;

/**
 * What one value of a type costs the host when it is lifted, about, in bytes; without what its lists and strings hold, which is
 * counted where they are lifted. A type's values may be of any size, however short it is written: a pair of pairs of pairs.
 */
export function costOf(type: ValueType, known = new Map<ValueType, number>()): number {
	const before = known.get(type);
	if (before !== undefined) return before;
	const cost_bytes = freshCost(type, known);
	known.set(type, cost_bytes);
	return cost_bytes;
}

function freshCost(type: ValueType, known: Map<ValueType, number>): number {
	const costs = () => partsOf(type).map((part) => costOf(part, known));
	switch (type.kind) {
		case "record":
		case "tuple":
			return costs().reduce((sum, cost) => sum + PART_BYTES + cost, OBJECT_BYTES);
		case "variant":
		case "option":
		case "result":
			return OBJECT_BYTES + Math.max(0, ...costs());
		case "flags":
			return OBJECT_BYTES + PART_BYTES * type.names.length;
		default:
			return PART_BYTES;
	}
}
