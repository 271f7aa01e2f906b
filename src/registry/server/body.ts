import type { IncomingMessage } from "node:http";
import { BODY_WINDOW_BYTES_MIN, BODY_WINDOW_MS } from "./limits.ts";
import { Problem } from "./problem.ts";

/**
 * A request's body as it comes. A sender that gives next to nothing over a while is cut off: those
 * would hold connections for ever.
 *
 * @throws Problem 413 beyond `bytes_max`; the stream's error when the sender goes away
 */
export async function* readBody(
	request: IncomingMessage,
	bytes_max: number,
	window_ms = BODY_WINDOW_MS,
): AsyncIterable<Uint8Array> {
	const tooLong = new Problem(413, "SIZE_INVALID", `this may have up to ${bytes_max} bytes`);
	if (Number(request.headers["content-length"] ?? 0) > bytes_max) throw tooLong;
	let came_bytes = 0;
	let window_bytes = 0;
	const guard = setInterval(() => {
		// while we write to a slow disk, it is not the sender who is slow
		if (window_bytes < BODY_WINDOW_BYTES_MIN && !request.isPaused()) request.destroy();
		window_bytes = 0;
	}, window_ms);
	try {
		for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
			came_bytes += piece.length;
			window_bytes += piece.length;
			if (came_bytes > bytes_max) throw tooLong;
			yield piece;
		}
	} finally {
		clearInterval(guard);
	}
}
