/**
 * The second wall: before guest code runs, the process gives up for good whatever the guest was not
 * granted, so that even a hole in V8 or in our own host code reaches no further. Linux only.
 */
import { nativeMemory } from "../libc.ts";
import { inEveryOtherThread } from "./every-thread.ts";
import { type SystemCalls, openSystemCalls } from "./system-calls.ts";
import { enterRuleset, type GrantedPlace, makeRuleset } from "./landlock.ts";
import { refusal } from "./refusal.ts";
import { retireRings } from "./rings.ts";
import { filterCalls } from "./seccomp.ts";
import { filterTree } from "./seccomp-filter.ts";
import type { SocketReach } from "./socket-reach.ts";

export interface WallRequest {
	/** Everything of the file system that the guest was granted. */
	readonly places: readonly GrantedPlace[];
	/** Whether the guest was granted listeners. They are bound already. */
	readonly listeners: boolean;
	/** What it may do with sockets that it makes itself; undefined: it may make none. */
	readonly sockets: SocketReach | undefined;
}

export type WallName = "landlock" | "seccomp" | "no-new-privileges" | "no-core-dumps";

export interface Wall {
	readonly name: WallName;
	/** Why it does not stand; undefined when it does, in every thread. */
	readonly missing: string | undefined;
}

/**
 * Confines this process for ever: all its threads, and those still to come. Never throws for want of
 * a wall: one that could not be raised says why. To be called once, when everything that the run
 * needs is open and loaded, and before any worker is started. Afterwards the process ends without
 * Node's tearing itself down, and listeners for "exit" that are added later are not called.
 */
export function raiseWall(request: WallRequest): readonly Wall[] {
	const kernel = openSystemCalls();
	if (kernel === undefined) return allMissing("the kernel cannot be called: there is no node:ffi");
	const noCoreDumps = forbidCoreDumps(kernel);
	const ownPrivileges = kernel.call("prctl", PR_SET_NO_NEW_PRIVS, 1);
	if (ownPrivileges !== 0) return allMissing(refusal("prctl", ownPrivileges));
	// While /proc can still be read, and io_uring still be asked:
	const rings = retireRings(kernel);
	const ruleset = makeRuleset(kernel, request.places, request.sockets);
	const seccomp = rings ?? allowNeededCalls(kernel, request);
	// seccomp has told the other threads; without it we have to.
	const privileges = seccomp === undefined ? undefined : forbidNewPrivilegesInOthers(kernel);
	const landlock = typeof ruleset === "string" ? ruleset : (privileges ?? enterRuleset(kernel, ruleset));
	return [
		{ name: "landlock", missing: landlock },
		{ name: "seccomp", missing: seccomp },
		{ name: "no-new-privileges", missing: privileges },
		{ name: "no-core-dumps", missing: noCoreDumps },
	];
}

const PR_SET_NO_NEW_PRIVS = 38;
const RLIMIT_CORE = 4;
const RLIMIT_SIZE_bytes = 16;

function allMissing(missing: string): readonly Wall[] {
	const names = ["landlock", "seccomp", "no-new-privileges", "no-core-dumps"] as const;
	return names.map((name) => ({ name, missing }));
}

function forbidCoreDumps(kernel: SystemCalls): string | undefined {
	const none = nativeMemory(RLIMIT_SIZE_bytes).bytes;
	const result = kernel.call("prlimit64", 0, RLIMIT_CORE, none, 0);
	return result === 0 ? undefined : refusal("prlimit64", result);
}

function forbidNewPrivilegesInOthers(kernel: SystemCalls): string | undefined {
	const others = inEveryOtherThread(kernel, { name: "prctl", args: [PR_SET_NO_NEW_PRIVS, 1] });
	if (others === undefined) return "not every thread could be reached";
	const failed = [...others.values()].find((result) => result !== 0);
	return failed === undefined ? undefined : refusal("prctl in another thread", failed);
}

function allowNeededCalls(
	kernel: SystemCalls,
	{ places, listeners, sockets }: WallRequest,
): string | undefined {
	const tree = filterTree({
		architecture: kernel.architecture,
		process: process.pid,
		writes: places.some((place) => !place.readOnly),
		listeners,
		sockets: sockets !== undefined,
		listening: sockets?.listens === true,
	});
	const missing = filterCalls(kernel, tree);
	if (missing === undefined) endWithoutTearingDown(kernel);
	return missing;
}

/**
 * From now on the process ends by the system call itself. Node's way would first run the loop of its
 * tracing agent, whose io_uring the filter refuses, and libuv would abort.
 */
function endWithoutTearingDown(kernel: SystemCalls): void {
	const end = (code: number) => void kernel.call("exit_group", code);
	process.on("exit", end);
	Reflect.set(process, "reallyExit", end); // what process.exit calls, and who would skip the event
}
