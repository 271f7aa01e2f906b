import type { ByteSource, Exchange, HttpResponse } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { ComponentError } from "../host-interface.ts";
import { EMPTY_SOURCE } from "../http/empty-source.ts";
import { HttpFields } from "../http/fields.ts";
import { methodWord, type Word } from "../http/message.ts";
import { Resource } from "../resource.ts";
import { IncomingBody } from "./http-body.ts";
import { Fields } from "./http-fields.ts";

/** wasi:http/types `incoming-request`. */
export class IncomingRequest extends Resource {
	readonly #exchange: Exchange;
	#isConsumed = false;

	constructor(guest: ComponentGuest, exchange: Exchange) {
		super(guest);
		this.#exchange = exchange;
	}

	method(): Word {
		return methodWord(this.#exchange.head.method);
	}

	pathWithQuery(): string | undefined {
		return this.#exchange.head.pathWithQuery;
	}

	scheme(): Word | undefined {
		return this.#exchange.head.scheme === "https" ? HTTPS : HTTP;
	}

	authority(): string | undefined {
		return this.#exchange.head.authority;
	}

	headers(): Fields {
		return new Fields(this.guest, HttpFields.received(this.#exchange.head.headers));
	}

	/** Once. */
	consume(): IncomingBody {
		if (this.#isConsumed) throw new ComponentError(undefined);
		this.#isConsumed = true;
		return new IncomingBody(this.guest, this.#exchange.body ?? EMPTY_SOURCE);
	}

	protected override dropped(): void {
		if (!this.#isConsumed) this.#exchange.body?.cancel();
	}
}

/** wasi:http/types `incoming-response`. */
export class IncomingResponse extends Resource {
	readonly #response: HttpResponse;
	#body: ByteSource | undefined;

	constructor(guest: ComponentGuest, response: HttpResponse) {
		super(guest);
		this.#response = response;
		this.#body = response.body;
	}

	status(): number {
		return this.#response.status;
	}

	headers(): Fields {
		return new Fields(this.guest, HttpFields.received(this.#response.headers));
	}

	/** Once. */
	consume(): IncomingBody {
		const body = this.#body;
		if (body === undefined) throw new ComponentError(undefined);
		this.#body = undefined;
		return new IncomingBody(this.guest, body);
	}

	protected override dropped(): void {
		this.#body?.cancel();
	}
}

const HTTP: Word = { tag: "HTTP" };
const HTTPS: Word = { tag: "HTTPS" };
