import type { Errno } from "./errno.ts";
import type { Stream } from "./stream.ts";

/** An accepted TCP or Unix connection. */
export interface Connection extends Stream {
	/** As `read`; with `peek` the bytes stay, with `waitAll` it waits until all buffers are full. */
	receive(into: readonly Uint8Array[], peek: boolean, waitAll: boolean): number;
	shutdown(read: boolean, write: boolean): Errno;
}

/** A socket that was opened, bound and set listening before the guest began. */
export interface Listener {
	readonly kind: "listener";
	nonblocking: boolean;
	/** Waits for a connection, unless `nonblocking` is set: then AGAIN. */
	accept(): Connection | Errno;
	close(): void;
}
