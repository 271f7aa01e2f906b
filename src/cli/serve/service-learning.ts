import { Fault } from "../../base/fault.ts";
import type { LearnAsked } from "../learn/learn-wishes.ts";
import { LearntPolicy } from "../learn/learnt-policy.ts";
import { tellRefused, tellWritten } from "../learn/tell-learnt.ts";
import { parseUse, UseSet } from "../learn/use.ts";
import { printFault } from "../print.ts";
import type { RunOptions } from "../run-options.ts";

/** What was used is in the file after so long, so that a service that is killed has taught all but that. */
const WRITE_MS = 1000;

/** `wherry serve --learn`: in the supervisor, which hears of all workers what their guests use. */
export class ServiceLearning {
	readonly #asked: LearnAsked;
	/** As it was asked for: what an image brings by itself is not to be granted. */
	readonly #run: RunOptions;
	readonly #policy: LearntPolicy;
	readonly #uses = new UseSet();
	#timer: NodeJS.Timeout | undefined;
	#writing: Promise<void> = Promise.resolve();
	#isNew = false;
	#wasRefused = false;

	/** @throws Fault as `LearntPolicy.open` */
	static async open(asked: LearnAsked, run: RunOptions): Promise<ServiceLearning> {
		return new ServiceLearning(asked, run, await LearntPolicy.open(asked.file));
	}

	private constructor(asked: LearnAsked, run: RunOptions, policy: LearntPolicy) {
		this.#asked = asked;
		this.#run = run;
		this.#policy = policy;
	}

	/** A worker says that a guest used something. */
	take(text: string): void {
		const use = parseUse(text);
		if (use !== undefined && this.#uses.add(use) !== "known") this.#isNew = true;
	}

	/** Keeps the file up to date from now on. */
	start(): void {
		this.#timer = setInterval(() => {
			if (this.#isNew) this.#writing = this.#writing.then(async () => this.#tryToWrite());
		}, WRITE_MS);
	}

	stop(): void {
		clearInterval(this.#timer);
	}

	/** All workers have ended: writes what they used last, and tells it. */
	async end(): Promise<void> {
		this.stop();
		await this.#writing;
		const uses = this.#uses.list;
		if (!uses.some(({ type }) => type === "begun")) return;
		tellWritten(this.#asked.file, uses, await this.#policy.write(uses, this.#run.grants), this.#run);
		// what was refused was told when it was
		tellRefused(
			uses.filter(({ type }) => type !== "denied"),
			this.#run,
			this.#asked,
		);
	}

	/** The service goes on, whatever becomes of the file; why it could not be written is told once. */
	async #tryToWrite(): Promise<void> {
		this.#isNew = false;
		try {
			if ((await this.#policy.writeSoFar(this.#uses.list, this.#run.grants)) === undefined)
				this.#isNew = true;
		} catch (cause) {
			if (!(cause instanceof Fault)) throw cause;
			if (!this.#wasRefused) printFault(cause, this.#run.format, false);
			this.#wasRefused = true;
		}
	}
}
