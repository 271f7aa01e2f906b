/** `wherry run` of a component: WASI 0.2 and 0.3. */
import { Fault } from "../base/fault.ts";
import { elaborate } from "../component/elaborate.ts";
import { entryOf } from "../component/entry.ts";
import type { World } from "../component/types.ts";
import { worldOf } from "../component/world.ts";
import { coreCompiler } from "../guest/component-cores.ts";
import { type Outcome, statusOf } from "../guest/outcome.ts";
import { runComponent } from "../guest/run-component.ts";
import { openEngine } from "../host/node/engine.ts";
import { watch } from "../host/node/watchdog.ts";
import { ComponentGuest } from "../wasi/component-guest.ts";
import type { Host } from "../wasi/host-interface.ts";
import { basics, isBasic } from "../wasi/p2/basics.ts";
import { outputWritten } from "../wasi/unwritten.ts";
import { readDefinitions } from "../wasm/component/read-definitions.ts";
import type { PrintedCall } from "./component/invoke-words.ts";
import { linkComponent, withWit } from "./component/link-component.ts";
import { confine } from "./confine.ts";
import { type Needs, openComponentWorld } from "./open-component-world.ts";
import { printResult } from "./print.ts";
import type { Program } from "./run-image.ts";
import type { RunOptions } from "./run-options.ts";
import { alarmsOf, reportEnding } from "./run-report.ts";

/**
 * Runs a component on this thread, as `run` does a module: link, open what was granted, raise the second wall, call.
 *
 * @throws Fault for everything that keeps the guest from starting
 */
export async function runComponentProgram(program: Program): Promise<number> {
	try {
		return await runLinked(program);
	} catch (cause) {
		throw cause instanceof Fault ? withWit(cause, program.options.file) : cause;
	}
}

async function runLinked({ bytes, options, root }: Program): Promise<number> {
	const { file, limits } = options;
	const elaborated = elaborate(readDefinitions(bytes));
	const world = worldOf(elaborated);
	const call = await (options.invoke === undefined ? entryCall : invokedCall)(world, options);
	const compile = coreCompiler(bytes, { file, limits, engine: openEngine() });
	const needs = needsOf(world);
	const linked = await linkComponent(bytes, elaborated, {
		file,
		mode: needs.meanwhile ? "jspi" : "sync",
		compile,
	});
	let memorySize: (() => number) | undefined;
	const finish = (outcome: Outcome): number => {
		const status = statusOf(outcome);
		if (status !== 0) reportEnding(outcome, options, guest, memorySize?.() ?? 0);
		return status;
	};
	const opened = await openComponentWorld(
		options,
		{
			onEnd: (how) => process.exit(finish(how)),
			onClosedInput: () => guest.deny({ type: "stdin" }),
		},
		root,
		needs,
	);
	const hostOf = await hostMaker(world, options);
	const guest = new ComponentGuest(opened.world);
	const outcome = await runComponent(linked, guest, hostOf(guest), {
		...call,
		beforeGuest: (size) => {
			memorySize = size;
			confine(opened, options.isolation);
			options.learning?.begin();
			if (limits.timeout_ms !== undefined || limits.cpu_time_ms !== undefined) watch(alarmsOf(options));
		},
	});
	if (outcome.type === "returned") printResult(call.print(outcome.results[0]));
	if (opened.world.readiness !== undefined) await outputWritten(guest);
	const status = finish(outcome);
	// tasks and reads of the guest's may still be waiting, and would keep the process: nobody waits for them any more
	if (opened.world.readiness !== undefined) process.exit(status);
	return status;
}

/** What few programs import, and few people ask for, is loaded for those that do. */
async function hostMaker({ imports }: World, { traceWasi, format, grants }: RunOptions): Promise<MakeHost> {
	const make = await untracedHostMaker([...imports.keys()]);
	if (!traceWasi) return make;
	const [{ tracedHost }, { stderrTrace }] = await Promise.all([
		import("../wasi/trace-host.ts"),
		import("./trace-sink.ts"),
	]);
	return (guest) => tracedHost(make(guest), stderrTrace(format, grants.clock));
}

async function untracedHostMaker(imports: readonly string[]): Promise<MakeHost> {
	if (imports.every(isBasic)) return basics;
	if (imports.some(isThree)) return (await import("../wasi/both-previews.ts")).bothPreviews;
	return (await import("../wasi/p2/host.ts")).preview2;
}

type MakeHost = (guest: ComponentGuest) => Host;

/** What only Node's event loop can tell, HTTP and 0.3: then calls are promises, and the thread never sleeps. */
export function needsOf({ imports, exports }: World): Needs {
	const names = [...imports.keys()];
	const http = names.some((name) =>
		/^wasi:http\/(?:outgoing-handler@0\.2|client@0\.3|handler@0\.3)\./.test(name),
	);
	return { http, meanwhile: http || names.some(isThree) || [...exports.keys()].some(isThree) };
}

function isThree(name: string): boolean {
	return /^wasi:[^@]*@0\.3\./.test(name);
}

/** `--invoke`: any exported function, whose answer is printed. */
async function invokedCall(world: World, { invoke = "", args, file }: RunOptions): Promise<PrintedCall> {
	const { callWords } = await import("./component/invoke-words.ts");
	return callWords(invoke, args, world, file);
}

/** What is called: the component's entry. */
async function entryCall(world: World, options: RunOptions): Promise<PrintedCall> {
	const exports = [...world.exports.keys()];
	const entry = entryOf(exports, "command");
	if (entry !== undefined) return { ...entry, values: [], failed: () => FAILED, print: () => "" };
	if (entryOf(exports, "service") !== undefined) {
		throw new Fault(
			"ENTRY_MISSING",
			`cannot run '${options.file}': it is a service, which answers requests`,
			{
				note: "it exports a handler of wasi:http and no wasi:cli/run",
				help: `wherry serve ${options.file}`,
			},
		);
	}
	const { exampleInvocation } = await import("../component/wave/invocation.ts");
	const example = exampleInvocation(world, options.file);
	throw new Fault("ENTRY_MISSING", `cannot run '${options.file}': it exports no 'wasi:cli/run'`, {
		note:
			exports.length === 0
				? "it exports nothing at all"
				: `it is a library that exports ${exports.join(", ")}`,
		help: [`wherry wit ${options.file}    shows its functions`, ...(example === undefined ? [] : [example])],
	});
}

const FAILED: Outcome = { type: "exit", code: 1 };
