/** The thread in which components are transpiled and read: one task, one answer, and it ends. */
import { parentPort, workerData } from "node:worker_threads";
import { $init, generate } from "@bytecodealliance/jco-transpile/component";
import { componentNew, parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { entriesOf, needsOf, scriptOf } from "../../component/jco/glue.ts";
import { generateOptions } from "../../component/jco/options.ts";
import type { CoreModule, Mode, Transpiled } from "../../component/jco/transpiled.ts";
import { readDefinitions } from "../../wasm/component/read-definitions.ts";
import { binariesIn } from "../../wasm/nested.ts";

/** What the thread is given. */
export type Task =
	| { readonly type: "transpile"; readonly bytes: Uint8Array<ArrayBuffer>; readonly mode: Mode }
	| { readonly type: "encode"; readonly bytes: Uint8Array<ArrayBuffer> }
	| { readonly type: "assemble"; readonly text: string };

/** What it answers: a `Transpiled`, a text or bytes; or why it cannot. */
export type Answer = { readonly value: unknown } | { readonly reason: string };

/** What nearly all components are entered by. */
const USUAL_ENTRIES = ["wasi:cli/run#run", "wasi:http/incoming-handler#handle"];

const task = workerData as Task;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort?.postMessage(await answer());

async function answer(): Promise<Answer> {
	try {
		return { value: await perform() };
	} catch (error) {
		return { reason: reasonOf(error) };
	}
}

async function perform(): Promise<unknown> {
	switch (task.type) {
		case "transpile":
			return transpile(task.bytes, task.mode);
		case "encode":
			return componentNew(task.bytes, []);
		case "assemble":
			return parse(task.text);
	}
}

/** Twice where it exports functions that only its first text tells of: in the second all of them may wait. */
async function transpile(bytes: Uint8Array<ArrayBuffer>, mode: Mode): Promise<Transpiled> {
	await $init;
	const { imports, exports } = worldNames(bytes);
	let files = generateFiles(bytes, mode, imports, USUAL_ENTRIES);
	const entries = entriesOf(moduleOf(files));
	const usual = entries.every((entry) => USUAL_ENTRIES.includes(entry.replace(/@[^#]*/, "")));
	if (mode === "jspi" && !usual) files = generateFiles(bytes, mode, imports, entries);
	const module = moduleOf(files);
	return { mode, script: scriptOf(module), cores: coresOf(files, bytes), needs: needsOf(module), exports };
}

function worldNames(bytes: Uint8Array): { imports: string[]; exports: string[] } {
	const { definitions } = readDefinitions(bytes);
	const named = (wanted: "import" | "export") =>
		definitions.flatMap((one) => (one.kind === wanted ? [one.name] : []));
	return { imports: named("import"), exports: named("export") };
}

type Files = readonly (readonly [name: string, bytes: Uint8Array<ArrayBuffer>])[];

function generateFiles(
	bytes: Uint8Array,
	mode: Mode,
	imports: readonly string[],
	entries: readonly string[],
): Files {
	const options = generateOptions(mode, imports, entries);
	// jco's own types want arrays that may be changed
	return generate(bytes, structuredClone(options) as Parameters<typeof generate>[1]).files as Files;
}

function moduleOf(files: Files): string {
	const [, bytes] = files.find(([name]) => name.endsWith(".js")) ?? [];
	return new TextDecoder().decode(bytes);
}

/** Most core modules are in the component as they are; those that join components are made by the transpiler. */
function coresOf(files: Files, bytes: Uint8Array): CoreModule[] {
	const nested = binariesIn(bytes).filter(({ kind }) => kind === "module");
	return files
		.filter(([name]) => name.endsWith(".wasm"))
		.map(([name, code]) => {
			const same = nested.find((one) => Buffer.compare(one.bytes, code) === 0);
			if (same === undefined) return { name, code };
			const start = same.bytes.byteOffset - bytes.byteOffset;
			return { name, code: { start, end: start + code.length } };
		});
}

/** jco throws the errors of its functions, whose reason is their payload, and traps; all else is a mistake of ours. */
function reasonOf(error: unknown): string {
	if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return error.message;
	if (error instanceof Error && "payload" in error)
		return typeof error.payload === "string" ? error.payload : JSON.stringify(error.payload);
	throw error;
}
