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
	const answer = new Answer(exchange);
	const fail = (cause: unknown): never => {
		answer.breakOff();
		throw cause;
	};
	try {
		const values = [new IncomingRequest(guest, exchange), new ResponseOutparam(guest, answer)];
		const handled = instance.call(interfaceName, "handle", values);
		if (!(handled instanceof Promise)) return answer.settle();
		return handled.then(() => answer.settle(), fail);
	} catch (cause) {
		return fail(cause);
	}
}

/** wasi:http/types `response-outparam`. */
export class ResponseOutparam extends Resource {
	readonly #answer: Answer;

	constructor(guest: ComponentGuest, answer: Answer) {
		super(guest);
		this.#answer = answer;
	}

	static set(
		this: void,
		param: ResponseOutparam,
		response:
			| { readonly tag: "ok"; readonly val: OutgoingResponse }
			| { readonly tag: "err"; readonly val: HttpFailure },
	): void {
		param[Symbol.dispose]();
		if (response.tag === "ok") param.#answer.send(response.val.give());
		else param.#answer.refuse(`it answered with the error '${response.val.tag}'`);
	}

	/** Not sent on: none of the servers in front of us passes a 1xx through faithfully. */
	sendInformational(_status: number, headers: Fields): void {
		headers[Symbol.dispose]();
		throw new ComponentError(internalError("this host sends no informational responses"));
	}
}

/** What has become of the answer to a request. Not a guest's to call: it stands behind its handle. */
class Answer {
	readonly #exchange: Exchange;
	#missing: string | undefined = "it returned without an answer";
	#body: LateSink | undefined;

	constructor(exchange: Exchange) {
		this.#exchange = exchange;
	}

	send({ status, headers, body }: ReturnType<OutgoingResponse["give"]>): void {
		const length = contentLength(headers.list);
		if (status < 200 || length === "invalid") {
			body?.abort();
			return this.refuse(status < 200 ? `it answered with ${status}` : "its content-length is no length");
		}
		this.#missing = undefined;
		this.#body = body;
		const sink = this.#exchange.respond(status, headers.list);
		const held = hasNoBody(this.#exchange.head.method, status)
			? unsent(sink)
			: announced(sink, length, responseBodySize);
		if (body !== undefined) body.attach(held);
		else if (held.end(undefined) !== undefined) this.refuse("it announced a body and sent none");
	}

	refuse(reason: string): void {
		this.#missing = reason;
	}

	/** The guest has returned: nothing more will come of it. */
	settle(): void {
		if (this.#body !== undefined && !this.#body.isComplete) {
			this.#body.abort();
			this.#missing ??= "it returned before its body was complete";
		}
		if (this.#missing !== undefined) throw new ResponseMissing(this.#missing);
	}

	/** Breaks off what was begun and is not complete. */
	breakOff(): void {
		this.#body?.abort();
	}
}
