import { fromBase64, toBase64 } from "../base/base64.ts";

interface Pem {
	/** `PUBLIC KEY`. */
	readonly label: string;
	readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A key file is a few hundred bytes. */
export const PEM_CHARACTERS_MAX = 64 * 1024;

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,64})-----\s*([A-Za-z0-9+/=\s]*)-----END \1-----/;
const LINE_CHARACTERS = 64;

/** The first PEM block of a text (RFC 7468), whatever stands around it; undefined when there is none. */
export function readPem(text: string): Pem | undefined {
	if (text.length > PEM_CHARACTERS_MAX) return undefined;
	const [, label, body] = BLOCK.exec(text) ?? [];
	if (label === undefined || body === undefined) return undefined;
	const bytes = fromBase64(body.replaceAll(/\s/g, ""));
	return bytes && { label, bytes };
}

/** The text of a PEM block, as OpenSSL and Go write it. */
export function writePem(label: string, bytes: Uint8Array): string {
	const lines = toBase64(bytes).match(new RegExp(`.{1,${LINE_CHARACTERS}}`, "g")) ?? [];
	return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
