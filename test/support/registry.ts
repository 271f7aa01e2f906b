import type { TestContext } from "node:test";
import { start } from "./wherry.ts";

export interface TestRegistry {
	/** `127.0.0.1:40001`: what stands before a repository's name. */
	readonly host: string;
	readonly port: number;
	/** Ends it with this signal and waits for that. */
	readonly end: (signal: NodeJS.Signals) => Promise<void>;
}

/** Guards against leaving one behind, never measures: longer than any test. */
const TIMEOUT_MS = 600_000;

/** Starts `wherry registry serve WORDS`, as a process of its own; by default all in memory, on a free port. */
export async function startRegistry(
	words: readonly string[] = ["--memory"],
	port = 0,
	stdin = "",
): Promise<TestRegistry> {
	const settings = { timeout_ms: TIMEOUT_MS };
	const running = start(
		["registry", "serve", "--port", String(port), "--format", "json", ...words],
		settings,
	);
	running.child.stdin?.end(stdin);
	const { url } = JSON.parse(await running.firstOutput) as { url: string };
	const { host, port: given } = new URL(url);
	return {
		host,
		port: Number(given),
		async end(signal) {
			running.child.kill(signal);
			await running.ended;
		},
	};
}

/** The same, ended when the test ends. */
export async function testRegistry(test: TestContext, words?: readonly string[]): Promise<TestRegistry> {
	const registry = await startRegistry(words);
	test.after(async () => registry.end("SIGTERM"));
	return registry;
}
