import { Worker } from "node:worker_threads";
import type { Answered, Asked } from "./inspect-worker.ts";

/** Beyond this a program may not make grow what inspects it. */
const MEMORY_MB = 768;
/** So long nothing has ever taken that comes to an end; it is no measure, it only ends what hangs. */
const PATIENCE_MS = 60_000;

/** A thread that inspects: it has little memory, and is replaced when a program takes it down. */
export class InspectThread {
	#worker: Worker | undefined;
	readonly #costs_us = new Map<number, number>();

	/** What it answered; a reason where it died or came to no end. */
	async ask(asked: Asked): Promise<Answered | string> {
		this.#worker ??= new Worker(new URL("./inspect-worker.ts", import.meta.url), {
			resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
		});
		const worker = this.#worker;
		const { promise, resolve } = Promise.withResolvers<Answered | string>();
		const timer = setTimeout(() => resolve("it came to no end"), PATIENCE_MS);
		const died = (error: Error) => resolve(`it died: ${error.message}`);
		worker.once("message", resolve);
		worker.once("error", died);
		// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
		worker.postMessage(asked);
		const answer = await promise;
		clearTimeout(timer);
		worker.off("message", resolve);
		worker.off("error", died);
		if (typeof answer === "string") await this.end();
		return answer;
	}

	/** What an ordinary program of this size costs, measured in this thread, once for each power of four. */
	async ordinaryCost(
		size_bytes: number,
		make: (size_bytes: number) => Uint8Array<ArrayBuffer>,
	): Promise<number> {
		const size = 4 ** Math.ceil(Math.log(Math.max(size_bytes, 1 << 14)) / Math.log(4));
		const known = this.#costs_us.get(size);
		if (known !== undefined) return known;
		const bytes = make(size);
		// the first time is for compilers
		await this.ask({ bytes, older: bytes });
		const answer = await this.ask({ bytes, older: bytes });
		if (typeof answer === "string") throw new Error(`an ordinary program of ${size} bytes: ${answer}`);
		this.#costs_us.set(size, answer.cpu_us);
		return answer.cpu_us;
	}

	async end(): Promise<void> {
		await this.#worker?.terminate();
		this.#worker = undefined;
	}
}
