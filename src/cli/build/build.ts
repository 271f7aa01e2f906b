import { mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { Fault } from "../../base/fault.ts";
import { shellWord } from "../../base/shell.ts";
import { assemble, type AssembledImage, type ImageDraft } from "../../build/assemble.ts";
import { Context } from "../../build/context.ts";
import { decide, type FollowDockerfile, type FollowPlan } from "../../build/decide.ts";
import { demandProgram } from "../../build/demand-program.ts";
import { buildDockerfile } from "../../build/docker-build.ts";
import { parseDockerfile } from "../../build/dockerfile.ts";
import { draftOf, type ImageWords } from "../../build/draft.ts";
import { sourceEpoch } from "../../build/epoch.ts";
import { findOnMachine } from "../../build/find.ts";
import { optimise } from "../../build/optimise.ts";
import { planText } from "../../build/plan-text.ts";
import { runSteps } from "../../build/run-steps.ts";
import { parseIgnoreOf } from "../../build/ignore-file.ts";
import type { OptimiseFor } from "../../build/toolchain.ts";
import { NO_BUILD_FILE } from "../../build/wherry-toml.ts";
import { dataFolder } from "../../host/node/folders.ts";
import { parsePlatform } from "../../oci/platform.ts";
import type { CommonDraft } from "../common-flags.ts";
import { printNote, printResult } from "../print.ts";
import { readProgram } from "../program.ts";
import { verb } from "../verb.ts";
import { BUILD_FLAGS, type BuildDraft, emptyBuildDraft } from "./build-flags.ts";
import type { BuildStory } from "./attest-build.ts";
import { keepImage } from "./keep-image.ts";
import { interruptible } from "../interrupt.ts";
import { namesOfFile } from "./names-of-file.ts";

/** `wherry build`: from a folder, or a program, to an image in the store. */
export const BUILD_VERB = verb({
	name: "build",
	usage: "wherry build [OPTIONS] [PATH]",
	about: [
		"PATH is a folder, . without it, or a file that is compiled already. The folder's files tell the language: its toolchain is run, and what it makes becomes an image. A wherry.toml may say otherwise; a Dockerfile that is FROM scratch is followed.",
		"A program alone becomes an artifact of one layer; with files, variables or arguments it becomes an ordinary image. The same sources give the same digest.",
	],
	flags: BUILD_FLAGS,
	examples: [
		{ says: "Build the project in this folder", words: "wherry build -t hello ." },
		{ says: "See what would be run", words: "wherry build --plan ." },
		{
			says: "Make an image of a program that is compiled already",
			words: "wherry build -t hello:1 hello.wasm",
		},
	],
	completes: "directory",
	draft: emptyBuildDraft,
	act: build,
});

async function build(asked: BuildDraft & CommonDraft, words: readonly string[]): Promise<number> {
	const [path = ".", ...more] = words;
	if (more.length > 0)
		throw new Fault("USAGE", "wherry build takes one folder", { help: `wherry build ... ${path}` });
	return interruptible(async (signal) => {
		const work = realpathSync(mkdtempSync(join(tmpdir(), "wherry-build-")));
		try {
			return await buildIn(work, asked, path, signal);
		} finally {
			rmSync(work, { recursive: true, force: true });
		}
	});
}

async function buildIn(
	work: string,
	asked: BuildDraft & CommonDraft,
	path: string,
	signal: AbortSignal,
): Promise<number> {
	const epoch_s = sourceEpoch(process.env["SOURCE_DATE_EPOCH"]);
	const target = targetOf(path, asked);
	if (target.type === "program")
		return finish(await programDraft(target.file, asked, { work, signal }), { asked, epoch_s, signal }, []);
	const find = findOnMachine(target.folder, packageFolders());
	const decision = await decide(
		{
			folder: target.folder,
			shown: path,
			work,
			epoch_s,
			...(target.dockerfile !== undefined && { dockerfile: target.dockerfile }),
			...(asked.profile !== undefined && { profile: asked.profile }),
		},
		find,
	);
	if (asked.plan) {
		printResult(planText(decision, target.folder, work, asked.format));
		return 0;
	}
	decision.notes.forEach(printNote);
	const job: Job = { folder: target.folder, work, asked, epoch_s, signal };
	// before the toolchain leaves files of its own
	const story = asked.attest ? (await attesting()).storyOf(decision, target.folder, work) : undefined;
	if (decision.type === "dockerfile") return finish(dockerDraft(decision, job), job, [], story);
	const { tags } = decision.buildFile;
	return finish(await planDraft(decision, job), job, tags, story);
}

/** Loaded where it is asked for: it brings all that an SBOM is made with. */
function attesting(): Promise<typeof import("./attest-build.ts")> {
	return import("./attest-build.ts");
}

interface Job {
	readonly folder: string;
	readonly work: string;
	readonly asked: BuildDraft & CommonDraft;
	readonly epoch_s: number;
	readonly signal: AbortSignal;
}

/** An image that is yet to be put together, and the program in it where it is one alone. */
interface Drafted {
	readonly draft: ImageDraft;
	readonly program: Uint8Array | undefined;
	/** What it is called where no tag says. */
	readonly name: string;
}

type Target =
	| { readonly type: "program"; readonly file: string }
	| { readonly type: "folder"; readonly folder: string; readonly dockerfile: string | undefined };

function targetOf(path: string, { file }: BuildDraft): Target {
	const full = resolve(path);
	const stats = statSync(full, { throwIfNoEntry: false });
	if (stats === undefined)
		throw new Fault("FILE_NOT_FOUND", `cannot find '${path}'`, { help: "wherry build -t NAME ./folder" });
	if (!stats.isDirectory()) return { type: "program", file: path };
	return {
		type: "folder",
		folder: realpathSync(full),
		dockerfile: file === undefined ? undefined : resolve(file),
	};
}

/** Where npm packages may be beside those of the project: a folder of the person's, and our own neighbours. */
function packageFolders(): readonly string[] {
	const own = resolve(process.argv[1] ?? "", "../..");
	return [join(dataFolder(), "toolchains/node_modules"), join(own, "node_modules"), resolve(own, "..")];
}

async function programDraft(
	file: string,
	asked: BuildDraft,
	job: Pick<Job, "work" | "signal">,
): Promise<Drafted> {
	const read = await readWasm(file);
	const wasm = asked.optimise
		? await optimised(read, asked.profile ?? "speed", job, dirname(resolve(file)))
		: read;
	const name = nameOf(file);
	const compiled = { wasm, name, planned: undefined, buildFile: NO_BUILD_FILE, context: neverAsked };
	return { draft: draftOf(compiled, imageWords(asked)), program: wasm, name };
}

function nameOf(file: string): string {
	return basename(file).replace(/\.(wasm|wat)$/, "");
}

function neverAsked(): never {
	throw new Error("a program alone has no folder");
}

/** Modules are checked, so that no image is made of what cannot run. */
async function readWasm(file: string): Promise<Uint8Array> {
	const bytes = await readProgram(file);
	try {
		demandProgram(bytes, file);
	} catch (cause) {
		throw cause instanceof Fault && cause.code === "NOT_WASM" ? noProgram(file, cause) : cause;
	}
	return bytes;
}

/** A source is built with the folder it is in. */
function noProgram(file: string, cause: Fault): Fault {
	const what = cause.message.replace(/^cannot run /, "cannot build an image of ");
	return new Fault(cause.code, what, {
		note: "a single file has to be compiled already; sources are built with their folder",
		help: `wherry build ${dirname(file)}`,
		cause,
	});
}

function imageWords({ labels, annotations, platform }: BuildDraft): ImageWords {
	return { labels, annotations, platform };
}

function dockerDraft({ text, name, path }: FollowDockerfile, { folder, asked }: Job): Drafted {
	const context = new Context(folder, parseIgnoreOf(folder, path));
	const words = { ...imageWords(asked), args: asked.args };
	const { draft, notes } = buildDockerfile(parseDockerfile(text, name), context, words);
	notes.forEach(printNote);
	return { draft, program: undefined, name: basename(folder) };
}

async function planDraft(
	decision: FollowPlan,
	{ folder, work, asked, epoch_s, signal }: Job,
): Promise<Drafted> {
	const { plan, buildFile } = decision;
	const output = await runSteps(plan, {
		folder,
		epoch_s,
		sandbox: [process.execPath, ...process.execArgv, process.argv[1] ?? ""],
		quiet: asked.quiet,
		signal,
		onStep: (text, index, count) => {
			if (!asked.quiet) process.stderr.write(`Step ${index}/${count} : ${text}\n`);
		},
	});
	const name = nameOf(output);
	const compiled = await readWasm(output);
	const wants = asked.optimise || buildFile.optimise;
	const wasm = wants ? await optimised(compiled, decision.profile, { work, signal }, folder) : compiled;
	const platform =
		asked.platform ?? (buildFile.platform === undefined ? undefined : parsePlatform(buildFile.platform));
	const context = () => new Context(folder, () => "in");
	const words = { ...imageWords(asked), platform };
	return {
		draft: draftOf({ wasm, name, planned: plan.image, buildFile, context }, words),
		program: wasm,
		name,
	};
}

async function optimised(
	wasm: Uint8Array,
	profile: OptimiseFor,
	{ work, signal }: Pick<Job, "work" | "signal">,
	folder: string,
): Promise<Uint8Array> {
	return await optimise(wasm, profile, work, findOnMachine(folder, packageFolders()), signal);
}

async function finish(
	{ draft, program, name }: Drafted,
	{ asked, epoch_s, signal }: Pick<Job, "asked" | "epoch_s" | "signal">,
	tagsOfFile: readonly string[],
	story?: BuildStory,
): Promise<number> {
	const tags = asked.tags.length > 0 ? asked.tags : namesOfFile(tagsOfFile);
	if (asked.output !== undefined) {
		if (program === undefined)
			throw new Fault("USAGE", "cannot write the program of a Dockerfile to a file", {
				note: "asked for by --output",
			});
		if (asked.attest && tags.length === 0)
			throw new Fault("USAGE", "cannot attest a file", {
				note: "--attest hangs what it says on an image, and --output without -t makes none",
				help: `wherry build --attest -t ${name} -o ${asked.output} ...`,
			});
		writeResult(asked.output, program, "--output");
		if (tags.length === 0) return 0;
	}
	const image = await assemble(draft, epoch_s);
	await hearSignals(signal);
	const stored = await keepImage(image, tags, name);
	if (asked.attest) await (await attesting()).attestBuild(stored, asked.key, story);
	if (asked.idFile !== undefined) writeResult(asked.idFile, image.manifest.descriptor.digest, "--iidfile");
	printResult(
		resultText(
			image,
			asked,
			tags.map(({ shown }) => shown),
		),
	);
	return 0;
}

function writeResult(file: string, content: Uint8Array | string, flag: string): void {
	try {
		writeFileSync(file, content);
	} catch (cause) {
		throw new Fault("IO", `cannot write '${file}'`, {
			note: [`asked for by ${flag}`, `the system says: ${(cause as Error).message}`],
			help: `ls -ld ${shellWord(dirname(file))}    to see whether it is there, and who may write`,
			cause,
		});
	}
}

/** Packing waits for nothing: a signal that came meanwhile is only heard when the loop has turned once. */
async function hearSignals(signal: AbortSignal): Promise<void> {
	// the first turn may already be past the point where signals are taken
	for (let turns = 0; turns < 2; turns++) await new Promise((settle) => void setImmediate(settle));
	signal.throwIfAborted();
}

const SHORT_CHARACTERS = 12;

/** Docker's words. The id is the manifest's digest, as of a docker that keeps images in containerd. */
function resultText(
	{ manifest }: AssembledImage,
	{ quiet, format }: BuildDraft & CommonDraft,
	tags: readonly string[],
): string {
	const { digest } = manifest.descriptor;
	if (format === "json") return `${JSON.stringify({ digest, tags })}\n`;
	if (quiet) return `${digest}\n`;
	const short = digest.slice(digest.indexOf(":") + 1).slice(0, SHORT_CHARACTERS);
	return [`Successfully built ${short}`, ...tags.map((tag) => `Successfully tagged ${tag}`), ""].join("\n");
}
