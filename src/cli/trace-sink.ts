import { writeSync } from "node:fs";
import { printable } from "../base/fault.ts";
import type { TraceSink } from "../wasi/p1/trace.ts";

/** Trace lines go to standard error one by one, so that they stand between what the guest writes. */
export function stderrTrace(): TraceSink {
	return (line) => {
		try {
			writeSync(2, `${printable(line)}\n`);
		} catch {
			// nobody reads it: the guest goes on
		}
	};
}
