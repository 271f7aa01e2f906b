import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";

import { type Ended, start } from "./wherry.ts";

export interface Serving {
	/** `http://127.0.0.1:PORT`. */
	readonly url: string;
	/** The process that was started. */
	readonly id: number;
	/** Ends it with SIGTERM, and waits. */
	readonly end: () => Promise<Ended>;
}

/** Starts `wherry serve` on a free port, with these words, and waits until it can be asked. It ends with the test. */
export async function serving(
	context: Pick<TestContext, "after">,
	words: readonly string[],
	env?: NodeJS.ProcessEnv,
): Promise<Serving> {
	const running = start(["serve", "-p", "127.0.0.1:0", ...words], { env });
	context.after(() => running.child.kill("SIGKILL"));
	const url = / at (http\S+)$/m.exec(await running.firstOutput)?.[1];
	assert.ok(url !== undefined, "it told no address");
	return {
		url,
		id: running.child.pid ?? 0,
		end: async () => {
			running.child.kill("SIGTERM");
			return await running.ended;
		},
	};
}

/** The processes that a process has started, and that have not ended: Linux only. */
export function childrenOf(id: number): number[] {
	return readFileSync(`/proc/${id}/task/${id}/children`, "utf8")
		.trim()
		.split(" ")
		.filter(Boolean)
		.map(Number);
}

/** The most memory that the children of a process have had, in bytes: Linux only. */
export function peakOfChildren(id: number): number {
	const peaks_kib = childrenOf(id).map((child) =>
		Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${child}/status`, "utf8"))?.[1]),
	);
	return Math.max(...peaks_kib) * 1024;
}
