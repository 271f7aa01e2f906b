import { Errno } from "../../sys/errno.ts";
import type { OpenFile } from "../descriptors.ts";
import { grown, OFFSET_MAX } from "../filesystem/offsets.ts";
import type { Guest } from "../guest.ts";
import { writeStandard } from "../standard.ts";
import { type Context, errnoOf, hostFunction } from "./function.ts";
import { readIovecs } from "./iovec.ts";

export const fd_read = hostFunction(
	"fd_read",
	[
		["fd", "fd"],
		["iovs", "iovs"],
		["nread", "->u32"],
	],
	(context, fd: number, iovs: number, count: number, result: number) =>
		transfer(context, iovs, count, result, (buffers) => read(context.guest, fd, buffers)),
);

export const fd_write = hostFunction(
	"fd_write",
	[
		["fd", "fd"],
		["iovs", "iovs"],
		["nwritten", "->u32"],
	],
	(context, fd: number, iovs: number, count: number, result: number) =>
		transfer(context, iovs, count, result, (buffers) => write(context.guest, fd, buffers)),
);

export const fd_pread = hostFunction(
	"fd_pread",
	[
		["fd", "fd"],
		["iovs", "iovs"],
		["offset", "u64"],
		["nread", "->u32"],
	],
	(context, fd: number, iovs: number, count: number, offset: bigint, result: number) =>
		transfer(context, iovs, count, result, (buffers) => {
			const file = fileAt(context.guest, fd, offset);
			if (typeof file === "number") return -file;
			if (!file.readable) return -Errno.BADF;
			return offset > OFFSET_MAX ? 0 : file.file.read(buffers, Number(offset));
		}),
);

export const fd_pwrite = hostFunction(
	"fd_pwrite",
	[
		["fd", "fd"],
		["iovs", "iovs"],
		["offset", "u64"],
		["nwritten", "->u32"],
	],
	(context, fd: number, iovs: number, count: number, offset: bigint, result: number) =>
		transfer(context, iovs, count, result, (buffers) => {
			const file = fileAt(context.guest, fd, offset);
			if (typeof file === "number") return -file;
			if (!file.writable) return -Errno.BADF;
			return offset > OFFSET_MAX
				? -Errno.FBIG
				: grown(context.guest, file, file.file.write(buffers, Number(offset)));
		}),
);

/** Moves bytes between the guest's buffers and `act`, and stores how many there were. */
function transfer(
	{ memory }: Context,
	iovs: number,
	count: number,
	result: number,
	act: (buffers: Uint8Array[]) => number,
): Errno {
	if (!memory.has(result, 4)) return Errno.FAULT;
	const buffers = readIovecs(memory, iovs, count);
	if (buffers === undefined) return Errno.FAULT;
	const moved = act(buffers);
	if (moved >= 0) memory.setU32(result, moved);
	return errnoOf(moved);
}

/** pread and pwrite are for files only; an offset that is negative as i64 is none. */
function fileAt(guest: Guest, fd: number, offset: bigint): OpenFile | Errno {
	const open = guest.world.descriptors.get(fd);
	if (open === undefined || open.kind === "listener") return Errno.BADF;
	if (open.kind === "directory") return Errno.ISDIR;
	if (open.kind !== "file") return Errno.SPIPE;
	return offset < 0n ? Errno.INVAL : open;
}

function read(guest: Guest, fd: number, buffers: Uint8Array[]): number {
	const open = guest.world.descriptors.get(fd);
	if (open === undefined || open.kind === "listener") return -Errno.BADF;
	if (open.kind === "directory") return -Errno.ISDIR;
	if (open.kind === "file") return readFile(open, buffers);
	if (!open.stream.readable) return -Errno.BADF;
	return isEmpty(buffers) ? 0 : open.stream.read(buffers);
}

function write(guest: Guest, fd: number, buffers: Uint8Array[]): number {
	const open = guest.world.descriptors.get(fd);
	if (open === undefined || open.kind === "listener") return -Errno.BADF;
	if (open.kind === "directory") return -Errno.BADF;
	if (open.kind === "file") return grown(guest, open, writeFile(open, buffers));
	if (!open.stream.writable) return -Errno.BADF;
	if (isEmpty(buffers)) return 0;
	return open.kind === "stream" ? writeStandard(guest, open.stream, buffers) : open.stream.write(buffers);
}

function readFile(open: OpenFile, buffers: Uint8Array[]): number {
	if (!open.readable) return -Errno.BADF;
	const position = positionOf(open);
	if (position < 0) return position;
	const moved = open.file.read(buffers, position);
	if (moved > 0) open.position = position + moved;
	return moved;
}

function writeFile(open: OpenFile, buffers: Uint8Array[]): number {
	if (!open.writable) return -Errno.BADF;
	if (open.append) return append(open, buffers);
	const position = positionOf(open);
	if (position < 0) return position;
	const moved = open.file.write(buffers, position);
	if (moved > 0) open.position = position + moved;
	return moved;
}

function append(open: OpenFile, buffers: Uint8Array[]): number {
	const moved = open.file.append(buffers);
	if (moved > 0) open.position = undefined;
	return moved;
}

/** The position of a file, or `-errno`; after an append it is looked up. */
export function positionOf(open: OpenFile): number {
	if (open.position === undefined) {
		const stat = open.file.stat();
		if (typeof stat === "number") return -stat;
		open.position = Number(stat.size_bytes);
	}
	return open.position;
}

function isEmpty(buffers: Uint8Array[]): boolean {
	return buffers.length === 0;
}
