import { parseVerbWords } from "./common-flags.ts";
import { helpText } from "./help.ts";
import { printResult } from "./print.ts";
import { VERSION } from "./version.ts";

/** `wherry version`: ours, and that of what runs us. */
export function versionVerb(words: readonly string[]): number {
	const { format, help } = parseVerbWords("version", words);
	const versions = {
		wherry: VERSION,
		node: process.versions.node,
		v8: process.versions.v8,
		platform: `${process.platform}-${process.arch}`,
	};
	if (help) printResult(helpText("version"));
	else if (format === "json") printResult(`${JSON.stringify(versions)}\n`);
	else
		printResult(
			Object.entries(versions)
				.map(([name, version]) => `${name} ${version}\n`)
				.join(""),
		);
	return 0;
}
