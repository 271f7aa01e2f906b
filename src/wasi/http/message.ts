/** Methods, schemes, authorities, paths and lengths: which texts of a guest's may become part of a message. */
import type { Field } from "../../sys/http.ts";
import { isToken } from "./field-rules.ts";

/** A `variant method` or `scheme`. */
export interface Word {
	readonly tag: string;
	readonly val?: string | undefined;
}

/** The longest authority and path; more is answered with HTTP-request-URI-too-long, or not set. */
export const AUTHORITY_CHARACTERS_MAX = 1_024;
export const PATH_CHARACTERS_MAX = 16 * 1_024;
/** What a message counts for beside its headers, in KiB: itself, and the longest path and authority. */
export const MESSAGE_WEIGHT = 18;
const METHOD_CHARACTERS_MAX = 64;
const SCHEME_CHARACTERS_MAX = 64;

/** The WIT's method for one on the wire. */
export function methodWord(method: string): Word {
	return METHODS.get(method) ?? { tag: "other", val: method };
}

/** The method as it is sent; undefined: it is none. */
export function methodText(word: Word): string | undefined {
	if (word.tag !== "other") return METHODS.has(word.tag.toUpperCase()) ? word.tag.toUpperCase() : undefined;
	const { val: text = "" } = word;
	return text.length <= METHOD_CHARACTERS_MAX && isToken(text) ? text : undefined;
}

/** `scheme` in one spelling: `other("https")` is HTTPS. Undefined: it is none (RFC 3986 §3.1). */
export function checkScheme(word: Word): Word | undefined {
	if (word.tag !== "other") return SCHEMES.has(word.tag) ? { tag: word.tag } : undefined;
	const { val: text = "" } = word;
	if (text.length > SCHEME_CHARACTERS_MAX || !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(text)) return undefined;
	const upper = text.toUpperCase();
	return SCHEMES.has(upper) ? { tag: upper } : word;
}

/** Whether it is `[userinfo@]host[:port]` (RFC 3986 §3.2). */
export function isAuthority(text: string): boolean {
	if (text.length > AUTHORITY_CHARACTERS_MAX) return false;
	const match =
		/^(?:[\w.~!$&'()*+,;=:%-]+@)?(?:\[[0-9A-Fa-f:.]{2,45}\]|[\w.~!$&'()*+,;=%-]+)(?::(\d{1,5}))?$/.exec(text);
	return match !== null && (match[1] === undefined || Number(match[1]) <= PORT_MAX);
}

/** Where an authority leads; undefined: it holds a user's name, which is never sent (RFC 9110 §4.2.4), or is none. */
export function splitAuthority(
	text: string,
	scheme: "http" | "https",
): { readonly host: string; readonly port: number } | undefined {
	if (text.includes("@") || !isAuthority(text)) return undefined;
	const match = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(text);
	if (match === null) return undefined;
	const port = match[3] === undefined ? DEFAULT_PORTS[scheme] : Number(match[3]);
	return port === 0 ? undefined : { host: (match[1] ?? match[2] ?? "").toLowerCase(), port };
}

/** A path with its query as a guest gave it: "" is "/". Undefined: it holds what would end the request's line or part it. */
export function checkPath(text: string): string | undefined {
	if (text === "") return "/";
	if (text.length > PATH_CHARACTERS_MAX) return undefined;
	// no control character, space, fragment, or what RFC 3986 has nowhere (<, >, `); what is beyond ASCII happens, and is sent in percent signs
	// oxlint-disable-next-line no-control-regex -- these are the characters to refuse
	return /^[^\u0000-\u0020\u007f#<>`]+$/.test(text) && text.isWellFormed() ? text : undefined;
}

/** The path as it is sent: beyond ASCII in percent signs; undefined: it cannot be, for it does not begin with "/". */
export function pathOnWire(path: string, method: string): string | undefined {
	if (path === "*") return method === "OPTIONS" ? path : undefined;
	const absolute = path.startsWith("?") ? `/${path}` : path;
	if (!absolute.startsWith("/")) return undefined;
	return absolute.replaceAll(/[^\u0021-\u007e]+/g, encodeURIComponent);
}

/** A status that a guest may answer with (RFC 9110 §15). */
export function isStatus(status: number): boolean {
	return status >= 100 && status <= 599;
}

/** Whether an answer has no body whatever its headers say (RFC 9110 §6.4.1). */
export function hasNoBody(method: string, status: number): boolean {
	return method === "HEAD" || status === 204 || status === 304 || status < 200;
}

/** The `content-length`; undefined: there is none; "invalid": not a number, or several that differ. */
export function contentLength(headers: readonly Field[]): number | undefined | "invalid" {
	let length: number | undefined;
	for (const [name, value] of headers) {
		if (name.length !== LENGTH_NAME.length || name.toLowerCase() !== LENGTH_NAME) continue;
		const one = parseLength(value);
		if (one === undefined || (length !== undefined && length !== one)) return "invalid";
		length = one;
	}
	return length;
}

function parseLength(value: Uint8Array): number | undefined {
	if (value.length === 0 || value.length > LENGTH_DIGITS_MAX) return undefined;
	let length = 0;
	for (const byte of value) {
		if (byte < 0x30 || byte > 0x39) return undefined;
		length = length * 10 + (byte - 0x30);
	}
	return length;
}

const LENGTH_NAME = "content-length";
/** Numbers of 15 digits are exact, and a petabyte. */
const LENGTH_DIGITS_MAX = 15;
const PORT_MAX = 65_535;
const DEFAULT_PORTS = { http: 80, https: 443 } as const;
const SCHEMES: ReadonlySet<string> = new Set(["HTTP", "HTTPS"]);

const METHODS: ReadonlyMap<string, Word> = new Map(
	["get", "head", "post", "put", "delete", "connect", "options", "trace", "patch"].map((tag) => [
		tag.toUpperCase(),
		{ tag },
	]),
);
