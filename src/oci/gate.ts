/** Lets a few acts run at a time; the others wait their turn in the order they came. */
export class Gate {
	readonly #waiting: (() => void)[] = [];
	#free: number;

	/** @param places at least 1 */
	constructor(places: number) {
		this.#free = Math.max(1, Math.floor(places));
	}

	async run<Value>(act: () => Promise<Value>): Promise<Value> {
		await this.#enter();
		try {
			return await act();
		} finally {
			this.#leave();
		}
	}

	async #enter(): Promise<void> {
		if (this.#free > 0) {
			this.#free -= 1;
			return;
		}
		await new Promise<void>((resolve) => this.#waiting.push(resolve));
	}

	#leave(): void {
		const next = this.#waiting.shift();
		if (next === undefined) this.#free += 1;
		else next();
	}
}
