import { Socket } from "node:net";
import type { ServedExchange } from "../host/node/http-server-exchange.ts";
import type { HttpServerLimits } from "../host/node/http-server-limits.ts";
import {
	type ListenPlace,
	type RefusedRequest,
	type RunningServer,
	startHttpServer,
} from "../host/node/http-server.ts";
import { openResidentMemory } from "../host/node/resident-memory.ts";
import { type LogFormat, logLine } from "./access-log.ts";
import { Admission } from "./admission.ts";
import { LineReader, type Order, parseOrder, type Report } from "./channel.ts";
import type { ServiceLimits } from "./limits.ts";
import { LogFile } from "./log-file.ts";
import type { Metrics } from "./metrics.ts";
import type { Pool } from "./pool.ts";
import type { Service } from "./service.ts";

export interface WorkerPlan {
	readonly place: ListenPlace;
	readonly limits: ServiceLimits;
	readonly http: HttpServerLimits;
	readonly tls: { readonly cert: string; readonly key: string } | undefined;
	readonly log:
		| { readonly fd: number; readonly kind: "file" | "pipe"; readonly format: LogFormat }
		| undefined;
	readonly metrics: Metrics;
	readonly pool: Pool;
	readonly service: Service;
	readonly supervisor: SupervisorLink;
	/** Everything is open: the wall can be raised. Before any request is taken. */
	readonly beforeServing: () => void;
}

const MEASURE_MS = 250;

/** Serves until the supervisor says that it is enough, or has gone itself; resolves then, all requests answered. */
export async function serveAsWorker(plan: WorkerPlan): Promise<void> {
	const worker = new Worker(plan);
	await worker.start();
	await worker.ended;
}

class Worker {
	readonly #plan: WorkerPlan;
	readonly #admission: Admission<ServedExchange>;
	readonly #log: LogFile | undefined;
	readonly #end = Promise.withResolvers<void>();
	readonly #resident = openResidentMemory();
	#server: RunningServer | undefined;

	constructor(plan: WorkerPlan) {
		this.#plan = plan;
		const { limits, service, pool, metrics, log } = plan;
		this.#admission = new Admission({
			concurrent: limits.concurrent,
			queue: limits.queue,
			deadline_ms: limits.deadline_ms,
			run: (exchange) => service.run(exchange),
			full: (exchange) => this.#turnAway(exchange),
			late: (exchange, ran) => this.#expire(exchange, ran),
			hasRoom: () => pool.hasRoom,
		});
		this.#log =
			log === undefined ? undefined : new LogFile(log.fd, log.kind, () => metrics.add("log_dropped"));
	}

	get ended(): Promise<void> {
		return this.#end.promise;
	}

	async start(): Promise<void> {
		const { place, http, tls, supervisor, beforeServing, pool } = this.#plan;
		const server = await startHttpServer(
			{
				limits: http,
				tls,
				onExchange: (exchange) => this.#admission.offer(exchange),
				onEnded: (exchange) => this.#ended(exchange),
				onRefused: (refused) => this.#refused(refused),
			},
			place,
		);
		this.#server = server;
		supervisor.listen(
			(order) => this.#obey(order, server),
			() => process.exit(0), // whoever could end us has gone
		);
		beforeServing();
		setInterval(() => this.#measure(), MEASURE_MS).unref();
		await pool.begin();
		supervisor.tell({ type: "ready", port: server.port });
	}

	#obey(order: Order, server: RunningServer): void {
		if (order === "ask") return this.#plan.supervisor.tell({ type: "numbers", numbers: this.#numbers() });
		void this.#drain(server);
	}

	async #drain(server: RunningServer): Promise<void> {
		await server.drain();
		await this.#log?.flush();
		this.#admission.close();
		this.#plan.pool.close();
		this.#end.resolve();
	}

	#numbers(): number[] {
		const { metrics, pool } = this.#plan;
		this.#measure();
		metrics.set("in_flight", this.#admission.running);
		metrics.set("queued", this.#admission.waiting);
		metrics.set("instances", pool.size);
		metrics.set("instance_memory_bytes", pool.used_bytes);
		metrics.set("resident_memory_bytes", this.#resident());
		metrics.set("connections", this.#server?.connections ?? 0);
		return metrics.snapshot();
	}

	#measure(): void {
		const { pool, service } = this.#plan;
		pool.measure();
		if (pool.over_bytes > 0) service.relieve(this.#server?.live ?? [], pool.over_bytes);
	}

	#turnAway(exchange: ServedExchange): void {
		this.#plan.metrics.add("refused_full");
		exchange.refuse(503, "too many requests are waiting", RETRY);
	}

	#expire(exchange: ServedExchange, ran: boolean): void {
		if (ran) return this.#plan.service.expire(exchange);
		this.#plan.metrics.add("refused_late");
		exchange.refuse(503, "the request waited too long for its turn", RETRY);
	}

	#ended(exchange: ServedExchange): void {
		const { metrics, service, pool } = this.#plan;
		if (exchange.wasAborted) {
			this.#admission.withdraw(exchange);
			service.stop(exchange);
		}
		const took_ms = performance.now() - exchange.began_ms;
		metrics.answered(exchange.status, took_ms / 1000);
		if (this.#log !== undefined) this.#write(loggedOf(exchange, took_ms), took_ms);
		if (this.#admission.running === 0) pool.prepare();
	}

	#refused(refused: RefusedRequest): void {
		this.#plan.metrics.answered(refused.status, 0);
		this.#write({ ...refused, ...NOTHING_KNOWN }, 0);
	}

	#write(request: Parameters<typeof logLine>[1], took_ms: number): void {
		const { log } = this.#plan;
		if (log !== undefined) this.#log?.add(logLine(log.format, request, Date.now() - took_ms));
	}
}

const RETRY = ["retry-after", "1"];

const NOTHING_KNOWN = {
	sent_bytes: 0,
	took_ms: 0,
	referer: undefined,
	agent: undefined,
	host: undefined,
	id: undefined,
	wasAborted: false,
};

function loggedOf(exchange: ServedExchange, took_ms: number) {
	const { address, head, version, status, sent_bytes, wasAborted } = exchange;
	return {
		address,
		method: head.method,
		target: head.pathWithQuery,
		version,
		status,
		sent_bytes,
		took_ms,
		referer: head.header("referer"),
		agent: head.header("user-agent"),
		host: head.authority,
		id: exchange.knownId,
		wasAborted,
	};
}

/** The way to the supervisor, over a descriptor that was given at the start. */
export class SupervisorLink {
	readonly #socket: Socket;

	constructor(fd: number) {
		this.#socket = new Socket({ fd, readable: true, writable: true });
		this.#socket.on("error", () => this.#socket.destroy());
	}

	tell(report: Report): void {
		this.#socket.write(`${JSON.stringify(report)}\n`);
	}

	listen(onOrder: (order: Order) => void, onGone: () => void): void {
		const lines = new LineReader((line) => {
			const order = parseOrder(line);
			if (order !== undefined) onOrder(order);
		}, onGone);
		this.#socket.setEncoding("latin1");
		this.#socket.on("data", (text: string) => lines.take(text));
		this.#socket.on("close", onGone);
	}

	/** After everything has been said. */
	async close(): Promise<void> {
		this.#socket.removeAllListeners("close");
		await new Promise<void>((resolve) => this.#socket.end(resolve));
		this.#socket.destroy();
	}
}
