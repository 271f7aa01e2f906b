import { Errno, errnoName } from "../../sys/errno.ts";
import { FileType } from "../../sys/stat.ts";
import type { Stream } from "../../sys/stream.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { closedInput, silentOutput, standardOf, writeStandard } from "../standard.ts";
import { isReady, type Wait } from "../waits.ts";
import { type InputSource, InputStream, READ_BYTES_MAX } from "./input-stream.ts";
import { type StreamEnd, StreamFailure } from "./io-error.ts";
import { type OutputSink, OutputStream } from "./output-stream.ts";
import { READY } from "./pollable.ts";

/** A pipe that can be written takes so much without waiting: POSIX's PIPE_BUF on Linux. */
const PIPE_BYTES = 4_096;

/** A new handle on standard input. Dropping it closes nothing. */
export function standardInput(guest: ComponentGuest): InputStream {
	return new InputStream(guest, inputOf(guest, standardOf(guest.world, 0) ?? closedInput(undefined)));
}

/** A new handle on standard output or error. Dropping it closes nothing. */
export function standardOutput(guest: ComponentGuest, number: 1 | 2): OutputStream {
	return new OutputStream(guest, outputOf(guest, standardOf(guest.world, number) ?? silentOutput()));
}

function inputOf(guest: ComponentGuest, stream: Stream): InputSource {
	const wait = () => waitFor(stream, "read");
	const take = (max_bytes: number): Uint8Array | StreamEnd => {
		const buffer = new Uint8Array(Math.min(max_bytes, READ_BYTES_MAX));
		const moved = stream.read([buffer]);
		if (moved > 0) return moved === buffer.length ? buffer : buffer.slice(0, moved);
		if (moved === -Errno.AGAIN) return NOTHING;
		return moved === 0 ? "closed" : failed("read", moved);
	};
	return {
		read: (max_bytes) => (isReady(guest.world, wait()) ? take(max_bytes) : NOTHING),
		readWaiting: take,
		wait,
	};
}

const NOTHING = new Uint8Array();

function outputOf(guest: ComponentGuest, stream: Stream): OutputSink {
	const wait = () => waitFor(stream, "write");
	const most = stream.type === FileType.REGULAR_FILE ? READ_BYTES_MAX : PIPE_BYTES;
	const writeAll = (bytes: Uint8Array): StreamEnd | undefined => {
		for (let rest = bytes; rest.length > 0;) {
			const moved = writeStandard(guest, stream, [rest]);
			if (moved < 0) return failed("written", moved);
			rest = rest.subarray(moved);
		}
		return undefined;
	};
	return {
		room: () => (isReady(guest.world, wait()) ? most : 0),
		write: writeAll,
		writeWaiting: writeAll,
		wait,
	};
}

/** What a file stands in for is always ready. */
function waitFor(stream: Stream, event: "read" | "write"): Wait {
	if (stream.type === FileType.REGULAR_FILE) return READY;
	const interest = { source: stream, event, ready: false, hangup: false, available_bytes: 0 };
	return { type: "interest", interest };
}

function failed(what: string, moved: number): StreamFailure {
	const errno = -moved as Errno;
	return new StreamFailure(`the stream cannot be ${what}: ${errnoName(errno)}`, errno);
}
