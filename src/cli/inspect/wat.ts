import { chooseModule, type Chosen } from "../../inspect/text/choose.ts";
import { demandBody, findFunction } from "../../inspect/text/find-function.ts";
import { functionLines } from "../../inspect/text/function-text.ts";
import { layOut, type Layout } from "../../inspect/text/lines.ts";
import { moduleLines, outlineLines } from "../../inspect/text/module-text.ts";
import { functionName } from "../../inspect/text/names.ts";
import { partsOf } from "../../inspect/programs.ts";
import { firstPlace, sourceOf } from "../../inspect/text/source.ts";
import { demandWords } from "../images/each.ts";
import { printResult } from "../print.ts";
import { programBytes } from "../program-bytes.ts";
import { verb } from "../verb.ts";
import { IN_FLAG, type InDraft } from "./in-flag.ts";
import { debugBeside } from "./debug-beside.ts";

const USAGE = "wherry wat [OPTIONS] FILE|IMAGE [FUNC]";

/** No text is longer: a function of V8's largest size has less, a whole module may have more. */
const CHARACTERS_MAX = 64 * 1024 * 1024;

interface Draft extends InDraft {
	offsets: boolean;
	all: boolean;
}

/** `wherry wat`: a function, or the outline of a module, in the text format. */
export const WAT_VERB = verb<Draft>({
	name: "wat",
	usage: USAGE,
	about: [
		"Prints one function in the text format of WebAssembly, an instruction a line, with the names that the module has as comments. FUNC is an index, the name of an export, or a name of the module's own. Without it, prints what the module is made of: types, imports, functions, memories, exports and segments, the first of each kind.",
		"The text assembles again, whatever the module's names say. '-' is standard input.",
	],
	flags: [
		IN_FLAG,
		{
			long: "offsets",
			group: "Options",
			doc: "Say at the margin where in the file each instruction stands",
			apply: (draft, value) => (draft.offsets = value === "true"),
		},
		{
			long: "all",
			group: "Options",
			doc: `Print the whole module, every function in it, to ${CHARACTERS_MAX / 1024 / 1024} MiB of text`,
			apply: (draft, value) => (draft.all = value === "true"),
		},
	],
	examples: [
		{ says: "What a module is made of", words: "wherry wat app.wasm" },
		{ says: "One function, by the name of its export", words: "wherry wat app.wasm _start" },
		{ says: "Function 12 of the third binary in a component", words: "wherry wat --in 0.2 app.wasm 12" },
	],
	completes: "program",
	draft: () => ({ in: undefined, offsets: false, all: false }),
	async act(asked, words) {
		demandWords(words, 1, 2, USAGE);
		const [file = "", word] = words;
		const chosen = chooseModule(partsOf(await programBytes(file, "wat"), file), asked.in, word);
		const told = word === undefined ? moduleTold(chosen, asked) : functionTold(chosen, file, word, asked);
		printResult(asked.format === "json" ? `${JSON.stringify(told)}\n` : told.text);
		return 0;
	},
});

interface Told {
	/** Path of the core module. */
	readonly module: string;
	readonly function?: number;
	readonly name?: string | undefined;
	readonly text: string;
	/** Where it is in its source, as `src/main.c:12`. */
	readonly source?: string | undefined;
}

function layout({ start }: Chosen, { offsets }: Draft): Layout {
	return { offsets, comment: ";;", base: start, characters_max: CHARACTERS_MAX };
}

function moduleTold(chosen: Chosen, asked: Draft): Told {
	const lines = asked.all ? moduleLines(chosen.scan) : outlineLines(chosen.scan);
	const more = asked.all ? "" : ";; one function: wherry wat FILE FUNC; all of them: wherry wat --all FILE\n";
	return { module: chosen.path, text: layOut(lines, layout(chosen, asked)) + more };
}

function functionTold(chosen: Chosen, file: string, word: string, asked: Draft): Told {
	const { scan } = chosen;
	const index = findFunction(scan, word, file);
	demandBody(scan, index);
	const source = sourceOf(scan, index, debugBeside(file, scan));
	const text = layOut(functionLines(scan, index, source), layout(chosen, asked));
	return {
		module: chosen.path,
		function: index,
		name: functionName(scan, index),
		text,
		source: firstPlace(scan, index, source),
	};
}
