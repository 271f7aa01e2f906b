import { Errno } from "../../sys/errno.ts";
import type { Datagram, IpFamily, SocketOption } from "../../sys/network.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { Resource } from "../resource.ts";
import { fromWit, toWit, type WitSocketAddress } from "../sockets/address.ts";
import { GuestNetwork } from "../sockets/guest-network.ts";
import { GuestUdp } from "../sockets/udp.ts";
import { granted, succeeded } from "./sockets-errors.ts";
import { untilReady } from "./streams.ts";

/** `udp-socket` of wasi:sockets/types. */
export class UdpSocket extends Resource {
	readonly #socket: GuestUdp;

	static create(guest: ComponentGuest, family: IpFamily): UdpSocket {
		return new UdpSocket(guest, granted(GuestUdp.create(GuestNetwork.of(guest), family)));
	}

	constructor(guest: ComponentGuest, socket: GuestUdp) {
		super(guest);
		this.#socket = socket;
	}

	bind(local: WitSocketAddress): void {
		succeeded(this.#socket.bind(fromWit(local)));
	}

	connect(remote: WitSocketAddress): void {
		succeeded(this.#socket.bindAnywhere());
		succeeded(this.#socket.connect(fromWit(remote)));
	}

	disconnect(): void {
		succeeded(this.#socket.disconnect());
	}

	async send(bytes: Uint8Array, remote: WitSocketAddress | undefined): Promise<void> {
		succeeded(this.#socket.bindAnywhere());
		const to = remote === undefined ? undefined : fromWit(remote);
		for (;;) {
			const sent = this.#socket.send(bytes, to);
			if (sent !== Errno.AGAIN) return succeeded(sent);
			await untilReady(this.guest, this.#socket.waitFor("write"));
		}
	}

	async receive(): Promise<[Uint8Array, WitSocketAddress]> {
		for (;;) {
			const received: Datagram | Errno = this.#socket.receive();
			if (received !== Errno.AGAIN) {
				const { bytes, remote } = granted<Datagram>(received);
				return [bytes, toWit(remote)];
			}
			await untilReady(this.guest, this.#socket.waitFor("read"));
		}
	}

	getLocalAddress(): WitSocketAddress {
		return toWit(granted(this.#socket.local()));
	}

	getRemoteAddress(): WitSocketAddress {
		return toWit(granted(this.#socket.remote()));
	}

	getAddressFamily(): IpFamily {
		return this.#socket.family;
	}

	getUnicastHopLimit(): number {
		return Number(this.#option("hop-limit"));
	}
	setUnicastHopLimit(limit: number): void {
		this.#setOption("hop-limit", BigInt(limit));
	}
	getReceiveBufferSize(): bigint {
		return this.#option("receive-buffer_bytes");
	}
	setReceiveBufferSize(size_bytes: bigint): void {
		this.#setOption("receive-buffer_bytes", size_bytes);
	}
	getSendBufferSize(): bigint {
		return this.#option("send-buffer_bytes");
	}
	setSendBufferSize(size_bytes: bigint): void {
		this.#setOption("send-buffer_bytes", size_bytes);
	}

	protected override dropped(): void {
		this.#socket.close();
	}

	#option(name: SocketOption): bigint {
		return granted<bigint>(this.#socket.option(name));
	}

	#setOption(name: SocketOption, value: bigint): void {
		succeeded(this.#socket.setOption(name, value));
	}
}
