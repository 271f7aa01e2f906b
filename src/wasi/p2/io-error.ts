import type { ComponentGuest } from "../component-guest.ts";
import { ComponentError } from "../host-interface.ts";
import { Resource } from "../resource.ts";

/** Why a stream cannot go on, other than by its end. */
export class StreamFailure {
	/** For `to-debug-string`: a clause about the stream, never about the host behind it. */
	readonly reason: string;
	/** What interfaces downcast to: an Errno of files, an HttpFailure. */
	readonly cause: unknown;

	constructor(reason: string, cause: unknown) {
		this.reason = reason;
		this.cause = cause;
	}
}

/** wasi:io/error `error`. */
export class IoError extends Resource {
	readonly failure: StreamFailure;

	constructor(guest: ComponentGuest, failure: StreamFailure) {
		super(guest);
		this.failure = failure;
	}

	toDebugString(): string {
		return this.failure.reason;
	}
}

/** How a stream ends: all was read, or nobody reads any more; or it broke. */
export type StreamEnd = "closed" | StreamFailure;

/** wasi:io/streams `stream-error`, to be thrown. */
export function streamError(guest: ComponentGuest, end: StreamEnd): ComponentError {
	if (end === "closed") return new ComponentError({ tag: "closed" });
	return new ComponentError({ tag: "last-operation-failed", val: new IoError(guest, end) });
}
