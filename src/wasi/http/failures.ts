/** The error-codes of wasi:http that the host itself gives. */
import type { HttpFailure } from "../../sys/http.ts";

export function isFailure(value: unknown): value is HttpFailure {
	return typeof value === "object" && value !== null && "tag" in value;
}

/** The body was not what its `content-length` announced; `sent` is how long it was, or had become. */
export function requestBodySize(sent_bytes: number): HttpFailure {
	return { tag: "HTTP-request-body-size", val: BigInt(sent_bytes) };
}

export function responseBodySize(sent_bytes: number): HttpFailure {
	return { tag: "HTTP-response-body-size", val: BigInt(sent_bytes) };
}

export function internalError(text: string): HttpFailure {
	return { tag: "internal-error", val: text };
}

export const DENIED: HttpFailure = { tag: "HTTP-request-denied" };
export const URI_INVALID: HttpFailure = { tag: "HTTP-request-URI-invalid" };
export const URI_TOO_LONG: HttpFailure = { tag: "HTTP-request-URI-too-long" };
export const METHOD_INVALID: HttpFailure = { tag: "HTTP-request-method-invalid" };
export const CONNECTION_TERMINATED: HttpFailure = { tag: "connection-terminated" };
