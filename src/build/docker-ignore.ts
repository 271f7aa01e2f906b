import type { Take } from "./context.ts";
import { matches } from "./patterns.ts";

const RULES_MAX = 10_000;
const LENGTH_MAX = 1 << 20;

interface Rule {
	readonly pattern: string;
	/** `!pattern`: takes back in. */
	readonly isException: boolean;
}

/**
 * Reads a .dockerignore (docs.docker.com/build/concepts/context, ".dockerignore files"): the last rule
 * that means a path, or a folder above it, decides. A folder that an exception may reach into is walked.
 * What is too long to be one leaves nothing out.
 */
export function parseIgnore(text: string): Take {
	if (text.length > LENGTH_MAX) return () => "in";
	const rules = text
		.replace(/^\ufeff/, "")
		.split(/\r?\n/)
		.slice(0, RULES_MAX)
		.flatMap(parseRule);
	const hasExceptions = rules.some(({ isException }) => isException);
	return (path, isFolder) => {
		if (!isIgnored(rules, path)) return "in";
		return isFolder && hasExceptions ? "look" : "out";
	};
}

function parseRule(line: string): readonly Rule[] {
	const trimmed = line.trim();
	if (trimmed === "" || line.startsWith("#")) return [];
	const isException = trimmed.startsWith("!");
	const pattern = cleaned(isException ? trimmed.slice(1).trim() : trimmed);
	return pattern === "" ? [] : [{ pattern, isException }];
}

/** As Go's filepath.Clean, counted from the context: no `/` at the ends, no `.`, no `..`. */
function cleaned(pattern: string): string {
	const names: string[] = [];
	for (const name of pattern.split("/"))
		if (name === "..") names.pop();
		else if (name !== "" && name !== ".") names.push(name);
	return names.join("/");
}

function isIgnored(rules: readonly Rule[], path: string): boolean {
	const above = pathsAbove(path);
	const last = rules.findLast(({ pattern }) => above.some((one) => matches(pattern, one)));
	return last !== undefined && !last.isException;
}

/** `a/b/c` and the folders that hold it. */
function pathsAbove(path: string): readonly string[] {
	const names = path.split("/");
	return names.map((_, index) => names.slice(0, index + 1).join("/"));
}
