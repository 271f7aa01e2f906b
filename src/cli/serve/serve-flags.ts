import { LOG_FORMATS, type LogFormat } from "../../serve/access-log.ts";
import {
	CONCURRENT_MAX,
	DEFAULT_SERVICE_LIMITS,
	QUEUE_MAX,
	REUSE_MAX,
	WORKERS_MAX,
} from "../../serve/limits.ts";
import { DEFAULT_HTTP_LIMITS, type HttpServerLimits } from "../../host/node/http-server-limits.ts";
import type { Flag } from "../flags.ts";
import { emptyRunDraft, RUN_FLAGS, type RunDraft } from "../run-flags.ts";
import { parsePlace, type Place } from "./addresses.ts";
import { parseBytes, parseCount, parseTime } from "./quantities.ts";
import { tlsFlags } from "../tls-flags.ts";

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What the flags of `wherry serve` write into: those of a run, and its own. */
export interface ServeDraft extends RunDraft {
	place: Place;
	metrics: Place | undefined;
	tlsCert: string | undefined;
	tlsKey: string | undefined;
	/** Undefined: one for each core. */
	workers: number | undefined;
	concurrent: number | undefined;
	queue: number | undefined;
	reuse: number;
	deadline_ms: number;
	drain_ms: number;
	/** Of all instances of all workers; undefined: half of what the machine has. */
	instances_bytes: number | undefined;
	readonly http: Mutable<HttpServerLimits>;
	accessLog: string | undefined;
	logFormat: LogFormat;
	logPrefix: boolean;
	/** It was started by a supervisor, whose word it waits for. */
	isWorker: boolean;
}

export function emptyServeDraft(): ServeDraft {
	const { reuse, deadline_ms, drain_ms } = DEFAULT_SERVICE_LIMITS;
	return {
		...emptyRunDraft(),
		place: { host: "127.0.0.1", port: 8080 },
		metrics: undefined,
		tlsCert: undefined,
		tlsKey: undefined,
		workers: undefined,
		concurrent: undefined,
		queue: undefined,
		reuse,
		deadline_ms,
		drain_ms,
		instances_bytes: undefined,
		http: { ...DEFAULT_HTTP_LIMITS },
		accessLog: undefined,
		logFormat: "common",
		logPrefix: false,
		isWorker: false,
	};
}

const REACHED = "Where it is reached";
const WORK = "How much at once";
const HTTP = "Limits of requests and clients";
const LOGS = "Logs and numbers";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const DAY_MS = 86_400_000;

const bytes =
	(
		name: "header_bytes" | "url_bytes" | "requestBody_bytes" | "responseBody_bytes",
		min: number,
		max: number,
	) =>
	(draft: ServeDraft, text: string, where: string) =>
		(draft.http[name] = parseBytes(text, where, { min, max }));
const time =
	(name: "headers_ms" | "idle_ms" | "keepAlive_ms") => (draft: ServeDraft, text: string, where: string) =>
		(draft.http[name] = parseTime(text, where, { min: 1, max: DAY_MS }));

const OWN_FLAGS: readonly Flag<ServeDraft>[] = [
	{
		long: "publish",
		short: "p",
		value: "[ADDRESS:]PORT",
		group: REACHED,
		doc: "Listen here instead of on 127.0.0.1:8080; port 0 takes a free one",
		apply: (draft, text, where) => (draft.place = parsePlace(text, where)),
	},
	...tlsFlags<ServeDraft>(REACHED, "HTTPS, and HTTP/2,"),
	{
		long: "workers",
		value: "N",
		group: WORK,
		doc: "Processes that answer requests: one for each core by default",
		apply: (draft, text, where) => (draft.workers = parseCount(text, where, { min: 1, max: WORKERS_MAX })),
	},
	{
		long: "max-concurrent",
		value: "N",
		group: WORK,
		doc: `Requests that are worked on at once: ${DEFAULT_SERVICE_LIMITS.concurrent} for each worker by default`,
		apply: (draft, text, where) =>
			(draft.concurrent = parseCount(text, where, { min: 1, max: CONCURRENT_MAX * WORKERS_MAX })),
	},
	{
		long: "max-queue",
		value: "N",
		group: WORK,
		doc: `Requests that wait for their turn, further ones get 503: ${DEFAULT_SERVICE_LIMITS.queue} for each worker by default`,
		apply: (draft, text, where) => (draft.queue = parseCount(text, where, { min: 0, max: QUEUE_MAX })),
	},
	{
		long: "max-memory",
		value: "SIZE",
		group: WORK,
		doc: "What all instances may have together (--memory is for each): half of the machine's by default",
		apply: (draft, text, where) =>
			(draft.instances_bytes = parseBytes(text, where, { min: MIB, max: 1024 * 64 * GIB })),
	},
	{
		long: "reuse",
		value: "N",
		group: WORK,
		doc: "Let an instance answer N requests, one after the other: 1 by default, a fresh one for each",
		apply: (draft, text, where) => (draft.reuse = parseCount(text, where, { min: 1, max: REUSE_MAX })),
	},
	{
		long: "deadline",
		value: "DURATION",
		group: HTTP,
		doc: "End what takes longer, with 504 where nothing was answered yet: 30s by default",
		apply: (draft, text, where) => (draft.deadline_ms = parseTime(text, where, { min: 1, max: DAY_MS })),
	},
	{
		long: "drain",
		value: "DURATION",
		group: HTTP,
		doc: "How long requests under way may take when it is to end (SIGTERM, SIGINT): 10s by default",
		apply: (draft, text, where) => (draft.drain_ms = parseTime(text, where, { min: 0, max: DAY_MS })),
	},
	{
		long: "max-request-body",
		value: "SIZE",
		group: HTTP,
		doc: "The largest body of a request, over it 413: 64m by default",
		apply: bytes("requestBody_bytes", 0, 2 ** 50),
	},
	{
		long: "max-response-body",
		value: "SIZE",
		group: HTTP,
		doc: "The largest body of an answer, which is broken off there: no limit by default",
		apply: bytes("responseBody_bytes", 0, 2 ** 50),
	},
	{
		long: "max-headers",
		value: "N",
		group: HTTP,
		doc: "How many headers a request may have, over it 431: 128 by default",
		apply: (draft, text, where) => (draft.http.headers = parseCount(text, where, { min: 1, max: 2000 })),
	},
	{
		long: "max-header-size",
		value: "SIZE",
		group: HTTP,
		doc: "How large they may be together, over it 431: 32k by default",
		apply: bytes("header_bytes", 1024, MIB),
	},
	{
		long: "max-url",
		value: "SIZE",
		group: HTTP,
		doc: "How long a path with its query may be, over it 414: 8k by default",
		apply: bytes("url_bytes", 16, MIB),
	},
	{
		long: "max-connections",
		value: "N",
		group: HTTP,
		doc: "Connections of clients at once, for each worker: 10000 by default",
		apply: (draft, text, where) =>
			(draft.http.connections = parseCount(text, where, { min: 1, max: 1_000_000 })),
	},
	{
		long: "header-timeout",
		value: "DURATION",
		group: HTTP,
		doc: "How long a client may take for its headers, then 408: 10s by default",
		apply: time("headers_ms"),
	},
	{
		long: "idle-timeout",
		value: "DURATION",
		group: HTTP,
		doc: "How long a client may send none of a body that is waited for (408), or read none of an answer: 30s by default",
		apply: time("idle_ms"),
	},
	{
		long: "keep-alive",
		value: "DURATION",
		group: HTTP,
		doc: "How long a connection may be without a request: 1m by default",
		apply: time("keepAlive_ms"),
	},
	{
		long: "access-log",
		value: "FILE|-",
		completes: "file",
		group: LOGS,
		doc: "Write a line for each request to this file, or to standard output",
		apply: (draft, text) => (draft.accessLog = text),
	},
	{
		long: "log-format",
		value: LOG_FORMATS.join("|"),
		choices: LOG_FORMATS,
		group: LOGS,
		doc: "How such a line is written: as Apache's common log (the default) or combined log, or as a JSON object",
		apply: (draft, value) => (draft.logFormat = value as LogFormat),
	},
	{
		long: "log-prefix",
		group: LOGS,
		doc: "Put the request's id before each line that the program writes",
		apply: (draft, value) => (draft.logPrefix = value === "true"),
	},
	{
		long: "metrics",
		value: "[ADDRESS:]PORT",
		group: LOGS,
		doc: "Serve numbers for Prometheus at /metrics, on an address of their own",
		apply: (draft, text, where) => (draft.metrics = parsePlace(text, where)),
	},
	{
		long: "worker",
		group: LOGS,
		apply: (draft, value) => (draft.isWorker = value === "true"),
	},
];

/** Flags of a run that a service has none of, or has otherwise: it has no input, no end and no status. */
const NOT_SHARED = new Set([
	"publish",
	"interactive",
	"tty",
	"timeout",
	"cpu-time",
	"invoke",
	"unknown-imports",
	"trace",
	"stack",
]);

export const SERVE_FLAGS: readonly Flag<ServeDraft>[] = [
	...OWN_FLAGS,
	...RUN_FLAGS.filter(({ long }) => !NOT_SHARED.has(long)),
];
