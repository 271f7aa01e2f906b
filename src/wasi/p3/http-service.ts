import type { Exchange, HttpFailure } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { ComponentError } from "../host-interface.ts";
import { announced, unsent } from "../http/announced.ts";
import { responseBodySize } from "../http/failures.ts";
import { type HandlerInstance, ResponseMissing } from "../http/handler.ts";
import { contentLength, hasNoBody } from "../http/message.ts";
import { Request, Response } from "./http-message.ts";

/**
 * One request of wasi:http/handler 0.3, to the end of its response: the head goes out when the guest returns it, the body
 * and its trailers as they are written. Throws ResponseMissing, and what a trap throws; where `exchange.respond` was not
 * called yet it can still be answered otherwise. `interfaceName` is the export's full name.
 */
export async function serveExchange3(
	instance: HandlerInstance,
	interfaceName: string,
	guest: ComponentGuest,
	exchange: Exchange,
): Promise<void> {
	const response = await handle(instance, interfaceName, Request.received(guest, exchange));
	const status = response.getStatusCode();
	const headers = response.fields.list;
	const length = contentLength(headers);
	if (status < 200) throw refused(response, `it answered with ${status}`);
	if (length === "invalid") throw refused(response, "its content-length is no length");
	const sink = exchange.respond(status, headers);
	const held = hasNoBody(exchange.head.method, status)
		? unsent(sink)
		: announced(sink, length, responseBodySize);
	const failure = await response.send(held, exchange.signal);
	response.report(failure);
	if (failure === undefined || exchange.signal.aborted) return;
	throw new ResponseMissing(`its body broke off: ${failure.tag}`);
}

/** The error that it answers is the guest's own way to give no response. */
async function handle(instance: HandlerInstance, interfaceName: string, request: Request): Promise<Response> {
	try {
		const answer = await instance.call(interfaceName, "handle", [request]);
		if (answer instanceof Response) return answer;
		throw new TypeError("the linker answered a call of 'handle' with no response");
	} catch (cause) {
		if (!(cause instanceof ComponentError)) throw cause;
		throw new ResponseMissing(`it answered with the error '${(cause.payload as HttpFailure).tag}'`);
	}
}

function refused(response: Response, reason: string): ResponseMissing {
	response.refuse({ tag: "HTTP-protocol-error" });
	return new ResponseMissing(reason);
}
