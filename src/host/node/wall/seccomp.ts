/** seccomp: which system calls the kernel lets this process make. */
import { addressOf, nativeMemory } from "../libc.ts";
import { assemble, INSTRUCTION_SIZE_bytes, type Tree } from "./bpf.ts";
import { ENOSYS, EPERM, type SystemCalls } from "./system-calls.ts";
import { refusal } from "./refusal.ts";

const EINVAL = 22;
const SET_MODE_FILTER = 1;
const GET_ACTION_AVAIL = 2;
const RETURN_ERRNO = 0x0005_0000;
const FLAG_THREAD_SYNC = 1;
/**
 * Without it kernels before 5.16 slow the whole process by their remedy against speculative stores.
 * A process holds one guest, and no secret of another.
 */
const FLAG_SPECULATION_ALLOWED = 4;
const PROGRAM_SIZE_bytes = 16;

/** Why this kernel has no seccomp filters for us; undefined when it has. */
export function seccompMissing(kernel: SystemCalls): string | undefined {
	const action = nativeMemory(4);
	action.view.setUint32(0, RETURN_ERRNO, true);
	return missing(kernel.call("seccomp", GET_ACTION_AVAIL, 0, action.bytes));
}

/**
 * Filters the system calls of all threads, and takes new privileges from them; this one must have
 * given them up already. Answers why it does not hold, or undefined when it does. It cannot be undone.
 */
export function filterCalls(kernel: SystemCalls, tree: Tree): string | undefined {
	const filter = assemble(tree);
	// struct sock_fprog: u16 count of instructions, padding, pointer
	const program = nativeMemory(PROGRAM_SIZE_bytes);
	program.view.setUint16(0, filter.length / INSTRUCTION_SIZE_bytes, true);
	program.view.setBigUint64(8, addressOf(filter), true);
	const set = (flags: number) => kernel.call("seccomp", SET_MODE_FILTER, flags, program.bytes);
	let result = set(FLAG_THREAD_SYNC | FLAG_SPECULATION_ALLOWED);
	if (result === -EINVAL) result = set(FLAG_THREAD_SYNC); // before Linux 4.17
	return result > 0 ? `thread ${result} has a filter of its own` : missing(result);
}

function missing(result: number): string | undefined {
	if (result === 0) return undefined;
	if (result === -ENOSYS || result === -EINVAL)
		return "the kernel has no seccomp filters (CONFIG_SECCOMP_FILTER)";
	if (result === -EPERM) return "seccomp is forbidden to this process";
	return refusal("seccomp", result);
}
