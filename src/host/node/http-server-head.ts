/** The head of a request: from what a parser took to what a guest is told, and what is refused as ambiguous. */
import type { Field, HttpRequestHead } from "../../sys/http.ts";
import type { HttpServerLimits } from "./http-server-limits.ts";

/** A request as node's parsers hand it over. Names and values one after the other, in latin1. */
export interface RawHead {
	readonly method: string;
	readonly scheme: "http" | "https";
	/** `/path?query`, `*`, or the whole URL that proxies are sent. */
	readonly target: string;
	/** Of HTTP/2. Undefined: the header `host` says it. */
	readonly authority: string | undefined;
	/** HTTP/1.0, which knows no chunks. */
	readonly isOld?: boolean;
	readonly rawHeaders: readonly string[];
}

/** An answer of ours to a request that does not come before a guest. */
export interface Refusal {
	readonly status: number;
	/** One line for the client. */
	readonly why: string;
}

/**
 * What the guest is told, or why it never sees the request: its length, or that two readers could take it for two
 * different ones (RFC 9112 §11.2).
 */
export function readHead(raw: RawHead, limits: HttpServerLimits): ReadHead | Refusal {
	const { target, rawHeaders, method } = raw;
	if (target.length > limits.url_bytes) return URL_TOO_LONG;
	if (rawHeaders.length > limits.headers * 2) return TOO_MANY_HEADERS;
	if (!isFramingPlain(rawHeaders, raw.isOld === true)) return BAD_CODING;
	const host = hostOf(rawHeaders);
	if (host === TWO) return TWO_HOSTS;
	const origin = target.startsWith("/") || (target === "*" && method === "OPTIONS");
	const parts = origin ? { path: target, authority: undefined } : splitUrl(target);
	// RFC 9112 §3.2.2: the URL's own authority goes before the header; where both speak, they have to agree
	const authority = parts?.authority ?? raw.authority ?? host;
	if (parts === undefined || NOT_IN_URL.test(parts.path)) return BAD_TARGET;
	if (authority === undefined) return NO_HOST;
	if (!AUTHORITY.test(authority) || (host !== undefined && host !== "" && host !== authority))
		return BAD_HOST;
	return new ReadHead(method, raw.scheme, authority, parts.path, rawHeaders);
}

/** Headers are made into bytes when somebody asks for them. */
export class ReadHead implements HttpRequestHead {
	readonly method: string;
	readonly scheme: "http" | "https";
	readonly authority: string;
	readonly pathWithQuery: string;
	readonly #raw: readonly string[];
	#headers: readonly Field[] | undefined;

	constructor(
		method: string,
		scheme: "http" | "https",
		authority: string,
		path: string,
		raw: readonly string[],
	) {
		this.method = method;
		this.scheme = scheme;
		this.authority = authority;
		this.pathWithQuery = path;
		this.#raw = raw;
	}

	get headers(): readonly Field[] {
		return (this.#headers ??= endToEnd(this.#raw));
	}

	/** The first header of this name, in lower case, as latin1. */
	header(name: string): string | undefined {
		return headerOf(this.#raw, name);
	}
}

/** The first header of this name, in lower case. */
export function headerOf(raw: readonly string[], name: string): string | undefined {
	for (let at = 0; at < raw.length; at += 2) {
		const found = raw[at] ?? "";
		if (found.length === name.length && found.toLowerCase() === name) return raw[at + 1];
	}
	return undefined;
}

/** Fields as node takes and gives them: names and values in turn. */
export function fieldsOf(raw: readonly string[]): Field[] {
	const fields: Field[] = [];
	for (let at = 0; at + 1 < raw.length; at += 2)
		fields.push([(raw[at] ?? "").toLowerCase(), Buffer.from(raw[at + 1] ?? "", "latin1")]);
	return fields;
}

/** What is about the connection ends here (RFC 9110 §7.6.1); so do HTTP/2's own fields. */
function endToEnd(raw: readonly string[]): readonly Field[] {
	const nominated =
		headerOf(raw, "connection")
			?.toLowerCase()
			.split(/[ \t,]+/) ?? [];
	return fieldsOf(raw).filter(
		([name]) => !name.startsWith(":") && !HOP_BY_HOP.has(name) && !nominated.includes(name),
	);
}

/** Headers that are about one connection, and that no guest may send. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
	"connection",
	"http2-settings",
	"keep-alive",
	"proxy-connection",
	"te",
	"transfer-encoding",
	"upgrade",
]);

const URL_TOO_LONG: Refusal = { status: 414, why: "the URL is too long" };
const TOO_MANY_HEADERS: Refusal = { status: 431, why: "there are too many headers" };
const TWO_HOSTS: Refusal = { status: 400, why: "there is more than one host" };
const NO_HOST: Refusal = { status: 400, why: "the host is missing" };
const BAD_HOST: Refusal = { status: 400, why: "the host is no name with a port, or not the URL's" };
const BAD_TARGET: Refusal = { status: 400, why: "the target is no path" };

const BAD_CODING: Refusal = { status: 400, why: "the transfer-encoding is not chunked alone" };

/**
 * Whether all readers see the body end in the same place: chunks and nothing around them (RFC 9112 §6.1). The parser
 * takes `identity, chunked` for chunks as well; others take it for none.
 */
function isFramingPlain(raw: readonly string[], isOld: boolean): boolean {
	let codings = 0;
	for (let at = 0; at < raw.length; at += 2) {
		const name = raw[at] ?? "";
		if (name.length !== TRANSFER_ENCODING.length || name.toLowerCase() !== TRANSFER_ENCODING) continue;
		codings += 1;
		if (isOld || codings > 1 || raw[at + 1]?.toLowerCase() !== "chunked") return false;
	}
	return true;
}

const TRANSFER_ENCODING = "transfer-encoding";

const TWO = Symbol("more than one host");

function hostOf(raw: readonly string[]): string | undefined | typeof TWO {
	let host: string | undefined;
	for (let at = 0; at < raw.length; at += 2) {
		const name = raw[at] ?? "";
		if (name.length !== 4 || name.toLowerCase() !== "host") continue;
		if (host !== undefined) return TWO;
		host = raw[at + 1] ?? "";
	}
	return host;
}

/** A name, an address or one of IPv6 in brackets, and perhaps a port. Empty for HTTP/1.0 and `Host:` alone. */
const AUTHORITY = /^(?:[\w.~!$&'()*+,;=%-]*|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/;
/** A URL is of visible ASCII; a fragment is never sent. */
const NOT_IN_URL = /[^\u0021-\u007e]|#/;

function splitUrl(target: string): { path: string; authority: string } | undefined {
	const found = /^https?:\/\/([^/?#]+)(\/[^#]*|\?[^#]*)?$/i.exec(target);
	if (found === null) return undefined;
	const [, authority = "", rest = "/"] = found;
	return { authority, path: rest.startsWith("/") ? rest : `/${rest}` };
}
