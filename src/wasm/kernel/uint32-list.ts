/** A list of 32-bit numbers that grows by doubling. */
export class Uint32List {
	#values = new Uint32Array(1024);
	#length = 0;

	get length(): number {
		return this.#length;
	}

	append(values: Uint32Array): void {
		const length = this.#length + values.length;
		if (length > this.#values.length) {
			const larger = new Uint32Array(Math.max(length, this.#values.length * 2));
			larger.set(this.#values.subarray(0, this.#length));
			this.#values = larger;
		}
		this.#values.set(values, this.#length);
		this.#length = length;
	}

	toArray(): Uint32Array {
		return this.#values.slice(0, this.#length);
	}
}
