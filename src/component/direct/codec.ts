import type { Context } from "./context.ts";

/** Core types that values are passed as, `flat`. */
export type Flat = "i32" | "i64" | "f32" | "f64";

/**
 * How values of one type are passed, by the canonical ABI (CanonicalABI.md). Made once per type, and used by all instances.
 *
 * `load` and `store` work on memory that was checked to hold `size_bytes` at an aligned address; `lift` and `lower`
 * on core values, of which the type's own begin at `at`, or are pushed.
 */
export interface Codec {
	readonly size_bytes: number;
	readonly align: number;
	/** Cut off after `FLAT_MAX + 1`: more are never passed. */
	readonly flat: readonly Flat[];
	readonly load: (context: Context, at: number) => unknown;
	readonly store: (context: Context, value: unknown, at: number) => void;
	readonly lift: (context: Context, flat: readonly unknown[], at: number) => unknown;
	readonly lower: (context: Context, value: unknown, flat: unknown[]) => void;
}

/** Parameters that are passed as core values; with more, all go through memory. */
export const FLAT_MAX = 16;

export function alignTo(at: number, align: number): number {
	return Math.ceil(at / align) * align;
}
