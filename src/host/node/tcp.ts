import { Errno } from "../../sys/errno.ts";
import type { IpFamily, SocketAddress, TcpSocket } from "../../sys/network.ts";
import { fromHostErrno } from "./errno.ts";
import { addressOf, type Libc } from "./libc.ts";
import { addressMemory, getNumber, NodeSocket, openSocket } from "./socket.ts";

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const MSG_NOSIGNAL = 0x4000;
const SHUT_RD = 0;
const SHUT_WR = 1;
const SHUT_RDWR = 2;

/** Connections that were broken off before they were taken are passed over, so many at a time. */
const BROKEN_MAX = 64;

/** Errors of the network that were there before the connection was taken: Linux tells them by accept. */
const BROKEN: ReadonlySet<Errno> = new Set<Errno>([
	Errno.CONNABORTED,
	Errno.CONNRESET,
	Errno.NETRESET,
	Errno.HOSTUNREACH,
	Errno.NETDOWN,
	Errno.NETUNREACH,
	Errno.PROTO,
	Errno.NOPROTOOPT,
	Errno.NOTSUP,
	Errno.INTR,
]);

export function openTcp(c: Libc, family: IpFamily): TcpSocket | Errno {
	const fd = openSocket(c, family, SOCK_STREAM);
	return fd < 0 ? (-fd as Errno) : new NodeTcp(c, fd, family);
}

class NodeTcp extends NodeSocket implements TcpSocket {
	readonly kind = "tcp";

	connect(remote: SocketAddress): Errno {
		const memory = addressMemory();
		const size_bytes = memory.write(remote);
		return this.done(this.c.connect(this.fd, memory.address, size_bytes));
	}

	finishConnect(): Errno {
		const error = getNumber(this.c, this.fd, SOL_SOCKET, SO_ERROR);
		if (error === undefined) return fromHostErrno(this.c.errno());
		if (error !== 0) return fromHostErrno(error);
		const remote = this.remote();
		if (typeof remote !== "number") return Errno.SUCCESS;
		return remote === Errno.NOTCONN ? Errno.AGAIN : remote;
	}

	listen(backlog: number): Errno {
		return this.done(this.c.listen(this.fd, backlog));
	}

	accept(): TcpSocket | Errno {
		for (let broken = 0; broken < BROKEN_MAX; broken += 1) {
			const fd = this.c.accept4(this.fd, null, null, SOCK_CLOEXEC | SOCK_NONBLOCK);
			if (fd >= 0) return new NodeTcp(this.c, fd, this.family);
			const errno = fromHostErrno(this.c.errno());
			if (!BROKEN.has(errno)) return errno;
		}
		return Errno.AGAIN;
	}

	receive(into: Uint8Array): number {
		return this.#moved(() => this.c.recv(this.fd, addressOf(into), BigInt(into.byteLength), 0));
	}

	send(from: Uint8Array): number {
		return this.#moved(() => this.c.send(this.fd, addressOf(from), BigInt(from.byteLength), MSG_NOSIGNAL));
	}

	shutdown(receive: boolean, send: boolean): Errno {
		if (!receive && !send) return Errno.SUCCESS;
		return this.done(this.c.shutdown(this.fd, receive ? (send ? SHUT_RDWR : SHUT_RD) : SHUT_WR));
	}

	#moved(act: () => bigint): number {
		for (;;) {
			const moved = Number(act());
			if (moved >= 0) return moved;
			const errno = fromHostErrno(this.c.errno());
			if (errno !== Errno.INTR) return -errno;
		}
	}
}
