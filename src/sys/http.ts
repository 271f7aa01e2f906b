/** HTTP as WASI sees it: messages with bodies that come and go in pieces. What is on the wire is the host's. */

/** A header or trailer; its value is bytes (RFC 9110 §5.5). Those that came in have names in lower case; others are compared so. */
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
	/** At most `room()` bytes, which are given away: nobody changes them afterwards. They are no view of a guest's memory. */
	write(bytes: Uint8Array): void;
	/** Resolves when `room()` would no longer answer 0. Never rejects. */
	writable(): Promise<void>;
	/**
	 * Resolves when all that was written has left; never rejects. Undefined: it already has, or it is on its way and there
	 * is room for more, so that nobody need wait.
	 */
	flushed(): Promise<void> | undefined;
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
	/**
	 * Sends the head of the answer; once. It may wait for the first bytes of the body or its end within the same turn of
	 * the event loop, so that a small answer is one packet.
	 */
	respond(status: number, headers: readonly Field[]): ByteSink;
	/** Aborted when the client has gone or the deadline has passed. */
	readonly signal: AbortSignal;
}

export interface HttpTimeouts {
	readonly connect_ns?: bigint | undefined;
	readonly firstByte_ns?: bigint | undefined;
	readonly betweenBytes_ns?: bigint | undefined;
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
	/** Both messages are over, or the request has failed: nothing is held for it any more. */
	readonly isOver: boolean;
	cancel(): void;
}

/** Where a connection may be made to; asked before each, and no other address is connected to. */
export type ConnectGate = (
	host: string,
	port: number,
) => readonly string[] | HttpFailure | Promise<readonly string[] | HttpFailure>;

export interface HttpSending {
	readonly head: HttpRequestHead;
	/** Where its authority leads: a name in lower case or an address, without brackets. */
	readonly host: string;
	readonly port: number;
	/** Without one nothing is said of a body; with one it is sent in chunks, or in the length that a `content-length` announces. */
	readonly hasBody: boolean;
	readonly timeouts: HttpTimeouts;
	readonly gate: ConnectGate;
}

/**
 * Sends requests, over connections that it keeps for one guest's next ones. It knows no rules but its gate's, follows no
 * redirects and no proxy of the environment.
 */
export interface HttpClient {
	send(request: HttpSending): HttpSent;
	/** Ends all connections. */
	close(): void;
}
