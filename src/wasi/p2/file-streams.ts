import { Errno, errnoName } from "../../sys/errno.ts";
import type { ComponentGuest } from "../component-guest.ts";
import type { OpenFile } from "../descriptors.ts";
import { grown, OFFSET_MAX } from "../filesystem/offsets.ts";
import { type InputSource, READ_BYTES_MAX } from "./input-stream.ts";
import { type StreamEnd, StreamFailure } from "./io-error.ts";
import type { OutputSink } from "./output-stream.ts";
import { READY } from "./pollable.ts";
import type { SharedOpen } from "../filesystem/shared-open.ts";

/** How much of a file is taken in one write. */
const WRITE_BYTES_MAX = 1_048_576;

/** Reads a file from an offset on; its reader holds the file open. */
export function fileSource(shared: SharedOpen, file: OpenFile, offset: bigint): InputSource {
	shared.hold();
	let position = offset;
	return {
		read(max_bytes) {
			if (position > OFFSET_MAX) return "closed";
			const buffer = new Uint8Array(Math.min(max_bytes, READ_BYTES_MAX));
			const moved = file.file.read([buffer], Number(position));
			if (moved < 0) return failure("read", moved);
			if (moved === 0) return "closed";
			position += BigInt(moved);
			return moved === buffer.length ? buffer : buffer.slice(0, moved);
		},
		wait: () => READY,
		close: () => shared.release(),
	};
}

/** Writes a file from an offset on, or at its end, wherever that is; its writer holds the file open. */
export function fileSink(
	guest: ComponentGuest,
	shared: SharedOpen,
	file: OpenFile,
	offset: bigint | "end",
): OutputSink {
	shared.hold();
	let position = offset;
	const put = (bytes: Uint8Array): number => {
		if (position === "end") return file.file.append([bytes]);
		if (position > OFFSET_MAX) return -Errno.FBIG;
		const moved = file.file.write([bytes], Number(position));
		if (moved > 0) position += BigInt(moved);
		return moved;
	};
	return {
		room: () => WRITE_BYTES_MAX,
		write(bytes): StreamEnd | undefined {
			for (let rest = bytes; rest.length > 0;) {
				const moved = grown(guest, file, put(rest));
				if (moved < 0) return failure("written", moved);
				rest = rest.subarray(moved);
			}
			return undefined;
		},
		wait: () => READY,
		close: () => shared.release(),
	};
}

function failure(what: string, moved: number): StreamFailure {
	const errno = -moved as Errno;
	return new StreamFailure(`the file cannot be ${what}: ${errnoName(errno)}`, errno);
}
