import { Errno } from "../../sys/errno.ts";

/**
 * The `error-code` of wasi-filesystem for an errno, by name: 0.2's enumeration and 0.3's variant have the same names. What
 * neither has is `io`. A path that leads out of what was granted is `not-permitted`, as path-resolution.md has it.
 */
export function filesystemErrorCode(errno: Errno): string {
	return NAMES.get(errno) ?? "io";
}

const NAMES: ReadonlyMap<Errno, string> = new Map<Errno, string>([
	[Errno.ACCES, "access"],
	[Errno.ALREADY, "already"],
	[Errno.BADF, "bad-descriptor"],
	[Errno.BUSY, "busy"],
	[Errno.DEADLK, "deadlock"],
	[Errno.DQUOT, "quota"],
	[Errno.EXIST, "exist"],
	[Errno.FBIG, "file-too-large"],
	[Errno.ILSEQ, "illegal-byte-sequence"],
	[Errno.INPROGRESS, "in-progress"],
	[Errno.INTR, "interrupted"],
	[Errno.INVAL, "invalid"],
	[Errno.IO, "io"],
	[Errno.ISDIR, "is-directory"],
	[Errno.LOOP, "loop"],
	[Errno.MLINK, "too-many-links"],
	[Errno.MSGSIZE, "message-size"],
	[Errno.NAMETOOLONG, "name-too-long"],
	[Errno.NODEV, "no-device"],
	[Errno.NOENT, "no-entry"],
	[Errno.NOLCK, "no-lock"],
	[Errno.NOMEM, "insufficient-memory"],
	// no code says that too much is open
	[Errno.MFILE, "insufficient-memory"],
	[Errno.NFILE, "insufficient-memory"],
	[Errno.NOSPC, "insufficient-space"],
	[Errno.NOTDIR, "not-directory"],
	[Errno.NOTEMPTY, "not-empty"],
	[Errno.NOTRECOVERABLE, "not-recoverable"],
	[Errno.NOTSUP, "unsupported"],
	[Errno.NOSYS, "unsupported"],
	[Errno.NOTTY, "no-tty"],
	[Errno.NXIO, "no-such-device"],
	[Errno.OVERFLOW, "overflow"],
	[Errno.PERM, "not-permitted"],
	[Errno.NOTCAPABLE, "not-permitted"],
	[Errno.PIPE, "pipe"],
	[Errno.ROFS, "read-only"],
	[Errno.SPIPE, "invalid-seek"],
	[Errno.TXTBSY, "text-file-busy"],
	[Errno.XDEV, "cross-device"],
]);
