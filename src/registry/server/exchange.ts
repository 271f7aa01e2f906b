import type { IncomingHttpHeaders } from "node:http";
import type { Catalogue } from "./catalogue.ts";
import type { Shelf } from "./shelf.ts";
import type { Uploads } from "./uploads.ts";

/** What a request asks, without the socket it came by. */
export interface Asked {
	readonly method: string;
	readonly query: URLSearchParams;
	readonly headers: IncomingHttpHeaders;
	/** The body in pieces as they come; fails with a Problem where it is too long or too slow. */
	readonly body: (bytes_max: number) => AsyncIterable<Uint8Array>;
}

/** What is answered. The body of an answer to HEAD is left out by whoever sends it. */
export interface Answer {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	/** Bytes, or a stream and how long it is. */
	readonly body?: string | Uint8Array | Streamed;
}

export interface Streamed {
	readonly size_bytes: number;
	readonly open: () => Promise<AsyncIterable<Uint8Array>>;
}

/** All that a registry holds and may do. */
export interface Holdings {
	readonly catalogue: Catalogue;
	readonly shelf: Shelf;
	readonly uploads: Uploads;
	/** Whether manifests, tags and blobs may be deleted. */
	readonly deletes: boolean;
}
