import { Errno } from "../../sys/errno.ts";
import type { File } from "../../sys/file.ts";
import type { NewTime, Stat } from "../../sys/stat.ts";
import type { FileNode } from "./nodes.ts";

/** What it was opened for. */
export interface FileAccess {
	readonly read: boolean;
	readonly write: boolean;
}

/** A file of a memory file system that was opened. It lives on when its last name goes. */
export class MemoryFile implements File {
	readonly kind = "file";
	readonly #node: FileNode;
	readonly #access: FileAccess;

	constructor(node: FileNode, access: FileAccess) {
		this.#node = node;
		this.#access = access;
		node.handles += 1;
	}

	stat(): Stat {
		return this.#node.stat();
	}

	read(into: readonly Uint8Array[], at: number): number {
		if (!this.#access.read) return -Errno.BADF;
		this.#wasAccessed();
		let done = 0;
		for (const buffer of into) done += this.#node.content.read(buffer, at + done);
		return done;
	}

	/** Fewer bytes than asked for, then NOSPC, where the file system's quota ends; FBIG over 2^53-1. */
	write(from: readonly Uint8Array[], at: number): number {
		if (!this.#access.write) return -Errno.BADF;
		let done = 0;
		for (const buffer of from) {
			if (at + done + buffer.length > Number.MAX_SAFE_INTEGER) return done > 0 ? done : -Errno.FBIG;
			const count = this.#node.content.write(buffer, at + done);
			done += count;
			if (count === buffer.length) continue;
			if (done === 0) return -Errno.NOSPC;
			break;
		}
		if (done > 0) this.#node.wasModified();
		return done;
	}

	append(from: readonly Uint8Array[]): number {
		return this.write(from, this.#node.size_bytes);
	}

	truncate(size_bytes: number): Errno {
		if (!this.#access.write) return Errno.INVAL;
		this.#node.content.truncate(size_bytes);
		this.#node.wasModified();
		return Errno.SUCCESS;
	}

	allocate(offset: number, length: number): Errno {
		if (!this.#access.write) return Errno.BADF;
		if (length === 0) return Errno.INVAL;
		if (offset + length > Number.MAX_SAFE_INTEGER) return Errno.FBIG;
		if (!this.#node.content.reserve(offset, offset + length)) return Errno.NOSPC;
		this.#node.wasModified();
		return Errno.SUCCESS;
	}

	/** All of it is in memory already. */
	advise(): Errno {
		return Errno.SUCCESS;
	}

	setTimes(accessed: NewTime, modified: NewTime): Errno {
		this.#node.setTimes(accessed, modified);
		return Errno.SUCCESS;
	}

	/** There is no device to wait for. */
	sync(): Errno {
		return Errno.SUCCESS;
	}

	close(): void {
		this.#node.handles -= 1;
		this.#node.release();
	}

	/** As Linux's `relatime` has it: a file that is read again and again has its time set once. */
	#wasAccessed(): void {
		const node = this.#node;
		if (node.accessed_ns <= node.modified_ns) node.accessed_ns = node.volume.clocks.realtime_ns();
	}
}
