/** System calls by name, for the few that the C library has no function for. Linux only. */
import { addressOf, libc, type Libc } from "../libc.ts";
import { type Architecture, type SyscallName, syscallNumber } from "./syscalls.ts";

/** An integer or an address as a number, or memory whose address is meant. */
export type SyscallArgument = number | Uint8Array;

/** The kernel as this process may call it. */
export interface SystemCalls {
	readonly architecture: Architecture;
	/** Answers the call's result, or `-errno`. At most six arguments; those left out are zero. */
	call(name: SyscallName, ...args: readonly SyscallArgument[]): number;
}

export const EPERM = 1;
export const ENOSYS = 38;
export const EOPNOTSUPP = 95;

/** The kernel, or undefined where it cannot be called: no node:ffi, not Linux, another processor. */
export function openSystemCalls(): SystemCalls | undefined {
	const architecture = process.arch;
	if (architecture !== "x64" && architecture !== "arm64") return undefined;
	const c = libc();
	return c === undefined ? undefined : { architecture, call: callsOf(c, architecture) };
}

function callsOf(c: Libc, architecture: Architecture): SystemCalls["call"] {
	return (name, ...args) => {
		const number = syscallNumber(name, architecture);
		if (number === undefined) return -ENOSYS;
		const [first = 0n, second = 0n, third = 0n, fourth = 0n, fifth = 0n, sixth = 0n] = args.map(word);
		const result = c.syscall(BigInt(number), first, second, third, fourth, fifth, sixth);
		return result === -1n ? -c.errno() : Number(result);
	};
}

function word(argument: SyscallArgument): bigint {
	return typeof argument === "number" ? BigInt(argument) : addressOf(argument);
}
