import { Errno } from "../../sys/errno.ts";
import type { IpFamily, SocketAddress, SocketOption, TcpSocket, UdpSocket } from "../../sys/network.ts";
import type { Interest } from "../../sys/waiter.ts";
import { fromHostErrno } from "./errno.ts";
import { type Libc, type NativeMemory, nativeMemory } from "./libc.ts";
import { AddressMemory, familyNumber } from "./socket-address.ts";

const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SOL_TCP = 6;
const SOL_IPV6 = 41;
const IPV6_V6ONLY = 26;

const SECOND_NS = 1_000_000_000n;

/** How an option is called on Linux, and in which unit. Buffers are doubled by the kernel, and so is what it tells. */
interface OptionRow {
	readonly level: number;
	readonly name: number;
	readonly unit: bigint;
	readonly doubled?: true;
}

const OPTIONS: Readonly<Record<Exclude<SocketOption, "hop-limit">, OptionRow>> = {
	"keep-alive-enabled": { level: SOL_SOCKET, name: 9, unit: 1n },
	"keep-alive-idle-time_ns": { level: SOL_TCP, name: 4, unit: SECOND_NS },
	"keep-alive-interval_ns": { level: SOL_TCP, name: 5, unit: SECOND_NS },
	"keep-alive-count": { level: SOL_TCP, name: 6, unit: 1n },
	"send-buffer_bytes": { level: SOL_SOCKET, name: 7, unit: 1n, doubled: true },
	"receive-buffer_bytes": { level: SOL_SOCKET, name: 8, unit: 1n, doubled: true },
};
const HOP_LIMITS: Readonly<Record<IpFamily, OptionRow>> = {
	ipv4: { level: 0, name: 2, unit: 1n },
	ipv6: { level: SOL_IPV6, name: 16, unit: 1n },
};

/** Opens a socket that never blocks and that no other program inherits; of IPv6 for IPv6 alone. */
export function openSocket(c: Libc, family: IpFamily, type: number): number {
	const fd = c.socket(familyNumber(family), type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) return -fromHostErrno(c.errno());
	if (family === "ipv6") setNumber(c, fd, SOL_IPV6, IPV6_V6ONLY, 1);
	return fd;
}

/** What sockets of TCP and UDP have in common. */
export abstract class NodeSocket {
	abstract readonly kind: "tcp" | "udp";
	readonly family: IpFamily;
	/** For the waiters; -1 when it is closed. */
	fd: number;
	protected readonly c: Libc;

	constructor(c: Libc, fd: number, family: IpFamily) {
		this.c = c;
		this.fd = fd;
		this.family = family;
	}

	bind(local: SocketAddress): Errno {
		// else the address of a listener that has just ended would be taken for a minute (WASI wants it so)
		if (this.kind === "tcp") setNumber(this.c, this.fd, SOL_SOCKET, SO_REUSEADDR, 1);
		const memory = addressMemory();
		const size_bytes = memory.write(local);
		return this.done(this.c.bind(this.fd, memory.address, size_bytes));
	}

	local(): SocketAddress | Errno {
		const memory = addressMemory().clear();
		const found = this.c.getsockname(this.fd, memory.address, memory.lengthAddress);
		return found < 0 ? fromHostErrno(this.c.errno()) : memory.read();
	}

	remote(): SocketAddress | Errno {
		const memory = addressMemory().clear();
		const found = this.c.getpeername(this.fd, memory.address, memory.lengthAddress);
		return found < 0 ? fromHostErrno(this.c.errno()) : memory.read();
	}

	option(name: SocketOption): bigint | Errno {
		const row = this.#row(name);
		const value = getNumber(this.c, this.fd, row.level, row.name);
		if (value === undefined) return fromHostErrno(this.c.errno());
		return (BigInt(value) * row.unit) / (row.doubled === true ? 2n : 1n);
	}

	setOption(name: SocketOption, value: bigint): Errno {
		const row = this.#row(name);
		return this.done(setNumber(this.c, this.fd, row.level, row.name, Number(value / row.unit)));
	}

	interest(event: "read" | "write"): Interest {
		return {
			source: this as unknown as TcpSocket | UdpSocket,
			event,
			ready: false,
			hangup: false,
			available_bytes: 0,
		};
	}

	close(): void {
		if (this.fd < 0) return;
		this.c.close(this.fd);
		this.fd = -1;
	}

	/** The errno of a call that answers -1 or not. */
	protected done(result: number): Errno {
		return result < 0 ? fromHostErrno(this.c.errno()) : Errno.SUCCESS;
	}

	#row(name: SocketOption): OptionRow {
		return name === "hop-limit" ? HOP_LIMITS[this.family] : OPTIONS[name];
	}
}

let addresses: AddressMemory | undefined;

/** Used within one call only. */
export function addressMemory(): AddressMemory {
	return (addresses ??= new AddressMemory());
}

let numbers: NativeMemory | undefined;

export function setNumber(c: Libc, fd: number, level: number, name: number, value: number): number {
	numbers ??= nativeMemory(8);
	numbers.view.setInt32(0, value, true);
	return c.setsockopt(fd, level, name, numbers.address, 4);
}

export function getNumber(c: Libc, fd: number, level: number, name: number): number | undefined {
	numbers ??= nativeMemory(8);
	numbers.view.setUint32(4, 4, true);
	if (c.getsockopt(fd, level, name, numbers.address, numbers.address + 4n) < 0) return undefined;
	return numbers.view.getInt32(0, true);
}
