import { Fault } from "../../base/fault.ts";
import { libc, nativeMemory } from "./libc.ts";
import { startAnew } from "./start-anew.ts";

/** What the process needs beside what V8 may use: native frames above and below it. */
const MARGIN_BYTES = 512 * 1024;
/** What systems give a process without being asked. */
const USUAL_STACK_BYTES = 8 * 1024 ** 2;
const RLIMIT_STACK = 3;
const KILOBYTE = 1024;

/**
 * Makes the call stack as large as asked for. The engine's stack is laid out when a process starts,
 * so this process starts itself anew, once; it does not return then. About 40 ms, paid only by who
 * asks for another stack.
 *
 * @throws Fault PLATFORM_UNSUPPORTED where a process cannot do that
 */
export function ensureStack(stack_bytes: number): void {
	const flag = `--stack-size=${Math.floor(stack_bytes / KILOBYTE)}`;
	if (process.execArgv.includes(flag)) return;
	const needed_bytes = stack_bytes + MARGIN_BYTES;
	if (needed_bytes > USUAL_STACK_BYTES && !raiseStackLimit(needed_bytes)) throw unsupported();
	startAnew(process.argv.slice(2), [flag]);
	throw unsupported();
}

/** The kernel lets a stack grow to the limit that was in force when its program was started. */
function raiseStackLimit(size_bytes: number): boolean {
	if (process.platform !== "linux") return false;
	const limit = nativeMemory(16);
	limit.view.setBigUint64(0, BigInt(size_bytes), true);
	limit.view.setBigUint64(8, BigInt(size_bytes), true);
	return libc()?.setrlimit(RLIMIT_STACK, limit.bytes) === 0;
}

function unsupported(): Fault {
	return new Fault("PLATFORM_UNSUPPORTED", "cannot give the guest so large a stack", {
		note: "the system does not let this process have one",
		help: "--stack 4m",
	});
}
