import { Fault } from "../../base/fault.ts";
import type { CommonDraft } from "../common-flags.ts";
import { printFault } from "../print.ts";

/** What docker's image commands answer when something did not work. */
export const FAILED = 1;

/**
 * Does something for each word; one that fails is told of, and the rest still done, as docker does.
 * Answers the exit status.
 */
export async function forEach(
	words: readonly string[],
	{ format, debug }: CommonDraft,
	act: (word: string) => Promise<void> | void,
): Promise<number> {
	let status = 0;
	for (const word of words)
		try {
			await act(word);
		} catch (error) {
			if (!(error instanceof Fault)) throw error;
			printFault(error, format, debug);
			status = FAILED;
		}
	return status;
}

/** @throws Fault USAGE unless there are as many words as the verb wants */
export function demandWords(words: readonly string[], least: number, most: number, usage: string): void {
	if (words.length >= least && words.length <= most) return;
	const wanted =
		least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
	const given = words.length === 1 ? "there is one word" : `there are ${words.length || "no"} words`;
	throw new Fault("USAGE", `${given}, and it takes ${most === 0 ? "none" : wanted}`, { help: usage });
}
