import type { Stat } from "../sys/stat.ts";
import type { Errno } from "../sys/errno.ts";
import type { Stream } from "../sys/stream.ts";

const LINE_END = 0x0a;

/** Standard output or error, each line of it behind the id of the request that it is written in. */
export class PrefixedStream implements Stream {
	readonly kind = "stream";
	readonly #stream: Stream;
	/** Of the request that is being answered. */
	prefix = "";
	#isInLine = false;

	constructor(stream: Stream) {
		this.#stream = stream;
	}

	get type(): Stream["type"] {
		return this.#stream.type;
	}

	get readable(): boolean {
		return false;
	}

	get writable(): boolean {
		return this.#stream.writable;
	}

	get nonblocking(): boolean {
		return this.#stream.nonblocking;
	}

	set nonblocking(value: boolean) {
		this.#stream.nonblocking = value;
	}

	stat(): Stat | Errno {
		return this.#stream.stat();
	}

	read(into: readonly Uint8Array[]): number {
		return this.#stream.read(into);
	}

	/** All of it, or the error: a line is not to be torn by another guest's. */
	write(from: readonly Uint8Array[]): number {
		const bytes = Buffer.concat(from);
		const pieces: Uint8Array[] = [];
		for (let start = 0; start < bytes.length;) {
			if (!this.#isInLine) pieces.push(Buffer.from(`[${this.prefix}] `));
			const end = bytes.indexOf(LINE_END, start);
			const stop = end < 0 ? bytes.length : end + 1;
			pieces.push(bytes.subarray(start, stop));
			this.#isInLine = end < 0;
			start = stop;
		}
		for (let rest = Buffer.concat(pieces); rest.length > 0;) {
			const written = this.#stream.write([rest]);
			if (written < 0) return written;
			rest = rest.subarray(written);
		}
		return bytes.length;
	}

	/** The next request begins a line of its own. */
	begin(prefix: string): void {
		this.prefix = prefix;
		this.#isInLine = false;
	}

	close(): void {}
}
