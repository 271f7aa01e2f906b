import { asText, characters, type Match, plainTrace, spanEnd, trace, type Trace } from "./traces.ts";

const ALPHANUMERIC = characters("A-Za-z0-9");
const UPPER = characters("A-Z0-9");
const URL_SAFE = characters("A-Za-z0-9_-");
const BASE64 = characters("A-Za-z0-9+/=");
const LABEL = characters("A-Z0-9 ");
const DASH = characters("-");
/** Between lines of a PEM text; "\n" may be written out. */
const LINE_END = characters("\r\n\\nr");

/** Beginnings of tokens, and how much follows them. */
const TOKENS: readonly (readonly [
	name: string,
	begins: string,
	set: Uint8Array,
	least: number,
	most: number,
])[] = [
	["AWS access key id", "AKIA", UPPER, 16, 16],
	["AWS temporary access key id", "ASIA", UPPER, 16, 16],
	...["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map(
		(begins) => ["GitHub token", begins, ALPHANUMERIC, 36, 36] as const,
	),
	["GitHub token", "github_pat_", characters("A-Za-z0-9_"), 40, 100],
	...["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-"].map(
		(begins) => ["Slack token", begins, characters("A-Za-z0-9-"), 20, 100] as const,
	),
	["Google API key", "AIza", URL_SAFE, 35, 35],
	["npm token", "npm_", ALPHANUMERIC, 36, 36],
	["Stripe key", "sk_live_", ALPHANUMERIC, 24, 100],
	["GitLab token", "glpat-", URL_SAFE, 20, 20],
];

/** A JSON web token and a PEM text are read so far. */
const TOKEN_BYTES_MAX = 4096;
const PEM_LABEL_BYTES_MAX = 32;
const DASHES = 5;
/** A marker alone is what programs compare with: this much has to follow it. */
const PEM_BYTES_MIN = 40;

/** Secrets by their form, and public keys. None is shown whole. */
export const SECRET_TRACES: readonly Trace[] = [
	...TOKENS.map(([name, begins, set, least, most]) =>
		trace("embedded-secret", begins, (bytes, at, start, end) => {
			if (at > start && URL_SAFE[bytes[at - 1]!] === 1) return undefined;
			const from = at + begins.length;
			const last = spanEnd(bytes, from, end, set, most + 1);
			const isToken = last - from >= least && last - from <= most;
			return { end: last, shows: isToken ? `${name} ${begins}… (${last - at} characters)` : undefined };
		}),
	),
	trace("embedded-secret", "eyJ", readWebToken),
	trace("embedded-secret", "-----BEGIN ", (bytes, at, _start, end) => readPem(bytes, at, end, true)),
	trace("embedded-public-key", "-----BEGIN ", (bytes, at, _start, end) => readPem(bytes, at, end, false)),
	trace("embedded-secret", "PuTTY-User-Key-File-", (_bytes, at) => ({
		end: at + 20,
		shows: "PuTTY private key",
	})),
	...["ssh-rsa AAAAB3NzaC1yc2E", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", "ecdsa-sha2-nistp256 AAAAE2VjZHNh"].map(
		(begins) =>
			plainTrace("embedded-public-key", begins, `SSH public key ${begins.slice(0, begins.indexOf(" "))}`),
	),
];

/** Three parts in base64url, of which two begin with `{"`. */
function readWebToken(bytes: Uint8Array, at: number, start: number, end: number): Match | undefined {
	if (at > start && URL_SAFE[bytes[at - 1]!] === 1) return undefined;
	const none = (last: number) => ({ end: last, shows: undefined });
	const header = spanEnd(bytes, at, end, URL_SAFE, TOKEN_BYTES_MAX);
	if (header - at < 16 || asText(bytes, header, Math.min(end, header + 4)) !== ".eyJ") return none(header);
	const payload = spanEnd(bytes, header + 1, end, URL_SAFE, TOKEN_BYTES_MAX);
	if (payload >= end || bytes[payload] !== 0x2e) return none(payload);
	const last = spanEnd(bytes, payload + 1, end, URL_SAFE, TOKEN_BYTES_MAX);
	return {
		end: last,
		shows: last - payload < 20 ? undefined : `JSON web token eyJ… (${last - at} characters)`,
	};
}

function readPem(bytes: Uint8Array, at: number, end: number, isSecret: boolean): Match | undefined {
	const begins = at + "-----BEGIN ".length;
	const label = spanEnd(bytes, begins, end, LABEL, PEM_LABEL_BYTES_MAX);
	const from = spanEnd(bytes, label, end, DASH, DASHES);
	const line = spanEnd(bytes, from, end, LINE_END, 4);
	const last = spanEnd(bytes, line, end, BASE64, PEM_BYTES_MIN);
	if (from - label < DASHES || line === from || last - line < PEM_BYTES_MIN)
		return { end: from, shows: undefined };
	const text = asText(bytes, begins, label);
	return {
		end: last,
		shows: text.endsWith("PRIVATE KEY") === isSecret ? `-----BEGIN ${text}----- …` : undefined,
	};
}
