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
	const place = splitAuthority(head.authority, head.scheme);
	if (place === undefined) return URI_INVALID;
	const length = contentLength(head.headers);
	if (length === "invalid" || (length !== undefined && length > 0 && !parts.hasBody))
		return requestBodySize(0);
	const client = guest.world.http;
	const gate = connectGate(guest);
	if (client === undefined) {
		// what it asked for is recorded as refused
		void gate(place.host, place.port);
		return DENIED;
	}
	const requests = requestsOf(guest);
	if (requests.size >= REQUESTS_MAX) forgetEnded(requests);
	if (requests.size >= REQUESTS_MAX) return { tag: "connection-limit-reached" };
	const { timeouts, hasBody } = parts;
	const sent = client.send({ head, ...place, hasBody, timeouts, gate });
	requests.add(sent);
	return hasBody && length !== undefined ? held(sent, length) : sent;
}

/** Ends what a guest that is over still had under way. */
export function cancelRequests(guest: ComponentGuest): void {
	for (const sent of underWay.get(guest) ?? []) sent.cancel();
	underWay.delete(guest);
}

function held(sent: HttpSent, length: number): HttpSent {
	return {
		body: announced(sent.body, length, requestBodySize),
		response: sent.response,
		get isOver() {
			return sent.isOver;
		},
		cancel: () => sent.cancel(),
	};
}

/** A guest may have so many requests under way at once, their responses read or not. */
export const REQUESTS_MAX = 256;

const underWay = new WeakMap<ComponentGuest, Set<HttpSent>>();

function requestsOf(guest: ComponentGuest): Set<HttpSent> {
	const known = underWay.get(guest);
	if (known !== undefined) return known;
	const made = new Set<HttpSent>();
	underWay.set(guest, made);
	return made;
}

function forgetEnded(requests: Set<HttpSent>): void {
	for (const sent of requests) if (sent.isOver) requests.delete(sent);
}

function headOf(parts: RequestParts): HttpRequestHead | HttpFailure {
	const method = methodText(parts.method);
	// a tunnel would be a connection that no rule of HTTP holds for
	if (method === undefined || method === "CONNECT") return METHOD_INVALID;
	const scheme = schemeOf(parts.scheme);
	if (scheme === undefined || parts.authority === undefined) return URI_INVALID;
	const path = pathOnWire(parts.pathWithQuery ?? "/", method);
	if (path === undefined) return URI_INVALID;
	if (path.length > PATH_CHARACTERS_MAX) return URI_TOO_LONG;
	return { method, scheme, authority: parts.authority, pathWithQuery: path, headers: parts.headers.list };
}

function schemeOf(scheme: Word | undefined): "http" | "https" | undefined {
	if (scheme === undefined || scheme.tag === "HTTPS") return "https";
	return scheme.tag === "HTTP" ? "http" : undefined;
}
