/** Keeps the workers of a service alive, counts with them, and ends with them. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex, Writable } from "node:stream";
import { LineReader, parseReport, type Report } from "./channel.ts";
import { type ServiceFacts, type Snapshot, sum, withoutGauges } from "./metrics.ts";

export interface SupervisorPlan {
	readonly workers: number;
	/** Starts a worker: a program and its words. */
	readonly command: readonly [string, ...string[]];
	/** What a worker is told on its standard input. */
	readonly start: Uint8Array;
	/** Descriptors that a worker gets as its fourth and so on; undefined: none in that place. */
	readonly descriptors: readonly (number | undefined)[];
	/** A worker that has not answered for so long is stuck. */
	readonly silence_ms: number;
	readonly drain_ms: number;
	readonly events: SupervisorEvents;
}

export interface SupervisorEvents {
	/** All workers take requests, for the first time. */
	readonly ready: (port: number) => void;
	/** To be told once, whichever worker says it. */
	readonly once: (text: string) => void;
	/** A guest used something: what a worker learns. */
	readonly used: (text: string) => void;
	/** A worker ended that should not have. */
	readonly died: (pid: number, why: string) => void;
}

/** A worker said why it cannot start. */
export class WorkerFailed extends Error {
	override readonly name = "WorkerFailed";
	/** The error, as it is to be printed. */
	readonly text: string;
	readonly exit: number;

	constructor(text: string, exit: number) {
		super("a worker could not start");
		this.text = text;
		this.exit = exit;
	}
}

const ASK_MS = 1000;
/** A worker that ended soon after its start is started again after this, and twice as long the next time. */
const BACKOFF_MS = { first: 100, most: 10_000 };
const STEADY_MS = 10_000;
/** To transpile the largest component may take two minutes on a busy machine. */
const START_MS_MAX = 180_000;
const ONCE_MAX = 256;
/** How long the numbers of a worker are waited for when somebody asks for them. */
const NUMBERS_MS = 1000;

/** The channel is the worker's fourth descriptor. */
export const CHANNEL_FD = 3;
export const FIRST_GIVEN_FD = 4;

export class Supervisor {
	readonly #plan: SupervisorPlan;
	readonly #workers = new Set<WorkerHandle>();
	readonly #told = new Set<string>();
	readonly #end = Promise.withResolvers<void>();
	readonly #started_s = Date.now() / 1000;
	#past: Snapshot = sum([]);
	#restarts = 0;
	#failures = 0;
	#isEnding = false;
	#wasReady = false;
	readonly #timers = new Set<NodeJS.Timeout>();

	constructor(plan: SupervisorPlan) {
		this.#plan = plan;
	}

	/** Resolves when all workers have ended after `drain` or `kill`; rejects with WorkerFailed. */
	get ended(): Promise<void> {
		return this.#end.promise;
	}

	get pids(): readonly number[] {
		return [...this.#workers].map(({ pid }) => pid);
	}

	get facts(): ServiceFacts {
		const workers = [...this.#workers].filter(({ isReady }) => isReady).length;
		return { workers, restarts: this.#restarts, started_s: this.#started_s };
	}

	start(): void {
		for (let count = 0; count < this.#plan.workers; count += 1) this.#spawn();
		this.#every(ASK_MS, () => {
			for (const worker of this.#workers) this.#look(worker);
		});
	}

	/** The numbers of all workers, those that have ended included. */
	async numbers(): Promise<Snapshot> {
		const all = [...this.#workers].map(async (worker) => worker.numbers(NUMBERS_MS));
		return sum([this.#past, ...(await Promise.all(all))]);
	}

	/** Lets the workers finish what is under way, for as long as they may, and ends them. */
	drain(): void {
		if (this.#isEnding) return;
		this.#isEnding = true;
		for (const worker of this.#workers) worker.tell("drain");
		this.#after(this.#plan.drain_ms, () => this.kill());
		this.#settle();
	}

	/** Ends the workers at once. */
	kill(): void {
		this.#isEnding = true;
		for (const worker of this.#workers) worker.kill();
		this.#settle();
	}

	#spawn(): void {
		const worker = new WorkerHandle(this.#plan, {
			report: (report) => this.#onReport(worker, report),
			ended: (why) => this.#onEnded(worker, why),
		});
		this.#workers.add(worker);
	}

	#onReport(worker: WorkerHandle, report: Report): void {
		if (report.type === "once") this.#tellOnce(report.text);
		else if (report.type === "used") this.#plan.events.used(report.text);
		else if (report.type === "failed" && !this.#wasReady) {
			this.#end.reject(new WorkerFailed(report.text, report.exit));
			this.kill();
		} else if (report.type === "failed") this.#tellOnce(report.text);
		else if (report.type === "ready") {
			worker.isReady = true;
			if (this.#wasReady || [...this.#workers].some(({ isReady }) => !isReady)) return;
			this.#wasReady = true;
			this.#plan.events.ready(report.port);
		}
	}

	#onEnded(worker: WorkerHandle, why: string): void {
		this.#workers.delete(worker);
		this.#past = sum([this.#past, withoutGauges(worker.last)]);
		if (this.#isEnding) return this.#settle();
		this.#plan.events.died(worker.pid, why);
		if (!this.#wasReady) {
			this.#end.reject(new Error(`a worker ended before it could serve: ${why}`));
			return this.kill();
		}
		this.#restarts += 1;
		this.#failures = performance.now() - worker.started_ms > STEADY_MS ? 0 : this.#failures + 1;
		// the first one is replaced at once: others are busy with its share
		if (this.#failures <= 1) return this.#spawn();
		const wait_ms = Math.min(BACKOFF_MS.first * 2 ** (this.#failures - 2), BACKOFF_MS.most);
		this.#after(wait_ms, () => {
			if (!this.#isEnding) this.#spawn();
		});
	}

	/** Asks whether it is there; ends it where it has not answered for too long. */
	#look(worker: WorkerHandle): void {
		if (!worker.isReady) {
			if (performance.now() - worker.started_ms > START_MS_MAX) worker.kill();
			return;
		}
		if (worker.silence_ms > this.#plan.silence_ms) worker.kill();
		else worker.tell("ask");
	}

	#tellOnce(text: string): void {
		if (this.#told.has(text) || this.#told.size >= ONCE_MAX) return;
		this.#told.add(text);
		this.#plan.events.once(text);
	}

	#settle(): void {
		if (this.#workers.size > 0) return;
		for (const timer of this.#timers) clearTimeout(timer);
		this.#end.resolve();
	}

	#every(interval_ms: number, act: () => void): void {
		this.#timers.add(setInterval(act, interval_ms));
	}

	#after(delay_ms: number, act: () => void): void {
		this.#timers.add(setTimeout(act, delay_ms));
	}
}

interface WorkerEvents {
	readonly report: (report: Report) => void;
	readonly ended: (why: string) => void;
}

/** One worker, as the supervisor sees it. */
class WorkerHandle {
	readonly started_ms = performance.now();
	isReady = false;
	/** Its numbers, when it told them last. */
	last: Snapshot = sum([]);
	readonly #child: ChildProcess;
	readonly #channel: Duplex;
	#heard_ms = performance.now();
	#asked: PromiseWithResolvers<void> | undefined;
	#why: string | undefined;

	constructor({ command: [program, ...words], start, descriptors }: SupervisorPlan, events: WorkerEvents) {
		const given = descriptors.map((descriptor) => descriptor ?? ("ignore" as const));
		const stdio = ["pipe", "inherit", "inherit", "pipe", ...given] as const;
		this.#child = spawn(program, words, { stdio: [...stdio] });
		this.#channel = this.#child.stdio[CHANNEL_FD] as unknown as Duplex;
		this.#child.once("error", (error) => this.#ended(error.message, events));
		// not at its exit: what it said last may still be on its way
		this.#child.once("close", (status: number | null, signal: NodeJS.Signals | null) =>
			this.#ended(
				this.#why ?? (signal === null ? `it ended with status ${status}` : `${signal} ended it`),
				events,
			),
		);
		this.#listen(events);
		const input = this.#child.stdin as Writable;
		input.on("error", () => {});
		input.end(start);
	}

	get pid(): number {
		return this.#child.pid ?? 0;
	}

	/** Since it last said anything. */
	get silence_ms(): number {
		return performance.now() - this.#heard_ms;
	}

	tell(order: "ask" | "drain"): void {
		if (this.#channel.writable) this.#channel.write(`${order}\n`);
	}

	/** Its numbers as they are now, or where it does not answer as they were last. */
	async numbers(within_ms: number): Promise<Snapshot> {
		if (!this.isReady) return this.last;
		this.#asked ??= Promise.withResolvers();
		this.tell("ask");
		const timer = setTimeout(() => this.#answered(), within_ms);
		await this.#asked.promise;
		clearTimeout(timer);
		return this.last;
	}

	kill(): void {
		if (this.silence_ms > ASK_MS * 2 && this.isReady) this.#why ??= "it did not answer, and was ended";
		this.#child.kill("SIGKILL");
	}

	#listen(events: WorkerEvents): void {
		const lines = new LineReader(
			(line) => {
				const report = parseReport(line);
				if (report === undefined) return this.#betray();
				this.#heard_ms = performance.now();
				if (report.type === "numbers") {
					this.last = report.numbers;
					this.#answered();
				} else events.report(report);
			},
			() => this.#betray(),
		);
		this.#channel.setEncoding("utf8");
		this.#channel.on("data", (text: string) => lines.take(text));
		this.#channel.on("error", () => {});
	}

	/** It does not speak as our code does: something else runs in it. */
	#betray(): void {
		this.#why ??= "it said what no worker says, and was ended";
		this.#child.kill("SIGKILL");
	}

	#answered(): void {
		this.#asked?.resolve();
		this.#asked = undefined;
	}

	#ended(why: string, events: WorkerEvents): void {
		this.isReady = false;
		this.#answered();
		events.ended(why);
	}
}
