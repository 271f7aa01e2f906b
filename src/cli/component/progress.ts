import { printNote, wantsColour } from "../print.ts";

/** What a person hears while a component is transpiled, and of its cache. */
export interface Progress {
	/** After so many whole seconds. */
	readonly at: (elapsed_s: number) => void;
	/** It is over, well or not. */
	readonly done: () => void;
	/** There was an entry of the cache that could not be trusted. */
	readonly damaged: () => void;
	/** It could not be kept, and why. */
	readonly notKept: (reason: string) => void;
}

/** What takes longer is worth a line where nobody looks on. */
const LONG_S = 2;
const CLEAR_LINE = "\r\u001b[K";

/** On a terminal a line that counts and goes away; elsewhere one line, and only of what takes long. */
export function showProgress(file: string): Progress {
	const terminal = wantsColour(2);
	let shown = false;
	return {
		at(elapsed_s) {
			if (terminal) process.stderr.write(`${CLEAR_LINE}transpiling ${JSON.stringify(file)}, ${elapsed_s} s`);
			else if (!shown && elapsed_s >= LONG_S)
				printNote(`'${file}' is transpiled; the next run begins at once`);
			shown ||= terminal || elapsed_s >= LONG_S;
		},
		done() {
			if (terminal && shown) process.stderr.write(CLEAR_LINE);
		},
		damaged() {
			printNote(`the cached form of '${file}' was damaged, and is made again`);
		},
		notKept(reason) {
			printNote(`'${file}' is transpiled again at each run: ${reason}`);
		},
	};
}
