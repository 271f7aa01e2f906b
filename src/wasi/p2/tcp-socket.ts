import type { SocketOption } from "../../sys/network.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { Resource } from "../resource.ts";
import { fromWit, toWit, type WitSocketAddress } from "../sockets/address.ts";
import type { GuestTcp } from "../sockets/tcp.ts";
import { InputStream } from "./input-stream.ts";
import { OutputStream } from "./output-stream.ts";
import { Pollable } from "./pollable.ts";
import { demandSuccess, errorOf, type Network, unlessErrno } from "./socket-values.ts";
import { TcpSink, TcpSource } from "./tcp-streams.ts";

/** wasi:sockets/tcp `tcp-socket`. Binding and listening are done at once, but told in two steps. */
export class TcpSocket extends Resource {
	readonly #tcp: GuestTcp;
	#begun: "bind" | "listen" | undefined;
	#source: TcpSource | undefined;
	#sink: TcpSink | undefined;

	constructor(guest: ComponentGuest, tcp: GuestTcp) {
		super(guest);
		this.#tcp = tcp;
	}

	startBind(_network: Network, local: WitSocketAddress): void {
		this.#demandIdle();
		demandSuccess(this.#tcp.bind(fromWit(local)));
		this.#begun = "bind";
	}

	finishBind(): void {
		this.#finish("bind");
	}

	startConnect(_network: Network, remote: WitSocketAddress): void {
		this.#demandIdle();
		demandSuccess(this.#tcp.startConnect(fromWit(remote)));
	}

	finishConnect(): [InputStream, OutputStream] {
		if (this.#tcp.state !== "connecting") throw errorOf("not-in-progress");
		demandSuccess(this.#tcp.finishConnect());
		return this.#streams();
	}

	startListen(): void {
		this.#demandIdle();
		if (this.#tcp.state !== "bound") throw errorOf("invalid-state");
		demandSuccess(this.#tcp.mayListen());
		this.#begun = "listen";
	}

	finishListen(): void {
		this.#finish("listen");
		demandSuccess(this.#tcp.listen());
	}

	accept(): [TcpSocket, InputStream, OutputStream] {
		const accepted = new TcpSocket(this.guest, unlessErrno(this.#tcp.accept()));
		return [accepted, ...accepted.#streams()];
	}

	localAddress(): WitSocketAddress {
		this.#demandIdle();
		return toWit(unlessErrno(this.#tcp.local()));
	}

	remoteAddress(): WitSocketAddress {
		return toWit(unlessErrno(this.#tcp.remote()));
	}

	isListening(): boolean {
		return this.#tcp.state === "listening";
	}

	addressFamily(): string {
		return this.#tcp.family;
	}

	setListenBacklogSize(size: bigint): void {
		demandSuccess(this.#tcp.setBacklog(size));
	}

	keepAliveEnabled(): boolean {
		return this.#option("keep-alive-enabled") !== 0n;
	}

	setKeepAliveEnabled(value: boolean): void {
		this.#setOption("keep-alive-enabled", value ? 1n : 0n);
	}

	keepAliveIdleTime(): bigint {
		return this.#option("keep-alive-idle-time_ns");
	}

	setKeepAliveIdleTime(time_ns: bigint): void {
		this.#setOption("keep-alive-idle-time_ns", time_ns);
	}

	keepAliveInterval(): bigint {
		return this.#option("keep-alive-interval_ns");
	}

	setKeepAliveInterval(time_ns: bigint): void {
		this.#setOption("keep-alive-interval_ns", time_ns);
	}

	keepAliveCount(): number {
		return Number(this.#option("keep-alive-count"));
	}

	setKeepAliveCount(count: number): void {
		this.#setOption("keep-alive-count", BigInt(count));
	}

	hopLimit(): number {
		return Number(this.#option("hop-limit"));
	}

	setHopLimit(limit: number): void {
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

	subscribe(): Pollable {
		return new Pollable(this.guest, () => this.#tcp.wait());
	}

	/** What was written before is sent first. */
	shutdown(how: "receive" | "send" | "both"): void {
		if (this.#tcp.state !== "connected") throw errorOf("invalid-state");
		const tcp = this.#tcp;
		if (how !== "send") {
			this.#source?.shut();
			demandSuccess(tcp.shutdown(true, false));
		}
		if (how !== "receive") this.#sink?.shut(() => void tcp.shutdown(false, true));
	}

	protected override dropped(): void {
		this.#tcp.close();
	}

	/** Of a connection that was just made; they hold it open. */
	#streams(): [InputStream, OutputStream] {
		this.#source = new TcpSource(this.#tcp);
		this.#sink = new TcpSink(this.#tcp);
		return [new InputStream(this.guest, this.#source), new OutputStream(this.guest, this.#sink)];
	}

	#demandIdle(): void {
		if (this.#begun !== undefined) throw errorOf("invalid-state");
	}

	#finish(what: "bind" | "listen"): void {
		if (this.#begun !== what) throw errorOf("not-in-progress");
		this.#begun = undefined;
	}

	#option(name: SocketOption): bigint {
		const value = this.#tcp.option(name);
		// an errno is a number, a value is not
		return unlessErrno<bigint>(value);
	}

	#setOption(name: SocketOption, value: bigint): void {
		demandSuccess(this.#tcp.setOption(name, value));
	}
}
