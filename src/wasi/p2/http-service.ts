import type { Exchange, HttpFailure } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { ComponentError } from "../host-interface.ts";
import { announced, unsent } from "../http/announced.ts";
import { type HandlerInstance, ResponseMissing } from "../http/handler.ts";
import { internalError, responseBodySize } from "../http/failures.ts";
import { contentLength, hasNoBody } from "../http/message.ts";
import { Resource } from "../resource.ts";
import type { Fields } from "./http-fields.ts";
import { IncomingRequest } from "./http-incoming.ts";
import type { OutgoingResponse } from "./http-outgoing.ts";
import type { LateSink } from "./http-streams.ts";

/**
 * One request of wasi:http/incoming-handler 0.2, to its end: the head goes out when the guest sets it, the body as it
 * is written. Throws ResponseMissing, and what a trap throws; what was begun is then broken off, and where
 * `exchange.respond` was not called yet it can still be answered otherwise. `interfaceName` is the export's full name.
 */
export function serveExchange2(
	instance: HandlerInstance,
	interfaceName: string,
	guest: ComponentGuest,
	exchange: Exchange,
): void | Promise<void> {
	const param = new ResponseOutparam(guest, exchange);
	const fail = (cause: unknown): never => {
		param.breakOff();
		throw cause;
	};
	try {
		const handled = instance.call(interfaceName, "handle", [new IncomingRequest(guest, exchange), param]);
		if (!(handled instanceof Promise)) return param.settle();
		return handled.then(() => param.settle(), fail);
	} catch (cause) {
		return fail(cause);
	}
}

/** wasi:http/types `response-outparam`. */
export class ResponseOutparam extends Resource {
	readonly #exchange: Exchange;
	#missing: string | undefined = "it returned without an answer";
	#body: LateSink | undefined;

	constructor(guest: ComponentGuest, exchange: Exchange) {
		super(guest);
		this.#exchange = exchange;
	}

	static set(
		this: void,
		param: ResponseOutparam,
		response:
			| { readonly tag: "ok"; readonly val: OutgoingResponse }
			| { readonly tag: "err"; readonly val: HttpFailure },
	): void {
		param[Symbol.dispose]();
		if (response.tag === "ok") param.#send(response.val);
		else param.#missing = `it answered with the error '${response.val.tag}'`;
	}

	/** Not sent on: none of the servers in front of us passes a 1xx through faithfully. */
	sendInformational(_status: number, headers: Fields): void {
		headers[Symbol.dispose]();
		throw new ComponentError(internalError("this host sends no informational responses"));
	}

	/** The guest has returned: nothing more will come of it. */
	settle(): void {
		if (this.#body !== undefined && !this.#body.isOver) {
			this.#body.abort();
			this.#missing ??= "it returned before its body was complete";
		}
		if (this.#missing !== undefined) throw new ResponseMissing(this.#missing);
	}

	/** Breaks off what was begun and is not complete. */
	breakOff(): void {
		this.#body?.abort();
	}

	#send(response: OutgoingResponse): void {
		const { status, headers, body } = response.give();
		const length = contentLength(headers.list);
		if (status < 200 || length === "invalid") {
			body?.abort();
			this.#missing = status < 200 ? `it answered with ${status}` : "its content-length is no length";
			return;
		}
		this.#missing = undefined;
		this.#body = body;
		const sink = this.#exchange.respond(status, headers.list);
		const held = hasNoBody(this.#exchange.head.method, status)
			? unsent(sink)
			: announced(sink, length, responseBodySize);
		if (body !== undefined) body.attach(held);
		else if (held.end(undefined) !== undefined) this.#missing = "it announced a body and sent none";
	}
}
