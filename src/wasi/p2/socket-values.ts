import { Errno, errnoName } from "../../sys/errno.ts";
import { ComponentError } from "../host-interface.ts";
import { Resource } from "../resource.ts";
import { type ErrorCode, errorCode } from "../sockets/error-code.ts";
import { StreamFailure } from "./io-error.ts";

/** wasi:sockets/network `network`: there is one, and its rules are the guest's. */
export class Network extends Resource {}

/** Why a stream of a socket broke: what `network-error-code` makes of it. */
export class SocketError {
	readonly errno: Errno;

	constructor(errno: Errno) {
		this.errno = errno;
	}
}

export function socketFailure(errno: Errno): StreamFailure {
	return new StreamFailure(`the connection failed: ${errnoName(errno)}`, new SocketError(errno));
}

/** The error of a result, to be thrown. */
export function errorOf(code: ErrorCode): ComponentError {
	return new ComponentError(code);
}

export function demandSuccess(errno: Errno): void {
	if (errno !== Errno.SUCCESS) throw errorOf(errorCode(errno));
}

export function unlessErrno<T>(answer: T | Errno): T {
	if (typeof answer === "number") throw errorOf(errorCode(answer as Errno));
	return answer;
}
