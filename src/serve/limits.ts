/** What a service may use up beside what each guest may: see capability/limits.ts and host/node/http-server-limits.ts. */
export interface ServiceLimits {
	/** Requests that guests work on at once, in one worker. */
	readonly concurrent: number;
	/** Requests that wait for that, in one worker; further ones are told to come later. */
	readonly queue: number;
	/** From the head of a request to the last byte of its answer. */
	readonly deadline_ms: number;
	/** How many requests an instance may answer; 1: each has one of its own. */
	readonly reuse: number;
	/** How long a worker that was told to stop may take for what is under way. */
	readonly drain_ms: number;
	/** The memories of all instances of a worker; beyond, requests wait. */
	readonly memory_bytes: number;
}

/**
 * Far below the 8,000 suspended calls at which V8 runs out of maps and aborts (RATIONALE.md), even if each
 * request has several.
 */
export const CONCURRENT_MAX = 2000;
export const QUEUE_MAX = 100_000;
export const WORKERS_MAX = 256;
export const REUSE_MAX = 1_000_000_000;

export const DEFAULT_SERVICE_LIMITS: Omit<ServiceLimits, "memory_bytes"> = {
	concurrent: 256,
	queue: 1024,
	deadline_ms: 30_000,
	reuse: 1,
	drain_ms: 10_000,
};
