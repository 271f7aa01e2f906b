/** A count of bytes that may be used up. Whatever is kept in memory for a guest is taken from one. */
export class Quota {
	readonly limit_bytes: number;
	#used_bytes = 0;

	constructor(limit_bytes: number) {
		this.limit_bytes = limit_bytes;
	}

	get used_bytes(): number {
		return this.#used_bytes;
	}

	get free_bytes(): number {
		return this.limit_bytes - this.#used_bytes;
	}

	/** Takes `bytes`; false, and nothing taken, where fewer are free. */
	take(bytes: number): boolean {
		if (bytes > this.free_bytes) return false;
		this.#used_bytes += bytes;
		return true;
	}

	giveBack(bytes: number): void {
		this.#used_bytes -= bytes;
	}
}
