/** System calls that the wall allows with certain arguments only. */
import type { SyscallName } from "./syscalls.ts";

/** A condition on an argument (0 to 5). All but `isZero` look at its low 32 bits, as the kernel does. */
export type Condition =
	| { readonly argument: number; readonly isOneOf: readonly number[] }
	| { readonly argument: number; readonly isZero: true }
	| { readonly argument: number; readonly hasBits: number }
	| { readonly argument: number; readonly lacksBits: number };

/**
 * All have to hold, else EPERM. For every call whose rule says "some"; `process` is our own id, `sockets` whether
 * sockets may be made.
 */
export function callConditions(
	process: number,
	sockets: boolean,
): ReadonlyMap<SyscallName, readonly Condition[]> {
	const own: Condition = { argument: 0, isOneOf: [process] };
	return new Map<SyscallName, readonly Condition[]>([
		["kill", [own]],
		["tgkill", [own]],
		["clone", THREAD_ONLY],
		["fcntl", [{ argument: 1, isOneOf: FCNTL_COMMANDS }]],
		["ioctl", [{ argument: 1, isOneOf: IOCTL_REQUESTS }]],
		["prctl", [{ argument: 0, isOneOf: PRCTL_OPTIONS }]],
		// reading a limit, of this process alone
		[
			"prlimit64",
			[
				{ argument: 0, isOneOf: [0, process] },
				{ argument: 2, isZero: true },
			],
		],
		["sendto", sockets ? [NO_FASTOPEN] : [NO_FASTOPEN, { argument: 4, isZero: true }]],
		["socket", INTERNET_SOCKETS],
		["sendmsg", [{ argument: 2, lacksBits: MSG_FASTOPEN }]],
	]);
}

/** It would connect a socket, past Landlock. */
const MSG_FASTOPEN = 0x2000_0000;
/** An address beside it would send elsewhere, which only sockets of UDP that were granted may. */
const NO_FASTOPEN: Condition = { argument: 3, lacksBits: MSG_FASTOPEN };

const SOCK_NONBLOCK = 0x800;
const SOCK_CLOEXEC = 0x8_0000;

/** TCP and UDP: no sockets of Unix, of the kernel (netlink), of whole packets or of other protocols. */
const INTERNET_SOCKETS: readonly Condition[] = [
	{ argument: 0, isOneOf: [2, 10] },
	{
		argument: 1,
		isOneOf: [1, 2].flatMap((type) => [
			type,
			type | SOCK_NONBLOCK,
			type | SOCK_CLOEXEC,
			type | SOCK_NONBLOCK | SOCK_CLOEXEC,
		]),
	},
	{ argument: 2, isOneOf: [0, 6, 17] },
];

/**
 * clone may make a thread and nothing else: no process, no namespace, no pidfd. Its younger kin clone3,
 * whose flags a filter cannot see, is absent, and then glibc uses clone.
 */
const THREAD_ONLY: readonly Condition[] = [
	{ argument: 0, hasBits: 0x0001_0000 }, // CLONE_THREAD
	// CLONE_PIDFD, CLONE_PTRACE, CLONE_VFORK, and the CLONE_NEW* of namespaces
	{ argument: 0, lacksBits: 0x7e02_7000 },
];

const FCNTL_COMMANDS = [
	0, // F_DUPFD
	1, // F_GETFD
	2, // F_SETFD
	3, // F_GETFL
	4, // F_SETFL
	5, // F_GETLK
	6, // F_SETLK
	7, // F_SETLKW
	36, // F_OFD_GETLK
	37, // F_OFD_SETLK
	38, // F_OFD_SETLKW
	1030, // F_DUPFD_CLOEXEC
	1031, // F_SETPIPE_SZ
	1032, // F_GETPIPE_SZ
	// absent: F_SETOWN and F_SETSIG, which signal other processes; leases and notifications
];

/** Of a terminal: its modes and size. Absent: TIOCSTI and TIOCLINUX, which type into it. */
const IOCTL_REQUESTS = [
	0x5401, // TCGETS
	0x5402, // TCSETS
	0x5403, // TCSETSW
	0x5404, // TCSETSF
	0x802c_542a, // TCGETS2
	0x402c_542b, // TCSETS2
	0x402c_542c, // TCSETSW2
	0x402c_542d, // TCSETSF2
	0x540f, // TIOCGPGRP
	0x5413, // TIOCGWINSZ
	0x541b, // FIONREAD
	0x5421, // FIONBIO
	0x5450, // FIONCLEX
	0x5451, // FIOCLEX
	0x8004_5430, // TIOCGPTN
];

const PRCTL_OPTIONS = [
	3, // PR_GET_DUMPABLE
	15, // PR_SET_NAME
	16, // PR_GET_NAME
	21, // PR_GET_SECCOMP
	38, // PR_SET_NO_NEW_PRIVS
	39, // PR_GET_NO_NEW_PRIVS
	0x5356_4d41, // PR_SET_VMA: names for memory maps
];
