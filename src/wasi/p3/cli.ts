import { Errno } from "../../sys/errno.ts";
import { FileType } from "../../sys/stat.ts";
import type { Stream } from "../../sys/stream.ts";
import type { Interest } from "../../sys/waiter.ts";
import type { ComponentGuest } from "../component-guest.ts";
import type { HostInterface } from "../host-interface.ts";
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

/** wasi:cli of 0.3. */
export function cliInterfaces3(guest: ComponentGuest): readonly [name: string, HostInterface][] {
	const { world } = guest;
	return [
		[
			"wasi:cli/environment@0.3",
			{
				getEnvironment: () => [...world.env],
				getArguments: () => [...world.args],
				// paths are looked up beneath preopens; a working directory is the guest's own business
				getInitialCwd: () => undefined,
			},
		],
		[
			"wasi:cli/exit@0.3",
			{
				exit: ({ tag }: { tag: "ok" | "err" }) => guest.finish({ type: "exit", code: tag === "ok" ? 0 : 1 }),
				exitWithCode: (code: number) => guest.finish({ type: "exit", code }),
			},
		],
		["wasi:cli/types@0.3", {}],
		["wasi:cli/stdin@0.3", { readViaStream: () => readInput(guest) }],
		["wasi:cli/stdout@0.3", { writeViaStream: (data: GuestStream) => writeOutput(guest, 1, data) }],
		["wasi:cli/stderr@0.3", { writeViaStream: (data: GuestStream) => writeOutput(guest, 2, data) }],
		["wasi:cli/terminal-input@0.3", { TerminalInput }],
		["wasi:cli/terminal-output@0.3", { TerminalOutput }],
		["wasi:cli/terminal-stdin@0.3", { getTerminalStdin: () => terminal(guest, 0, TerminalInput) }],
		["wasi:cli/terminal-stdout@0.3", { getTerminalStdout: () => terminal(guest, 1, TerminalOutput) }],
		["wasi:cli/terminal-stderr@0.3", { getTerminalStderr: () => terminal(guest, 2, TerminalOutput) }],
	];
}

/** Resources without functions: that there is one is all there is to know. */
class TerminalInput {
	readonly kind = "input";
}
class TerminalOutput {
	readonly kind = "output";
}

function terminal<T>(guest: ComponentGuest, fd: number, Resource: new () => T): T | undefined {
	return standard(guest, fd)?.type === FileType.CHARACTER_DEVICE ? new Resource() : undefined;
}

function readInput(guest: ComponentGuest): [HostStream<Uint8Array>, Promise<Outcome<CliError>>] {
	return bytesFrom(guest, new StandardStream(standard(guest, 0), "read"), cliError);
}

function writeOutput(guest: ComponentGuest, fd: 1 | 2, data: GuestStream): Promise<Outcome<CliError>> {
	return bytesInto(guest, data, new StandardStream(standard(guest, fd), "write"), cliError);
}

function standard(guest: ComponentGuest, fd: number): Stream | undefined {
	const open = guest.world.descriptors.get(fd);
	return open?.kind === "stream" ? open.stream : undefined;
}

function cliError(errno: Errno): CliError {
	if (errno === Errno.PIPE) return "pipe";
	return errno === Errno.ILSEQ ? "illegal-byte-sequence" : "io";
}

/** A standard stream, used without ever waiting. Others of the guest's (0.2, preview1) may want it to wait: the flag is put back. */
class StandardStream implements Origin, Target {
	readonly #stream: Stream | undefined;
	readonly #event: Interest["event"];

	constructor(stream: Stream | undefined, event: Interest["event"]) {
		this.#stream = stream;
		this.#event = event;
	}

	read(into: Uint8Array): number {
		return this.#withoutWaiting((stream) => stream.read([into]));
	}

	write(from: Uint8Array): number {
		return this.#withoutWaiting((stream) => stream.write([from]));
	}

	interest(): Interest {
		if (this.#stream === undefined) throw new Error("nothing to wait for: the stream is closed");
		const nothing = { ready: false, hangup: false, available_bytes: 0 };
		return { source: this.#stream, event: this.#event, ...nothing };
	}

	#withoutWaiting(act: (stream: Stream) => number): number {
		const stream = this.#stream;
		if (stream === undefined) return -Errno.BADF;
		const before = stream.nonblocking;
		stream.nonblocking = true;
		try {
			return act(stream);
		} finally {
			stream.nonblocking = before;
		}
	}
}
