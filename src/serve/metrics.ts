/** What a service counts, and how Prometheus reads it (text format 0.0.4). */

/** Upper bounds of the durations that are told apart, in seconds. */
export const DURATION_BOUNDS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Counters only grow, gauges say what is now. A worker sends these as numbers, in this order. */
const COUNTERS = [
	"status_2xx",
	"status_3xx",
	"status_4xx",
	"status_5xx",
	"seconds_sum",
	"refused_full",
	"refused_late",
	"instances_made",
	"instances_renewed",
	"instances_reused",
	"instances_trapped",
	"instances_stopped",
	"log_dropped",
] as const;

const GAUGES = [
	"in_flight",
	"queued",
	"instances",
	"instance_memory_bytes",
	"resident_memory_bytes",
	"connections",
] as const;

type Counter = (typeof COUNTERS)[number];
type Gauge = (typeof GAUGES)[number];

/** One worker's numbers: counters, durations by bound (and beyond), gauges. */
export type Snapshot = readonly number[];

export const SNAPSHOT_LENGTH = COUNTERS.length + DURATION_BOUNDS_S.length + 1 + GAUGES.length;

/** The numbers of one worker. */
export class Metrics {
	readonly #numbers = new Float64Array(SNAPSHOT_LENGTH);

	add(counter: Counter, count = 1): void {
		const at = COUNTERS.indexOf(counter);
		this.#numbers[at] = (this.#numbers[at] ?? 0) + count;
	}

	set(gauge: Gauge, value: number): void {
		this.#numbers[GAUGES_AT + GAUGES.indexOf(gauge)] = value;
	}

	/** A request was answered, or its client went away (status 0). */
	answered(status: number, took_s: number): void {
		if (status >= 200 && status < 600) this.#bump(Math.floor(status / 100) - 2);
		this.add("seconds_sum", took_s);
		let bucket = DURATION_BOUNDS_S.length;
		for (const [index, bound_s] of DURATION_BOUNDS_S.entries()) {
			if (took_s > bound_s) continue;
			bucket = index;
			break;
		}
		this.#bump(DURATIONS_AT + bucket);
	}

	snapshot(): number[] {
		return [...this.#numbers];
	}

	#bump(at: number): void {
		this.#numbers[at] = (this.#numbers[at] ?? 0) + 1;
	}
}

const DURATIONS_AT = COUNTERS.length;
const GAUGES_AT = DURATIONS_AT + DURATION_BOUNDS_S.length + 1;

/** Whether a worker, which guests may have broken, sent what a snapshot is. */
export function isSnapshot(value: unknown): value is Snapshot {
	return (
		Array.isArray(value) &&
		value.length === SNAPSHOT_LENGTH &&
		value.every((number) => typeof number === "number" && Number.isFinite(number) && number >= 0)
	);
}

/** All of them together. */
export function sum(snapshots: readonly Snapshot[]): number[] {
	const total = Array.from({ length: SNAPSHOT_LENGTH }, () => 0);
	for (const snapshot of snapshots)
		for (const [at, number] of snapshot.entries()) total[at] = (total[at] ?? 0) + number;
	return total;
}

/** What remains of a worker that has ended: its counters. */
export function withoutGauges(snapshot: Snapshot): number[] {
	return snapshot.map((number, at) => (at < GAUGES_AT ? number : 0));
}

/** What only the supervisor knows. */
export interface ServiceFacts {
	readonly workers: number;
	readonly restarts: number;
	readonly started_s: number;
}

/** The page that Prometheus reads. */
export function prometheusText(total: Snapshot, facts: ServiceFacts): string {
	const at = (name: Counter) => total[COUNTERS.indexOf(name)] ?? 0;
	const now = (name: Gauge) => total[GAUGES_AT + GAUGES.indexOf(name)] ?? 0;
	return [
		...family("wherry_http_requests_total", "counter", "Requests that were answered, by class of status.", [
			['{code="2xx"}', at("status_2xx")],
			['{code="3xx"}', at("status_3xx")],
			['{code="4xx"}', at("status_4xx")],
			['{code="5xx"}', at("status_5xx")],
		]),
		...durations(total, at("seconds_sum")),
		...family("wherry_http_requests_refused_total", "counter", "Requests that no guest saw, by why.", [
			['{reason="queue_full"}', at("refused_full")],
			['{reason="deadline"}', at("refused_late")],
		]),
		...family("wherry_http_requests_in_flight", "gauge", "Requests that guests are working on.", [
			["", now("in_flight")],
		]),
		...family("wherry_http_requests_queued", "gauge", "Requests that wait for a guest.", [
			["", now("queued")],
		]),
		...family("wherry_http_connections", "gauge", "Connections of clients, idle ones included.", [
			["", now("connections")],
		]),
		...family("wherry_instances_total", "counter", "Instances of the component, by what became of them.", [
			['{event="made"}', at("instances_made")],
			['{event="renewed"}', at("instances_renewed")],
			['{event="reused"}', at("instances_reused")],
			['{event="trapped"}', at("instances_trapped")],
			['{event="stopped"}', at("instances_stopped")],
		]),
		...family("wherry_instances", "gauge", "Instances that there are, idle ones included.", [
			["", now("instances")],
		]),
		...family("wherry_instance_memory_bytes", "gauge", "The memories of the instances at work.", [
			["", now("instance_memory_bytes")],
		]),
		...family("wherry_resident_memory_bytes", "gauge", "Resident memory of the workers.", [
			["", now("resident_memory_bytes")],
		]),
		...family(
			"wherry_access_log_dropped_total",
			"counter",
			"Lines of the access log that could not be written.",
			[["", at("log_dropped")]],
		),
		...family("wherry_workers", "gauge", "Workers that take requests.", [["", facts.workers]]),
		...family("wherry_worker_restarts_total", "counter", "Workers that ended and were replaced.", [
			["", facts.restarts],
		]),
		...family("wherry_start_time_seconds", "gauge", "When the service started, in seconds since 1970.", [
			["", facts.started_s],
		]),
		"",
	].join("\n");
}

type Sample = readonly [labels: string, value: number];

function family(name: string, type: "counter" | "gauge", help: string, samples: readonly Sample[]): string[] {
	return [
		`# HELP ${name} ${help}`,
		`# TYPE ${name} ${type}`,
		...samples.map(([labels, value]) => `${name}${labels} ${value}`),
	];
}

function durations(total: Snapshot, sum_s: number): string[] {
	const name = "wherry_http_request_duration_seconds";
	let count = 0;
	const buckets = [...DURATION_BOUNDS_S, "+Inf"].map((bound, index) => {
		count += total[DURATIONS_AT + index] ?? 0;
		return `${name}_bucket{le="${bound}"} ${count}`;
	});
	return [
		`# HELP ${name} From the head of a request to the last byte of its answer.`,
		`# TYPE ${name} histogram`,
		...buckets,
		`${name}_sum ${sum_s}`,
		`${name}_count ${count}`,
	];
}
