import { readSync } from "node:fs";

const STANDARD_INPUT = 0;
const ANSWER_BYTES_MAX = 100;

/** Asks on standard error, as docker does; whoever answers nothing, or is not there, says no. */
export function agrees(question: string): boolean {
	process.stderr.write(`${question} [y/N] `);
	const answer = Buffer.alloc(ANSWER_BYTES_MAX);
	const count = readAnswer(answer);
	return /^y(?:es)?$/i.test(answer.toString("utf8", 0, count).trim());
}

function readAnswer(answer: Buffer): number {
	try {
		return readSync(STANDARD_INPUT, answer);
	} catch {
		return 0; // closed
	}
}
