/** What errors of sockets are called: the one table of the family. */
import { Errno } from "../../sys/errno.ts";

/** `error-code` of wasi:sockets/network 0.2. */
export type ErrorCode =
	| "unknown"
	| "access-denied"
	| "not-supported"
	| "invalid-argument"
	| "out-of-memory"
	| "timeout"
	| "concurrency-conflict"
	| "not-in-progress"
	| "would-block"
	| "invalid-state"
	| "new-socket-limit"
	| "address-not-bindable"
	| "address-in-use"
	| "remote-unreachable"
	| "connection-refused"
	| "connection-reset"
	| "connection-aborted"
	| "datagram-too-large"
	| "name-unresolvable"
	| "temporary-resolver-failure"
	| "permanent-resolver-failure";

/** `error-code` of wasi:sockets/types 0.3: what 0.2 has names for and 0.3 has not is `other`. */
export interface ErrorCode3 {
	readonly tag: string;
	readonly val?: unknown;
}

export function errorCode(errno: Errno): ErrorCode {
	return CODES.get(errno) ?? "unknown";
}

export function errorCode3(errno: Errno): ErrorCode3 {
	if (errno === Errno.PIPE) return { tag: "connection-broken" };
	const code = errorCode(errno);
	return NOT_IN_3.has(code) ? { tag: "other", val: code === "unknown" ? undefined : code } : { tag: code };
}

/** Of a look-up of a name, in 0.2 and, as the tag of a variant, in 0.3. */
export function lookupErrorCode(errno: Errno): ErrorCode {
	switch (errno) {
		case Errno.NOENT:
			return "name-unresolvable";
		case Errno.ACCES:
		case Errno.INVAL:
		case Errno.AGAIN:
			return errorCode(errno);
		case Errno.IO:
		case Errno.NOTSUP:
			return "permanent-resolver-failure";
		default:
			return "temporary-resolver-failure";
	}
}

const CODES: ReadonlyMap<Errno, ErrorCode> = new Map<Errno, ErrorCode>([
	[Errno.ACCES, "access-denied"],
	[Errno.PERM, "access-denied"],
	[Errno.AGAIN, "would-block"],
	[Errno.INTR, "would-block"],
	[Errno.ALREADY, "concurrency-conflict"],
	[Errno.ADDRINUSE, "address-in-use"],
	[Errno.ADDRNOTAVAIL, "address-not-bindable"],
	[Errno.TIMEDOUT, "timeout"],
	[Errno.CONNREFUSED, "connection-refused"],
	[Errno.CONNRESET, "connection-reset"],
	[Errno.NETRESET, "connection-reset"],
	[Errno.PIPE, "connection-reset"],
	[Errno.CONNABORTED, "connection-aborted"],
	[Errno.INVAL, "invalid-argument"],
	[Errno.HOSTUNREACH, "remote-unreachable"],
	[Errno.NETDOWN, "remote-unreachable"],
	[Errno.NETUNREACH, "remote-unreachable"],
	[Errno.ISCONN, "invalid-state"],
	[Errno.NOTCONN, "invalid-state"],
	[Errno.DESTADDRREQ, "invalid-state"],
	[Errno.BADF, "invalid-state"],
	[Errno.MFILE, "new-socket-limit"],
	[Errno.NFILE, "new-socket-limit"],
	[Errno.MSGSIZE, "datagram-too-large"],
	[Errno.NOMEM, "out-of-memory"],
	[Errno.NOBUFS, "out-of-memory"],
	[Errno.NOTSUP, "not-supported"],
	[Errno.NOPROTOOPT, "not-supported"],
	[Errno.PROTONOSUPPORT, "not-supported"],
	[Errno.AFNOSUPPORT, "not-supported"],
]);

const NOT_IN_3 = new Set<ErrorCode>([
	"unknown",
	"concurrency-conflict",
	"not-in-progress",
	"would-block",
	"new-socket-limit",
	"name-unresolvable",
	"temporary-resolver-failure",
	"permanent-resolver-failure",
]);
