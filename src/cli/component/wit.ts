import { Fault } from "../../base/fault.ts";
import { elaborate } from "../../component/elaborate.ts";
import { worldText } from "../../component/wit-text.ts";
import { worldOf } from "../../component/world.ts";
import { readDefinitions } from "../../wasm/component/read-definitions.ts";
import { describeInput, isComponent } from "../../wasm/input.ts";
import { customSection } from "../../wasm/module.ts";
import { readSections } from "../../wasm/sections.ts";
import { demandWords } from "../images/each.ts";
import { printResult } from "../print.ts";
import { programBytes } from "../program-bytes.ts";
import { verb } from "../verb.ts";
import { componentOfModule } from "./transpiler.ts";

const USAGE = "wherry wit [OPTIONS] FILE|IMAGE";

/** `wherry wit`: the world of a component. */
export const WIT_VERB = verb<object>({
	name: "wit",
	usage: USAGE,
	about: [
		"Prints the world of a component in WIT: what it imports, what it exports, and the interfaces and types that these are made of. Nothing of the component is run.",
		"A core module has a world only where a toolchain wrote one into it, for it to become a component. '-' is standard input.",
	],
	flags: [],
	examples: [
		{ says: "What a component wants and gives", words: "wherry wit app.wasm" },
		{ says: "The same, of an image in the store", words: "wherry wit app:1.2" },
		{ says: "For a program", words: "wherry wit --format json app.wasm" },
	],
	completes: "program",
	draft: () => ({}),
	async act({ format }, words) {
		demandWords(words, 1, 1, USAGE);
		const [word = ""] = words;
		const bytes = await programBytes(word, "wit");
		const component = isComponent(bytes) ? bytes : await componentOf(bytes, word);
		const wit = worldText(worldOf(elaborate(readDefinitions(component))));
		printResult(format === "json" ? `${JSON.stringify({ wit })}\n` : wit);
		return 0;
	},
});

/**
 * What a module is to become, by what its toolchain wrote into it.
 *
 * @throws Fault NOT_WASM, USAGE where there is none
 */
async function componentOf(bytes: Uint8Array<ArrayBuffer>, word: string): Promise<Uint8Array> {
	const input = describeInput(bytes);
	if (input.form !== "module")
		throw new Fault("NOT_WASM", `cannot print the world of '${word}'`, {
			note: input.form === "foreign" ? `it is ${input.is}` : "it is text",
			help: "wherry wit FILE.wasm",
		});
	if (hasWorld(bytes)) return componentOfModule(bytes, word);
	throw new Fault("USAGE", `cannot print the world of '${word}': it is a core module`, {
		note: "worlds are of components; what this imports and exports is not written in WIT",
		help: `wherry run ${word}`,
	});
}

/** Whether a toolchain left what the module is to become: sections named `component-type`, and what comes after a colon. */
function hasWorld(bytes: Uint8Array): boolean {
	const sections = readSections(bytes, false);
	const named = sections.some(({ id, name }) => id === 0 && name.startsWith("component-type:"));
	return named || customSection({ sections }, "component-type") !== undefined;
}
