/**
 * Puts a new process of wherry's in the place of this one, with other words or flags of Node's; it does
 * not return then. About 40 ms. Returns where a process cannot do that: on Windows, and on Node before 23.11.
 */
export function startAnew(words: readonly string[], flags: readonly string[] = []): void {
	if (process.execve === undefined || process.platform === "win32") return;
	const script = process.argv[1] ?? "";
	process.execve(
		process.execPath,
		[process.execPath, ...flags, ...process.execArgv, "--", script, ...words],
		process.env,
	);
}

/** A command and its words that start wherry once more, with these words. */
export function startWords(words: readonly string[]): readonly string[] {
	return [process.execPath, ...process.execArgv, "--", process.argv[1] ?? "", ...words];
}
