// Typed, and split: `tour WORD...` counts its words; ends with 7 when there are none.
import { getArguments } from "wasi:cli/environment@0.2.12";
import { exitWithCode } from "wasi:cli/exit@0.2.12";
import { type Count, countWords } from "./words.ts";

export const run = {
	run(): void {
		const [, ...words]: string[] = getArguments();
		if (words.length === 0) exitWithCode(7);
		const counts: readonly Count[] = countWords(words);
		for (const { word, count } of counts) console.log(`${word} ${count}`);
	},
};
