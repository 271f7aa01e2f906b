import { Errno } from "../../sys/errno.ts";
import type { Connection } from "../../sys/sockets.ts";
import type { Guest } from "../guest.ts";
import { FdFlags, RiFlags, SdFlags } from "./flags.ts";
import { errnoOf, hostFunction } from "./function.ts";
import { readIovecs } from "./iovec.ts";

export const sock_accept = hostFunction(
	"sock_accept",
	[
		["fd", "fd"],
		["flags", "fdflags"],
		["result.fd", "->fd"],
	],
	({ guest, memory }, fd: number, flags: number, result: number) => {
		const { descriptors } = guest.world;
		const open = descriptors.get(fd);
		if (open === undefined) return Errno.BADF;
		if (open.kind !== "listener") return open.kind === "connection" ? Errno.INVAL : Errno.NOTSOCK;
		if ((flags & ~FdFlags.NONBLOCK) !== 0) return Errno.INVAL;
		if (!memory.has(result, 4)) return Errno.FAULT;
		guest.world.uses?.listened("sock_accept");
		if (!descriptors.hasRoom) {
			guest.deny({ type: "descriptors", limit: descriptors.limit });
			return Errno.MFILE;
		}
		const stream = open.listener.accept();
		if (typeof stream === "number") return stream;
		stream.nonblocking = (flags & FdFlags.NONBLOCK) !== 0;
		memory.setU32(result, descriptors.add({ kind: "connection", stream, name: open.name }));
		return Errno.SUCCESS;
	},
);

export const sock_recv = hostFunction(
	"sock_recv",
	[
		["fd", "fd"],
		["ri_data", "iovs"],
		["ri_flags", "riflags"],
		["ro_datalen", "->u32"],
		["ro_flags", "->u32"],
	],
	({ guest, memory }, fd: number, iovs: number, count: number, flags: number, size: number, out: number) => {
		const connection = connectionAt(guest, fd);
		if (typeof connection === "number") return connection;
		if ((flags & ~(RiFlags.PEEK | RiFlags.WAITALL)) !== 0) return Errno.INVAL;
		if (!memory.has(size, 4) || !memory.has(out, 2)) return Errno.FAULT;
		const buffers = readIovecs(memory, iovs, count);
		if (buffers === undefined) return Errno.FAULT;
		const peek = (flags & RiFlags.PEEK) !== 0;
		const moved = connection.receive(buffers, peek, (flags & RiFlags.WAITALL) !== 0);
		if (moved < 0) return errnoOf(moved);
		memory.setU32(size, moved);
		memory.setU16(out, 0);
		return Errno.SUCCESS;
	},
);

export const sock_send = hostFunction(
	"sock_send",
	[
		["fd", "fd"],
		["si_data", "iovs"],
		["si_flags", "u32"],
		["so_datalen", "->u32"],
	],
	({ guest, memory }, fd: number, iovs: number, count: number, flags: number, size: number) => {
		const connection = connectionAt(guest, fd);
		if (typeof connection === "number") return connection;
		if (flags !== 0) return Errno.INVAL;
		if (!memory.has(size, 4)) return Errno.FAULT;
		const buffers = readIovecs(memory, iovs, count);
		if (buffers === undefined) return Errno.FAULT;
		const moved = buffers.length === 0 ? 0 : connection.write(buffers);
		if (moved >= 0) memory.setU32(size, moved);
		return errnoOf(moved);
	},
);

export const sock_shutdown = hostFunction(
	"sock_shutdown",
	[
		["fd", "fd"],
		["how", "sdflags"],
	],
	({ guest }, fd: number, how: number) => {
		const connection = connectionAt(guest, fd);
		if (typeof connection === "number") return connection;
		if (how === 0 || (how & ~(SdFlags.RD | SdFlags.WR)) !== 0) return Errno.INVAL;
		return connection.shutdown((how & SdFlags.RD) !== 0, (how & SdFlags.WR) !== 0);
	},
);

function connectionAt(guest: Guest, fd: number): Connection | Errno {
	const open = guest.world.descriptors.get(fd);
	if (open === undefined) return Errno.BADF;
	if (open.kind === "listener") return Errno.NOTCONN;
	return open.kind === "connection" ? open.stream : Errno.NOTSOCK;
}
