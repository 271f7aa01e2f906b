import type { HttpFailure, HttpRequestHead, HttpSent, HttpTimeouts } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { announced } from "./announced.ts";
import { DENIED, METHOD_INVALID, requestBodySize, URI_INVALID, URI_TOO_LONG } from "./failures.ts";
import type { HttpFields } from "./fields.ts";
import { connectGate } from "./gate.ts";
import {
	contentLength,
	methodText,
	PATH_CHARACTERS_MAX,
	pathOnWire,
	splitAuthority,
	type Word,
} from "./message.ts";

/** A request as a guest put it together. */
export interface RequestParts {
	readonly method: Word;
	/** Undefined: HTTPS, which needs no grant of trust in the way. */
	readonly scheme: Word | undefined;
	readonly authority: string | undefined;
	readonly pathWithQuery: string | undefined;
	readonly headers: HttpFields;
	readonly timeouts: HttpTimeouts;
	readonly hasBody: boolean;
}

/**
 * Sends a guest's request, held to its rules at each connection. What is sent must be as long as its `content-length`
 * says. Answers a failure where it can be told at once; the others come as the response.
 */
export function sendRequest(guest: ComponentGuest, parts: RequestParts): HttpSent | HttpFailure {
	const head = headOf(parts);
	if ("tag" in head) return head;
	const length = contentLength(head.headers);
	if (length === "invalid" || (length !== undefined && length > 0 && !parts.hasBody))
		return requestBodySize(0);
	const client = guest.world.http;
	if (client === undefined) return DENIED;
	const { timeouts, hasBody } = parts;
	const sent = client.send({ head, hasBody, timeouts, gate: connectGate(guest) });
	if (!hasBody || length === undefined) return sent;
	return {
		body: announced(sent.body, length, requestBodySize),
		response: sent.response,
		cancel: () => sent.cancel(),
	};
}

function headOf(parts: RequestParts): HttpRequestHead | HttpFailure {
	const method = methodText(parts.method);
	// a tunnel would be a connection that no rule of HTTP holds for
	if (method === undefined || method === "CONNECT") return METHOD_INVALID;
	const scheme = schemeOf(parts.scheme);
	if (scheme === undefined || parts.authority === undefined) return URI_INVALID;
	if (splitAuthority(parts.authority, scheme) === undefined) return URI_INVALID;
	const path = pathOnWire(parts.pathWithQuery ?? "/", method);
	if (path === undefined) return URI_INVALID;
	if (path.length > PATH_CHARACTERS_MAX) return URI_TOO_LONG;
	return { method, scheme, authority: parts.authority, pathWithQuery: path, headers: parts.headers.list };
}

function schemeOf(scheme: Word | undefined): "http" | "https" | undefined {
	if (scheme === undefined || scheme.tag === "HTTPS") return "https";
	return scheme.tag === "HTTP" ? "http" : undefined;
}
