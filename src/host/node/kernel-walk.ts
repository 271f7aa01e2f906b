/**
 * What `openat2(RESOLVE_BENEATH)` does, one name after the other: for when it gives up.
 *
 * The kernel takes back every `..` during which anything on the whole machine was renamed, and a path
 * with hundreds of them may never get through beside a busy neighbour. Here `..` goes back along the
 * descriptors that were entered, so that no rename can lead it astray.
 */
import { constants } from "node:fs";
import { Errno } from "../../sys/errno.ts";
import { endsInDots, type Last, Link, resolve, type Steps } from "../../sys/resolve.ts";
import { FileType } from "../../sys/stat.ts";
import type { Kernel, Slot } from "./kernel.ts";
import { O_PATH } from "./open-flags.ts";

const { O_CREAT, O_DIRECTORY, O_NOFOLLOW } = constants;

interface Held {
	readonly fd: number;
}

/** As `Kernel.openBeneath`, whose flags it takes: to hold, to list a directory, to make a file anew. */
export function openByWalk(
	kernel: Kernel,
	directory: number,
	path: string,
	flags: number,
	slot: Slot,
): number {
	const act = (last: Last<Held>) => openLast(kernel, last, flags, slot);
	const answer = resolve(steps(kernel, slot), { fd: directory }, path, act);
	return typeof answer === "number" ? -answer : answer.fd;
}

function steps(kernel: Kernel, slot: Slot): Steps<Held> {
	return {
		enter(directory, name) {
			const found = holdOrLink(kernel, directory.fd, name, true, slot);
			if (typeof found === "number" || found instanceof Link) return found;
			if (found.type === FileType.DIRECTORY) return found;
			kernel.close(found.fd);
			return Errno.NOTDIR;
		},
		leave: ({ fd }) => kernel.close(fd),
	};
}

function openLast(kernel: Kernel, last: Last<Held>, flags: number, slot: Slot): Held | Link | Errno {
	if ((flags & O_CREAT) !== 0) return make(kernel, last, flags, slot);
	const follow = last.slash || (flags & O_NOFOLLOW) === 0;
	const found = holdOrLink(kernel, last.directory.fd, endsInDots(last) ? "." : last.name, follow, slot);
	if (typeof found === "number" || found instanceof Link) return found;
	const mustBeDirectory = last.slash || (flags & O_DIRECTORY) !== 0;
	if (mustBeDirectory && found.type !== FileType.DIRECTORY) {
		kernel.close(found.fd);
		return Errno.NOTDIR;
	}
	if ((flags & O_PATH) !== 0) return found;
	// What is held is no link any more; its name in /proc is one.
	const fd = kernel.reopen(found.fd, flags & ~O_NOFOLLOW);
	kernel.close(found.fd);
	return fd < 0 ? (-fd as Errno) : { fd };
}

function make(kernel: Kernel, last: Last<Held>, flags: number, slot: Slot): Held | Errno {
	if (endsInDots(last)) return Errno.EXIST;
	if (last.slash) return Errno.ISDIR;
	const fd = kernel.makeName(last.directory.fd, last.name, flags, slot);
	return fd < 0 ? (-fd as Errno) : { fd };
}

/** What `name` is, held by O_PATH; a link is read when it is to be followed. */
function holdOrLink(
	kernel: Kernel,
	directory: number,
	name: string,
	follow: boolean,
	slot: Slot,
): (Held & { type: number }) | Link | Errno {
	const fd = kernel.holdName(directory, name, slot);
	if (fd < 0) return -fd as Errno;
	const type = kernel.typeOf(fd);
	if (type >= 0 && (type !== FileType.SYMBOLIC_LINK || !follow)) return { fd, type };
	const target = type < 0 ? (-type as Errno) : kernel.readLinkBehind(fd);
	kernel.close(fd);
	return typeof target === "string" ? new Link(target) : target;
}
