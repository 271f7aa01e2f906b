import { openEngine } from "../host/node/engine.ts";
import { recallImage, recallRun, type RunHistory } from "../host/node/run-history.ts";
import { ensureStack } from "../host/node/stack.ts";
import { watch } from "../host/node/watchdog.ts";
import { formatResults } from "../guest/invoke.ts";
import { type Outcome, statusOf } from "../guest/outcome.ts";
import { prepare } from "../guest/prepare.ts";
import { runGuest } from "../guest/run.ts";
import type { Ending } from "../wasi/end.ts";
import { Guest } from "../wasi/guest.ts";
import { isComponent } from "../wasm/input.ts";
import { confine } from "./confine.ts";
import { openWorld } from "./open-world.ts";
import { printNote, printResult } from "./print.ts";
import { readProgram } from "./program.ts";
import { namesFile, namesImage, refuseImageFlags } from "./image-words.ts";
import type { Program } from "./run-image.ts";
import type { RunOptions } from "./run-options.ts";
import { alarmsOf, reportEnding } from "./run-report.ts";
import { stderrTrace } from "./trace-sink.ts";

/**
 * `wherry run`: reads the program, opens what was granted, raises the second wall, and runs the
 * guest on this thread. Answers the process's exit status; a guest that ends itself ends the process
 * from within, so that nothing it does afterwards can count.
 *
 * @throws Fault for everything that keeps the guest from starting
 */
export function run(options: RunOptions): number | Promise<number> {
	if (options.limits.stack_bytes !== undefined) ensureStack(options.limits.stack_bytes);
	if (namesImage(options.file))
		return import("./run-image.ts")
			.then(({ openImageProgram }) => openImageProgram(options))
			.then(runProgram);
	refuseImageFlags(options.file, options.image);
	if (namesFile(options.file)) return runFile(options);
	return import("./run-image.ts").then(({ refuseTwoMeanings }) => {
		refuseTwoMeanings(options.file);
		return runFile(options);
	});
}

function runFile(options: RunOptions): number | Promise<number> {
	const program = readProgram(options.file);
	return program instanceof Promise
		? program.then((bytes) => runProgram(fromFile(bytes, options)))
		: runProgram(fromFile(program, options));
}

function fromFile(bytes: Uint8Array<ArrayBuffer>, options: RunOptions): Program {
	return { bytes, options, digest: undefined, root: undefined };
}

/** A component is another layer around modules, and has much that a module's run does without. */
function runProgram(program: Program): number | Promise<number> {
	if (!isComponent(program.bytes)) return runModule(program);
	return import("./run-component.ts").then(({ runComponentProgram }) => runComponentProgram(program));
}

function runModule({ bytes, options, digest, root }: Program): number {
	const { file, limits } = options;
	let history: RunHistory | undefined;
	const prepared = prepare(bytes, {
		file,
		limits,
		unknownImports: options.unknownImports,
		engine: openEngine(),
		wasShort: () => {
			history = digest === undefined ? recallRun(file, options.args) : recallImage(digest, options.args);
			return history.lastWasShort;
		},
	});
	let memorySize: (() => number) | undefined;
	const finish = (outcome: Outcome): number => {
		history?.finished();
		const status = statusOf(outcome);
		// what there is to say of an ending is loaded where there is something to say
		if (status !== 0) reportEnding(outcome, options, guest, memorySize?.() ?? 0);
		return status;
	};
	const events = {
		onEnd: (how: Ending) => process.exit(finish(how)),
		onClosedInput: () => guest.deny({ type: "stdin" }),
	};
	if (options.grants.config.size + options.grants.keyvalue.length > 0)
		printNote("--config and --keyvalue take effect for components: preview1 has no words to ask for them");
	const opened = openWorld(options, events, root);
	const guest = new Guest(opened.world);
	const outcome = runGuest(prepared, guest, {
		invoke: options.invoke === undefined ? undefined : { name: options.invoke, words: options.args },
		trace: options.traceWasi ? stderrTrace(options.format, options.grants.clock) : undefined,
		beforeGuest: (size) => {
			memorySize = size;
			confine(opened, options.isolation);
			options.learning?.begin();
			if (limits.timeout_ms !== undefined || limits.cpu_time_ms !== undefined) watch(alarmsOf(options));
		},
	});
	if (outcome.type === "returned" && outcome.results.length > 0) printResult(formatResults(outcome.results));
	return finish(outcome);
}
