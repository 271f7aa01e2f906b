/**
 * Sockets of a guest that was granted no network: there is none behind them, so that a guest that makes one is told no
 * only when it says where to, and a person can read where.
 */
import { Errno } from "../../sys/errno.ts";
import type { IpFamily, SocketOption, TcpSocket, UdpSocket } from "../../sys/network.ts";
import type { Interest } from "../../sys/waiter.ts";

export function ungrantedTcp(family: IpFamily): TcpSocket {
	const socket: TcpSocket = {
		kind: "tcp",
		...ungranted(family, (event) => interestIn(socket, event)),
		connect: () => Errno.ACCES,
		finishConnect: () => Errno.ACCES,
		listen: () => Errno.ACCES,
		accept: () => Errno.NOTCONN,
		receive: () => -Errno.NOTCONN,
		send: () => -Errno.NOTCONN,
		shutdown: () => Errno.NOTCONN,
	};
	return socket;
}

export function ungrantedUdp(family: IpFamily): UdpSocket {
	const socket: UdpSocket = {
		kind: "udp",
		...ungranted(family, (event) => interestIn(socket, event)),
		connect: () => Errno.ACCES,
		receive: () => Errno.AGAIN,
		send: () => Errno.ACCES,
	};
	return socket;
}

/** What Linux starts with. */
const DEFAULTS: readonly (readonly [SocketOption, bigint])[] = [
	["keep-alive-enabled", 0n],
	["keep-alive-idle-time_ns", 7_200_000_000_000n],
	["keep-alive-interval_ns", 75_000_000_000n],
	["keep-alive-count", 9n],
	["hop-limit", 64n],
	["receive-buffer_bytes", 65_536n],
	["send-buffer_bytes", 65_536n],
];

function ungranted(family: IpFamily, interest: (event: "read" | "write") => Interest) {
	const options = new Map(DEFAULTS);
	return {
		family,
		interest,
		bind: () => Errno.ACCES,
		local: () => Errno.NOTCONN,
		remote: () => Errno.NOTCONN,
		option: (name: SocketOption) => options.get(name) ?? Errno.NOTSUP,
		setOption: (name: SocketOption, value: bigint) => {
			options.set(name, value);
			return Errno.SUCCESS;
		},
		close() {},
	};
}

/** Ready: whoever waits for it is told no at once. */
function interestIn(source: TcpSocket | UdpSocket, event: "read" | "write"): Interest {
	return { source, event, ready: true, hangup: false, available_bytes: 0 };
}
