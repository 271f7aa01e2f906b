import { Errno } from "../../sys/errno.ts";
import { ComponentError } from "../host-interface.ts";
import { type ErrorCode3, errorCode3 } from "../sockets/error-code.ts";

/** In 0.3 what is begun already is a state like others. */
export function socketError(errno: Errno): ErrorCode3 {
	return errorCode3(errno === Errno.ALREADY ? Errno.ISCONN : errno);
}

/** The value; or throws the error of the result that an errno is. */
export function granted<T>(answer: T | Errno): T {
	if (typeof answer === "number") throw new ComponentError(socketError(answer as Errno));
	return answer;
}

/** Throws the error of the result that an errno is. */
export function succeeded(errno: Errno): void {
	if (errno !== Errno.SUCCESS) throw new ComponentError(socketError(errno));
}
