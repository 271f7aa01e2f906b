import type { Errno } from "./errno.ts";
import type { Interest } from "./waiter.ts";

export type IpFamily = "ipv4" | "ipv6";

/** An address in digits, in its canonical spelling, without brackets (RFC 5952 for IPv6). */
export interface SocketAddress {
	readonly family: IpFamily;
	readonly address: string;
	/** 0 to 65535. */
	readonly port: number;
	/** Of IPv6 only; 0 elsewhere. */
	readonly flowInfo: number;
	readonly scopeId: number;
}

/** What can be asked of and told to a socket, in the units of wasi-sockets. */
export type SocketOption =
	| "keep-alive-enabled"
	| "keep-alive-idle-time_ns"
	| "keep-alive-interval_ns"
	| "keep-alive-count"
	| "hop-limit"
	| "receive-buffer_bytes"
	| "send-buffer_bytes";

interface AnySocket {
	readonly family: IpFamily;
	bind(local: SocketAddress): Errno;
	local(): SocketAddress | Errno;
	remote(): SocketAddress | Errno;
	option(name: SocketOption): bigint | Errno;
	setOption(name: SocketOption, value: bigint): Errno;
	/** For a Waiter or Readiness: to be told when it can be read, written or has connected. */
	interest(event: "read" | "write"): Interest;
	/** Once. */
	close(): void;
}

/** A TCP socket. Nothing on it ever waits: what would answers AGAIN (as a count: -AGAIN). */
export interface TcpSocket extends AnySocket {
	readonly kind: "tcp";
	/** INPROGRESS: begun; it can be written when it is decided, and then `finishConnect` says how. */
	connect(remote: SocketAddress): Errno;
	/** AGAIN while undecided. */
	finishConnect(): Errno;
	listen(backlog: number): Errno;
	accept(): TcpSocket | Errno;
	/** Bytes moved, 0 at the end, or -errno. */
	receive(into: Uint8Array): number;
	send(from: Uint8Array): number;
	shutdown(receive: boolean, send: boolean): Errno;
}

export interface Datagram {
	readonly bytes: Uint8Array;
	readonly remote: SocketAddress;
}

/** A UDP socket. Nothing on it ever waits. */
export interface UdpSocket extends AnySocket {
	readonly kind: "udp";
	/** From now on it speaks with this one only; undefined: with all again. */
	connect(remote: SocketAddress | undefined): Errno;
	receive(max_bytes: number): Datagram | Errno;
	/** `remote` is undefined on a connected socket. */
	send(bytes: Uint8Array, remote: SocketAddress | undefined): Errno;
}

/** A name that is being looked up. It never waits either: whoever asks again takes the next step. */
export interface Lookup {
	/**
	 * The addresses, at most 64; AGAIN while it is under way; NOENT: there is no such name, or it has no
	 * addresses; TIMEDOUT: nobody answered; IO: those who answer for it cannot.
	 */
	result(): readonly string[] | Errno;
	/** While it is under way: ask again when one of these is ready, */
	readonly interests: readonly Interest[];
	/** or after so long. Not less than 0. */
	dueIn_ns(): bigint;
	close(): void;
}

/** The machine's network. It knows no rules: they are asked before (wasi/sockets). */
export interface Network {
	/** The descriptors of all sockets are close-on-exec. IPv6 is IPv6 only. */
	tcp(family: IpFamily): TcpSocket | Errno;
	udp(family: IpFamily): UdpSocket | Errno;
	/** The addresses of a name in lower case, as the machine's hosts file and its name servers have them. */
	lookup(name: string): Lookup | Errno;
}
