/** What one request is to whoever lets it in. */
export interface Admitted {
	readonly began_ms: number;
	readonly isOver: boolean;
}

export interface AdmissionPlan<Request> {
	readonly concurrent: number;
	readonly queue: number;
	readonly deadline_ms: number;
	/** Works on a request. It neither throws nor rejects; when it is done, the next one comes. */
	readonly run: (request: Request) => void | Promise<void>;
	/** There is no room: neither to run nor to wait. */
	readonly full: (request: Request) => void;
	/** Its time is over: while it ran, or before it could. */
	readonly late: (request: Request, ran: boolean) => void;
	/** Whether one more instance may have memory. */
	readonly hasRoom: () => boolean;
}

/** How often deadlines are looked at: a request may take longer than its own by this. */
const SWEEP_MS = 50;

/** Lets so many requests run at once and so many wait; the rest is turned away. First come, first served. */
export class Admission<Request extends Admitted> {
	readonly #plan: AdmissionPlan<Request>;
	readonly #running = new Set<Request>();
	readonly #waiting = new Set<Request>();
	readonly #late = new Set<Request>();
	readonly #sweeper: NodeJS.Timeout;
	#isPumping = false;

	constructor(plan: AdmissionPlan<Request>) {
		this.#plan = plan;
		this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
	}

	get running(): number {
		return this.#running.size;
	}

	get waiting(): number {
		return this.#waiting.size;
	}

	offer(request: Request): void {
		if (this.#waiting.size === 0 && this.#hasRoom()) return this.#start(request);
		if (this.#waiting.size >= this.#plan.queue) return this.#plan.full(request);
		this.#waiting.add(request);
	}

	/** Its client has gone: it need not wait any more. */
	withdraw(request: Request): void {
		this.#waiting.delete(request);
	}

	/** Starts what waits and may run: to be called when memory has become free. */
	pump(): void {
		if (this.#isPumping) return;
		this.#isPumping = true;
		for (const request of this.#waiting) {
			if (!this.#hasRoom()) break;
			this.#waiting.delete(request);
			this.#start(request);
		}
		this.#isPumping = false;
	}

	close(): void {
		clearInterval(this.#sweeper);
	}

	#hasRoom(): boolean {
		// one runs in any case: it gives its memory back
		return this.#running.size < this.#plan.concurrent && (this.#running.size === 0 || this.#plan.hasRoom());
	}

	#start(request: Request): void {
		this.#running.add(request);
		const done = this.#plan.run(request);
		if (done === undefined) this.#finished(request);
		else void done.then(() => this.#finished(request));
	}

	#finished(request: Request): void {
		this.#running.delete(request);
		this.#late.delete(request);
		if (this.#waiting.size > 0) this.pump();
	}

	/** Those that wait are in the order in which they came. */
	#sweep(): void {
		const before_ms = performance.now() - this.#plan.deadline_ms;
		for (const request of this.#running) {
			if (request.began_ms > before_ms) continue;
			if (this.#late.has(request)) continue;
			this.#late.add(request);
			this.#plan.late(request, true);
		}
		for (const request of this.#waiting) {
			if (request.began_ms > before_ms) break;
			this.#waiting.delete(request);
			this.#plan.late(request, false);
		}
		this.pump();
	}
}
