/** HTTP as WASI sees it: messages with bodies that come and go in pieces. What is on the wire is the host's. */

/** A header or trailer. Names in lower case; values are bytes (RFC 9110 §5.5). */
export type Field = readonly [name: string, value: Uint8Array];

/** wasi:http's `error-code`, in its spelling: `tag` as in the WIT of 0.2 and 0.3, `val` its payload in jco's form. */
export interface HttpFailure {
	readonly tag: string;
	readonly val?: unknown;
}

/** Where a body comes from. One reader. */
export interface ByteSource {
	/** What is there now, from 1 to `max_bytes`; an empty array: nothing yet. A failure is final. */
	read(max_bytes: number): Uint8Array | "end" | HttpFailure;
	/** Resolves when `read` would no longer answer "nothing yet". Never rejects. */
	readable(): Promise<void>;
	/** Whether `read` would answer something now. */
	readonly isReadable: boolean;
	/** Known after the end; undefined: there are none. */
	readonly trailers: readonly Field[] | undefined;
	/** Nobody will read on: lets the other side stop. */
	cancel(): void;
}

/** Where a body goes. One writer. */
export interface ByteSink {
	/** So many bytes are taken now; 0: wait. A failure: the other side has gone, or a limit is reached. */
	room(): number | HttpFailure;
	/** At most `room()` bytes; they are copied or gone when it returns. */
	write(bytes: Uint8Array): void;
	/** Resolves when `room()` would no longer answer 0. Never rejects. */
	writable(): Promise<void>;
	/** Resolves when all that was written has left; never rejects. */
	flushed(): Promise<void>;
	/** Completes the body. Answers a failure where what was sent is not what was announced. */
	end(trailers: readonly Field[] | undefined): HttpFailure | undefined;
	/** Breaks the message off, so that its reader knows that it is not complete. */
	abort(): void;
}

export interface HttpRequestHead {
	/** As it is sent: `GET`. */
	readonly method: string;
	readonly scheme: "http" | "https";
	/** `HOST[:PORT]`. */
	readonly authority: string;
	/** Begins with `/`; or `*`. */
	readonly pathWithQuery: string;
	readonly headers: readonly Field[];
}

/** A request that came in, and the way to answer it. */
export interface Exchange {
	readonly head: HttpRequestHead;
	/** Undefined: it has none. */
	readonly body: ByteSource | undefined;
	/** Sends the head of the answer; once. */
	respond(status: number, headers: readonly Field[]): ByteSink;
	/** Aborted when the client has gone or the deadline has passed. */
	readonly signal: AbortSignal;
}

export interface HttpTimeouts {
	readonly connect_ns?: bigint;
	readonly firstByte_ns?: bigint;
	readonly betweenBytes_ns?: bigint;
}

export interface HttpResponse {
	readonly status: number;
	readonly headers: readonly Field[];
	readonly body: ByteSource;
}

/** A request that is on its way. */
export interface HttpSent {
	readonly body: ByteSink;
	/** Never rejects. */
	readonly response: Promise<HttpResponse | HttpFailure>;
	cancel(): void;
}

/** Sends requests. It does not follow redirects. Whom it may reach is decided per connection, by `NetRules`. */
export interface HttpClient {
	send(head: HttpRequestHead, timeouts: HttpTimeouts): HttpSent;
}
