import type { Errno } from "./errno.ts";
import type { FileType, Stat } from "./stat.ts";

/**
 * Bytes that come and go in order: a terminal, a pipe, a redirected file, a connection.
 *
 * `read` and `write` answer with the number of bytes moved or `-errno`. They wait until at least one
 * byte can be moved (zero from `read` is the end), unless `nonblocking` is set: then they answer
 * `-AGAIN`. The flag is ours alone; the host's own descriptor, which others share, is not changed.
 */
export interface Stream {
	readonly kind: "stream";
	readonly type: FileType;
	readonly readable: boolean;
	readonly writable: boolean;
	nonblocking: boolean;
	stat(): Stat | Errno;
	read(into: readonly Uint8Array[]): number;
	write(from: readonly Uint8Array[]): number;
	/** Only where the bytes are a file's: the new position, or `-errno`. `whence` as preview1's. */
	seek?(offset: bigint, whence: 0 | 1 | 2): number;
	close(): void;
}
