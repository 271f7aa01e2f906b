import type { ByteSink, ByteSource, Exchange, HttpFailure, HttpResponse } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { ComponentError } from "../host-interface.ts";
import { internalError } from "../http/failures.ts";
import { HttpFields } from "../http/fields.ts";
import {
	checkPath,
	checkScheme,
	isAuthority,
	isStatus,
	MESSAGE_WEIGHT,
	methodText,
	methodWord,
	type Word,
} from "../http/message.ts";
import { Resource } from "../resource.ts";
import {
	type Consumed,
	consume,
	forward,
	type GuestBody,
	refuse,
	send,
	type TrailersOutcome,
} from "./http-body.ts";
import { Fields } from "./http-fields.ts";
import { RequestOptions } from "./http-options.ts";
import { DONE, type GuestStream, type Outcome } from "./streams.ts";

/** Where a message's body comes from: who put the message together. */
type Body =
	| { readonly from: "host"; readonly source: ByteSource | undefined }
	| { readonly from: "guest"; readonly body: GuestBody };

/** What requests and responses have in common: headers that do not change, and a body that is taken once. */
abstract class Message extends Resource {
	readonly #headers: HttpFields;
	readonly #body: Body;
	#isTaken = false;

	constructor(guest: ComponentGuest, headers: HttpFields, body: Body) {
		super(guest, MESSAGE_WEIGHT + headers.weight);
		this.#headers = headers;
		this.#body = body;
	}

	getHeaders(): Fields {
		return new Fields(this.guest, this.#headers);
	}

	get fields(): HttpFields {
		return this.#headers;
	}

	/** For the guest to read; the message is dropped. A guest may read its own as well. */
	consume(read: PromiseLike<Outcome<HttpFailure>>): Consumed {
		const body = this.#take();
		if (body.from === "host") return consume(this.guest, body.source, read);
		const { contents, trailers, sent } = body.body;
		void read.then(sent, () => undefined);
		return [contents ?? consume(this.guest, undefined, read)[0], trailers];
	}

	get hasBody(): boolean {
		return this.#body.from === "host"
			? this.#body.source !== undefined
			: this.#body.body.contents !== undefined;
	}

	/** Sends the body, once; the message is dropped. `signal`: its receiver has gone. Then `report` how it went. */
	send(sink: ByteSink, signal: AbortSignal): Promise<HttpFailure | undefined> {
		const body = this.#take();
		return body.from === "host" ? forward(body.source, sink) : send(body.body, sink, signal);
	}

	/** Tells the guest, if it made the message, whether it was sent whole. */
	report(failure: HttpFailure | undefined): void {
		if (this.#body.from === "guest")
			this.#body.body.sent(failure === undefined ? DONE : { tag: "err", val: failure });
	}

	/** The body will not be sent; the message is dropped. */
	refuse(failure: HttpFailure): void {
		const body = this.#take();
		if (body.from === "host") body.source?.cancel();
		else refuse(body.body, failure);
	}

	#take(): Body {
		this.#isTaken = true;
		this[Symbol.dispose]();
		return this.#body;
	}

	/** Nobody will read or send it: who is at its other end is told. */
	protected override dropped(): void {
		if (!this.#isTaken) this.refuse(internalError("the message was dropped"));
	}
}

interface RequestHead {
	method: Word;
	scheme: Word | undefined;
	authority: string | undefined;
	pathWithQuery: string | undefined;
}

/** `request` of wasi:http/types. */
export class Request extends Message {
	readonly #options: ReturnType<RequestOptions["give"]> | undefined;
	readonly #head: RequestHead;

	private constructor(
		guest: ComponentGuest,
		head: RequestHead,
		headers: HttpFields,
		body: Body,
		options: ReturnType<RequestOptions["give"]> | undefined,
	) {
		super(guest, headers, body);
		this.#head = head;
		this.#options = options;
	}

	/** `[static]request.new`. */
	static made(
		guest: ComponentGuest,
		headers: Fields,
		contents: GuestStream | undefined,
		trailers: PromiseLike<TrailersOutcome>,
		options: RequestOptions | undefined,
	): [Request, Promise<Outcome<HttpFailure>>] {
		const head = {
			method: { tag: "get" },
			scheme: undefined,
			authority: undefined,
			pathWithQuery: undefined,
		};
		const [body, sent] = bodyOf(contents, trailers);
		return [new Request(guest, head, headers.give(), body, options?.give()), sent];
	}

	/** One that came in. */
	static received(guest: ComponentGuest, { head, body }: Exchange): Request {
		const { method, scheme, authority, pathWithQuery, headers } = head;
		return new Request(
			guest,
			{
				method: methodWord(method),
				scheme: { tag: scheme === "https" ? "HTTPS" : "HTTP" },
				authority,
				pathWithQuery,
			},
			HttpFields.received(headers),
			{ from: "host", source: body },
			undefined,
		);
	}

	getMethod(): Word {
		return this.#head.method;
	}

	setMethod(method: Word): void {
		const text = methodText(method);
		if (text === undefined) throw new ComponentError(undefined);
		this.#head.method = methodWord(text);
	}

	getPathWithQuery(): string | undefined {
		return this.#head.pathWithQuery;
	}

	setPathWithQuery(path: string | undefined): void {
		this.#head.pathWithQuery = path === undefined ? undefined : valid(checkPath(path));
	}

	getScheme(): Word | undefined {
		return this.#head.scheme;
	}

	setScheme(scheme: Word | undefined): void {
		this.#head.scheme = scheme === undefined ? undefined : valid(checkScheme(scheme));
	}

	getAuthority(): string | undefined {
		return this.#head.authority;
	}

	setAuthority(authority: string | undefined): void {
		if (authority !== undefined && !isAuthority(authority)) throw new ComponentError(undefined);
		this.#head.authority = authority;
	}

	getOptions(): RequestOptions | undefined {
		return this.#options === undefined ? undefined : new RequestOptions(this.guest, this.#options);
	}

	get head(): Readonly<RequestHead> {
		return this.#head;
	}

	get timeouts() {
		return this.#options?.timeouts ?? {};
	}
}

/** `response` of wasi:http/types. */
export class Response extends Message {
	#status: number;

	private constructor(guest: ComponentGuest, status: number, headers: HttpFields, body: Body) {
		super(guest, headers, body);
		this.#status = status;
	}

	/** `[static]response.new`. */
	static made(
		guest: ComponentGuest,
		headers: Fields,
		contents: GuestStream | undefined,
		trailers: PromiseLike<TrailersOutcome>,
	): [Response, Promise<Outcome<HttpFailure>>] {
		const [body, sent] = bodyOf(contents, trailers);
		return [new Response(guest, 200, headers.give(), body), sent];
	}

	/** One that came in. */
	static received(guest: ComponentGuest, { status, headers, body }: HttpResponse): Response {
		return new Response(guest, status, HttpFields.received(headers), { from: "host", source: body });
	}

	getStatusCode(): number {
		return this.#status;
	}

	setStatusCode(status: number): void {
		if (!isStatus(status)) throw new ComponentError(undefined);
		this.#status = status;
	}
}

function bodyOf(
	contents: GuestStream | undefined,
	trailers: PromiseLike<TrailersOutcome>,
): [Body, Promise<Outcome<HttpFailure>>] {
	const { promise, resolve } = Promise.withResolvers<Outcome<HttpFailure>>();
	return [{ from: "guest", body: { contents, trailers, sent: resolve } }, promise];
}

/** The `result` of a setter: none is its error. */
function valid<Value>(value: Value | undefined): Value {
	if (value === undefined) throw new ComponentError(undefined);
	return value;
}
