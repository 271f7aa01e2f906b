/** The Dockerfile format (docs.docker.com/reference/dockerfile): lines to instructions. Nothing is substituted yet. */
import { Fault } from "../base/fault.ts";

export interface Instruction {
	/** In capitals. */
	readonly name: string;
	/** `--chmod=755` and the like, in order: name and value. */
	readonly flags: readonly (readonly [string, string])[];
	/** What stands behind name and flags, continued lines joined. */
	readonly rest: string;
	/** The contents of here-documents are not followed: refused where they begin. */
	readonly line: number;
	/** As it was written, continued lines joined: for the history. */
	readonly text: string;
}

export interface Dockerfile {
	/** As it is to be named in errors. */
	readonly name: string;
	/** The character that continues lines and takes meaning away: `\` or `` ` ``. */
	readonly escape: string;
	readonly instructions: readonly Instruction[];
}

const LENGTH_MAX = 1 << 20;
const INSTRUCTIONS_MAX = 10_000;

/**
 * Reads a Dockerfile.
 *
 * @throws Fault BUILD_FILE_INVALID with the line that cannot be read
 */
export function parseDockerfile(text: string, name: string): Dockerfile {
	if (text.length > LENGTH_MAX) throw invalid(name, 1, "it is larger than 1 MiB");
	if (text.includes("\0")) throw invalid(name, 1, "it holds a NUL");
	const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
	const escape = escapeOf(lines, name);
	const instructions: Instruction[] = [];
	for (let at = 0; at < lines.length;) {
		const { joined, next } = joinLines(lines, at, escape);
		if (joined !== "") instructions.push(parseInstruction(joined, at + 1, name));
		if (instructions.length > INSTRUCTIONS_MAX)
			throw invalid(name, at + 1, `it has more than ${INSTRUCTIONS_MAX} instructions`);
		at = next;
	}
	return { name, escape, instructions };
}

/** Whether the first FROM is of the empty image, and is the only one: such a file can be followed. Never throws. */
export function isFromScratch(text: string): boolean {
	if (text.length > LENGTH_MAX) return false;
	const images = [...text.matchAll(/^[ \t]*FROM[ \t]+(?:--platform=\S+[ \t]+)?(\S+)/gim)].map(
		([, image]) => image,
	);
	return images.length === 1 && images[0]?.toLowerCase() === "scratch";
}

/** Directives are comments at the very top: `# escape=\``. */
function escapeOf(lines: readonly string[], name: string): string {
	for (const [index, line] of lines.entries()) {
		const [, directive = "", value = ""] = /^\s*#\s*([A-Za-z][\w-]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
		if (directive === "") return "\\";
		if (directive.toLowerCase() !== "escape") continue;
		if (value === "\\" || value === "`") return value;
		throw invalid(name, index + 1, `the escape character must be \\ or \`, not '${value}'`);
	}
	return "\\";
}

/** One instruction of one or more lines; comments and empty lines between continued ones are left out. */
function joinLines(lines: readonly string[], from: number, escape: string): { joined: string; next: number } {
	let joined = "";
	let at = from;
	for (; at < lines.length; at++) {
		const line = lines[at] ?? "";
		const isIgnored = /^\s*(?:#|$)/.test(line);
		if (isIgnored && joined === "") return { joined: "", next: at + 1 };
		if (isIgnored) continue;
		const continued = continuation(line, escape);
		joined += joined === "" ? (continued ?? line).trimStart() : (continued ?? line);
		if (continued === undefined) return { joined: joined.trimEnd(), next: at + 1 };
		// so that an instruction whose continuation begins with nothing still counts as begun
		if (joined === "") joined = " ";
	}
	return { joined: joined.trim(), next: at };
}

/** The line without the escape character at its end, blanks behind it or not; undefined where there is none. */
function continuation(line: string, escape: string): string | undefined {
	const trimmed = line.trimEnd();
	return trimmed.endsWith(escape) ? trimmed.slice(0, -1) : undefined;
}

function parseInstruction(text: string, line: number, file: string): Instruction {
	const [, name = "", rest = ""] = /^(\S+)\s*([^]*)$/.exec(text) ?? [];
	if (!/^[A-Za-z]+$/.test(name)) throw invalid(file, line, `'${name.slice(0, 40)}' is no instruction`);
	const upper = name.toUpperCase();
	return { name: upper, ...splitFlags(upper, rest), line, text };
}

const TAKE_FLAGS: ReadonlySet<string> = new Set(["FROM", "COPY", "ADD", "RUN", "HEALTHCHECK"]);

function splitFlags(name: string, text: string): Pick<Instruction, "flags" | "rest"> {
	const flags: [string, string][] = [];
	let rest = text;
	while (TAKE_FLAGS.has(name)) {
		const match = /^--([a-z][a-z-]*)(?:=(\S*))?(?:\s+|$)/.exec(rest);
		if (match === null) break;
		flags.push([match[1] ?? "", match[2] ?? ""]);
		rest = rest.slice(match[0].length);
	}
	return { flags, rest };
}

/** What is wrong, with the place. */
export function invalid(file: string, line: number, why: string, help?: string | readonly string[]): Fault {
	return new Fault("BUILD_FILE_INVALID", `cannot follow ${file}:${line}: ${why}`, { help });
}
