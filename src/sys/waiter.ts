import type { Errno } from "./errno.ts";
import type { TcpSocket, UdpSocket } from "./network.ts";
import type { Listener } from "./sockets.ts";
import type { Stream } from "./stream.ts";

/** One thing to wait for. `wait` fills in what it found. */
export interface Interest {
	readonly source: Stream | Listener | TcpSocket | UdpSocket;
	readonly event: "read" | "write";
	/** Reading or writing will not wait now; an end or an error counts. */
	ready: boolean;
	/** The other side has gone. */
	hangup: boolean;
	/** Bytes that can be read at once, as far as known; 1 when unknown. */
	available_bytes: number;
}

/** The one place where a guest's thread sleeps. */
export interface Waiter {
	/**
	 * Sleeps until an interest is ready or `timeout_ns` has passed (undefined: for ever; 0n: only
	 * looks). Any length of timeout is kept to, in steps where the system cannot say so long a time.
	 */
	wait(interests: readonly Interest[], timeout_ns: bigint | undefined): Errno;
}
