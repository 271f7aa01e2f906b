import { Errno } from "../sys/errno.ts";
import { bareStat, FileType } from "../sys/stat.ts";
import type { Stream } from "../sys/stream.ts";
import type { Guest, World } from "./guest.ts";

/** Standard input, output, error. */
export type StandardNumber = 0 | 1 | 2;

/** Undefined where the guest has closed it, or has none. */
export function standardOf({ descriptors }: World, number: StandardNumber): Stream | undefined {
	const open = descriptors.get(number);
	return open?.kind === "stream" ? open.stream : undefined;
}

export function isTerminal(world: World, number: StandardNumber): boolean {
	return standardOf(world, number)?.type === FileType.CHARACTER_DEVICE;
}

/**
 * Writes to a standard stream; the bytes moved or `-errno`. A program whose standard output nobody reads any more
 * ends quietly, as SIGPIPE ends a native one.
 */
export function writeStandard(guest: Guest, stream: Stream, from: readonly Uint8Array[]): number {
	const written = stream.write(from);
	if (written === -Errno.PIPE) guest.finish({ type: "signal", signal: "SIGPIPE", number: 13 });
	return written;
}

/** Where the guest was told to start; undefined: nowhere in particular. */
export function initialDirectory({ descriptors }: World): string | undefined {
	for (const open of descriptors.preopens())
		if (open.preopen === "." && open.name.startsWith("/")) return open.name;
	return undefined;
}

/**
 * Standard input that was not granted: at its end from the start, as /dev/null is.
 *
 * @param onRead told when the guest reads it; undefined where there is nothing to tell
 */
export function closedInput(onRead: (() => void) | undefined): Stream {
	return {
		...base(),
		readable: true,
		writable: false,
		read() {
			onRead?.();
			return 0;
		},
		write: () => -Errno.BADF,
	};
}

/** Standard output where the host has closed its own: what is written goes nowhere. */
export function silentOutput(): Stream {
	return {
		...base(),
		readable: false,
		writable: true,
		read: () => -Errno.BADF,
		write: (from) => from.reduce((sum, { length }) => sum + length, 0),
	};
}

/** The same stream, shown to the guest as a terminal: isatty() answers yes (`-t`). */
export function terminalStream(stream: Stream): Stream {
	return {
		kind: "stream",
		type: FileType.CHARACTER_DEVICE,
		readable: stream.readable,
		writable: stream.writable,
		get nonblocking() {
			return stream.nonblocking;
		},
		set nonblocking(value) {
			stream.nonblocking = value;
		},
		stat: () => {
			const stat = stream.stat();
			return typeof stat === "number" ? stat : { ...stat, type: FileType.CHARACTER_DEVICE };
		},
		read: (into) => stream.read(into),
		write: (from) => stream.write(from),
		close: () => stream.close(),
	};
}

function base(): Pick<Stream, "kind" | "type" | "nonblocking" | "stat" | "close"> {
	return {
		kind: "stream",
		type: FileType.UNKNOWN,
		nonblocking: false,
		stat: () => bareStat(FileType.UNKNOWN),
		close() {},
	};
}
