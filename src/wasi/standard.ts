import { Errno } from "../sys/errno.ts";
import { bareStat, FileType } from "../sys/stat.ts";
import type { Stream } from "../sys/stream.ts";

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
