import { Patterns } from "../../wasm/kernel/patterns.ts";
import { GO_TRACES, type GoBuild, GoMarks, type GoTrace } from "./go-modules.ts";
import { PANIC_TRACES, PanicPaths, type PanicTrace, type PanicTraces } from "./panic-paths.ts";

/** What a module's data gives away of what it was made from. */
export interface DataTraces extends PanicTraces {
	/** Undefined when it was not made by Go, or by TinyGo. */
	readonly go: GoBuild | undefined;
}

const TRACES = new Patterns<PanicTrace | GoTrace>([...PANIC_TRACES, ...GO_TRACES]);

/** Looks through a module's data, once. */
export function readDataTraces(data: Uint8Array): DataTraces {
	const paths = new PanicPaths(data);
	const marks = new GoMarks(data);
	TRACES.pass(data, [{ start: 0, end: data.length }], {
		found: ({ of }, at) => (of === "crate" || of === "compiler" ? paths.found(of, at) : marks.found(of, at)),
	});
	return { ...paths.all(), go: marks.build };
}
