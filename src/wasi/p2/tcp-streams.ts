import { Errno } from "../../sys/errno.ts";
import type { GuestTcp } from "../sockets/tcp.ts";
import type { Wait } from "../waits.ts";
import { type InputSource, READ_BYTES_MAX } from "./input-stream.ts";
import type { StreamEnd } from "./io-error.ts";
import type { OutputSink } from "./output-stream.ts";
import { READY } from "./pollable.ts";
import { socketFailure } from "./socket-values.ts";

/** What is taken of a guest before the system takes it. */
const PENDING_BYTES_MAX = 65_536;

const scratch = new Uint8Array(READ_BYTES_MAX);

/** What comes in by a connection. It holds the socket open. */
export class TcpSource implements InputSource {
	readonly #tcp: GuestTcp;
	#isShut = false;

	constructor(tcp: GuestTcp) {
		this.#tcp = tcp.hold();
	}

	read(max_bytes: number): Uint8Array | StreamEnd {
		// Linux would go on telling what has come before
		if (this.#isShut) return "closed";
		const moved = this.#tcp.receive(scratch.subarray(0, max_bytes));
		if (moved > 0) return scratch.slice(0, moved);
		if (moved === 0) return "closed";
		return moved === -Errno.AGAIN ? NOTHING : socketFailure(-moved as Errno);
	}

	wait(): Wait {
		return this.#isShut ? READY : this.#tcp.waitFor("read");
	}

	shut(): void {
		this.#isShut = true;
	}

	close(): void {
		this.#tcp.close();
	}
}

const NOTHING = new Uint8Array();

/**
 * What goes out by a connection. What the system does not take at once is sent on while the guest waits for
 * whatever it is, also when it has shut or dropped the stream.
 */
export class TcpSink implements OutputSink {
	readonly #tcp: GuestTcp;
	readonly #background: Set<Wait>;
	#pending: Uint8Array = NOTHING;
	#failure: StreamEnd | undefined;
	/** No more is taken; what is pending is sent. */
	#isShut = false;
	#onSent: (() => void) | undefined;

	constructor(tcp: GuestTcp) {
		this.#tcp = tcp.hold();
		this.#background = tcp.network.guest.waits.background;
	}

	room(): number | StreamEnd {
		if (this.#isShut) return "closed";
		this.#send();
		return this.#failure ?? (this.#pending.length > 0 ? 0 : PENDING_BYTES_MAX);
	}

	write(bytes: Uint8Array): StreamEnd | undefined {
		if (this.#isShut) return "closed";
		this.#pending = bytes;
		this.#send();
		if (this.#pending.length > 0) {
			this.#pending = this.#pending.slice();
			this.#background.add(this.#sending());
		}
		return this.#failure;
	}

	wait(): Wait {
		return this.#pending.length === 0 ? READY : this.#sending();
	}

	/** Takes no more, and calls `then` when all has been sent. */
	shut(then: () => void): void {
		this.#isShut = true;
		if (this.#pending.length === 0) then();
		else this.#onSent = then;
	}

	close(): void {
		this.#isShut = true;
		if (this.#pending.length === 0) return this.#tcp.close();
		const before = this.#onSent;
		this.#onSent = () => {
			before?.();
			this.#tcp.close();
		};
	}

	#sending(): Wait {
		return {
			type: "steps",
			isReady: () => this.#send(),
			interests: () => {
				const wait = this.#tcp.waitFor("write");
				return wait.type === "interest" ? [wait.interest] : [];
			},
			dueIn_ns: () => LONG_NS,
		};
	}

	/** Whether nothing is pending any more. */
	#send(): boolean {
		while (this.#pending.length > 0) {
			const moved = this.#tcp.send(this.#pending);
			if (moved === -Errno.AGAIN) return false;
			if (moved < 0) this.#failure = moved === -Errno.PIPE ? "closed" : socketFailure(-moved as Errno);
			this.#pending = moved < 0 ? NOTHING : this.#pending.subarray(moved);
		}
		const then = this.#onSent;
		this.#onSent = undefined;
		then?.();
		return true;
	}
}

/** Looked at again after so long, whatever the kernel says. */
const LONG_NS = 60_000_000_000n;
