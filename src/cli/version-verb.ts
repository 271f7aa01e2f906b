import { printResult } from "./print.ts";
import { verb } from "./verb.ts";
import { VERSION } from "./version.ts";

/** `wherry version`: ours, and that of what runs us. */
export const VERSION_VERB = verb({
	name: "version",
	usage: "wherry version",
	about: ["The first line is what wherry --version prints."],
	flags: [],
	examples: [{ says: "For a report", words: "wherry version --format json" }],
	completes: "nothing",
	draft: () => ({}),
	act({ format }) {
		const versions = {
			wherry: VERSION,
			node: process.versions.node,
			v8: process.versions.v8,
			platform: `${process.platform}-${process.arch}`,
		};
		const lines = Object.entries(versions).map(([name, version]) => `${name} ${version}\n`);
		printResult(format === "json" ? `${JSON.stringify(versions)}\n` : lines.join(""));
		return 0;
	},
});
