/** Landlock: what of the file system and the network the kernel lets this process reach. */
import { nativeMemory } from "../libc.ts";
import { inEveryOtherThread } from "./every-thread.ts";
import { ENOSYS, EOPNOTSUPP, EPERM, type SystemCalls } from "./system-calls.ts";
import { refusal } from "./refusal.ts";
import type { SocketReach } from "./socket-reach.ts";

/** A file or a directory that a guest was granted, open already, so that its name is not looked up twice. */
export interface GrantedPlace {
	/** O_PATH is enough. */
	readonly descriptor: number;
	readonly kind: "directory" | "file";
	readonly readOnly: boolean;
}

/** Rights to files, by the version of the interface (ABI) that brought them. linux/landlock.h */
const RIGHTS = {
	EXECUTE: { bit: 0, abi: 1 },
	WRITE_FILE: { bit: 1, abi: 1 },
	READ_FILE: { bit: 2, abi: 1 },
	READ_DIR: { bit: 3, abi: 1 },
	REMOVE_DIR: { bit: 4, abi: 1 },
	REMOVE_FILE: { bit: 5, abi: 1 },
	MAKE_CHAR: { bit: 6, abi: 1 },
	MAKE_DIR: { bit: 7, abi: 1 },
	MAKE_REG: { bit: 8, abi: 1 },
	MAKE_SOCK: { bit: 9, abi: 1 },
	MAKE_FIFO: { bit: 10, abi: 1 },
	MAKE_BLOCK: { bit: 11, abi: 1 },
	MAKE_SYM: { bit: 12, abi: 1 },
	/** Renaming and linking from one directory to another. Before ABI 2 always refused. */
	REFER: { bit: 13, abi: 2 },
	TRUNCATE: { bit: 14, abi: 3 },
	IOCTL_DEV: { bit: 15, abi: 5 },
} as const;

type Right = keyof typeof RIGHTS;

// Nothing may be executed, and no device, socket or FIFO be made or commanded, anywhere.
const READ_FILE: readonly Right[] = ["READ_FILE"];
const WRITE_FILE: readonly Right[] = [...READ_FILE, "WRITE_FILE", "TRUNCATE"];
const READ_DIRECTORY: readonly Right[] = [...READ_FILE, "READ_DIR"];
const WRITE_DIRECTORY: readonly Right[] = [
	...WRITE_FILE,
	"READ_DIR",
	"REMOVE_DIR",
	"REMOVE_FILE",
	"MAKE_DIR",
	"MAKE_REG",
	"MAKE_SYM",
	"REFER",
];

const BIND_TCP = 0b01n;
const CONNECT_TCP = 0b10n;
const NETWORK_ABI = 4;
const ABSTRACT_SOCKETS_AND_SIGNALS = 0b11n;
const SCOPE_ABI = 6;
const THREAD_SYNC_ABI = 8;

const CREATE_RULESET_VERSION = 1;
const RULE_PATH_BENEATH = 1;
const RULE_NET_PORT = 2;
const RESTRICT_SELF_THREAD_SYNC = 8;
const RULESET_SIZE_bytes = 24;
const PATH_BENEATH_SIZE_bytes = 12;
const NET_PORT_SIZE_bytes = 16;

/** The version of Landlock this kernel has, or why it has none. */
export function landlockVersion(kernel: SystemCalls): number | string {
	const abi = kernel.call("landlock_create_ruleset", 0, 0, CREATE_RULESET_VERSION);
	if (abi > 0) return abi;
	switch (-abi) {
		case ENOSYS:
			return "the kernel has no Landlock (Linux 5.13 and later do)";
		case EOPNOTSUPP:
			return "Landlock is built into the kernel but not enabled at boot (lsm=landlock,...)";
		case EPERM:
			return "Landlock is forbidden to this process, probably by a container's seccomp profile";
		default:
			return refusal("landlock_create_ruleset", abi);
	}
}

/** What the places allow, ready to be entered: a descriptor of the kernel's. */
export interface Ruleset {
	readonly descriptor: number;
	readonly abi: number;
}

/** Makes the rules; nothing is confined yet. Answers why that cannot be done as text. */
export function makeRuleset(
	kernel: SystemCalls,
	places: readonly GrantedPlace[],
	sockets: SocketReach | undefined,
): Ruleset | string {
	const abi = landlockVersion(kernel);
	if (typeof abi === "string") return abi;
	const descriptor = createRuleset(kernel, abi, sockets);
	if (descriptor < 0) return refusal("landlock_create_ruleset", descriptor);
	for (const add of rulesFor(kernel, descriptor, abi, places, sockets)) {
		const result = add();
		if (result === 0) continue;
		kernel.call("close", descriptor);
		return refusal("landlock_add_rule", result);
	}
	return { descriptor, abi };
}

function rulesFor(
	kernel: SystemCalls,
	ruleset: number,
	abi: number,
	places: readonly GrantedPlace[],
	sockets: SocketReach | undefined,
): (() => number)[] {
	const files = places.map((place) => () => addRule(kernel, ruleset, place, abi));
	if (abi < NETWORK_ABI) return files;
	const portRule = (access: bigint) => (port: number) => () => addPort(kernel, ruleset, access, port);
	return [
		...files,
		...(sockets?.connect ?? []).map(portRule(CONNECT_TCP)),
		...(sockets?.bind ?? []).map(portRule(BIND_TCP)),
	];
}

/**
 * Confines every thread of this process to the rules; needs no-new-privileges in all of them.
 * Answers why it does not hold, or undefined when it does. It cannot be undone.
 */
export function enterRuleset(kernel: SystemCalls, { descriptor, abi }: Ruleset): string | undefined {
	try {
		return restrictAllThreads(kernel, descriptor, abi);
	} finally {
		kernel.call("close", descriptor);
	}
}

function createRuleset(kernel: SystemCalls, abi: number, sockets: SocketReach | undefined): number {
	// struct landlock_ruleset_attr; a kernel that knows less of it wants zeros in the rest
	const { bytes, view } = nativeMemory(RULESET_SIZE_bytes);
	view.setBigUint64(0, rightsMask(Object.keys(RIGHTS) as Right[], abi), true);
	view.setBigUint64(8, abi >= NETWORK_ABI ? forbiddenToSockets(sockets) : 0n, true);
	view.setBigUint64(16, abi >= SCOPE_ABI ? ABSTRACT_SOCKETS_AND_SIGNALS : 0n, true);
	return kernel.call("landlock_create_ruleset", bytes, RULESET_SIZE_bytes, 0);
}

function addRule(kernel: SystemCalls, ruleset: number, place: GrantedPlace, abi: number): number {
	// struct landlock_path_beneath_attr, packed
	const { bytes, view } = nativeMemory(PATH_BENEATH_SIZE_bytes);
	view.setBigUint64(0, rightsMask(rightsFor(place), abi), true);
	view.setInt32(8, place.descriptor, true);
	return kernel.call("landlock_add_rule", ruleset, RULE_PATH_BENEATH, bytes, 0);
}

/** What is forbidden but for the ports that are listed. */
function forbiddenToSockets(sockets: SocketReach | undefined): bigint {
	if (sockets === undefined) return BIND_TCP | CONNECT_TCP;
	return (sockets.bind === undefined ? 0n : BIND_TCP) | (sockets.connect === undefined ? 0n : CONNECT_TCP);
}

function addPort(kernel: SystemCalls, ruleset: number, access: bigint, port: number): number {
	// struct landlock_net_port_attr
	const { bytes, view } = nativeMemory(NET_PORT_SIZE_bytes);
	view.setBigUint64(0, access, true);
	view.setBigUint64(8, BigInt(port), true);
	return kernel.call("landlock_add_rule", ruleset, RULE_NET_PORT, bytes, 0);
}

function rightsFor({ kind, readOnly }: GrantedPlace): readonly Right[] {
	if (kind === "file") return readOnly ? READ_FILE : WRITE_FILE;
	return readOnly ? READ_DIRECTORY : WRITE_DIRECTORY;
}

function rightsMask(rights: readonly Right[], abi: number): bigint {
	return rights
		.map((right) => RIGHTS[right])
		.filter((right) => right.abi <= abi)
		.reduce((mask, { bit }) => mask | (1n << BigInt(bit)), 0n);
}

function restrictAllThreads(kernel: SystemCalls, ruleset: number, abi: number): string | undefined {
	const syncs = abi >= THREAD_SYNC_ABI;
	if (syncs && kernel.call("landlock_restrict_self", ruleset, RESTRICT_SELF_THREAD_SYNC) === 0)
		return undefined;
	// The others first: reading the list of threads is itself forbidden afterwards.
	const results = inEveryOtherThread(kernel, { name: "landlock_restrict_self", args: [ruleset, 0] });
	if (results === undefined) return "not every thread could be reached";
	for (const result of results.values())
		if (result !== 0) return refusal("landlock_restrict_self of another thread", result);
	const own = kernel.call("landlock_restrict_self", ruleset, 0);
	return own === 0 ? undefined : refusal("landlock_restrict_self", own);
}
