import { availableParallelism } from "node:os";
import type { HttpServerLimits } from "../../host/node/http-server-limits.ts";
import type { LogFormat } from "../../serve/access-log.ts";
import { CONCURRENT_MAX, DEFAULT_SERVICE_LIMITS, type ServiceLimits } from "../../serve/limits.ts";
import type { RunOptions } from "../run-options.ts";
import type { Place } from "./addresses.ts";
import type { ServeDraft } from "./serve-flags.ts";

/** What the words of `wherry serve` come to. Values only: a worker is sent them. */
export interface ServeOptions {
	readonly run: RunOptions;
	readonly place: Place;
	readonly metrics: Place | undefined;
	readonly workers: number;
	/** Of each worker. */
	readonly limits: ServiceLimits;
	readonly http: HttpServerLimits;
	readonly accessLog: string | undefined;
	readonly logFormat: LogFormat;
	readonly logPrefix: boolean;
}

/** Limits of the whole are shared out among the workers. */
export function serveOptions(asked: ServeDraft, run: RunOptions, memory_bytes: number): ServeOptions {
	const { concurrent, queue, reuse, deadline_ms, drain_ms } = asked;
	const wanted = asked.workers ?? availableParallelism();
	// never more workers than requests that may run at once: each runs one
	const workers = Math.min(wanted, concurrent ?? wanted);
	const share = (whole: number) => Math.ceil(whole / workers);
	return {
		run,
		place: asked.place,
		metrics: asked.metrics,
		workers,
		limits: {
			concurrent: Math.min(
				concurrent === undefined ? DEFAULT_SERVICE_LIMITS.concurrent : share(concurrent),
				CONCURRENT_MAX,
			),
			queue: queue === undefined ? DEFAULT_SERVICE_LIMITS.queue : share(queue),
			reuse,
			deadline_ms,
			drain_ms,
			memory_bytes: share(asked.instances_bytes ?? memory_bytes / 2),
		},
		http: asked.http,
		accessLog: asked.accessLog,
		logFormat: asked.logFormat,
		logPrefix: asked.logPrefix,
	};
}
