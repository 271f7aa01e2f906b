import type { HttpFailure, HttpSent } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { ComponentError } from "../host-interface.ts";
import { CONNECTION_TERMINATED, isFailure } from "../http/failures.ts";
import { sendRequest } from "../http/outgoing.ts";
import { type Request, Response } from "./http-message.ts";

/**
 * `send` of wasi:http/client: the response's head, as soon as it is there; the request's body may still be on its way. A
 * body that breaks off takes the response with it.
 */
export async function sendAndAwait(guest: ComponentGuest, request: Request): Promise<Response> {
	const { head, fields: headers, timeouts, hasBody } = request;
	const sent = sendRequest(guest, { ...head, headers, timeouts, hasBody });
	if (isFailure(sent)) {
		request.refuse(sent);
		throw new ComponentError(sent);
	}
	const response = await exchange(request, sent);
	if (isFailure(response)) throw new ComponentError(response);
	return Response.received(guest, response);
}

async function exchange(request: Request, sent: HttpSent) {
	const over = new AbortController();
	// a guest that traps meanwhile sends no more: how it ended is told elsewhere
	const body = request.send(sent.body, over.signal).catch(() => CONNECTION_TERMINATED);
	void report(request, body, sent);
	const broken = body.then((failure) => failure ?? sent.response);
	const response = await Promise.race([sent.response, broken]);
	if (isFailure(response)) {
		over.abort();
		sent.cancel();
	}
	return response;
}

/** A request was sent when all of it was written, and somebody was there: which an answer tells, if nothing else does. */
async function report(
	request: Request,
	body: Promise<HttpFailure | undefined>,
	sent: HttpSent,
): Promise<void> {
	const [failure, response] = await Promise.all([body, sent.response]);
	request.report(failure ?? (isFailure(response) ? response : undefined));
}
