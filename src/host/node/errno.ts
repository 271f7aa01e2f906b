import { Errno } from "../../sys/errno.ts";

/** Names of the host that are spelt otherwise in WASI. */
const OTHER_NAMES: Readonly<Record<string, Errno>> = {
	EWOULDBLOCK: Errno.AGAIN,
	EOPNOTSUPP: Errno.NOTSUP,
	// how libuv says the end of a pipe on Windows: no error, and nothing read
	EOF: Errno.SUCCESS,
	UNKNOWN: Errno.IO,
};

let byHostNumber: Map<number, Errno> | undefined;

/** WASI's number for one of the host's (`errno`, positive); IO for those that WASI does not know. */
export function fromHostErrno(host: number): Errno {
	byHostNumber ??= readHostNumbers();
	return byHostNumber.get(host) ?? Errno.IO;
}

/** Read when the first error happens: a run without any need not load `node:os`. */
function readHostNumbers(): Map<number, Errno> {
	const { constants } = process.getBuiltinModule("node:os");
	return new Map(Object.entries(constants.errno).map(([name, number]) => [number, fromName(name)]));
}

/** WASI's number for what a function of `node:fs` threw. A mistake of ours is thrown on. */
export function fromException(error: unknown): Errno {
	const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
	if (code === undefined) throw error;
	if (code === "ERR_OUT_OF_RANGE" || code === "ERR_INVALID_ARG_VALUE") return Errno.INVAL;
	return fromName(code);
}

function fromName(name: string): Errno {
	const other = OTHER_NAMES[name];
	if (other !== undefined) return other;
	const spec = name.slice(1);
	return Object.hasOwn(Errno, spec) ? Errno[spec as keyof typeof Errno] : Errno.IO;
}
