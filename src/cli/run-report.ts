import { Fault } from "../base/fault.ts";
import { formatBytes } from "../capability/quantity.ts";
import type { Limits } from "../capability/limits.ts";
import type { Frame, Outcome } from "../guest/outcome.ts";

const FRAMES_SHOWN = 20;

/** What a person is told of how a guest ended; undefined when there is nothing to tell. */
export function endingFault(outcome: Outcome, file: string, limits: Limits): Fault | undefined {
	switch (outcome.type) {
		case "returned":
		case "exit":
			return undefined;
		case "signal":
			return outcome.signal === "SIGPIPE" ? undefined : signalled(outcome.signal, file);
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
				: `the stack was ${formatBytes(size)} (--stack)`,
			...backtrace(frames),
		],
		help: `wherry run --stack ${size === undefined ? "8m" : formatBytes(size * 4)} ...    if the recursion is meant`,
	});
}

function backtrace(frames: readonly Frame[]): string[] {
	if (frames.length === 0) return [];
	const lines = ["wasm backtrace, innermost call first:"];
	for (const [index, { name, functionIndex, offset }] of frames.slice(0, FRAMES_SHOWN).entries()) {
		const where = `function ${functionIndex}, offset 0x${offset.toString(16)}`;
		lines.push(`${String(index).padStart(4)}: ${name === undefined ? where : `${name} (${where})`}`);
	}
	if (frames.length > FRAMES_SHOWN) lines.push(`      ... and ${frames.length - FRAMES_SHOWN} more`);
	return lines;
}
