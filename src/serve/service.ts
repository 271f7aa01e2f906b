import type { ServedExchange } from "../host/node/http-server-exchange.ts";
import type { Denial } from "../capability/denial.ts";
import type { Metrics } from "./metrics.ts";
import type { Instance, Pool } from "./pool.ts";

export interface ServiceEvents {
	/** A guest failed. */
	readonly failed: (exchange: ServedExchange, cause: unknown) => void;
	/** A guest was stopped at its deadline. */
	readonly late: (exchange: ServedExchange) => void;
	/** A guest was ended because all of them together had too much memory. */
	readonly tooLarge: (exchange: ServedExchange) => void;
	/** No instance could be made: not a guest's doing. */
	readonly unable: (exchange: ServedExchange, cause: unknown) => void;
	readonly denied: (denials: readonly Denial[]) => void;
}

/** A guest that returned without an answer. */
export class NoAnswer extends Error {
	override readonly name = "NoAnswer";

	constructor() {
		super("it gave no answer");
	}
}

/** What a request's exchange carries while a guest works on it. */
interface Task {
	readonly instance: Instance;
	wasStopped: boolean;
}

/** Brings requests before instances, and says what became of them. */
export class Service {
	readonly #pool: Pool;
	readonly #metrics: Metrics;
	readonly #events: ServiceEvents;

	constructor(pool: Pool, metrics: Metrics, events: ServiceEvents) {
		this.#pool = pool;
		this.#metrics = metrics;
		this.#events = events;
	}

	/** Never throws or rejects: whatever goes wrong is told to the client, and to `events`. */
	run(exchange: ServedExchange): void | Promise<void> {
		let taken: Instance | Promise<Instance>;
		try {
			taken = this.#pool.take();
		} catch (cause) {
			return this.#unable(exchange, cause);
		}
		if (!(taken instanceof Promise)) return this.#handle(taken, exchange);
		return taken.then(
			(instance) => this.#handle(instance, exchange),
			(cause: unknown) => this.#unable(exchange, cause),
		);
	}

	/** Ends the guest that works on it, if there is one. */
	stop(exchange: ServedExchange): void {
		const task = exchange.task as Task | undefined;
		if (task === undefined || task.wasStopped) return;
		task.wasStopped = true;
		task.instance.stop();
	}

	/** The deadline has passed. */
	expire(exchange: ServedExchange): void {
		exchange.refuse(
			504,
			`the request took too long, and was ended; its id is ${exchange.id}`,
			idHeader(exchange),
		);
		exchange.stop({ tag: "HTTP-response-timeout" });
		this.#events.late(exchange);
		this.stop(exchange);
	}

	/**
	 * Ends the guests that have the most memory, until the others are within what all may have. One goes on in any
	 * case: what it may have is its own limit.
	 *
	 * @param over_bytes by how much they are over it now
	 */
	relieve(live: Iterable<ServedExchange>, over_bytes: number): void {
		let left_bytes = over_bytes;
		const going: { readonly exchange: ServedExchange; readonly size_bytes: number }[] = [];
		for (const exchange of live) {
			const task = exchange.task as Task | undefined;
			const size_bytes = task?.instance.memory_bytes ?? 0;
			if (task?.wasStopped === true) left_bytes -= size_bytes;
			else if (task !== undefined) going.push({ exchange, size_bytes });
		}
		going.sort((one, other) => one.size_bytes - other.size_bytes);
		while (left_bytes > 0 && going.length > 1) {
			const largest = going.pop();
			if (largest === undefined) return;
			left_bytes -= largest.size_bytes;
			this.#endLarge(largest.exchange);
		}
	}

	#endLarge(exchange: ServedExchange): void {
		exchange.refuse(503, `there was no memory left for the request; its id is ${exchange.id}`, [
			...idHeader(exchange),
			"retry-after",
			"1",
		]);
		exchange.stop({ tag: "internal-error", val: "no memory was left" });
		this.#events.tooLarge(exchange);
		this.stop(exchange);
	}

	#handle(instance: Instance, exchange: ServedExchange): void | Promise<void> {
		if (exchange.isOver) return this.#pool.give(instance);
		const task: Task = { instance, wasStopped: false };
		exchange.task = task;
		let done: void | Promise<void>;
		try {
			done = instance.handle(exchange);
		} catch (cause) {
			return this.#failed(task, exchange, cause);
		}
		if (done === undefined) return this.#returned(task, exchange);
		return done.then(
			() => this.#returned(task, exchange),
			(cause: unknown) => this.#failed(task, exchange, cause),
		);
	}

	#returned(task: Task, exchange: ServedExchange): void {
		exchange.task = undefined;
		if (task.wasStopped) return this.#stopped(task);
		if (!exchange.hasResponded && !exchange.isOver) return this.#failed(task, exchange, new NoAnswer());
		this.#tellDenials(task.instance);
		this.#pool.give(task.instance);
	}

	#failed(task: Task, exchange: ServedExchange, cause: unknown): void {
		exchange.task = undefined;
		this.#tellDenials(task.instance);
		if (task.wasStopped) return this.#stopped(task);
		this.#metrics.add("instances_trapped");
		this.#events.failed(exchange, cause);
		exchange.refuse(
			500,
			`the program behind this address failed; the request's id is ${exchange.id}`,
			idHeader(exchange),
		);
		this.#pool.drop(task.instance);
	}

	#stopped({ instance }: Task): void {
		this.#metrics.add("instances_stopped");
		this.#pool.drop(instance);
	}

	#unable(exchange: ServedExchange, cause: unknown): void {
		this.#events.unable(exchange, cause);
		exchange.refuse(503, `the program cannot be started now; the request's id is ${exchange.id}`, [
			...idHeader(exchange),
			"retry-after",
			"1",
		]);
	}

	#tellDenials({ denials }: Instance): void {
		if (denials.length > 0) this.#events.denied(denials);
	}
}

function idHeader({ id }: ServedExchange): readonly string[] {
	return ["x-request-id", id];
}
