/**
 * The C library of the machine, called through `node:ffi` (Node 26 on Linux).
 *
 * Loading costs about 0.5 ms of CPU and each function about 60 us more when it is first called, so
 * nothing is loaded before `libc()` is called and no function is looked up before it is used.
 * `process` is the global one: to import it takes 0.1 ms, for Node then reads all of its properties.
 */
type Ffi = typeof import("node:ffi");

/**
 * Pointers are addresses; null is NULL. See `nativeMemory` for memory that has an address. Where a
 * call has to be cheap its pointers are declared as uint64, which only takes an address: the wrapper
 * that node:ffi puts around a function costs 0.2 to 0.6 us for each argument until V8 optimises it,
 * most for pointers, and least in all for functions of three arguments or fewer.
 */
type ArgumentOf = {
	int32: number;
	uint32: number;
	int64: bigint;
	uint64: bigint;
	pointer: bigint | Uint8Array | null;
};
type ResultOf = { int32: number; int64: bigint; pointer: bigint };
type Parameters<Types extends readonly (keyof ArgumentOf)[]> = {
	-readonly [Index in keyof Types]: ArgumentOf[Types[Index]];
};

interface Signature {
	readonly return: keyof ResultOf;
	readonly arguments: readonly (keyof ArgumentOf)[];
	/** The name in the library, where one function is declared with several signatures. */
	readonly symbol?: string;
}

/** What we call, as the manual pages declare it. An entry costs nothing until it is called. */
const FUNCTIONS = {
	// files and directories
	/** Without a mode: not for flags that make a file. */
	openat: { return: "int32", arguments: ["int32", "uint64", "int32"] },
	/** With the mode of what is made. */
	openatMaking: { return: "int32", arguments: ["int32", "uint64", "int32", "uint32"], symbol: "openat" },
	/** (SYS_openat2, dirfd, path, how, size of how). glibc has no function for it. */
	openat2: {
		return: "int32",
		arguments: ["int32", "int32", "uint64", "uint64", "int32"],
		symbol: "syscall",
	},
	/** (SYS_getdents64, fd, buffer, size). */
	getdents64: { return: "int32", arguments: ["int32", "int32", "uint64", "int32"], symbol: "syscall" },
	/** (SYS_fstat, fd, buffer). glibc before 2.33 has no function for it. */
	fstat: { return: "int32", arguments: ["int32", "int32", "uint64"], symbol: "syscall" },
	close: { return: "int32", arguments: ["int32"] },
	statx: { return: "int32", arguments: ["int32", "uint64", "int32", "uint32", "uint64"] },
	mkdirat: { return: "int32", arguments: ["int32", "uint64", "uint32"] },
	unlinkat: { return: "int32", arguments: ["int32", "uint64", "int32"] },
	renameat: { return: "int32", arguments: ["int32", "uint64", "int32", "uint64"] },
	linkat: { return: "int32", arguments: ["int32", "uint64", "int32", "uint64", "int32"] },
	symlinkat: { return: "int32", arguments: ["uint64", "int32", "uint64"] },
	readlinkat: { return: "int64", arguments: ["int32", "uint64", "uint64", "int64"] },
	utimensat: { return: "int32", arguments: ["int32", "uint64", "uint64", "int32"] },
	futimens: { return: "int32", arguments: ["int32", "uint64"] },
	lseek: { return: "int64", arguments: ["int32", "int64", "int32"] },
	fallocate: { return: "int32", arguments: ["int32", "int32", "int64", "int64"] },
	/** Answers the error itself and leaves errno alone. */
	posix_fadvise: { return: "int32", arguments: ["int32", "int64", "int64", "int32"] },
	// streams and sockets
	ppoll: { return: "int32", arguments: ["pointer", "int64", "pointer", "pointer"] },
	ioctl: { return: "int32", arguments: ["int32", "int64", "pointer"] },
	isatty: { return: "int32", arguments: ["int32"] },
	socket: { return: "int32", arguments: ["int32", "int32", "int32"] },
	setsockopt: { return: "int32", arguments: ["int32", "int32", "int32", "pointer", "uint32"] },
	bind: { return: "int32", arguments: ["int32", "pointer", "uint32"] },
	listen: { return: "int32", arguments: ["int32", "int32"] },
	getsockname: { return: "int32", arguments: ["int32", "pointer", "pointer"] },
	accept4: { return: "int32", arguments: ["int32", "pointer", "pointer", "int32"] },
	recvmsg: { return: "int64", arguments: ["int32", "pointer", "int32"] },
	sendmsg: { return: "int64", arguments: ["int32", "pointer", "int32"] },
	shutdown: { return: "int32", arguments: ["int32", "int32"] },
	connect: { return: "int32", arguments: ["int32", "uint64", "uint32"] },
	getpeername: { return: "int32", arguments: ["int32", "pointer", "pointer"] },
	getsockopt: { return: "int32", arguments: ["int32", "int32", "int32", "uint64", "uint64"] },
	recv: { return: "int64", arguments: ["int32", "uint64", "int64", "int32"] },
	send: { return: "int64", arguments: ["int32", "uint64", "int64", "int32"] },
	recvfrom: { return: "int64", arguments: ["int32", "uint64", "int64", "int32", "uint64", "uint64"] },
	sendto: { return: "int64", arguments: ["int32", "uint64", "int64", "int32", "uint64", "uint32"] },
	// waiting beside other work
	epoll_create1: { return: "int32", arguments: ["int32"] },
	epoll_ctl: { return: "int32", arguments: ["int32", "int32", "int32", "uint64"] },
	eventfd: { return: "int32", arguments: ["uint32", "int32"] },
	// clocks and entropy
	clock_gettime: { return: "int32", arguments: ["int32", "uint64"] },
	getrandom: { return: "int64", arguments: ["pointer", "int64", "uint32"] },
	// confinement
	/** (number, six arguments); those a system call does not take are 0n. */
	syscall: {
		return: "int64",
		arguments: ["int64", "int64", "int64", "int64", "int64", "int64", "int64"],
	},
	prctl: { return: "int32", arguments: ["int32", "int64", "int64", "int64", "int64"] },
	setrlimit: { return: "int32", arguments: ["int32", "pointer"] },
} as const satisfies Record<string, Signature>;

type Functions = typeof FUNCTIONS;
type Name = keyof Functions;

/**
 * The functions as they are: -1 says that one failed, and then `errno()`, asked at once, says why.
 * Call them as members (`c.close(fd)`): a member is replaced when it is first called.
 */
export type Libc = {
	[Each in Name]: (
		...values: Parameters<Functions[Each]["arguments"]>
	) => ResultOf[Functions[Each]["return"]];
} & {
	/** The host's number for the error of the last call that failed on this thread. */
	errno(): number;
};

/** Bytes that never move, and where they are: arguments and results of C functions. */
export interface NativeMemory {
	readonly bytes: Buffer<ArrayBuffer>;
	readonly view: DataView<ArrayBuffer>;
	/** Valid for as long as this object is held. */
	readonly address: bigint;
}

let ffi: Ffi | undefined;
let loaded: Libc | null | undefined;

/** The C library, or undefined where it cannot be called: Node 24, other systems, --permission. */
export function libc(): Libc | undefined {
	loaded ??= process.platform === "linux" ? load() : null;
	return loaded ?? undefined;
}

/** Zeroed memory with an address. Only where `libc()` answers; throws elsewhere. */
export function nativeMemory(size_bytes: number): NativeMemory {
	if (libc() === undefined || ffi === undefined) throw new Error("node:ffi is not there");
	// An ArrayBuffer of its own: a small typed array may lie in V8's heap, where it moves.
	const buffer = new ArrayBuffer(size_bytes);
	const bytes = Buffer.from(buffer);
	return { bytes, view: new DataView(buffer), address: ffi.getRawPointer(buffer) };
}

/** Where the bytes of `view` are now. Valid until its memory is grown, detached or collected. */
export function addressOf(view: Uint8Array): bigint {
	if (ffi === undefined) throw new Error("node:ffi is not there");
	return ffi.getRawPointer(view);
}

/** Memory that is not V8's, at an address the kernel gave. The caller answers for its being mapped. */
export function memoryAt(address: number, size_bytes: number): DataView<ArrayBuffer> {
	if (ffi === undefined) throw new Error("node:ffi is not there");
	return new DataView(ffi.toArrayBuffer(BigInt(address), size_bytes, false));
}

/** Where libuv's loop of this thread is: a `uv_loop_t *`. */
export function eventLoopAddress(): number {
	if (ffi === undefined) throw new Error("node:ffi is not there");
	return Number(ffi.getCurrentEventLoop());
}

function load(): Libc | null {
	const found = withoutExperimentalWarning(() => process.getBuiltinModule("node:ffi") as Ffi | undefined);
	if (found === undefined) return null;
	try {
		const functions = declareFunctions(found);
		ffi = found;
		return functions;
	} catch {
		return null; // --permission without --allow-ffi, or a C library that is not glibc's kin
	}
}

/** Runs `act`; of the warnings it emits at once, the experimental one is dropped. */
function withoutExperimentalWarning<Result>(act: () => Result): Result {
	// oxlint-disable-next-line typescript/unbound-method -- it is called with its process below
	const emit = process.emitWarning;
	process.emitWarning = (...args: unknown[]) => {
		if (args[1] !== "ExperimentalWarning") Reflect.apply(emit, process, args);
	};
	try {
		return act();
	} finally {
		process.emitWarning = emit;
	}
}

function declareFunctions({ DynamicLibrary, getInt32 }: Ffi): Libc {
	const library = new DynamicLibrary(null);
	// Looked up before any call can fail: a later look-up would overwrite errno.
	const errnoAt = library.getFunction("__errno_location", { return: "pointer", arguments: [] })();
	const errno = () => getInt32(errnoAt, 0);
	// Compiled and bound now, for the same reason: what V8 does at a first call may fail and leave its own errno.
	errno();
	const members: Record<string, unknown> = { errno };
	for (const [name, signature] of Object.entries<Signature>(FUNCTIONS)) {
		members[name] = (...values: never[]) => {
			// A library object knows one signature for each symbol: another one takes another object.
			const owner = signature.symbol === undefined ? library : new DynamicLibrary(null);
			const call = owner.getFunction(signature.symbol ?? name, {
				return: signature.return,
				arguments: signature.arguments,
			});
			members[name] = call;
			return call(...values) as unknown;
		};
	}
	return members as Libc;
}
