import { Fault } from "../base/fault.ts";
import type { Denial } from "../capability/denial.ts";
import type { Exchange } from "../sys/http.ts";
import type { Metrics } from "./metrics.ts";

/** A component with a state of its own, and the host that was made for it. */
export interface Instance {
	/** Answers one request. Throws or rejects what a trap throws. `id` is the request's, made when it is asked for. */
	handle(exchange: Exchange & { readonly id: string }): void | Promise<void>;
	/** Ends the guest: nothing that it calls answers any more, and nothing that it waits for comes. */
	stop(): void;
	/** Makes it as it was before the request, as far as that can be; false: it cannot be used again. */
	reset(): boolean;
	/** Makes it as it was when it was made: what runs in it then runs in a fresh one. False: that cannot be. */
	renew(): boolean;
	/** Closes what the guest left open, and gives its memory back. */
	close(): void;
	readonly memory_bytes: number;
	/** What the guest was refused since the last reset. */
	readonly denials: readonly Denial[];
}

export interface PoolPlan {
	readonly make: () => Instance | Promise<Instance>;
	/** How many requests an instance answers. */
	readonly reuse: number;
	/** How many are kept ready that have answered none, or may answer more. */
	readonly idle: number;
	/** The memories of all instances, together. */
	readonly memory_bytes: number;
	readonly metrics: Metrics;
}

interface Use {
	requests: number;
	memory_bytes: number;
}

/**
 * The instances of one worker. Each works on one request at a time. Some are made ahead while nothing else is to be
 * done; one that trapped, or was stopped, is never used again.
 */
export class Pool {
	readonly #plan: PoolPlan;
	readonly #idle: Instance[] = [];
	readonly #uses = new Map<Instance, Use>();
	#used_bytes = 0;
	#isPreparing = false;
	#isClosed = false;

	constructor(plan: PoolPlan) {
		this.#plan = plan;
	}

	get size(): number {
		return this.#uses.size;
	}

	get used_bytes(): number {
		return this.#used_bytes;
	}

	/** Whether the memory of one more like these would be within the limit. */
	get hasRoom(): boolean {
		return this.#idle.length > 0 || this.#used_bytes < this.#plan.memory_bytes;
	}

	/** Makes some ahead, one after the other, while the event loop has nothing else to do. */
	prepare(): void {
		if (this.#isPreparing || this.#isClosed || this.#idle.length >= this.#plan.idle || !this.hasRoom) return;
		this.#isPreparing = true;
		setImmediate(() => void this.#prepareOne());
	}

	/**
	 * Makes the first: what keeps every instance from being made is told before anybody asks for one.
	 *
	 * @throws Fault; a trap as it starts is for whoever needs an instance
	 */
	async begin(): Promise<void> {
		try {
			this.#idle.unshift(await this.#make());
		} catch (cause) {
			if (cause instanceof Fault) throw cause;
		}
		this.prepare();
	}

	take(): Instance | Promise<Instance> {
		const ready = this.#idle.pop();
		if (ready !== undefined) return this.#begin(ready);
		const made = this.#make();
		return made instanceof Promise ? made.then((instance) => this.#begin(instance)) : this.#begin(made);
	}

	/** Takes back one that answered its request as it should. */
	give(instance: Instance): void {
		const use = this.#uses.get(instance);
		if (use === undefined || this.#isClosed || this.#idle.length >= this.#plan.idle)
			return this.drop(instance);
		const isWorn = use.requests >= this.#plan.reuse;
		if (!(isWorn ? instance.renew() : instance.reset())) this.drop(instance);
		else {
			if (isWorn) {
				use.requests = 0;
				this.#plan.metrics.add("instances_renewed");
			}
			this.#measure(instance, use);
			this.#idle.push(instance);
		}
	}

	/** Throws one away. */
	drop(instance: Instance): void {
		this.#used_bytes -= this.#uses.get(instance)?.memory_bytes ?? 0;
		this.#uses.delete(instance);
		instance.close();
	}

	/** Looks how large the memories have become. Over the limit, those that answer nobody are given up first. */
	measure(): void {
		for (const [instance, use] of this.#uses) this.#measure(instance, use);
		while (this.over_bytes > 0) {
			const idle = this.#idle.shift();
			if (idle === undefined) return;
			this.drop(idle);
		}
	}

	/** By how much the memories are over the limit; negative where they are not. */
	get over_bytes(): number {
		return this.#used_bytes - this.#plan.memory_bytes;
	}

	close(): void {
		this.#isClosed = true;
		for (const instance of this.#idle.splice(0)) this.drop(instance);
	}

	async #prepareOne(): Promise<void> {
		try {
			this.#idle.unshift(await this.#make());
		} catch {
			// whoever needs one will meet the error, and tell it
			return;
		} finally {
			this.#isPreparing = false;
		}
		this.prepare();
	}

	#make(): Instance | Promise<Instance> {
		const made = this.#plan.make();
		return made instanceof Promise ? made.then((instance) => this.#made(instance)) : this.#made(made);
	}

	#made(instance: Instance): Instance {
		this.#plan.metrics.add("instances_made");
		const use = { requests: 0, memory_bytes: 0 };
		this.#uses.set(instance, use);
		this.#measure(instance, use);
		return instance;
	}

	#begin(instance: Instance): Instance {
		const use = this.#uses.get(instance);
		if (use === undefined) return instance;
		if (use.requests > 0) this.#plan.metrics.add("instances_reused");
		use.requests += 1;
		return instance;
	}

	#measure(instance: Instance, use: Use): void {
		const { memory_bytes } = instance;
		this.#used_bytes += memory_bytes - use.memory_bytes;
		use.memory_bytes = memory_bytes;
	}
}
