import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { Fault } from "../../base/fault.ts";
import type { Mode, Transpiled } from "../../component/jco/transpiled.ts";
import { checkNames } from "../../component/names.ts";
import { readDefinitions } from "../../wasm/component/read-definitions.ts";
import type { Answer, Task } from "./transpiler-worker.ts";

/** Ten times what the largest component we know needs, on a busy machine. */
const TRANSPILE_MS_MAX = 120_000;
const HEAP_MB_MAX = 2048;

export interface TranspileOptions {
	readonly mode: Mode;
	/** As errors name it. */
	readonly file: string;
	/** Called each second while it takes. */
	readonly onProgress?: ((elapsed_s: number) => void) | undefined;
	readonly limit_ms?: number | undefined;
}

/**
 * Transpiles a component, in a thread of its own.
 *
 * @throws Fault COMPONENT_INVALID, LIMIT_REACHED
 */
export async function transpile(
	bytes: Uint8Array<ArrayBuffer>,
	{ mode, file, onProgress, limit_ms }: TranspileOptions,
): Promise<Transpiled> {
	checkNames(readDefinitions(bytes));
	return (await perform({ type: "transpile", bytes, mode }, file, onProgress, limit_ms)) as Transpiled;
}

/**
 * The component that a core module is to become, by what its toolchain wrote into it.
 *
 * @throws Fault COMPONENT_INVALID, LIMIT_REACHED
 */
export async function componentOfModule(
	bytes: Uint8Array<ArrayBuffer>,
	file: string,
): Promise<Uint8Array<ArrayBuffer>> {
	return (await perform({ type: "encode", bytes }, file, undefined)) as Uint8Array<ArrayBuffer>;
}

/**
 * The bytes of a component that is written as text.
 *
 * @throws Fault WAT_INVALID, LIMIT_REACHED
 */
export async function assembleComponent(text: string, file: string): Promise<Uint8Array<ArrayBuffer>> {
	try {
		return (await perform({ type: "assemble", text }, file, undefined)) as Uint8Array<ArrayBuffer>;
	} catch (error) {
		if (!(error instanceof Fault) || error.code !== "COMPONENT_INVALID") throw error;
		throw new Fault("WAT_INVALID", `cannot assemble '${file}'`, {
			note: error.notes.map(wordsOfRust),
			help: "the text format is described at https://component-model.bytecodealliance.org/",
		});
	}
}

/** The place and the complaint in what wasm-tools prints of its errors; they count lines from 0. */
function wordsOfRust(printed: string): string {
	const [, line, column] = /line: (\d+), col: (\d+)/.exec(printed) ?? [];
	const [, complaint] = /(?:Custom|Lex)\((?:")?(.*?)(?:")?\) ?\}/.exec(printed) ?? [];
	if (line === undefined || complaint === undefined) return printed;
	return `line ${Number(line) + 1}, column ${Number(column) + 1}: ${complaint}`;
}

async function perform(
	task: Task,
	file: string,
	onProgress: ((elapsed_s: number) => void) | undefined,
	limit_ms = TRANSPILE_MS_MAX,
): Promise<unknown> {
	const worker = new Worker(workerFile(), {
		workerData: task,
		env: {},
		execArgv: [],
		resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
	});
	const begun_ms = performance.now();
	const ticks = setInterval(() => onProgress?.(Math.round((performance.now() - begun_ms) / 1000)), 1000);
	try {
		const answer = await answerOf(worker, file, limit_ms);
		if ("reason" in answer) throw invalid(file, answer.reason);
		return answer.value;
	} finally {
		clearInterval(ticks);
		await worker.terminate();
	}
}

function answerOf(worker: Worker, file: string, limit_ms: number): Promise<Answer> {
	const { promise, resolve, reject } = Promise.withResolvers<Answer>();
	const timer = setTimeout(() => {
		reject(
			new Fault("LIMIT_REACHED", `cannot prepare '${file}': it takes too long`, {
				note: `a component is to be transpiled within ${limit_ms / 1000} s`,
			}),
		);
	}, limit_ms);
	worker.once("message", resolve);
	worker.once("error", (cause) => {
		const ended = (cause as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
		reject(ended ? invalid(file, "the transpiler's memory is not enough for it") : cause);
	});
	return promise.finally(() => {
		clearTimeout(timer);
	});
}

/** In dist/, which lies around the running program, or beside this source. */
function workerFile(): string {
	const source = import.meta.dirname as string | undefined;
	return source === undefined
		? join(dirname(process.argv[1] ?? "."), "transpiler", "worker.mjs")
		: join(source, "transpiler-source.ts");
}

function invalid(file: string, reason: string): Fault {
	return new Fault("COMPONENT_INVALID", `cannot use the component '${file}'`, {
		note: reason.trim().split("\n").slice(0, 8),
	});
}
