import type { Denial } from "../capability/denial.ts";

const KEPT_MAX = 64;

/**
 * What a guest was refused, the latest last, so that a failing run can end with it. Bounded: a guest
 * that asks for ever costs no more memory. The same refusal is kept once, at its latest place.
 */
export class Denials {
	readonly #kept = new Map<string, Denial>();

	record(denial: Denial): void {
		const key = JSON.stringify(denial);
		this.#kept.delete(key);
		this.#kept.set(key, denial);
		if (this.#kept.size > KEPT_MAX) {
			for (const oldest of this.#kept.keys()) {
				this.#kept.delete(oldest);
				return;
			}
		}
	}

	get list(): readonly Denial[] {
		return [...this.#kept.values()];
	}
}
