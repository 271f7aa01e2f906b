/** What Node's errors of connections and messages are in the words of wasi:http: the one table of the client. */
import type { HttpFailure } from "../../sys/http.ts";

/** `began`: whether the response's head had come. */
export function failureOf(error: Error | undefined, began: boolean): HttpFailure {
	const code = codeOf(error);
	const known = CODES.get(code);
	if (known !== undefined) return began && known === TERMINATED ? INCOMPLETE : known;
	if (CERTIFICATE.test(code)) return { tag: "TLS-certificate-error" };
	const alert = /_ALERT_([A-Z_]+)$/.exec(code)?.[1];
	if (alert !== undefined) return alertFailure(alert.toLowerCase());
	if (code.startsWith("ERR_SSL_") || code === "EPROTO") return { tag: "TLS-protocol-error" };
	if (code.startsWith("HPE_")) return { tag: "HTTP-protocol-error" };
	return began ? INCOMPLETE : TERMINATED;
}

export const READ_TIMEOUT: HttpFailure = { tag: "connection-read-timeout" };
export const CONNECT_TIMEOUT: HttpFailure = { tag: "connection-timeout" };
export const UPGRADE_FAILED: HttpFailure = { tag: "HTTP-upgrade-failed" };
export const PROTOCOL_ERROR: HttpFailure = { tag: "HTTP-protocol-error" };
const TERMINATED: HttpFailure = { tag: "connection-terminated" };
const INCOMPLETE: HttpFailure = { tag: "HTTP-response-incomplete" };

/** Errors of several addresses that were tried stand for the first of them. */
function codeOf(error: Error | undefined): string {
	const first: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
	const code: unknown = first instanceof Error && "code" in first ? first.code : undefined;
	return typeof code === "string" ? code : "";
}

function alertFailure(name: string): HttpFailure {
	const plain = name.replaceAll("_", " ");
	return { tag: "TLS-alert-received", val: { alertId: ALERTS.get(plain), alertMessage: plain } };
}

/** Verification's own codes (X509_V_ERR_*), and Node's for a name that the certificate is not for. */
const CERTIFICATE =
	/^ERR_TLS_CERT_|^CERT_|SELF_SIGNED|^UNABLE_TO_|^INVALID_CA$|^INVALID_PURPOSE$|^HOSTNAME_MISMATCH$|^PATH_LENGTH_EXCEEDED$|^CRL_/;

const CODES: ReadonlyMap<string, HttpFailure> = new Map([
	["ECONNREFUSED", { tag: "connection-refused" }],
	["ECONNRESET", TERMINATED],
	["ECONNABORTED", TERMINATED],
	["EPIPE", TERMINATED],
	["ERR_STREAM_PREMATURE_CLOSE", TERMINATED],
	["HPE_INVALID_EOF_STATE", TERMINATED],
	["ETIMEDOUT", CONNECT_TIMEOUT],
	["ERR_SOCKET_CONNECTION_TIMEOUT", CONNECT_TIMEOUT],
	["EHOSTUNREACH", { tag: "destination-IP-unroutable" }],
	["ENETUNREACH", { tag: "destination-IP-unroutable" }],
	["EADDRNOTAVAIL", { tag: "destination-IP-unroutable" }],
	["EHOSTDOWN", { tag: "destination-unavailable" }],
	["ENETDOWN", { tag: "destination-unavailable" }],
	// the second wall's word
	["EACCES", { tag: "destination-IP-prohibited" }],
	["EPERM", { tag: "destination-IP-prohibited" }],
	["EMFILE", { tag: "connection-limit-reached" }],
	["ENFILE", { tag: "connection-limit-reached" }],
	["HPE_HEADER_OVERFLOW", { tag: "HTTP-response-header-section-size", val: undefined }],
	["HPE_INVALID_TRANSFER_ENCODING", { tag: "HTTP-response-transfer-coding", val: undefined }],
]);

/** RFC 8446 §6, RFC 5246 §7.2, in OpenSSL's words. */
const ALERTS: ReadonlyMap<string, number> = new Map([
	["unexpected message", 10],
	["bad record mac", 20],
	["record overflow", 22],
	["handshake failure", 40],
	["bad certificate", 42],
	["unsupported certificate", 43],
	["certificate revoked", 44],
	["certificate expired", 45],
	["certificate unknown", 46],
	["illegal parameter", 47],
	["unknown ca", 48],
	["access denied", 49],
	["decode error", 50],
	["decrypt error", 51],
	["protocol version", 70],
	["insufficient security", 71],
	["internal error", 80],
	["user cancelled", 90],
	["no renegotiation", 100],
	["missing extension", 109],
	["unsupported extension", 110],
	["unrecognized name", 112],
	["unknown psk identity", 115],
	["certificate required", 116],
	["no application protocol", 120],
]);
