import type { HttpFailure, HttpResponse, HttpSent } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { ComponentError } from "../host-interface.ts";
import { isFailure } from "../http/failures.ts";
import { sendRequest } from "../http/outgoing.ts";
import { Resource } from "../resource.ts";
import { ANSWERED } from "./http-body.ts";
import { IncomingResponse } from "./http-incoming.ts";
import type { OutgoingRequest, RequestOptions } from "./http-outgoing.ts";
import { Pollable } from "./pollable.ts";

/** wasi:http/outgoing-handler `handle`: takes the request and the options. */
export function handleOutgoing(
	request: OutgoingRequest,
	options: RequestOptions | undefined,
): FutureIncomingResponse {
	const { guest } = request;
	const { parts, body } = request.give(options?.give() ?? NO_TIMEOUTS);
	const sent = sendRequest(guest, parts);
	if (isFailure(sent)) {
		body?.abort();
		throw new ComponentError(sent);
	}
	if (parts.hasBody) body?.attach(sent.body);
	else sent.body.end(undefined);
	return new FutureIncomingResponse(guest, sent);
}

const NO_TIMEOUTS = {};

/** wasi:http/types `future-incoming-response`. */
export class FutureIncomingResponse extends Resource {
	readonly #sent: HttpSent;
	#response: HttpResponse | HttpFailure | undefined;
	#isAnswered = false;

	constructor(guest: ComponentGuest, sent: HttpSent) {
		super(guest);
		this.#sent = sent;
		void this.#await();
	}

	async #await(): Promise<void> {
		const response = await this.#sent.response;
		this.#response = response;
		if (!this.isHeld && !isFailure(response)) response.body.cancel();
	}

	subscribe(): Pollable {
		return new Pollable(this.guest, () => ({
			type: "promise",
			isReady: () => this.#response !== undefined,
			when: async () => {
				await this.#sent.response;
			},
		}));
	}

	get(): unknown {
		if (this.#isAnswered) return ANSWERED;
		const response = this.#response;
		if (response === undefined) return undefined;
		this.#isAnswered = true;
		if (isFailure(response)) return { tag: "ok", val: { tag: "err", val: response } };
		return { tag: "ok", val: { tag: "ok", val: new IncomingResponse(this.guest, response) } };
	}

	protected override dropped(): void {
		if (!this.#isAnswered) this.#sent.cancel();
	}
}
