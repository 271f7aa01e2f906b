import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Fault } from "../base/fault.ts";
import { shellWord } from "../base/shell.ts";
import { timeText } from "./epoch.ts";
import type { Plan, SandboxStep, SpawnStep, Step } from "./toolchain.ts";
import { unpackArchive } from "./unpack-archive.ts";

/** What running a plan needs of the outside. */
export interface StepWorld {
	/** The project's folder. */
	readonly folder: string;
	/** What compilers are to take for the time, in seconds. */
	readonly epoch_s: number;
	/** The words that start our own `wherry run`: the program and what stands before its options. */
	readonly sandbox: readonly string[];
	/** Told before each program runs. */
	readonly onStep: (text: string, index: number, count: number) => void;
	/** Whether what compilers say is shown only when they fail. */
	readonly quiet: boolean;
	readonly signal: AbortSignal;
}

/**
 * Runs the steps, one after the other, and answers the path of the program that they left. What the
 * programs print goes to standard error.
 *
 * @throws Fault BUILD_FAILED, TOOLCHAIN_MISSING for a command that is not there
 */
export async function runSteps({ steps, outputs }: Plan, world: StepWorld): Promise<string> {
	const programs = steps.filter(isProgram);
	for (const step of steps) {
		if (isProgram(step)) {
			world.onStep(stepText(step), programs.indexOf(step) + 1, programs.length);
			await runProgram(step, world);
		} else if (step.type === "write") writeStep(step.path, step.text);
		else unpackArchive(step.archive, step.path);
	}
	return findOutput(outputs, programs.at(-1));
}

function isProgram(step: Step): step is SpawnStep | SandboxStep {
	return step.type === "spawn" || step.type === "sandbox";
}

function writeStep(path: string, text: string): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text);
}

/** A step as a person would type it. */
export function stepText(step: SpawnStep | SandboxStep): string {
	if (step.type === "sandbox") return ["wherry", ...sandboxWords(step)].map(shellWord).join(" ");
	const variables = Object.entries(step.env ?? {}).map(([name, value]) => `${name}=${shellWord(value)}`);
	return [...variables, ...[step.program, ...step.words].map(shellWord)].join(" ");
}

function sandboxWords({ module, words, mounts, workdir, epoch_s }: SandboxStep): readonly string[] {
	const grants = mounts.flatMap(({ host, guest, access }) => ["-v", `${host}:${guest}:${access}`]);
	const repeatable = [
		"--clock",
		`frozen=${timeText(epoch_s)}`,
		"--random",
		"seed=0",
		"-e",
		`SOURCE_DATE_EPOCH=${epoch_s}`,
	];
	return ["run", ...grants, "-w", workdir, ...repeatable, module, ...words];
}

async function runProgram(step: SpawnStep | SandboxStep, world: StepWorld): Promise<void> {
	const [own = "", ...before] = world.sandbox;
	const program = step.type === "sandbox" ? own : step.program;
	const words = step.type === "sandbox" ? [...before, ...sandboxWords(step)] : step.words;
	const child = spawn(program, words, {
		cwd: (step.type === "spawn" ? step.folder : undefined) ?? world.folder,
		env:
			step.type === "spawn"
				? { ...process.env, SOURCE_DATE_EPOCH: `${world.epoch_s}`, ...step.env }
				: process.env,
		stdio: world.quiet ? ["ignore", "pipe", "pipe"] : ["ignore", 2, 2],
		signal: world.signal,
	});
	const tail = new Tail();
	child.stdout?.on("data", (piece: Buffer) => tail.add(piece));
	child.stderr?.on("data", (piece: Buffer) => tail.add(piece));
	const ended = await new Promise<Ended>((settle) => {
		child.on("error", (error: NodeJS.ErrnoException) => settle({ error }));
		child.on("close", (status, signal) => settle({ status, signal }));
	});
	if (ended.status === 0) return;
	process.stderr.write(tail.bytes);
	throw failed(step, ended);
}

interface Ended {
	readonly status?: number | null;
	readonly signal?: NodeJS.Signals | null;
	readonly error?: NodeJS.ErrnoException;
}

const TAIL_BYTES_MAX = 256 << 10;

/** The end of what came: most compilers say last what is wrong. */
class Tail {
	bytes = Buffer.alloc(0);

	add(piece: Buffer): void {
		this.bytes = Buffer.concat([this.bytes, piece]).subarray(-TAIL_BYTES_MAX);
	}
}

function failed(step: SpawnStep | SandboxStep, { status, signal, error }: Ended): Fault {
	const program = step.type === "spawn" ? step.program : (step.words[0] ?? "");
	if (error?.code === "ENOENT")
		return new Fault("TOOLCHAIN_MISSING", `cannot run '${program}'`, {
			note: "there is no such program on the PATH",
			help: "wherry build --plan    shows what is run; command = [...] in wherry.toml names another",
		});
	const how = error?.message ?? (signal ? `it was ended by ${signal}` : `it ended with status ${status}`);
	return new Fault("BUILD_FAILED", `the build failed in '${program}'`, {
		note: [how, `it was run as: ${stepText(step)}`],
		help: "put right what it says above, and build again",
	});
}

function findOutput(outputs: readonly string[], last: SpawnStep | SandboxStep | undefined): string {
	for (const pattern of outputs) {
		const [found, ...others] = filesLike(pattern);
		if (found === undefined) continue;
		if (others.length > 0) throw severalOutputs([found, ...others]);
		return found;
	}
	throw new Fault("BUILD_FAILED", "the build left no program", {
		note: [`looked for ${outputs.join(", ")}`, ...(last === undefined ? [] : [`after: ${stepText(last)}`])],
		help: `printf '[build]\\noutput = "the/file.wasm"\\n' >> wherry.toml`,
	});
}

/** Paths that a pattern means; `*` alone is special in it, for the folder's name may hold anything else. */
function filesLike(pattern: string): readonly string[] {
	let found: readonly string[] = [""];
	for (const name of pattern.split("/").slice(1))
		found = found.flatMap((folder) => namesLike(folder, name).map((one) => `${folder}/${one}`));
	return found.filter((path) => existsSync(path));
}

function namesLike(folder: string, pattern: string): readonly string[] {
	if (!pattern.includes("*")) return [pattern];
	if (!existsSync(folder)) return [];
	const [start = "", end = ""] = pattern.split("*");
	const fits = (name: string) =>
		name.startsWith(start) && name.endsWith(end) && name.length >= start.length + end.length;
	return readdirSync(folder).filter(fits).sort();
}

function severalOutputs(found: readonly string[]): Fault {
	return new Fault("BUILD_FAILED", "the build left several programs", {
		note: found,
		help: `printf '[build]\\noutput = "the/file.wasm"\\n' >> wherry.toml    to name one`,
	});
}
