/** Variables a guest gets: `-e K=V`, `-e K`, and docker's files of them. */
import { Fault } from "../base/fault.ts";
import { type GrantForm, grantInvalid } from "./grant-fault.ts";

/** A variable of ours, or undefined when there is none of this name. */
export type Environment = (name: string) => string | undefined;

export interface EnvWord {
	readonly name: string;
	/** Undefined: copied from our environment, when it is there. */
	readonly value: string | undefined;
}

/** Docker's `-e K=V` or `-e K`. */
export function parseEnv(text: string): EnvWord {
	const equals = text.indexOf("=");
	const name = equals < 0 ? text : text.slice(0, equals);
	if (name === "") throw grantInvalid(ENV, text, "the variable's name is empty");
	if (text.includes("\0")) throw grantInvalid(ENV, text, "a variable cannot hold a NUL");
	return { name, value: equals < 0 ? undefined : text.slice(equals + 1) };
}

/**
 * A file of variables as docker reads it: one `K=V` or `K` a line, `#` comments, blanks in front
 * dropped, and the value taken as it stands, quotes included.
 *
 * @throws Fault GRANT_INVALID with the file and line
 */
export function parseEnvFile(text: string, file: string): EnvWord[] {
	const words: EnvWord[] = [];
	const lines = text.replace(/^\uFEFF/, "").split("\n");
	for (const [index, raw] of lines.entries()) {
		const line = raw.replace(/^\s+/, "").replace(/\r$/, "");
		if (line === "" || line.startsWith("#")) continue;
		const equals = line.indexOf("=");
		const name = equals < 0 ? line.trimEnd() : line.slice(0, equals);
		const problem = problemOfName(name) ?? (line.includes("\0") ? "it holds a NUL" : undefined);
		if (problem !== undefined)
			throw new Fault("GRANT_INVALID", `cannot read line ${index + 1} of '${file}' as a variable`, {
				note: [problem, "the form is NAME=VALUE or NAME, one a line; # begins a comment"],
			});
		words.push({ name, value: equals < 0 ? undefined : line.slice(equals + 1) });
	}
	return words;
}

/** The variables these words come to: later ones win, and one to copy that is not set is left out. */
export function settleEnv(words: readonly EnvWord[], environment: Environment): Map<string, string> {
	const env = new Map<string, string>();
	for (const { name, value } of words) {
		const settled = value ?? environment(name);
		if (settled !== undefined) env.set(name, settled);
	}
	return env;
}

const ENV: GrantForm = {
	what: "a variable",
	form: "NAME=VALUE, or NAME alone to copy it from your environment",
	example: "-e LANG=C.UTF-8",
};

function problemOfName(name: string): string | undefined {
	if (name === "") return "there is no name in front of '='";
	if (/\s/.test(name)) return `the name '${name}' holds a blank`;
	return undefined;
}
