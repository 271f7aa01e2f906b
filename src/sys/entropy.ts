/** A source of random bytes. */
export interface Entropy {
	/** Fills all of `into`, of any length. */
	fill(into: Uint8Array): void;
}
