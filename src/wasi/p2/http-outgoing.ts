import type { HttpTimeouts } from "../../sys/http.ts";
import { ComponentError } from "../host-interface.ts";
import type { HttpFields } from "../http/fields.ts";
import {
	checkPath,
	checkScheme,
	contentLength,
	isAuthority,
	isStatus,
	MESSAGE_WEIGHT,
	methodText,
	methodWord,
	type Word,
} from "../http/message.ts";
import type { RequestParts } from "../http/outgoing.ts";
import { Resource } from "../resource.ts";
import { OutgoingBody } from "./http-body.ts";
import { Fields } from "./http-fields.ts";
import { LateSink } from "./http-streams.ts";

/** What requests and responses of a guest's have in common: headers, and a body that is taken once. */
abstract class OutgoingMessage extends Resource {
	readonly #headers: HttpFields;
	#body: LateSink | undefined;
	#isSent = false;

	constructor(headers: Fields) {
		super(headers.guest, MESSAGE_WEIGHT + headers.weight);
		this.#headers = headers.give();
	}

	headers(): Fields {
		return new Fields(this.guest, this.#headers);
	}

	/** Once; and never where the `content-length` is no length. */
	body(): OutgoingBody {
		if (this.#body !== undefined || contentLength(this.#headers.list) === "invalid")
			throw new ComponentError(undefined);
		this.#body = new LateSink();
		return new OutgoingBody(this.guest, this.#body);
	}

	/** The message is given away to be sent: what becomes of its body is no longer the handle's. */
	protected giveBody(): LateSink | undefined {
		this.#isSent = true;
		this[Symbol.dispose]();
		return this.#body;
	}

	protected get fields(): HttpFields {
		return this.#headers;
	}

	/** Nobody will send it: who still writes its body is told. */
	protected override dropped(): void {
		if (!this.#isSent) this.#body?.abort();
	}
}

/** wasi:http/types `outgoing-request`. */
export class OutgoingRequest extends OutgoingMessage {
	#method: Word = { tag: "get" };
	#scheme: Word | undefined;
	#authority: string | undefined;
	#pathWithQuery: string | undefined;

	method(): Word {
		return this.#method;
	}

	setMethod(method: Word): void {
		const text = methodText(method);
		if (text === undefined) throw new ComponentError(undefined);
		this.#method = methodWord(text);
	}

	pathWithQuery(): string | undefined {
		return this.#pathWithQuery;
	}

	setPathWithQuery(path: string | undefined): void {
		this.#pathWithQuery = path === undefined ? undefined : valid(checkPath(path));
	}

	scheme(): Word | undefined {
		return this.#scheme;
	}

	setScheme(scheme: Word | undefined): void {
		this.#scheme = scheme === undefined ? undefined : valid(checkScheme(scheme));
	}

	authority(): string | undefined {
		return this.#authority;
	}

	setAuthority(authority: string | undefined): void {
		if (authority !== undefined && !isAuthority(authority)) throw new ComponentError(undefined);
		this.#authority = authority;
	}

	/** What is to be sent; the request is dropped. */
	give(timeouts: HttpTimeouts): { readonly parts: RequestParts; readonly body: LateSink | undefined } {
		const body = this.giveBody();
		return {
			body,
			parts: {
				method: this.#method,
				scheme: this.#scheme,
				authority: this.#authority,
				pathWithQuery: this.#pathWithQuery,
				headers: this.fields,
				timeouts,
				hasBody: body !== undefined && !body.isEmpty,
			},
		};
	}
}

/** wasi:http/types `outgoing-response`. */
export class OutgoingResponse extends OutgoingMessage {
	#status = 200;

	statusCode(): number {
		return this.#status;
	}

	setStatusCode(status: number): void {
		if (!isStatus(status)) throw new ComponentError(undefined);
		this.#status = status;
	}

	/** What is to be sent; the response is dropped. */
	give(): { readonly status: number; readonly headers: HttpFields; readonly body: LateSink | undefined } {
		return { status: this.#status, headers: this.fields, body: this.giveBody() };
	}
}

/** wasi:http/types `request-options`. */
export class RequestOptions extends Resource {
	#connect_ns: bigint | undefined;
	#firstByte_ns: bigint | undefined;
	#betweenBytes_ns: bigint | undefined;

	connectTimeout(): bigint | undefined {
		return this.#connect_ns;
	}

	setConnectTimeout(duration_ns: bigint | undefined): void {
		this.#connect_ns = duration_ns;
	}

	firstByteTimeout(): bigint | undefined {
		return this.#firstByte_ns;
	}

	setFirstByteTimeout(duration_ns: bigint | undefined): void {
		this.#firstByte_ns = duration_ns;
	}

	betweenBytesTimeout(): bigint | undefined {
		return this.#betweenBytes_ns;
	}

	setBetweenBytesTimeout(duration_ns: bigint | undefined): void {
		this.#betweenBytes_ns = duration_ns;
	}

	/** What was set; the options are dropped. */
	give(): HttpTimeouts {
		this[Symbol.dispose]();
		return {
			connect_ns: this.#connect_ns,
			firstByte_ns: this.#firstByte_ns,
			betweenBytes_ns: this.#betweenBytes_ns,
		};
	}
}

/** The `result` of a setter: none is its error. */
function valid<Value>(value: Value | undefined): Value {
	if (value === undefined) throw new ComponentError(undefined);
	return value;
}
