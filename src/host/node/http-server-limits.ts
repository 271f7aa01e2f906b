/** What one client, one request and one answer may use up at most. */
export interface HttpServerLimits {
	/** Connections at once; further ones are closed at once. */
	readonly connections: number;
	/** All of a request before its body: more is answered with 431. */
	readonly header_bytes: number;
	/** Its headers by number: more are answered with 431. */
	readonly headers: number;
	/** Its target, `/path?query`: more is answered with 414. */
	readonly url_bytes: number;
	/** Its body: more is answered with 413. */
	readonly requestBody_bytes: number;
	/** The body of an answer: it is broken off beyond. */
	readonly responseBody_bytes: number;
	/** From the first byte of a request to the last of its headers: then 408. */
	readonly headers_ms: number;
	/** How long a client may send none of a body that is waited for, or read none of an answer. */
	readonly idle_ms: number;
	/** How long a connection may be without a request. */
	readonly keepAlive_ms: number;
	/** Streams at once of one connection of HTTP/2. */
	readonly streams: number;
}

export const DEFAULT_HTTP_LIMITS: HttpServerLimits = {
	connections: 10_000,
	header_bytes: 32 * 1024,
	headers: 128,
	url_bytes: 8 * 1024,
	requestBody_bytes: 64 * 1024 ** 2,
	responseBody_bytes: Number.MAX_SAFE_INTEGER,
	headers_ms: 10_000,
	idle_ms: 30_000,
	keepAlive_ms: 60_000,
	streams: 100,
};
