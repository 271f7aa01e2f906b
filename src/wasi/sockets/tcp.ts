import { Errno } from "../../sys/errno.ts";
import type { IpFamily, SocketAddress, SocketOption, TcpSocket } from "../../sys/network.ts";
import type { Unnumbered } from "../descriptors.ts";
import type { Wait } from "../waits.ts";
import { isRemote, isUnicastOf } from "./address.ts";
import { GuestNetwork } from "./guest-network.ts";
import { optionInRange } from "./options.ts";

export type TcpState = "unbound" | "bound" | "connecting" | "connected" | "listening" | "closed";

const BACKLOG_DEFAULT = 128;
/** The system has a limit of its own, and takes the smaller one. */
const BACKLOG_MAX = 4096;

/**
 * A TCP socket as a guest may use it: rules, states, and what is valid. Nothing waits: AGAIN. What is not possible in its
 * state answers ISCONN or NOTCONN (both are WASI's invalid-state).
 */
export class GuestTcp {
	readonly network: GuestNetwork;
	readonly family: IpFamily;
	readonly #socket: TcpSocket;
	#state: TcpState;
	/** What bind was asked for: by it a rule to listen is found. */
	#asked: SocketAddress | undefined;
	#backlog = BACKLOG_DEFAULT;
	#isClosed = false;
	#uses = 1;
	/** By this the guest's table knows it, and closes it when all is closed. */
	readonly #entry: Unnumbered = { close: () => this.#end() };

	/** NOTSUP where this machine has no sockets; MFILE. */
	static create(network: GuestNetwork, family: IpFamily): GuestTcp | Errno {
		const socket = network.tcp(family);
		return typeof socket === "number" ? socket : GuestTcp.#owned(network, socket, "unbound");
	}

	static #owned(network: GuestNetwork, socket: TcpSocket, state: TcpState): GuestTcp | Errno {
		const own = new GuestTcp(network, socket, state);
		if (network.own(own.#entry)) return own;
		socket.close();
		return Errno.MFILE;
	}

	private constructor(network: GuestNetwork, socket: TcpSocket, state: TcpState) {
		this.network = network;
		this.family = socket.family;
		this.#socket = socket;
		this.#state = state;
	}

	get state(): TcpState {
		return this.#state;
	}

	bind(local: SocketAddress): Errno {
		if (!isUnicastOf(this.family, local)) return Errno.INVAL;
		if (this.#state !== "unbound") return Errno.ISCONN;
		const place = this.network.placeToBind("tcp", local);
		if (typeof place === "number") return place;
		const bound = this.#socket.bind(place);
		if (bound !== Errno.SUCCESS) return bound === Errno.AFNOSUPPORT ? Errno.INVAL : bound;
		this.#asked = local;
		this.#state = "bound";
		return Errno.SUCCESS;
	}

	/** SUCCESS: begun, and `finishConnect` tells how it ends. */
	startConnect(remote: SocketAddress): Errno {
		if (this.#state === "connecting") return Errno.ALREADY;
		if (this.#state !== "unbound" && this.#state !== "bound") return Errno.ISCONN;
		if (!isUnicastOf(this.family, remote) || !isRemote(remote)) return Errno.INVAL;
		if (!this.network.mayReach("connect", remote)) return Errno.ACCES;
		const begun = this.#socket.connect(remote);
		// what is decided at once is told by finishConnect as well
		this.#decided = begun === Errno.INPROGRESS ? undefined : begun;
		this.#state = "connecting";
		return Errno.SUCCESS;
	}

	#decided: Errno | undefined;

	/** AGAIN while undecided. A failure closes it. */
	finishConnect(): Errno {
		if (this.#state !== "connecting") return Errno.NOTCONN;
		const decided = this.#decided ?? this.#socket.finishConnect();
		if (decided === Errno.AGAIN) return decided;
		this.#state = decided === Errno.SUCCESS ? "connected" : "closed";
		return decided;
	}

	/** Whether `listen` would be allowed here and now. */
	mayListen(): Errno {
		if (this.#state !== "bound" && this.#state !== "unbound") return Errno.ISCONN;
		return this.network.mayListen(this.#asked ?? anywhere(this.family)) ? Errno.SUCCESS : Errno.ACCES;
	}

	/** One that is not bound yet is bound to any address and port, where a rule grants that. */
	listen(): Errno {
		const refusal = this.mayListen();
		if (refusal !== Errno.SUCCESS) return refusal;
		const asked = this.#asked ?? anywhere(this.family);
		if (this.#state === "unbound") {
			const bound = this.bind(asked);
			if (bound !== Errno.SUCCESS) return bound;
		}
		const listening = this.#socket.listen(this.#backlog);
		this.#state = listening === Errno.SUCCESS ? "listening" : "closed";
		const local = asked.port === 0 ? this.#socket.local() : Errno.NOTCONN;
		if (typeof local === "object") this.network.given(local.port);
		return listening;
	}

	/** AGAIN: nobody has connected. */
	accept(): GuestTcp | Errno {
		if (this.#state !== "listening") return Errno.NOTCONN;
		if (!this.network.guest.world.descriptors.hasRoom) return this.#full();
		const socket = this.#socket.accept();
		return typeof socket === "number" ? socket : GuestTcp.#owned(this.network, socket, "connected");
	}

	/** Bytes moved, 0 at the end, or -errno. */
	receive(into: Uint8Array): number {
		return this.#state === "connected" ? this.#socket.receive(into) : -Errno.NOTCONN;
	}

	/** Bytes taken by the system, or -errno. */
	send(from: Uint8Array): number {
		return this.#state === "connected" ? this.#socket.send(from) : -Errno.NOTCONN;
	}

	shutdown(receive: boolean, send: boolean): Errno {
		if (this.#state !== "connected") return Errno.NOTCONN;
		const done = this.#socket.shutdown(receive, send);
		// the other side has gone already: nothing is left to be shut
		return done === Errno.NOTCONN ? Errno.SUCCESS : done;
	}

	local(): SocketAddress | Errno {
		if (this.#state === "unbound" || this.#state === "closed") return Errno.NOTCONN;
		return this.#state === "connecting" ? Errno.NOTCONN : this.#socket.local();
	}

	remote(): SocketAddress | Errno {
		return this.#state === "connected" ? this.#socket.remote() : Errno.NOTCONN;
	}

	setBacklog(size: bigint): Errno {
		if (size === 0n) return Errno.INVAL;
		if (this.#state !== "unbound" && this.#state !== "bound" && this.#state !== "listening")
			return Errno.ISCONN;
		this.#backlog = Number(size < BigInt(BACKLOG_MAX) ? size : BigInt(BACKLOG_MAX));
		return this.#state === "listening" ? this.#socket.listen(this.#backlog) : Errno.SUCCESS;
	}

	option(name: SocketOption): bigint | Errno {
		return this.#state === "closed" ? Errno.NOTCONN : this.#socket.option(name);
	}

	/** INVAL for 0 where WASI says so; what is beyond the system's range is taken for its end. */
	setOption(name: SocketOption, value: bigint): Errno {
		if (this.#state === "closed") return Errno.NOTCONN;
		const valid = optionInRange(name, value);
		return valid === undefined ? Errno.INVAL : this.#socket.setOption(name, valid);
	}

	/** What to wait for until bytes can be received, or sent. */
	waitFor(event: "read" | "write"): Wait {
		if (this.#isClosed || this.#state !== "connected") return READY;
		return { type: "interest", interest: this.#socket.interest(event) };
	}

	/** What to wait for until the connection is decided, or somebody has connected; else it is ready. */
	wait(): Wait {
		if (this.#isClosed) return READY;
		if (this.#state === "connecting" && this.#decided === undefined)
			return { type: "interest", interest: this.#socket.interest("write") };
		if (this.#state === "listening") return { type: "interest", interest: this.#socket.interest("read") };
		return READY;
	}

	/** One more uses it: each is to call `close`, and the last one closes it. */
	hold(): this {
		this.#uses += 1;
		return this;
	}

	close(): void {
		this.#uses -= 1;
		if (this.#uses === 0) this.#end();
	}

	#end(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#state = "closed";
		this.network.disown(this.#entry);
		this.#socket.close();
	}

	#full(): Errno {
		const { world } = this.network.guest;
		this.network.guest.deny({ type: "descriptors", limit: world.descriptors.limit });
		return Errno.MFILE;
	}
}

const READY: Wait = { type: "ready" };

/** Any free port of any address. */
export function anywhere(family: IpFamily): SocketAddress {
	return { family, address: family === "ipv4" ? "0.0.0.0" : "::", port: 0, flowInfo: 0, scopeId: 0 };
}
