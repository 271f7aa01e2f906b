/** COPY, and ADD of what is here. */
import { closeSync, openSync, readSync } from "node:fs";
import { basename, join } from "node:path";
import { shellWord } from "../base/shell.ts";
import type { Context, ContextEntry } from "./context.ts";
import { copyEntry } from "./copy-files.ts";
import { absolutePath, type DockerState, variablesOf } from "./docker-build.ts";
import { jsonWords, oneWord, splitWords } from "./docker-words.ts";
import { type Instruction, invalid } from "./dockerfile.ts";
import { isPattern, matches } from "./patterns.ts";

/** One source and what it is called in a folder. */
interface Source {
	readonly entry: ContextEntry;
	readonly name: string;
}

/** Makes one layer of the files that it names. */
export function copyInstruction(state: DockerState, instruction: Instruction): void {
	const executable = readFlags(state, instruction);
	const { words, to } = readWords(state, instruction);
	const sources = words.flatMap((word) => findSources(state, instruction, word));
	const target = absolutePath(state, to);
	const intoFolder = to.endsWith("/") || to === "." || state.root.isDirectory(target);
	if (sources.length > 1 && !/\/$|^\.$/.test(to))
		throw invalid(
			state.file.name,
			instruction.line,
			`it copies ${sources.length} things to '${to}', which must then end in '/'`,
			`${instruction.name} ${words.join(" ")} ${to}/`,
		);
	state.root.startLayer(instruction.text);
	for (const { entry, name } of sources) {
		if (instruction.name === "ADD") refuseArchive(state, instruction, entry);
		const place = entry.kind === "directory" || !intoFolder ? target : join(target, name);
		copyEntry(state.root, state.context, entry, place, executable);
	}
	state.history.push({ createdBy: instruction.text, isEmpty: state.root.isLastLayerEmpty });
}

const NO_EFFECT: ReadonlySet<string> = new Set(["link"]);

/** Answers what --chmod makes of files; undefined: they stay as they are. */
function readFlags(state: DockerState, { name, flags, line }: Instruction): boolean | undefined {
	let executable: boolean | undefined;
	for (const [flag, value] of flags) {
		const text = oneWord(value, state.file.escape, variablesOf(state));
		if (flag === "from")
			throw invalid(state.file.name, line, "it copies from another stage or image, and there is no other", [
				"build the program first, then COPY it from the folder",
			]);
		if (flag === "chmod") executable = isExecutable(state, text, line);
		else if (flag === "chown")
			state.notes.push(`${state.file.name}:${line}: --chown is not kept: WASI has no owners`);
		else if (!NO_EFFECT.has(flag))
			throw invalid(state.file.name, line, `${name} has no flag '--${flag}' here`);
	}
	return executable;
}

function isExecutable(state: DockerState, mode: string, line: number): boolean {
	if (/^[0-7]{3,4}$/.test(mode)) return (Number.parseInt(mode, 8) & 0o111) !== 0;
	throw invalid(state.file.name, line, `'${mode}' is no mode of three or four octal digits`, "--chmod=755");
}

function readWords(state: DockerState, instruction: Instruction): { words: readonly string[]; to: string } {
	const { name, rest, line } = instruction;
	const variables = variablesOf(state);
	const json = jsonWords(rest)?.map((word) => oneWord(word, state.file.escape, variables));
	const all = json ?? splitWords(rest, state.file.escape, variables);
	const words = all.slice(0, -1);
	const to = all.at(-1);
	if (to === undefined || to === "" || words.length === 0)
		throw invalid(state.file.name, line, `${name} needs a source and a place`, `${name} app.wasm /app.wasm`);
	const odd = words.find((word) => word.startsWith("<<") || isRemote(name, word));
	if (odd === undefined) return { words, to };
	const why = (what: string) => `'${odd}' is ${what}; only files of the folder can be copied`;
	if (odd.startsWith("<<"))
		throw invalid(
			state.file.name,
			line,
			why("a here-document"),
			`COPY file.txt ${shellWord(to)}    with the text in that file`,
		);
	const file = basename(odd).replace(/\.git$/, "");
	const fetch = /^https?:/.test(odd) && !odd.endsWith(".git") ? "curl -fLO" : "git clone";
	throw invalid(state.file.name, line, why("something of the network"), [
		`${fetch} ${shellWord(odd)}`,
		`COPY ${shellWord(file)} ${shellWord(to)}`,
	]);
}

function isRemote(name: string, word: string): boolean {
	return name === "ADD" && (/^[a-z][a-z0-9+.-]*:\/\//i.test(word) || word.startsWith("git@"));
}

function findSources(state: DockerState, instruction: Instruction, word: string): readonly Source[] {
	const { context } = state;
	const path = absolutePath({ ...state, workdir: undefined }, word).slice(1);
	const found = isPattern(path) ? matching(context, path) : sourceAt(context, path);
	if (found.length > 0) return found;
	const entry = context.at(path);
	const why =
		entry?.kind === "link"
			? `'${word}' is a link to '${entry.target}', which leads to nothing in the folder that is built`
			: `there is no '${word}' in the folder that is built`;
	throw invalid(
		state.file.name,
		instruction.line,
		why,
		"paths count from that folder; .dockerignore may leave them out",
	);
}

function sourceAt(context: Context, path: string): readonly Source[] {
	const entry = context.follow(path);
	return entry === undefined ? [] : [{ entry, name: basename(path) }];
}

/** What a pattern means is taken as it is found; a link among it is followed, as one that is named is. */
function matching(context: Context, pattern: string): readonly Source[] {
	return [...context.entries]
		.filter(({ path }) => matches(pattern, path))
		.flatMap(({ path }) => sourceAt(context, path));
}

const HEAD_BYTES = 512;

/** Docker's ADD unpacks archives. */
function refuseArchive(
	{ file, context }: DockerState,
	{ line }: Instruction,
	{ path, kind }: ContextEntry,
): void {
	if (kind !== "file" || !isArchive(readHead(join(context.folder, path)))) return;
	throw invalid(file.name, line, `ADD would unpack '${path}', which wherry does not do`, [
		`COPY ${path} ...    to have the archive itself`,
		"unpack it in the folder, and COPY what came of it",
	]);
}

function readHead(path: string): Buffer {
	const descriptor = openSync(path, "r");
	try {
		const head = Buffer.alloc(HEAD_BYTES);
		return head.subarray(0, readSync(descriptor, head));
	} finally {
		closeSync(descriptor);
	}
}

const MAGICS = ["1f8b08", "425a68", "fd377a585a00", "28b52ffd"];

function isArchive(head: Buffer): boolean {
	return (
		head.toString("latin1", 257, 262) === "ustar" ||
		MAGICS.some((magic) => head.toString("hex").startsWith(magic))
	);
}
