import type { Readable } from "node:stream";

import { type Ended, guest, start } from "./wherry.ts";

/** What the guest is told to do, or what the host does meanwhile. */
export type Step = string | (() => void);

export interface Conversation extends Ended {
	/** One line for each statement, in order; fewer when the guest ended before. */
	readonly answers: readonly string[];
}

/** Guards against hanging, never measures. */
const WAIT_MS = 60_000;

/**
 * Runs guests/bare/wasicall.c under `wherry run WORDS` and goes through `steps` one by one: a
 * statement is sent and its answer awaited; a function is called when all before it is done. So the
 * host can change its files between any two calls of the guest.
 *
 * `program`: another build of the same guest. A run that hangs is killed: `signal` is then SIGKILL.
 */
export async function converse(
	words: readonly string[],
	steps: readonly Step[],
	program = guest("bare/wasicall"),
): Promise<Conversation> {
	const { child, ended } = start(["run", "-i", ...words, program]);
	const guard = setTimeout(() => child.kill("SIGKILL"), WAIT_MS);
	child.stdin?.on("error", () => undefined); // the guest ended before the script did
	const lines = new Lines(child.stdout as Readable);
	const answers: string[] = [];
	for (const step of steps) {
		if (typeof step === "function") {
			step();
			continue;
		}
		child.stdin?.write(`${step}\n`);
		const answer = await lines.next();
		if (answer === undefined) break;
		answers.push(answer);
	}
	child.stdin?.end();
	const end = await ended;
	clearTimeout(guard);
	return { ...end, answers };
}

/** A stream's lines, one at a time. */
class Lines {
	#text = "";
	#over = false;
	#wake: () => void = () => undefined;

	constructor(stream: Readable) {
		stream.on("data", (piece: Buffer) => {
			this.#text += piece.toString("latin1");
			this.#wake();
		});
		stream.on("close", () => {
			this.#over = true;
			this.#wake();
		});
	}

	async next(): Promise<string | undefined> {
		for (;;) {
			const end = this.#text.indexOf("\n");
			if (end >= 0) {
				const line = this.#text.slice(0, end);
				this.#text = this.#text.slice(end + 1);
				return line;
			}
			if (this.#over) return undefined;
			await new Promise<void>((wake) => {
				this.#wake = wake;
			});
		}
	}
}
