import type { Directory } from "../sys/directory.ts";
import { Errno } from "../sys/errno.ts";
import type { File } from "../sys/file.ts";
import type { Connection, Listener } from "../sys/sockets.ts";
import type { Stream } from "../sys/stream.ts";

/** preview1's rights, after the guest has given some of them up. */
export interface Narrowed {
	readonly base: bigint;
	readonly inheriting: bigint;
}

/** An open file with what makes it one guest's: a position, access, and flags that can be changed. */
export interface OpenFile {
	readonly kind: "file";
	readonly file: File;
	/** Where the next read or write happens; undefined after an append: at the end, wherever that is. */
	position: number | undefined;
	readable: boolean;
	writable: boolean;
	append: boolean;
	nonblocking: boolean;
	readonly sync: "none" | "data" | "all";
	narrowed?: Narrowed;
	/** For messages: the path by which the guest opened it, `.` and `..` and all. */
	readonly name: string;
}

export interface OpenDirectory {
	readonly kind: "directory";
	readonly directory: Directory;
	/** The guest's path of a directory that it was given; undefined for one that it opened itself. */
	readonly preopen: string | undefined;
	narrowed?: Narrowed;
	/** For messages: as for a file. */
	readonly name: string;
}

export interface OpenStream {
	readonly kind: "stream";
	readonly stream: Stream;
	readonly name: string;
}

export interface OpenConnection {
	readonly kind: "connection";
	readonly stream: Connection;
	readonly name: string;
}

export interface OpenListener {
	readonly kind: "listener";
	readonly listener: Listener;
	readonly name: string;
}

export type Open = OpenFile | OpenDirectory | OpenStream | OpenConnection | OpenListener;

/** What is open under no number: a socket that a component holds as a resource. */
export interface Unnumbered {
	close(): void;
}

/** The numbers a guest knows its open things by. New ones get the lowest free number, as in POSIX. */
export class Descriptors {
	readonly #table: (Open | undefined)[] = [];
	readonly #unnumbered = new Set<Unnumbered>();
	readonly #limit: number;
	#count = 0;
	/** No number below this one is free. */
	#lowestFree = 0;

	/** `limit`: how many may be open at once, from 3. */
	constructor(limit: number) {
		this.#limit = limit;
	}

	get limit(): number {
		return this.#limit;
	}

	/** Whether one more may be opened: ask before opening, so that nothing has to be undone. */
	get hasRoom(): boolean {
		return this.#count < this.#limit;
	}

	get(fd: number): Open | undefined {
		return this.#table[fd];
	}

	/** The directories that the guest was given, in their order. */
	*preopens(): Generator<OpenDirectory & { readonly preopen: string }> {
		for (const open of this.#table)
			if (open?.kind === "directory" && open.preopen !== undefined)
				yield open as OpenDirectory & { readonly preopen: string };
	}

	/** The new number, or `-MFILE`; then the caller still owns `open`. */
	add(open: Open): number {
		if (!this.hasRoom) return -Errno.MFILE;
		let fd = this.#lowestFree;
		while (this.#table[fd] !== undefined) fd += 1;
		this.#table[fd] = open;
		this.#lowestFree = fd + 1;
		this.#count += 1;
		return fd;
	}

	close(fd: number): Errno {
		const open = this.#remove(fd);
		if (open === undefined) return Errno.BADF;
		release(open);
		return Errno.SUCCESS;
	}

	/** Moves `from` to the number `to`, which must be open and is closed first. */
	renumber(from: number, to: number): Errno {
		const open = this.#table[from];
		const replaced = this.#table[to];
		if (open === undefined || replaced === undefined) return Errno.BADF;
		if (from === to) return Errno.SUCCESS;
		this.#remove(from);
		this.#table[to] = open;
		release(replaced);
		return Errno.SUCCESS;
	}

	/** Counts something that has no number; false where there is no room for it: the caller still owns it. */
	own(what: Unnumbered): boolean {
		if (!this.hasRoom) return false;
		this.#unnumbered.add(what);
		this.#count += 1;
		return true;
	}

	/** It was closed. */
	disown(what: Unnumbered): void {
		if (this.#unnumbered.delete(what)) this.#count -= 1;
	}

	closeAll(): void {
		this.closeFrom(0);
	}

	/** What has this number or a higher one, and what has none. */
	closeFrom(first: number): void {
		for (let fd = first; fd < this.#table.length; fd += 1) this.close(fd);
		for (const what of this.#unnumbered) {
			this.disown(what);
			what.close();
		}
	}

	#remove(fd: number): Open | undefined {
		const open = this.#table[fd];
		if (open === undefined) return undefined;
		this.#table[fd] = undefined;
		this.#count -= 1;
		if (fd < this.#lowestFree) this.#lowestFree = fd;
		return open;
	}
}

function release(open: Open): void {
	switch (open.kind) {
		case "file":
			open.file.close();
			return;
		case "directory":
			open.directory.close();
			return;
		case "stream":
		case "connection":
			open.stream.close();
			return;
		case "listener":
			open.listener.close();
	}
}
