/** What a header or trailer may be: RFC 9110 §5, and what wasi:http keeps for the host. */

/** wasi:http's `header-error`; 0.2 knows no "size-exceeded". */
export type HeaderError = "invalid-syntax" | "forbidden" | "immutable" | "size-exceeded";

/** How much the fields of one message may hold: what servers commonly take, and a host may keep for each guest's handle. */
export const FIELD_LIMITS = {
	/** Fields of one message, each value counted. */
	count_max: 1_000,
	/** Names and values, and `overhead_bytes` for each field. */
	section_bytes_max: 128 * 1024,
	overhead_bytes: 32,
} as const;

/** Whether it is a `token` (RFC 9110 §5.6.2): a method or the name of a field. */
export function isToken(text: string): boolean {
	return TOKEN.test(text);
}

/** Whether the name and what it is to hold may stand in a message. */
export function checkFieldName(name: string): HeaderError | undefined {
	if (!isToken(name)) return "invalid-syntax";
	return FORBIDDEN.has(name.toLowerCase()) ? "forbidden" : undefined;
}

/** Whether the bytes may be a value: no control characters but tab, so that no value ends its line (RFC 9110 §5.5). */
export function isFieldValue(value: Uint8Array): boolean {
	for (const byte of value) if ((byte < 0x20 && byte !== 0x09) || byte === 0x7f) return false;
	return true;
}

/** Fields that speak of the connection, which is the host's, and `host`, which is the authority's: wasmtime's list. */
export function isForbidden(lowerName: string): boolean {
	return FORBIDDEN.has(lowerName);
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const FORBIDDEN: ReadonlySet<string> = new Set([
	"connection",
	"keep-alive",
	"proxy-authenticate",
	"proxy-authorization",
	"proxy-connection",
	"te",
	"transfer-encoding",
	"upgrade",
	"host",
	"http2-settings",
]);
