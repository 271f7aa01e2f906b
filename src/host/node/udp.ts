import { Errno } from "../../sys/errno.ts";
import type { Datagram, IpFamily, SocketAddress, UdpSocket } from "../../sys/network.ts";
import { fromHostErrno } from "./errno.ts";
import { addressOf, type Libc, type NativeMemory, nativeMemory } from "./libc.ts";
import { addressMemory, NodeSocket, openSocket } from "./socket.ts";

const SOCK_DGRAM = 2;
const MSG_NOSIGNAL = 0x4000;
/** sizeof(struct sockaddr_in6): of an address of family 0, which dissolves a connection. */
const UNSPECIFIED_BYTES = 28;
const DATAGRAM_BYTES_MAX = 65_535;

export function openUdp(c: Libc, family: IpFamily): UdpSocket | Errno {
	const fd = openSocket(c, family, SOCK_DGRAM);
	return fd < 0 ? (-fd as Errno) : new NodeUdp(c, fd, family);
}

class NodeUdp extends NodeSocket implements UdpSocket {
	readonly kind = "udp";
	/** Where it was bound: a port that the system chose is given up by Linux when a connection is dissolved. */
	#bound: SocketAddress | undefined;

	override bind(local: SocketAddress): Errno {
		const bound = super.bind(local);
		const found = bound === Errno.SUCCESS ? this.local() : bound;
		if (typeof found !== "number") this.#bound = found;
		return bound;
	}

	connect(remote: SocketAddress | undefined): Errno {
		const memory = addressMemory();
		const size_bytes = remote === undefined ? UNSPECIFIED_BYTES : memory.write(remote);
		if (remote === undefined) memory.clear();
		const connected = this.done(this.c.connect(this.fd, memory.address, size_bytes));
		return remote === undefined && connected === Errno.SUCCESS ? this.#bindAgain() : connected;
	}

	receive(max_bytes: number): Datagram | Errno {
		buffer ??= nativeMemory(DATAGRAM_BYTES_MAX);
		const length = BigInt(Math.min(max_bytes, DATAGRAM_BYTES_MAX));
		const memory = addressMemory().clear();
		const size = this.c.recvfrom(this.fd, buffer.address, length, 0, memory.address, memory.lengthAddress);
		if (size < 0n) return fromHostErrno(this.c.errno());
		return { bytes: Uint8Array.from(buffer.bytes.subarray(0, Number(size))), remote: memory.read() };
	}

	send(bytes: Uint8Array, remote: SocketAddress | undefined): Errno {
		const memory = addressMemory();
		const size_bytes = remote === undefined ? 0 : memory.write(remote);
		const to = remote === undefined ? 0n : memory.address;
		// no bytes have no address either
		const from = bytes.byteLength === 0 ? memory.address : addressOf(bytes);
		const length = BigInt(bytes.byteLength);
		return this.done(Number(this.c.sendto(this.fd, from, length, MSG_NOSIGNAL, to, size_bytes)));
	}

	#bindAgain(): Errno {
		const now = this.local();
		if (typeof now === "number" || this.#bound === undefined || now.port === this.#bound.port)
			return Errno.SUCCESS;
		return super.bind(this.#bound);
	}
}

let buffer: NativeMemory | undefined;
