/**
 * Directories of Linux where openat2 cannot be called: each is held by a descriptor, and a name in it
 * is `/proc/self/fd/N/name`, which the kernel looks up in that very directory. Every call names one
 * component and does not follow it, so that nobody can put a link in the way: no race is left.
 */
import { closeSync, constants, fstatSync, openSync, readlinkSync, statSync } from "node:fs";
import { Errno } from "../../sys/errno.ts";
import { FileType, type Stat } from "../../sys/stat.ts";
import type { Anchor, Found } from "./anchor.ts";
import { fromException } from "./errno.ts";
import { attempt, type FileWays, PLAIN_WAYS } from "./file.ts";
import { O_PATH } from "./open-flags.ts";
import { isOfOwnProcess } from "./own-process.ts";
import { fromNodeStat } from "./stat.ts";

const { O_APPEND, O_CREAT, O_DIRECTORY, O_DSYNC, O_EXCL, O_NOCTTY } = constants;
const { O_NOFOLLOW, O_NONBLOCK, O_RDWR, O_SYNC, O_WRONLY } = constants;

let procDevice: bigint | undefined;

const FILE_WAYS: FileWays = {
	...PLAIN_WAYS,
	openAppender(fd, sync) {
		const flags = sync === "all" ? O_SYNC : sync === "data" ? O_DSYNC : 0;
		return openPath(pathOf(fd), O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK | flags);
	},
};

export class ProcAnchor implements Anchor {
	readonly fileWays = FILE_WAYS;
	readonly #fd: number;

	/** Takes over `fd`, a directory opened in any way. */
	constructor(fd: number) {
		this.#fd = fd;
	}

	at(name: string): string {
		return `${pathOf(this.#fd)}/${name}`;
	}

	self(): string {
		return pathOf(this.#fd);
	}

	look(name: string): Found | Errno {
		return hold(openPath(this.at(name), O_PATH | O_NOFOLLOW));
	}

	here(): Found | Errno {
		return hold(openPath(this.self(), O_PATH | O_DIRECTORY));
	}

	create(name: string, flags: number): number {
		return openPath(this.at(name), flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	}

	release(): void {
		attempt(() => closeSync(this.#fd));
	}
}

/** An inode held by O_PATH, which does nothing to a FIFO or a device. Its type cannot change. */
class ProcFound implements Found {
	readonly stat: Stat;
	readonly #fd: number;
	#isTaken = false;

	constructor(fd: number, stat: Stat) {
		this.#fd = fd;
		this.stat = stat;
	}

	open(flags: number): number {
		if (this.stat.type !== FileType.REGULAR_FILE || this.#isHostsOwn(flags)) return -Errno.NOTCAPABLE;
		return openPath(pathOf(this.#fd), flags | O_NOCTTY | O_NONBLOCK);
	}

	enter(): Anchor {
		this.#isTaken = true;
		return new ProcAnchor(this.#fd);
	}

	release(): void {
		if (!this.#isTaken) attempt(() => closeSync(this.#fd));
	}

	/** As in kernel-directory.ts: what /proc tells of this process, and all writing there. */
	#isHostsOwn(flags: number): boolean {
		procDevice ??= statSync("/proc/self/fd", { bigint: true }).dev;
		if (this.stat.device !== procDevice) return false;
		return (flags & (O_WRONLY | O_RDWR)) !== 0 || isOfOwnProcess(readlinkSync(pathOf(this.#fd)));
	}
}

function hold(fd: number): Found | Errno {
	if (fd < 0) return -fd as Errno;
	try {
		return new ProcFound(fd, fromNodeStat(fstatSync(fd, { bigint: true })));
	} catch (error) {
		attempt(() => closeSync(fd));
		return fromException(error);
	}
}

function pathOf(fd: number): string {
	return `/proc/self/fd/${fd}`;
}

function openPath(path: string, flags: number): number {
	try {
		return openSync(path, flags, 0o666);
	} catch (error) {
		return -fromException(error);
	}
}
