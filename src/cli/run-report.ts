import { statSync } from "node:fs";
import { Fault } from "../base/fault.ts";
import type { Limits } from "../capability/limits.ts";
import { formatDuration, formatSize } from "../capability/quantity.ts";
import { denialFault, tellingDenials } from "../capability/suggest.ts";
import type { Frame, Outcome } from "../guest/outcome.ts";
import type { Alarm } from "../host/node/watchdog.ts";
import { plainName } from "../inspect/rust/plain-name.ts";
import type { Guest } from "../wasi/guest.ts";
import { faultText, printFault } from "./print.ts";
import type { RunOptions } from "./run-options.ts";

const FRAMES_SHOWN = 20;
const DENIALS_SHOWN = 3;

/**
 * Says on standard error how a guest failed, and what it was refused, the latest first, with the grant that
 * would allow each. Of a closed pipe there is nothing to say.
 *
 * @param memory_bytes how large its memory was
 */
export function reportEnding(
	outcome: Outcome,
	options: RunOptions,
	guest: Guest,
	memory_bytes: number,
): void {
	const print = (fault: Fault) =>
		printFault(fault, options.format, options.debug && fault.cause !== undefined);
	if (outcome.type === "signal" && outcome.signal === "SIGPIPE") return;
	const fault = endingFault(outcome, options.file, options.limits);
	if (fault !== undefined) print(fault);
	const full = memoryFault(memory_bytes, options.limits);
	if (full !== undefined) print(full);
	// who learns is told all that was refused, at the end
	if (options.learning !== undefined) return;
	const offered = new Set<string>();
	for (const denial of tellingDenials(guest.denials.list, lookUp).slice(0, DENIALS_SHOWN)) {
		const refusal = denialFault(denial, options.grants, lookUp);
		const [help = ""] = refusal.helps;
		// what one grant would allow is told once: a name of two addresses is refused twice
		if (help !== "" && offered.has(help)) continue;
		offered.add(help);
		// beside a full memory, what nobody could have granted explains nothing
		if (full === undefined || help !== "") print(refusal);
	}
}

/** The alarms of a run: the text is made now, because the watcher has nothing to make it with. */
export function alarmsOf({ file, limits, format }: RunOptions): Alarm[] {
	return LIMITS_OF_TIME.flatMap(({ limit, clock, code, did, flag }) => {
		const after_ms = limits[limit];
		if (after_ms === undefined) return [];
		const fault = new Fault(code, `'${file}' ${did} ${formatDuration(after_ms)}`, {
			note: `it was ended by ${flag}`,
			help: `${flag} ${formatDuration(after_ms * 2)}`,
		});
		return { after_ms, clock, message: faultText(fault, format), status: fault.exit };
	});
}

const LIMITS_OF_TIME = [
	{ limit: "timeout_ms", clock: "wall", code: "TIMEOUT", did: "ran for longer than", flag: "--timeout" },
	{
		limit: "cpu_time_ms",
		clock: "cpu",
		code: "CPU_LIMIT",
		did: "used more CPU time than",
		flag: "--cpu-time",
	},
] as const;

/** Looking things up is what the second wall leaves: Landlock has no right for it. */
function lookUp(path: string): "file" | "directory" | "missing" {
	try {
		return statSync(path).isDirectory() ? "directory" : "file";
	} catch {
		return "missing";
	}
}

const NEARLY_FULL = 0.9;

/**
 * A guest is not told why its memory does not grow, and nor are we: what can be said is that it was
 * near its limit when it failed.
 */
function memoryFault(memory_bytes: number, { memory_bytes: limit }: Limits): Fault | undefined {
	if (memory_bytes < limit * NEARLY_FULL) return undefined;
	return new Fault("MEMORY_LIMIT", "the guest's memory had reached its limit when it failed", {
		note: `it had ${(memory_bytes / 1024 ** 2).toFixed(1)} MiB of ${formatSize(limit)}`,
		help: `-m ${formatSize(limit * 2)}`,
	});
}

/** What a person is told of how a guest ended; undefined when there is nothing to tell. */
export function endingFault(outcome: Outcome, file: string, limits: Limits): Fault | undefined {
	switch (outcome.type) {
		case "returned":
		case "exit":
			return undefined;
		case "signal":
			return signalled(outcome.signal, file);
		case "trap":
			return outcome.reason === "call stack exhausted"
				? exhausted(file, outcome.frames, limits)
				: trapped(outcome.reason, outcome.frames, file);
		case "overflow":
			return exhausted(file, [], limits);
		case "bug":
			return new Fault("BUG", "the host failed in a call of the guest", {
				note: "this is a mistake of wherry's, not of the program",
				help: "please report it, with the output of: wherry run --debug ...",
				cause: outcome.cause,
			});
	}
}

function trapped(reason: string, frames: readonly Frame[], file: string): Fault {
	return new Fault("TRAP", `'${file}' trapped: ${reason}`, { note: backtrace(frames) });
}

function signalled(signal: string, file: string): Fault {
	return new Fault("TRAP", `'${file}' ended itself by ${signal}`, { note: "it called proc_raise" });
}

function exhausted(file: string, frames: readonly Frame[], limits: Limits): Fault {
	const size = limits.stack_bytes;
	return new Fault("STACK_LIMIT", `'${file}' ran out of call stack`, {
		note: [
			size === undefined
				? "the engine gives a guest a stack of about 1 MB"
				: `the stack was ${formatSize(size)} (--stack)`,
			...backtrace(frames),
		],
		help: `wherry run --stack ${size === undefined ? "8m" : formatSize(size * 4)} ...    if the recursion is meant`,
	});
}

function backtrace(frames: readonly Frame[]): string[] {
	if (frames.length === 0) return [];
	const lines = ["wasm backtrace, innermost call first:"];
	for (const [index, { name, functionIndex, offset }] of frames.slice(0, FRAMES_SHOWN).entries()) {
		const at = offset === undefined ? "" : `, offset 0x${offset.toString(16)}`;
		const where = `function ${functionIndex}${at}`;
		lines.push(
			`${String(index).padStart(4)}: ${name === undefined ? where : `${plainName(name)} (${where})`}`,
		);
	}
	if (frames.length > FRAMES_SHOWN) lines.push(`      ... and ${frames.length - FRAMES_SHOWN} more`);
	return lines;
}
