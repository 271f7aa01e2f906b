import { existsSync } from "node:fs";

/**
 * Whether a path of /proc is about this very process, which runs the guest: its memory, environment
 * and settings are the host's own. The first number in it names a process, or a thread, which is
 * there without being listed.
 */
export function isOfOwnProcess(path: string): boolean {
	const owner = path.split("/").find((name) => /^\d+$/.test(name));
	return owner !== undefined && existsSync(`/proc/self/task/${owner}`);
}
