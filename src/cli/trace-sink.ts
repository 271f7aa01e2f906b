import { writeSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { printable } from "../base/fault.ts";
import type { ClockGrant } from "../capability/grants.ts";
import type { TracedCall, TraceSink } from "../wasi/p1/trace.ts";
import type { Format } from "./run-options.ts";

/** Trace lines go to standard error one by one, so that they stand between what the guest writes. */
export function stderrTrace(format: Format, clock: ClockGrant): TraceSink {
	const now = elapsed(clock);
	return (line, call) => {
		try {
			writeSync(2, `${format === "json" ? jsonLine(call, now()) : printable(line)}\n`);
		} catch {
			// nobody reads it: the guest goes on
		}
	};
}

/** The form that docs/trace.md promises: fields are added to a version, never changed. */
const VERSION = 1;

function jsonLine({ arguments: words, ...call }: TracedCall, time_ms: number | undefined): string {
	const { interface: from, function: name, ...rest } = call;
	const text = JSON.stringify({
		version: VERSION,
		...(time_ms === undefined ? {} : { time_ms }),
		interface: from,
		function: name,
		arguments: words,
		...rest,
	});
	// no word of a guest's is more than ASCII on a terminal
	return text.replaceAll(
		/[\u007f-\uffff]/g,
		(unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}

/** Since the start, as finely as the guest's own clock: a trace says no more of time than was granted. */
function elapsed({ type }: ClockGrant): () => number | undefined {
	if (type === "frozen") return () => undefined;
	const start = performance.now();
	return () => (type === "real" ? performance.now() - start : Math.floor(performance.now() - start));
}
