/** Something of the host's that a resource and its streams hold together: the last to let go frees it. */
export class Held {
	readonly #free: () => void;
	#holders = 1;

	constructor(free: () => void) {
		this.#free = free;
	}

	hold(): void {
		this.#holders += 1;
	}

	release(): void {
		this.#holders -= 1;
		if (this.#holders === 0) this.#free();
	}
}
