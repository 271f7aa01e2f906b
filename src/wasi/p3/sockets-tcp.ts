import { Errno } from "../../sys/errno.ts";
import type { IpFamily, SocketOption } from "../../sys/network.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { Resource } from "../resource.ts";
import { fromWit, toWit, type WitSocketAddress } from "../sockets/address.ts";
import type { ErrorCode3 } from "../sockets/error-code.ts";
import { GuestNetwork } from "../sockets/guest-network.ts";
import { GuestTcp } from "../sockets/tcp.ts";
import { deadlineAfter } from "../clocks.ts";
import { granted, socketError, succeeded } from "./sockets-errors.ts";
import {
	bytesFrom,
	bytesInto,
	type GuestStream,
	type HostStream,
	type Origin,
	type Outcome,
	streamOf,
	type Target,
	untilReady,
} from "./streams.ts";
import type { Wait } from "../waits.ts";

/** A guest that holds as many descriptors as it may accepts its next connection when it has let one go. */
const FULL_RETRY_NS = 50_000_000n;

/** `tcp-socket` of wasi:sockets/types. */
export class TcpSocket extends Resource {
	/** Its streams hold it too: the last to let go closes it. */
	readonly #socket: GuestTcp;
	#isReceiving = false;
	#isSending = false;

	static create(guest: ComponentGuest, family: IpFamily): TcpSocket {
		return new TcpSocket(guest, granted(GuestTcp.create(GuestNetwork.of(guest), family)));
	}

	constructor(guest: ComponentGuest, socket: GuestTcp) {
		super(guest);
		this.#socket = socket;
	}

	bind(local: WitSocketAddress): void {
		succeeded(this.#socket.bind(fromWit(local)));
	}

	async connect(remote: WitSocketAddress): Promise<void> {
		const socket = this.#socket;
		succeeded(socket.startConnect(fromWit(remote)));
		socket.hold();
		try {
			for (;;) {
				const decided = socket.finishConnect();
				if (decided !== Errno.AGAIN) return succeeded(decided);
				await untilReady(this.guest, socket.wait());
			}
		} finally {
			socket.close();
		}
	}

	/** The connections that come, for as long as the guest asks for them. */
	listen(): HostStream<TcpSocket> {
		const socket = this.#socket;
		succeeded(socket.listen());
		socket.hold();
		return streamOf(
			(signal) => accept(this.guest, socket, signal),
			() => socket.close(),
		);
	}

	/** Once. Its end is a shutdown of that direction. */
	async send(data: GuestStream): Promise<Outcome<ErrorCode3>> {
		const refusal = this.#begin(this.#isSending);
		if (refusal === undefined) {
			this.#isSending = true;
			return await bytesInto(this.guest, data, new SocketBytes(this.#socket, "write"), socketError);
		}
		data[Symbol.dispose]();
		return refusal;
	}

	/** Once. Dropping the stream is a shutdown of that direction. */
	receive(): [HostStream<Uint8Array>, Promise<Outcome<ErrorCode3>>] {
		const refusal = this.#begin(this.#isReceiving);
		if (refusal !== undefined) return [streamOf<Uint8Array>(() => undefined), Promise.resolve(refusal)];
		this.#isReceiving = true;
		return bytesFrom(this.guest, new SocketBytes(this.#socket, "read"), socketError);
	}

	getLocalAddress(): WitSocketAddress {
		return toWit(granted(this.#socket.local()));
	}

	getRemoteAddress(): WitSocketAddress {
		return toWit(granted(this.#socket.remote()));
	}

	getIsListening(): boolean {
		return this.#socket.state === "listening";
	}

	getAddressFamily(): IpFamily {
		return this.#socket.family;
	}

	setListenBacklogSize(size: bigint): void {
		succeeded(this.#socket.setBacklog(size));
	}

	getKeepAliveEnabled(): boolean {
		return this.#option("keep-alive-enabled") !== 0n;
	}
	setKeepAliveEnabled(isEnabled: boolean): void {
		this.#setOption("keep-alive-enabled", isEnabled ? 1n : 0n);
	}
	getKeepAliveIdleTime(): bigint {
		return this.#option("keep-alive-idle-time_ns");
	}
	setKeepAliveIdleTime(duration_ns: bigint): void {
		this.#setOption("keep-alive-idle-time_ns", duration_ns);
	}
	getKeepAliveInterval(): bigint {
		return this.#option("keep-alive-interval_ns");
	}
	setKeepAliveInterval(duration_ns: bigint): void {
		this.#setOption("keep-alive-interval_ns", duration_ns);
	}
	getKeepAliveCount(): number {
		return Number(this.#option("keep-alive-count"));
	}
	setKeepAliveCount(count: number): void {
		this.#setOption("keep-alive-count", BigInt(count));
	}
	getHopLimit(): number {
		return Number(this.#option("hop-limit"));
	}
	setHopLimit(limit: number): void {
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

	#begin(hasBegun: boolean): Outcome<ErrorCode3> | undefined {
		const isPossible = this.#socket.state === "connected" && !hasBegun;
		return isPossible ? undefined : { tag: "err", val: { tag: "invalid-state" } };
	}

	#option(name: SocketOption): bigint {
		return granted<bigint>(this.#socket.option(name));
	}

	#setOption(name: SocketOption, value: bigint): void {
		succeeded(this.#socket.setOption(name, value));
	}
}

/** A connection, or undefined where the guest asks for no more. */
async function accept(
	guest: ComponentGuest,
	socket: GuestTcp,
	signal: AbortSignal,
): Promise<TcpSocket | undefined> {
	while (!signal.aborted) {
		const accepted = socket.accept();
		if (typeof accepted === "object") return new TcpSocket(guest, accepted);
		// what befell a connection before it was accepted is not the listener's end
		if (accepted === Errno.AGAIN || accepted === Errno.CONNABORTED) {
			await untilReady(guest, socket.wait(), signal);
			continue;
		}
		if (accepted !== Errno.MFILE && accepted !== Errno.NFILE) return undefined;
		const monotonic_ns = deadlineAfter(guest.world.clocks, FULL_RETRY_NS);
		await untilReady(guest, { type: "deadline", monotonic_ns }, signal);
	}
	return undefined;
}

/** One direction of a connection. */
class SocketBytes implements Origin, Target {
	readonly #socket: GuestTcp;
	readonly #event: "read" | "write";

	constructor(socket: GuestTcp, event: "read" | "write") {
		this.#socket = socket.hold();
		this.#event = event;
	}

	read(into: Uint8Array): number {
		return this.#socket.receive(into);
	}

	write(from: Uint8Array): number {
		return this.#socket.send(from);
	}

	wait(): Wait {
		return this.#socket.waitFor(this.#event);
	}

	close(): void {
		this.#socket.shutdown(this.#event === "read", this.#event === "write");
		this.#socket.close();
	}
}
