import { Errno } from "../../sys/errno.ts";
import type { Datagram, IpFamily, SocketAddress, SocketOption, UdpSocket } from "../../sys/network.ts";
import type { Unnumbered } from "../descriptors.ts";
import type { Wait } from "../waits.ts";
import { isRemote, isUnicastOf } from "./address.ts";
import { GuestNetwork } from "./guest-network.ts";
import { optionInRange } from "./options.ts";
import { anywhere } from "./tcp.ts";

/** What a datagram can hold at most: the WIT speaks of 64 KiB. */
export const DATAGRAM_BYTES_MAX = 65_535;
/** Datagrams of strangers are passed over, so many at a time. */
const STRANGERS_MAX = 64;

/**
 * A UDP socket as a guest may use it. It hears those that it may send to, and at an address that was granted by a
 * `bind` rule everybody. Nothing waits: AGAIN.
 */
export class GuestUdp {
	readonly network: GuestNetwork;
	readonly family: IpFamily;
	readonly #socket: UdpSocket;
	#bound: SocketAddress | undefined;
	#hearsAll = false;
	#remote: SocketAddress | undefined;
	#isClosed = false;
	#uses = 1;
	/** By this the guest's table knows it, and closes it when all is closed. */
	readonly #entry: Unnumbered = { close: () => this.#end() };

	static create(network: GuestNetwork, family: IpFamily): GuestUdp | Errno {
		const socket = network.udp(family);
		if (typeof socket === "number") return socket;
		const own = new GuestUdp(network, socket);
		if (network.own(own.#entry)) return own;
		socket.close();
		return Errno.MFILE;
	}

	private constructor(network: GuestNetwork, socket: UdpSocket) {
		this.network = network;
		this.family = socket.family;
		this.#socket = socket;
	}

	get isBound(): boolean {
		return this.#bound !== undefined;
	}

	get connectedTo(): SocketAddress | undefined {
		return this.#remote;
	}

	bind(local: SocketAddress): Errno {
		if (!isUnicastOf(this.family, local)) return Errno.INVAL;
		if (this.#bound !== undefined) return Errno.ISCONN;
		const place = this.network.placeToBind("udp", local);
		if (typeof place === "number") return place;
		const bound = this.#socket.bind(place);
		if (bound !== Errno.SUCCESS) return bound === Errno.AFNOSUPPORT ? Errno.INVAL : bound;
		this.#bound = place;
		this.#hearsAll = this.network.isBindGranted(place);
		return Errno.SUCCESS;
	}

	/** 0.3 binds to any free port where 0.2 wants it done before. */
	bindAnywhere(): Errno {
		return this.#bound === undefined ? this.bind(anywhere(this.family)) : Errno.SUCCESS;
	}

	/** From now on it speaks with this one only. INVAL, ACCES. */
	connect(remote: SocketAddress): Errno {
		const refusal = this.#refusal(remote);
		if (refusal !== Errno.SUCCESS) return refusal;
		// Linux keeps the old local address when it is connected anew
		if (this.#remote !== undefined) this.disconnect();
		const connected = this.#socket.connect(remote);
		if (connected === Errno.SUCCESS) this.#remote = remote;
		return connected;
	}

	disconnect(): Errno {
		if (this.#remote === undefined) return Errno.NOTCONN;
		this.#remote = undefined;
		return this.#socket.connect(undefined);
	}

	/** The next datagram; AGAIN: there is none. */
	receive(): Datagram | Errno {
		if (this.#bound === undefined) return Errno.NOTCONN;
		for (let strangers = 0; strangers < STRANGERS_MAX; strangers += 1) {
			const datagram = this.#socket.receive(DATAGRAM_BYTES_MAX);
			if (typeof datagram === "number" || this.#isHeard(datagram.remote)) return datagram;
		}
		return Errno.AGAIN;
	}

	/** `remote`: undefined or the same on a connected socket. INVAL, ACCES, MSGSIZE, AGAIN. */
	send(bytes: Uint8Array, remote: SocketAddress | undefined): Errno {
		if (this.#bound === undefined) return Errno.NOTCONN;
		if (bytes.length > DATAGRAM_BYTES_MAX) return Errno.MSGSIZE;
		if (this.#remote !== undefined) {
			if (remote !== undefined && !isSame(remote, this.#remote)) return Errno.INVAL;
			return this.#socket.send(bytes, undefined);
		}
		if (remote === undefined) return Errno.INVAL;
		const refusal = this.#refusal(remote);
		return refusal === Errno.SUCCESS ? this.#socket.send(bytes, remote) : refusal;
	}

	local(): SocketAddress | Errno {
		return this.#bound === undefined ? Errno.NOTCONN : this.#socket.local();
	}

	remote(): SocketAddress | Errno {
		return this.#remote ?? Errno.NOTCONN;
	}

	option(name: SocketOption): bigint | Errno {
		return this.#socket.option(name);
	}

	setOption(name: SocketOption, value: bigint): Errno {
		const valid = optionInRange(name, value);
		return valid === undefined ? Errno.INVAL : this.#socket.setOption(name, valid);
	}

	waitFor(event: "read" | "write"): Wait {
		if (this.#isClosed || this.#bound === undefined) return { type: "ready" };
		return { type: "interest", interest: this.#socket.interest(event) };
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
		this.network.disown(this.#entry);
		this.#socket.close();
	}

	#refusal(remote: SocketAddress): Errno {
		if (!isUnicastOf(this.family, remote) || !isRemote(remote)) return Errno.INVAL;
		return this.network.mayReach("udp", remote) ? Errno.SUCCESS : Errno.ACCES;
	}

	#isHeard(from: SocketAddress): boolean {
		if (this.#remote !== undefined) return isSame(from, this.#remote);
		return this.#hearsAll || this.network.mayHear(from);
	}
}

function isSame(one: SocketAddress, other: SocketAddress): boolean {
	return one.address === other.address && one.port === other.port;
}
