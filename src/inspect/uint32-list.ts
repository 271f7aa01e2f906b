/** A list of 32-bit numbers that grows by doubling. */
export class Uint32List {
	#values = new Uint32Array(1024);
	#length = 0;

	get length(): number {
		return this.#length;
	}

	push(value: number): void {
		if (this.#length === this.#values.length) {
			const larger = new Uint32Array(this.#length * 2);
			larger.set(this.#values);
			this.#values = larger;
		}
		this.#values[this.#length] = value;
		this.#length += 1;
	}

	toArray(): Uint32Array {
		return this.#values.slice(0, this.#length);
	}
}
