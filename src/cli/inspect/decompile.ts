import { partsOf } from "../../inspect/programs.ts";
import { chooseModule } from "../../inspect/text/choose.ts";
import { decompiledLines } from "../../inspect/text/decompile.ts";
import { demandBody, findFunction } from "../../inspect/text/find-function.ts";
import { layOut } from "../../inspect/text/lines.ts";
import { functionName } from "../../inspect/text/names.ts";
import { firstPlace, sourceOf } from "../../inspect/text/source.ts";
import { demandWords } from "../images/each.ts";
import { printResult } from "../print.ts";
import { programBytes } from "../program-bytes.ts";
import { verb } from "../verb.ts";
import { IN_FLAG, type InDraft } from "./in-flag.ts";
import { debugBeside } from "./debug-beside.ts";

const USAGE = "wherry decompile [OPTIONS] FILE|IMAGE FUNC";

const CHARACTERS_MAX = 64 * 1024 * 1024;

/** `wherry decompile`: a function as pseudo-code. */
export const DECOMPILE_VERB = verb<InDraft>({
	name: "decompile",
	usage: USAGE,
	about: [
		"Prints one function as pseudo-code: expressions, loops and ifs instead of a stack and labels, loads and stores as 'memory[address]:i32', calls by name. FUNC is an index, the name of an export, or a name of the module's own.",
		"It is for reading, not for compiling: 'wherry wat' has the very instructions. '-' is standard input.",
	],
	flags: [IN_FLAG],
	examples: [{ says: "What a program does first", words: "wherry decompile app.wasm _start" }],
	completes: "program",
	draft: () => ({ in: undefined }),
	async act(asked, words) {
		demandWords(words, 2, 2, USAGE);
		const [file = "", word = ""] = words;
		const { scan, path, start } = chooseModule(
			partsOf(await programBytes(file, "decompile"), file),
			asked.in,
			word,
		);
		const index = findFunction(scan, word, file);
		demandBody(scan, index);
		const source = sourceOf(scan, index, debugBeside(file, scan));
		const layout = { offsets: false, comment: "//", base: start, characters_max: CHARACTERS_MAX };
		const text = layOut(decompiledLines(scan, index, source), layout);
		const told = {
			module: path,
			function: index,
			name: functionName(scan, index),
			text,
			source: firstPlace(scan, index, source),
		};
		printResult(asked.format === "json" ? `${JSON.stringify(told)}\n` : text);
		return 0;
	},
});
