/** Bytes on their way from one who writes to one who reads, in the pieces in which they came. */
export class ByteQueue {
	#pieces: Uint8Array[] = [];
	#length = 0;
	/** Nothing more will come. */
	ended = false;

	get length(): number {
		return this.#length;
	}

	push(piece: Uint8Array): void {
		if (piece.length === 0) return;
		this.#pieces.push(piece.slice());
		this.#length += piece.length;
	}

	/** Fills `into` from the front, and with `keep` leaves the bytes there; answers how many there were. */
	take(into: readonly Uint8Array[], keep = false): number {
		const left = [...this.#pieces];
		let taken = 0;
		for (const buffer of into)
			for (let at = 0; at < buffer.length && left[0] !== undefined;) {
				const part = left[0].subarray(0, buffer.length - at);
				buffer.set(part, at);
				at += part.length;
				taken += part.length;
				left[0] = left[0].subarray(part.length);
				if (left[0].length === 0) left.shift();
			}
		if (keep) return taken;
		this.#pieces = left;
		this.#length -= taken;
		return taken;
	}
}
