import type { IncomingMessage } from "node:http";
import { BODY_WINDOW_BYTES_MIN, BODY_WINDOW_MS } from "./limits.ts";
import { Problem } from "./problem.ts";

/**
 * A request's body as it comes. A sender that gives next to nothing over a while is cut off: those
 * would hold connections for ever.
 *
 * @param window_ms how long one may wait for the next few kilobytes, all waits together
 * @throws Problem 413 beyond `bytes_max`; the stream's error when the sender goes away
 */
export async function* readBody(
	request: IncomingMessage,
	bytes_max: number,
	window_ms = BODY_WINDOW_MS,
): AsyncIterable<Uint8Array> {
	const tooLong = new Problem(413, "SIZE_INVALID", `this may have up to ${bytes_max} bytes`);
	if (Number(request.headers["content-length"] ?? 0) > bytes_max) throw tooLong;
	const patience = new Patience(window_ms, () => request.destroy());
	let came_bytes = 0;
	patience.wait();
	try {
		for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
			// while we write to a slow disk, it is not the sender who is slow
			patience.rest(piece.length);
			came_bytes += piece.length;
			if (came_bytes > bytes_max) throw tooLong;
			yield piece;
			patience.wait();
		}
	} finally {
		patience.rest(0);
	}
}

/** Counts how long was waited for a few kilobytes. */
class Patience {
	readonly #window_ms: number;
	readonly #lose: () => void;
	#timer: NodeJS.Timeout | undefined;
	#left_ms: number;
	#since_ms = 0;
	#bytes = 0;

	constructor(window_ms: number, lose: () => void) {
		this.#window_ms = window_ms;
		this.#left_ms = window_ms;
		this.#lose = lose;
	}

	wait(): void {
		this.#since_ms = Date.now();
		this.#timer = setTimeout(this.#lose, Math.max(1, this.#left_ms));
	}

	/** So many bytes came; enough of them, and the count begins anew. */
	rest(bytes: number): void {
		clearTimeout(this.#timer);
		this.#bytes += bytes;
		this.#left_ms -= Date.now() - this.#since_ms;
		if (this.#bytes < BODY_WINDOW_BYTES_MIN) return;
		this.#bytes = 0;
		this.#left_ms = this.#window_ms;
	}
}
