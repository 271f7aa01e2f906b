import { Errno } from "../../sys/errno.ts";
import type { SocketOption } from "../../sys/network.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { Resource } from "../resource.ts";
import { fromWit, toWit, type WitSocketAddress } from "../sockets/address.ts";
import { errorCode } from "../sockets/error-code.ts";
import type { GuestUdp } from "../sockets/udp.ts";
import { Pollable, READY } from "./pollable.ts";
import { demandSuccess, errorOf, type Network, unlessErrno } from "./socket-values.ts";

/** wasi:sockets/udp `udp-socket`. */
export class UdpSocket extends Resource {
	readonly #udp: GuestUdp;
	#bindBegun = false;
	readonly #streams = new Set<Resource>();

	constructor(guest: ComponentGuest, udp: GuestUdp) {
		super(guest);
		this.#udp = udp;
	}

	startBind(_network: Network, local: WitSocketAddress): void {
		demandSuccess(this.#udp.bind(fromWit(local)));
		this.#bindBegun = true;
	}

	finishBind(): void {
		if (!this.#bindBegun) throw errorOf("not-in-progress");
		this.#bindBegun = false;
	}

	/** Traps while the streams of an earlier call are held. */
	stream(remote: WitSocketAddress | undefined): [IncomingDatagramStream, OutgoingDatagramStream] {
		if ([...this.#streams].some(({ isHeld }) => isHeld))
			this.guest.trap("it asked a socket of UDP for streams before it dropped those that it had");
		if (this.#bindBegun || !this.#udp.isBound) throw errorOf("invalid-state");
		if (remote !== undefined) demandSuccess(this.#udp.connect(fromWit(remote)));
		else if (this.#udp.connectedTo !== undefined) demandSuccess(this.#udp.disconnect());
		const incoming = new IncomingDatagramStream(this.guest, this.#udp);
		const outgoing = new OutgoingDatagramStream(this.guest, this.#udp);
		this.#streams.clear();
		this.#streams.add(incoming).add(outgoing);
		return [incoming, outgoing];
	}

	localAddress(): WitSocketAddress {
		if (this.#bindBegun) throw errorOf("invalid-state");
		return toWit(unlessErrno(this.#udp.local()));
	}

	remoteAddress(): WitSocketAddress {
		return toWit(unlessErrno(this.#udp.remote()));
	}

	addressFamily(): string {
		return this.#udp.family;
	}

	unicastHopLimit(): number {
		return Number(this.#option("hop-limit"));
	}

	setUnicastHopLimit(limit: number): void {
		this.#setOption("hop-limit", BigInt(limit));
	}

	receiveBufferSize(): bigint {
		return this.#option("receive-buffer_bytes");
	}

	setReceiveBufferSize(size_bytes: bigint): void {
		this.#setOption("receive-buffer_bytes", size_bytes);
	}

	sendBufferSize(): bigint {
		return this.#option("send-buffer_bytes");
	}

	setSendBufferSize(size_bytes: bigint): void {
		this.#setOption("send-buffer_bytes", size_bytes);
	}

	/** Nothing that this socket does itself has to be waited for. */
	subscribe(): Pollable {
		return new Pollable(this.guest, () => READY);
	}

	protected override dropped(): void {
		this.#udp.close();
	}

	#option(name: SocketOption): bigint {
		return unlessErrno<bigint>(this.#udp.option(name));
	}

	#setOption(name: SocketOption, value: bigint): void {
		demandSuccess(this.#udp.setOption(name, value));
	}
}

interface IncomingDatagram {
	readonly data: Uint8Array;
	readonly remoteAddress: WitSocketAddress;
}

interface OutgoingDatagram {
	readonly data: Uint8Array;
	readonly remoteAddress?: WitSocketAddress | undefined;
}

/** What one `receive` hands over, however much a guest asks for. */
const RECEIVED_MAX = 64;
const RECEIVED_BYTES_MAX = 1_048_576;
const PERMITTED = 16;

/** wasi:sockets/udp `incoming-datagram-stream`. */
export class IncomingDatagramStream extends Resource {
	readonly #udp: GuestUdp;

	constructor(guest: ComponentGuest, udp: GuestUdp) {
		super(guest);
		this.#udp = udp.hold();
	}

	receive(max: bigint): IncomingDatagram[] {
		const datagrams: IncomingDatagram[] = [];
		let size_bytes = 0;
		while (
			BigInt(datagrams.length) < max &&
			datagrams.length < RECEIVED_MAX &&
			size_bytes < RECEIVED_BYTES_MAX
		) {
			const datagram = this.#udp.receive();
			if (typeof datagram === "number") {
				if (datagrams.length > 0 || datagram === Errno.AGAIN) break;
				throw errorOf(errorCode(datagram));
			}
			size_bytes += datagram.bytes.length;
			datagrams.push({ data: datagram.bytes, remoteAddress: toWit(datagram.remote) });
		}
		return datagrams;
	}

	subscribe(): Pollable {
		return new Pollable(this.guest, () => this.#udp.waitFor("read"));
	}

	protected override dropped(): void {
		this.#udp.close();
	}
}

/** wasi:sockets/udp `outgoing-datagram-stream`. */
export class OutgoingDatagramStream extends Resource {
	readonly #udp: GuestUdp;
	#permitted = 0;
	/** The system took no more. */
	#isFull = false;

	constructor(guest: ComponentGuest, udp: GuestUdp) {
		super(guest);
		this.#udp = udp.hold();
	}

	checkSend(): bigint {
		if (this.#isFull && !new Pollable(this.guest, () => this.#udp.waitFor("write")).ready()) return 0n;
		this.#isFull = false;
		this.#permitted = PERMITTED;
		return BigInt(PERMITTED);
	}

	/** How many were sent. Traps beyond what `check-send` permitted. */
	send(datagrams: readonly OutgoingDatagram[]): bigint {
		if (datagrams.length > this.#permitted)
			this.guest.trap(
				`it sent ${datagrams.length} datagrams where check-send had permitted ${this.#permitted}`,
			);
		this.#permitted = 0;
		for (const [sent, { data, remoteAddress }] of datagrams.entries()) {
			const errno = this.#udp.send(data, remoteAddress === undefined ? undefined : fromWit(remoteAddress));
			if (errno === Errno.SUCCESS) continue;
			if (errno === Errno.AGAIN) this.#isFull = true;
			if (sent > 0 || errno === Errno.AGAIN) return BigInt(sent);
			throw errorOf(errorCode(errno));
		}
		return BigInt(datagrams.length);
	}

	subscribe(): Pollable {
		return new Pollable(this.guest, () => (this.#isFull ? this.#udp.waitFor("write") : READY));
	}

	protected override dropped(): void {
		this.#udp.close();
	}
}
