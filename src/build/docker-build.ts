/** Follows a Dockerfile that is FROM scratch: instructions to an image, as docker does it. */
import { nearMisses } from "../base/near.ts";
import type { ContainerConfig } from "../oci/config.ts";
import type { Platform } from "../oci/descriptor.ts";
import { formatPlatform, parsePlatform } from "../oci/platform.ts";
import type { HistoryLine, ProgramWithFiles } from "./assemble.ts";
import type { Context } from "./context.ts";
import { copyInstruction } from "./docker-copy.ts";
import { jsonWords, oneWord, splitWords, type Variables, WordError } from "./docker-words.ts";
import { type Dockerfile, type Instruction, invalid } from "./dockerfile.ts";
import { type ImageWords, NO_CONFIG, portText, WASI_PLATFORM } from "./draft.ts";
import { RootFiles } from "./layer-files.ts";

export interface DockerWords extends ImageWords {
	/** `--build-arg`. */
	readonly args: ReadonlyMap<string, string>;
}

/** What the instructions so far have made. */
export interface DockerState {
	readonly file: Dockerfile;
	readonly context: Context;
	readonly given: ReadonlyMap<string, string>;
	readonly args: Map<string, string>;
	/** Arguments from before FROM. */
	readonly globals: Map<string, string>;
	readonly env: Map<string, string>;
	readonly labels: Map<string, string>;
	readonly ports: Set<string>;
	readonly volumes: Set<string>;
	readonly root: RootFiles;
	readonly history: HistoryLine[];
	readonly notes: string[];
	platform: Platform;
	workdir: string | undefined;
	entrypoint: readonly string[];
	cmd: readonly string[];
	user: string | undefined;
	stopSignal: string | undefined;
	/** FROM has been seen. */
	begun: boolean;
}

/**
 * Builds what a Dockerfile says, from the files of `context`.
 *
 * @throws Fault BUILD_FILE_INVALID with the line that cannot be followed; FILE_UNREADABLE
 */
export function buildDockerfile(
	file: Dockerfile,
	context: Context,
	words: DockerWords,
): { readonly draft: ProgramWithFiles; readonly notes: readonly string[] } {
	const state = emptyState(file, context, words);
	for (const instruction of file.instructions) follow(state, instruction);
	if (!state.begun) throw invalid(file.name, 1, "it has no FROM", "FROM scratch");
	for (const name of words.args.keys())
		if (!state.args.has(name) && !state.globals.has(name))
			state.notes.push(`--build-arg ${name} was not used: no ARG names it`);
	for (const [key, value] of words.labels) state.labels.set(key, value);
	return { draft: draftOfState(state, words), notes: state.notes };
}

function emptyState(file: Dockerfile, context: Context, words: DockerWords): DockerState {
	return {
		file,
		context,
		given: words.args,
		args: new Map(),
		globals: new Map(),
		env: new Map(),
		labels: new Map(),
		ports: new Set(),
		volumes: new Set(),
		root: new RootFiles(),
		history: [],
		notes: [],
		platform: words.platform ?? WASI_PLATFORM,
		workdir: undefined,
		entrypoint: [],
		cmd: [],
		user: undefined,
		stopSignal: undefined,
		begun: false,
	};
}

function draftOfState(state: DockerState, { annotations }: DockerWords): ProgramWithFiles {
	const config: ContainerConfig = {
		...NO_CONFIG,
		...(state.user !== undefined && { User: state.user }),
		ExposedPorts: [...state.ports].sort(),
		Env: [...state.env].map(([name, value]) => `${name}=${value}`),
		Entrypoint: state.entrypoint,
		Cmd: state.cmd,
		Volumes: [...state.volumes].sort(),
		...(state.workdir !== undefined && { WorkingDir: state.workdir }),
		Labels: Object.fromEntries(state.labels),
		...(state.stopSignal !== undefined && { StopSignal: state.stopSignal }),
	};
	const { root, history, platform } = state;
	return {
		type: "image",
		layers: root.layers,
		history,
		config,
		platform,
		annotations: Object.fromEntries(annotations),
	};
}

type Follow = (state: DockerState, instruction: Instruction) => void;

const INSTRUCTIONS: ReadonlyMap<string, Follow> = new Map<string, Follow>([
	["FROM", from],
	["ARG", argument],
	["ENV", (state, one) => pairs(state, one).forEach(([name, value]) => state.env.set(name, value))],
	["LABEL", (state, one) => pairs(state, one).forEach(([name, value]) => state.labels.set(name, value))],
	["MAINTAINER", (state, { rest }) => void state.labels.set("maintainer", rest)],
	["WORKDIR", workdir],
	["COPY", copyInstruction],
	["ADD", copyInstruction],
	["ENTRYPOINT", (state, one) => (state.entrypoint = execForm(state, one))],
	["CMD", (state, one) => (state.cmd = execForm(state, one))],
	["EXPOSE", expose],
	["VOLUME", volume],
	["USER", (state, one) => (state.user = singleWord(state, one))],
	["STOPSIGNAL", (state, one) => (state.stopSignal = singleWord(state, one))],
	["HEALTHCHECK", notKept],
	["ONBUILD", notKept],
	["RUN", refuseRun],
	["SHELL", refuseRun],
]);

/** What makes a layer writes its own history. */
const MAKES_LAYER: ReadonlySet<string> = new Set(["COPY", "ADD", "WORKDIR", "FROM"]);

function follow(state: DockerState, instruction: Instruction): void {
	const { name, line } = instruction;
	const act = INSTRUCTIONS.get(name);
	if (act === undefined)
		throw invalid(
			state.file.name,
			line,
			`there is no instruction '${name}'`,
			nearMisses(name, INSTRUCTIONS.keys()),
		);
	if (!state.begun && name !== "FROM" && name !== "ARG")
		throw invalid(state.file.name, line, `${name} stands before FROM`, "FROM scratch");
	try {
		act(state, instruction);
	} catch (error) {
		if (error instanceof WordError) throw invalid(state.file.name, line, error.message);
		throw error;
	}
	if (!MAKES_LAYER.has(name) && state.begun)
		state.history.push({ createdBy: instruction.text, isEmpty: true });
}

/** Variables as they are here: ENV goes before ARG. */
export function variablesOf({ env, args }: DockerState): Variables {
	return (name) => env.get(name) ?? args.get(name);
}

function from(state: DockerState, { rest, flags, line }: Instruction): void {
	const { file } = state;
	if (state.begun)
		throw invalid(file.name, line, "a second FROM begins another stage, and wherry builds one alone", [
			"build the program with its own toolchain first: wherry build in its folder does, without a Dockerfile",
			"then COPY what came of it into FROM scratch",
		]);
	const [image = "", as, , ...more] = splitWords(rest, file.escape, variablesOf(state));
	if (image.toLowerCase() !== "scratch")
		throw invalid(file.name, line, `it starts from '${image}', and only 'scratch' can be followed`, [
			"FROM scratch    a wasm program needs no base image",
			"wherry build in the folder of the sources compiles them without a Dockerfile",
		]);
	if (more.length > 0 || (as !== undefined && as.toUpperCase() !== "AS"))
		throw invalid(file.name, line, "FROM takes an image, and perhaps AS NAME");
	for (const [flag, value] of flags) {
		if (flag !== "platform") throw invalid(file.name, line, `FROM has no flag '--${flag}'`);
		state.platform = parsePlatform(oneWord(value, file.escape, platformVariables(state)));
	}
	state.begun = true;
	// arguments from before FROM count behind it only when ARG names them again
	for (const [name, value] of state.args) state.globals.set(name, value);
	state.args.clear();
}

/** What BuildKit sets by itself, where ARG asks for it. */
function platformVariables(state: DockerState): Variables {
	const { os, architecture, variant = "" } = state.platform;
	const known: Readonly<Record<string, string>> = {
		TARGETPLATFORM: formatPlatform(state.platform),
		TARGETOS: os,
		TARGETARCH: architecture,
		TARGETVARIANT: variant,
	};
	return (name) => (Object.hasOwn(known, name) ? known[name] : variablesOf(state)(name));
}

/** `ARG NAME`, `ARG NAME=default`, several of them: what `--build-arg` says goes before the default. */
function argument(state: DockerState, { rest, line }: Instruction): void {
	const words = splitWords(rest, state.file.escape, variablesOf(state));
	if (words.length === 0) throw invalid(state.file.name, line, "ARG needs a name");
	for (const word of words) {
		const [, name = "", value] = /^([A-Za-z_]\w*)(?:=([^]*))?$/.exec(word) ?? [];
		if (name === "")
			throw invalid(state.file.name, line, `'${word}' is no NAME or NAME=VALUE`, "ARG NAME=VALUE");
		const given = state.given.get(name) ?? value ?? state.globals.get(name) ?? platformVariables(state)(name);
		state.args.set(name, given ?? "");
	}
}

/** `NAME=VALUE ...`, or the old form with one name and the rest of the line for its value. */
function pairs(
	state: DockerState,
	{ name, rest, line }: Instruction,
): readonly (readonly [string, string])[] {
	const { escape } = state.file;
	const variables = variablesOf(state);
	const old = /^([^\s=]+)\s+([^]+)$/.exec(rest);
	if (old !== null && !/^[^\s]*=/.test(rest))
		return [[oneWord(old[1] ?? "", escape, variables), oneWord(old[2] ?? "", escape, variables)]];
	const words = splitWords(rest, escape, variables);
	if (words.length === 0) throw invalid(state.file.name, line, `${name} needs NAME=VALUE`);
	return words.map((word) => {
		const equals = word.indexOf("=");
		if (equals < 1) throw invalid(state.file.name, line, `'${word}' is no NAME=VALUE`, `${name} NAME=VALUE`);
		return [word.slice(0, equals), word.slice(equals + 1)];
	});
}

/** Docker counts a relative path from the one before. */
export function absolutePath(state: DockerState, path: string): string {
	const names: string[] = [];
	for (const name of (path.startsWith("/") ? path : `${state.workdir ?? ""}/${path}`).split("/"))
		if (name === "..") names.pop();
		else if (name !== "" && name !== ".") names.push(name);
	return `/${names.join("/")}`;
}

function workdir(state: DockerState, instruction: Instruction): void {
	state.workdir = absolutePath(state, singleWord(state, instruction));
	const isNew = !state.root.isDirectory(state.workdir);
	state.root.startLayer(instruction.text);
	state.root.makeDirectory(state.workdir);
	state.history.push({ createdBy: instruction.text, isEmpty: !isNew });
}

function singleWord(state: DockerState, { name, rest, line }: Instruction): string {
	const word = oneWord(rest, state.file.escape, variablesOf(state));
	if (word === "") throw invalid(state.file.name, line, `${name} needs a value`);
	return word;
}

/** Docker gives the other form to /bin/sh, which an empty image has not. */
function execForm(state: DockerState, { name, rest, line }: Instruction): readonly string[] {
	const words = jsonWords(rest);
	if (words !== undefined) return words;
	const split = rest.split(/\s+/).filter((word) => word !== "");
	throw invalid(
		state.file.name,
		line,
		`${name} without [...] is a command for /bin/sh, and there is none in an image FROM scratch`,
		`${name} ${JSON.stringify(split.length === 0 ? ["/app.wasm"] : split)}`,
	);
}

const PORT_MAX = 65_535;

/** `8080`, `8080/udp`, `8000-8010`. */
function expose(state: DockerState, { rest, line }: Instruction): void {
	const words = splitWords(rest, state.file.escape, variablesOf(state));
	if (words.length === 0) throw invalid(state.file.name, line, "EXPOSE needs a port", "EXPOSE 8080");
	for (const word of words) {
		const [, first = "", last = first, protocol = "tcp"] =
			/^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i.exec(word) ?? [];
		const isPort =
			first !== "" && Number(first) <= Number(last) && Number(last) <= PORT_MAX && Number(first) > 0;
		if (!isPort) throw invalid(state.file.name, line, `'${word}' is no port`, "EXPOSE 8080/tcp");
		for (let port = Number(first); port <= Number(last); port++)
			state.ports.add(portText(`${port}/${protocol}`));
	}
}

function volume(state: DockerState, { rest, line }: Instruction): void {
	const words = jsonWords(rest) ?? splitWords(rest, state.file.escape, variablesOf(state));
	if (words.length === 0 || words.includes("")) throw invalid(state.file.name, line, "VOLUME needs a path");
	for (const word of words) state.volumes.add(word);
}

function notKept(state: DockerState, { name, line }: Instruction): void {
	state.notes.push(
		`${state.file.name}:${line}: ${name} is not kept: the config of an OCI image has no place for it`,
	);
}

function refuseRun(state: DockerState, { name, line }: Instruction): void {
	throw invalid(
		state.file.name,
		line,
		`${name} needs a system to run programs in, and an image FROM scratch has none`,
		[
			"run it before: make the files on this machine, then COPY them",
			"wherry build in the folder of the sources compiles them without a Dockerfile",
		],
	);
}
