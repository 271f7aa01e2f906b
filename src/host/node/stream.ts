import { fstatSync } from "node:fs";
import { Errno } from "../../sys/errno.ts";
import { FileType, type Stat } from "../../sys/stat.ts";
import type { Stream } from "../../sys/stream.ts";
import { fromHostErrno } from "./errno.ts";
import { readFrom, writeTo } from "./file.ts";
import { libc } from "./libc.ts";
import { POLLIN, POLLOUT, pollOne } from "./poll.ts";
import { fromNodeStat, statDescriptor } from "./stat.ts";

/** The guest's standard streams are the host's. Undefined where the host has closed its own. */
export function standardStream(fd: 0 | 1 | 2): Stream | undefined {
	const type = streamType(fd);
	if (type === undefined) return undefined;
	const mode = { readable: fd === 0, writable: fd !== 0 };
	const seeks = type === FileType.REGULAR_FILE && libc() !== undefined;
	return seeks ? new SeekableStream(fd, type, mode) : new DescriptorStream(fd, type, mode);
}

/**
 * A stream over a descriptor of the host that others may share.
 *
 * The descriptor's own O_NONBLOCK is left as it was found. Where someone else has set it, a call
 * that has to wait waits by `ppoll`; where the guest sets `nonblocking`, `ppoll` is asked first.
 */
export class DescriptorStream implements Stream {
	readonly kind = "stream";
	readonly type: FileType;
	readonly readable: boolean;
	readonly writable: boolean;
	nonblocking = false;
	/** For the waiter; -1 when it is closed. */
	fd: number;

	constructor(fd: number, type: FileType, mode: { readable: boolean; writable: boolean }) {
		this.fd = fd;
		this.type = type;
		this.readable = mode.readable;
		this.writable = mode.writable;
	}

	stat(): Stat | Errno {
		return statDescriptor(this.fd);
	}

	read(into: readonly Uint8Array[]): number {
		return this.#whenReady(POLLIN, () => readFrom(this.fd, into, null));
	}

	write(from: readonly Uint8Array[]): number {
		return this.#whenReady(POLLOUT, () => writeTo(this.fd, from, null));
	}

	/**
	 * The host's standard descriptors stay open: our own messages go there, and a number that is free
	 * would be given to the next file.
	 */
	close(): void {}

	#whenReady(event: number, act: () => number): number {
		if (this.nonblocking && pollOne(this.fd, event, 0n) === 0) return -Errno.AGAIN;
		for (;;) {
			const moved = act();
			if (moved === -Errno.INTR) continue;
			if (moved !== -Errno.AGAIN || this.nonblocking) return moved;
			pollOne(this.fd, event, undefined);
		}
	}
}

/** A file in a stream's place, as `< file` and `> file` make it. Its position is the host's. */
export class SeekableStream extends DescriptorStream {
	seek(offset: bigint, whence: 0 | 1 | 2): number {
		const c = libc();
		if (c === undefined) return -Errno.SPIPE;
		const position = c.lseek(this.fd, offset, whence);
		return position < 0n ? -fromHostErrno(c.errno()) : Number(position);
	}
}

/** What the descriptor is to a guest; undefined when it is closed. */
function streamType(fd: number): FileType | undefined {
	try {
		const stat = fstatSync(fd, { bigint: true });
		const { type } = fromNodeStat(stat);
		if (type !== FileType.CHARACTER_DEVICE) return type;
		// To a guest a character device is a terminal (wasi-libc's isatty looks at nothing else).
		return isTerminal(fd, stat.rdev) ? type : FileType.UNKNOWN;
	} catch {
		return undefined;
	}
}

/** Loading `node:tty` takes milliseconds: it is asked last, and never about /dev/null on Linux. */
function isTerminal(fd: number, device: bigint): boolean {
	if (process.platform === "linux") {
		const MEMORY_DEVICES = 1n;
		if (((device >> 8n) & 0xfffn) === MEMORY_DEVICES) return false;
		const c = libc();
		if (c !== undefined) return c.isatty(fd) === 1;
	}
	return process.getBuiltinModule("node:tty").isatty(fd);
}
