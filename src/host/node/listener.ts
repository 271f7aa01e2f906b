import { Fault } from "../../base/fault.ts";
import { parseAddress } from "../../base/ip-address.ts";
import { Errno, errnoName } from "../../sys/errno.ts";
import type { SocketAddress } from "../../sys/network.ts";
import type { Connection, Listener } from "../../sys/sockets.ts";
import { FileType } from "../../sys/stat.ts";
import { fromHostErrno } from "./errno.ts";
import { addressOf, type Libc, libc, type NativeMemory, nativeMemory } from "./libc.ts";
import { POLLIN, pollOne } from "./poll.ts";
import { addressMemory, setNumber } from "./socket.ts";
import { familyNumber } from "./socket-address.ts";
import { DescriptorStream } from "./stream.ts";

// Numbers of Linux, on every architecture that Node runs on.
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const MSG_PEEK = 0x02;
const MSG_DONTWAIT = 0x40;
const MSG_WAITALL = 0x100;
const MSG_NOSIGNAL = 0x4000;
const SHUT_RD = 0;
const SHUT_WR = 1;
const SHUT_RDWR = 2;

const BACKLOG = 128;
/** Connections that were broken off before we took them are passed over, so many at a time. */
const BROKEN_MAX = 64;

// struct msghdr, and the struct iovec behind it
const MSG_IOV_AT = 16;
const MSG_IOVLEN_AT = 24;
const MSGHDR_BYTES = 56;
const IOVEC_BYTES = 16;
const IOVECS_MAX = 1024;

/**
 * Opens a TCP socket that listens, to be granted. `address` is an IPv4 or IPv6 address in digits;
 * port 0 lets the system choose (see `port`). Throws a Fault: GRANT_INVALID, GRANT_REFUSED, or
 * PLATFORM_UNSUPPORTED where libc cannot be called.
 */
export function listen(address: string, port: number): NodeListener {
	const c = libc();
	if (c === undefined) {
		throw new Fault("PLATFORM_UNSUPPORTED", `cannot listen on '${shown(address, port)}'`, {
			note: "listeners need Node 26 on Linux",
		});
	}
	const local = socketAddress(address, port);
	const fd = c.socket(familyNumber(local.family), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) throw listenFault(c.errno(), address, port);
	const memory = addressMemory();
	const failed =
		setNumber(c, fd, SOL_SOCKET, SO_REUSEADDR, 1) < 0 ||
		c.bind(fd, memory.address, memory.write(local)) < 0 ||
		c.listen(fd, BACKLOG) < 0;
	if (failed) {
		const fault = listenFault(c.errno(), address, port);
		c.close(fd);
		throw fault;
	}
	return new NodeListener(c, fd, boundPort(c, fd));
}

export class NodeListener implements Listener {
	readonly kind = "listener";
	nonblocking = false;
	/** The TCP port, also where 0 was asked for. */
	readonly port: number;
	/** For the waiter; -1 when it is closed. */
	fd: number;
	readonly #c: Libc;

	constructor(c: Libc, fd: number, port: number) {
		this.#c = c;
		this.fd = fd;
		this.port = port;
	}

	accept(): Connection | Errno {
		for (let broken = 0; broken < BROKEN_MAX;) {
			// The socket itself never waits, so that a connection that vanishes cannot hold us up.
			const fd = this.#c.accept4(this.fd, null, null, SOCK_CLOEXEC);
			if (fd >= 0) return new NodeConnection(this.#c, fd);
			const errno = fromHostErrno(this.#c.errno());
			if (errno === Errno.CONNABORTED || errno === Errno.INTR) broken += 1;
			else if (errno !== Errno.AGAIN || this.nonblocking) return errno;
			else pollOne(this.fd, POLLIN, undefined);
		}
		return Errno.CONNABORTED;
	}

	close(): void {
		this.#c.close(this.fd);
		this.fd = -1;
	}
}

/** Our own socket, shared with nobody: it waits in the kernel, or not (MSG_DONTWAIT). */
class NodeConnection extends DescriptorStream implements Connection {
	readonly #c: Libc;

	constructor(c: Libc, fd: number) {
		super(fd, FileType.SOCKET_STREAM, { readable: true, writable: true });
		this.#c = c;
	}

	override read(into: readonly Uint8Array[]): number {
		return this.receive(into, false, false);
	}

	override write(from: readonly Uint8Array[]): number {
		return this.#move(from, (message) => this.#c.sendmsg(this.fd, message, MSG_NOSIGNAL | this.#wait()));
	}

	receive(into: readonly Uint8Array[], peek: boolean, waitAll: boolean): number {
		const flags = (peek ? MSG_PEEK : 0) | (waitAll ? MSG_WAITALL : 0) | this.#wait();
		return this.#move(into, (message) => this.#c.recvmsg(this.fd, message, flags));
	}

	shutdown(read: boolean, write: boolean): Errno {
		if (!read && !write) return Errno.INVAL;
		const how = read ? (write ? SHUT_RDWR : SHUT_RD) : SHUT_WR;
		return this.#c.shutdown(this.fd, how) < 0 ? fromHostErrno(this.#c.errno()) : Errno.SUCCESS;
	}

	override close(): void {
		this.#c.close(this.fd);
		this.fd = -1;
	}

	#wait(): number {
		return this.nonblocking ? MSG_DONTWAIT : 0;
	}

	#move(buffers: readonly Uint8Array[], act: (message: bigint) => bigint): number {
		const message = messageOf(buffers);
		for (;;) {
			const moved = Number(act(message));
			if (moved >= 0) return moved;
			const errno = fromHostErrno(this.#c.errno());
			if (errno !== Errno.INTR) return -errno;
		}
	}
}

let messageMemory: NativeMemory | undefined;

/** A `struct msghdr` for as many of the buffers as one call takes; valid until the next one. */
function messageOf(buffers: readonly Uint8Array[]): bigint {
	messageMemory ??= nativeMemory(MSGHDR_BYTES + IOVECS_MAX * IOVEC_BYTES);
	const { address, view } = messageMemory;
	const count = Math.min(buffers.length, IOVECS_MAX);
	view.setBigUint64(MSG_IOV_AT, address + BigInt(MSGHDR_BYTES), true);
	view.setBigUint64(MSG_IOVLEN_AT, BigInt(count), true);
	for (const [index, buffer] of buffers.slice(0, count).entries()) {
		const at = MSGHDR_BYTES + index * IOVEC_BYTES;
		view.setBigUint64(at, addressOf(buffer), true);
		view.setBigUint64(at + 8, BigInt(buffer.byteLength), true);
	}
	return address;
}

function socketAddress(text: string, port: number): SocketAddress {
	const address = parseAddress(text);
	if (address !== undefined)
		return { family: address.includes(":") ? "ipv6" : "ipv4", address, port, flowInfo: 0, scopeId: 0 };
	throw new Fault("GRANT_INVALID", `cannot listen on '${shown(text, port)}'`, {
		note: `'${text}' is not an IPv4 or IPv6 address in digits`,
	});
}

function boundPort(c: Libc, fd: number): number {
	const memory = addressMemory().clear();
	c.getsockname(fd, memory.address, memory.lengthAddress);
	return memory.read().port;
}

function listenFault(hostErrno: number, address: string, port: number): Fault {
	const errno = fromHostErrno(hostErrno);
	const message = `cannot listen on '${shown(address, port)}'`;
	if (errno === Errno.ADDRINUSE) {
		return new Fault("GRANT_REFUSED", message, {
			note: "another program listens there",
			help: "choose another port, or 0 for one that is free",
		});
	}
	const note = LISTEN_NOTES.get(errno) ?? `the system says: ${errnoName(errno)}`;
	return new Fault("GRANT_REFUSED", message, { note });
}

const LISTEN_NOTES = new Map<Errno, string>([
	[Errno.ACCES, "ports below 1024 are for the administrator"],
	[Errno.ADDRNOTAVAIL, "this machine has no such address"],
	[Errno.AFNOSUPPORT, "this machine does not speak that version of the Internet Protocol"],
	[Errno.MFILE, "this process has too many open files"],
]);

function shown(address: string, port: number): string {
	return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
