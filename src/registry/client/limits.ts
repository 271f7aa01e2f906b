/** Bounds on what a registry may cost us: each is checked while its bytes come, never after. */
export interface ClientLimits {
	/** Until the headers of an answer are there, once the request is sent. */
	readonly answer_ms: number;
	/** As `answer_ms`, where a registry may have to read a whole blob again first. */
	readonly finish_ms: number;
	/** In each window of `stall_ms` that we wait for bytes, at least `stall_bytes` must come. */
	readonly stall_ms: number;
	readonly stall_bytes: number;
	/** How often one request is sent, the first time included. */
	readonly attempts: number;
	/** The first pause before sending again; each further one is twice as long, and all vary by half. */
	readonly backoff_ms: number;
	/** The longest pause, also where the registry asks for a longer one. */
	readonly backoff_max_ms: number;
	/** What is sent in one request of a large upload, and kept until it has arrived. */
	readonly chunk_bytes: number;
}

export const CLIENT_LIMITS: ClientLimits = {
	answer_ms: 60_000,
	finish_ms: 600_000,
	stall_ms: 30_000,
	stall_bytes: 16 << 10,
	attempts: 5,
	backoff_ms: 500,
	backoff_max_ms: 60_000,
	chunk_bytes: 16 << 20,
};

export const REDIRECTS_MAX = 5;
/** The body of an error: what is longer is cut. */
export const ERROR_BYTES_MAX = 64 << 10;
/** A token server's answer, and a token in it. */
export const TOKEN_BYTES_MAX = 64 << 10;
/** Pages of a list of tags or referrers. */
export const PAGES_MAX = 100;
/** Manifests kept in memory between resolving a tag and copying what it names. */
export const MANIFESTS_KEPT_BYTES_MAX = 16 << 20;
