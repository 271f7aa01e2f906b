import { Errno } from "../../sys/errno.ts";
import { FileType } from "../../sys/stat.ts";
import type { Stream } from "../../sys/stream.ts";
import type { Interest } from "../../sys/waiter.ts";
import { exitInterface, terminalInterfaces } from "../cli.ts";
import type { ComponentGuest } from "../component-guest.ts";
import type { HostFamily } from "../host-family.ts";
import { noteWriting } from "../unwritten.ts";
import type { Wait } from "../waits.ts";
import { closedInput, initialDirectory, silentOutput, standardOf, writeStandard } from "../standard.ts";
import {
	bytesFrom,
	bytesInto,
	type GuestStream,
	type HostStream,
	type Origin,
	type Outcome,
	type Target,
} from "./streams.ts";

/** `error-code` of wasi:cli/types. */
type CliError = "io" | "illegal-byte-sequence" | "pipe";

/** wasi:cli of 0.3, what a command imports. */
export const CLI: HostFamily = {
	"wasi:cli/types@0.3": () => ({}),
	"wasi:cli/environment@0.3": ({ world }) => ({
		getEnvironment: () => [...world.env],
		getArguments: () => [...world.args],
		getInitialCwd: () => initialDirectory(world),
	}),
	"wasi:cli/exit@0.3": exitInterface,
	"wasi:cli/stdin@0.3": (guest) => ({ readViaStream: () => readInput(guest) }),
	"wasi:cli/stdout@0.3": (guest) => ({
		writeViaStream: (data: GuestStream) => writeOutput(guest, 1, data),
	}),
	"wasi:cli/stderr@0.3": (guest) => ({
		writeViaStream: (data: GuestStream) => writeOutput(guest, 2, data),
	}),
	...terminalInterfaces("0.3"),
};

function readInput(guest: ComponentGuest): [HostStream<Uint8Array>, Promise<Outcome<CliError>>] {
	const stream = standardOf(guest.world, 0) ?? closedInput(undefined);
	return bytesFrom(guest, new StandardBytes(guest, stream, "read"), cliError);
}

function writeOutput(guest: ComponentGuest, number: 1 | 2, data: GuestStream): Promise<Outcome<CliError>> {
	const stream = standardOf(guest.world, number) ?? silentOutput();
	return bytesInto(guest, data, new StandardBytes(guest, stream, "write"), cliError);
}

function cliError(errno: Errno): CliError {
	if (errno === Errno.PIPE) return "pipe";
	return errno === Errno.ILSEQ ? "illegal-byte-sequence" : "io";
}

/** A pipe that can be written takes so much without waiting: POSIX's PIPE_BUF on Linux. */
const PIPE_BYTES = 4_096;

/** A standard stream that is never waited for here. Others of the guest's (0.2, preview1) wait: the flag is put back. */
class StandardBytes implements Origin, Target {
	readonly #guest: ComponentGuest;
	readonly #stream: Stream;
	readonly #event: Interest["event"];

	constructor(guest: ComponentGuest, stream: Stream, event: Interest["event"]) {
		this.#guest = guest;
		this.#stream = stream;
		this.#event = event;
	}

	read(into: Uint8Array): number {
		return this.#withoutWaiting(() => this.#stream.read([into]));
	}

	write(from: Uint8Array): number {
		const most = this.#stream.type === FileType.REGULAR_FILE ? from.length : PIPE_BYTES;
		return this.#withoutWaiting(() => writeStandard(this.#guest, this.#stream, [from.subarray(0, most)]));
	}

	writing(piece: Promise<unknown>): void {
		noteWriting(this.#guest, piece);
	}

	wait(): Wait {
		const nothing = { ready: false, hangup: false, available_bytes: 0 };
		return { type: "interest", interest: { source: this.#stream, event: this.#event, ...nothing } };
	}

	#withoutWaiting(act: () => number): number {
		const before = this.#stream.nonblocking;
		this.#stream.nonblocking = true;
		try {
			return act();
		} finally {
			this.#stream.nonblocking = before;
		}
	}
}
