import {
	asText,
	characters,
	type Match,
	plainTrace,
	spanEnd,
	spanStart,
	trace,
	type Trace,
} from "./traces.ts";
import { words } from "./words.ts";

/** A URL is read so far; it is shown shorter. */
const URL_BYTES_MAX = 500;
const HOST_BYTES_MAX = 100;
const SCHEME_BYTES_MAX = 16;

const URL_CHARACTERS = characters("A-Za-z0-9!#$%&*+,./:;=?@_~-");
const HOST_START = characters("A-Za-z0-9[");
/** Within the brackets of an IPv6 address. */
const HEX_CHARACTERS = characters("[0-9A-Fa-f:.]");
const SCHEME_CHARACTERS = characters("a-z0-9+.-");
const HOST_CHARACTERS = characters("a-z0-9.-");
const NAME_CHARACTERS = characters("A-Za-z0-9_-");
const NUMBER_CHARACTERS = characters("0-9");

/** In Go's data texts stand without anything between them: the known scheme that ends before `://` counts. */
const SCHEMES = words(`
	stratum+tcp stratum+ssl stratum2+tcp https http wss ws ftps sftp ftp ssh git tcp udp tls ldaps ldap redis mysql postgresql postgres
	mongodb amqps amqp mqtt ipfs file
`);
/** Endings of host names that are seldom something else. */
const TOP_LEVEL = [".com", ".org", ".net", ".onion", ".xyz"];

const MINING_WORDS = words(`
	stratum+tcp stratum+ssl stratum2+tcp mining.subscribe mining.submit mining.authorize
	mining.notify cryptonight CryptoNight randomx RandomX xmrig XMRig minexmr coinhive nicehash
	NiceHash supportxmr nanopool hashvault kawpow ethash
`);

const DIGITS = Array.from("0123456789");

/** Addresses and words in text. */
export const TEXT_TRACES: readonly Trace[] = [
	trace("embedded-url", "://", readUrl),
	...TOP_LEVEL.map((ending) =>
		trace("embedded-host-name", ending, (bytes, at, start, end) =>
			readHostName(bytes, at, at + ending.length, start, end),
		),
	),
	...DIGITS.flatMap((first) =>
		DIGITS.map((second) => trace("embedded-ip-address", `${first}.${second}`, readAddress)),
	),
	...MINING_WORDS.map((word) => plainTrace("mining-words", word, word)),
];

function readUrl(bytes: Uint8Array, at: number, start: number, end: number): Match | undefined {
	const host = at + 3;
	if (host >= end || HOST_START[bytes[host]!] === 0) return undefined;
	const before = asText(bytes, spanStart(bytes, at, start, SCHEME_CHARACTERS, SCHEME_BYTES_MAX), at);
	const scheme = SCHEMES.find((known) => before.endsWith(known));
	if (scheme === undefined) return undefined;
	const from = bytes[host] === BRACKET ? spanEnd(bytes, host, end, HEX_CHARACTERS, HOST_BYTES_MAX) : host;
	const whole = asText(bytes, host, spanEnd(bytes, from, end, URL_CHARACTERS, URL_BYTES_MAX));
	const own = whole.slice(0, nextUrl(whole));
	// what ends a sentence is no part of it
	const text = own.replace(/[.,:;!?]{1,3}$/, "");
	return NAMES_HOST.test(text)
		? { end: host + own.length, shows: `${scheme}://${withoutLogin(text)}` }
		: undefined;
}

/** A host of one word says where it ends, or is this machine: other words behind a scheme are the next text. */
const NAMES_HOST = /^(?:[^/?#]*@)?(?:\[|[\w-]+\.[\w-]|[\w-]+(?::\d|\/)|localhost\b)/;

/** Where the next one begins that stands behind it without anything between them. */
function nextUrl(text: string): number {
	const at = text.indexOf("://");
	const scheme = at < 0 ? undefined : SCHEMES.find((known) => text.slice(0, at).endsWith(known));
	return scheme === undefined ? text.length : at - scheme.length;
}

/** A name and a password in a URL are a secret. */
function withoutLogin(rest: string): string {
	const slash = rest.search(/[/?#]/);
	const login = rest.lastIndexOf("@", slash === -1 ? rest.length : slash);
	return login === -1 ? rest : `…${rest.slice(login)}`;
}

function readHostName(
	bytes: Uint8Array,
	at: number,
	end: number,
	dataStart: number,
	dataEnd: number,
): Match | undefined {
	const goesOn = end < dataEnd && NAME_CHARACTERS[bytes[end]!] === 1;
	const hasMore = bytes[end] === DOT && end + 1 < dataEnd && NAME_CHARACTERS[bytes[end + 1]!] === 1;
	if (goesOn || hasMore) return undefined;
	const first = spanStart(bytes, at, dataStart, HOST_CHARACTERS, HOST_BYTES_MAX);
	const isPart = first > dataStart && IS_JOINED[bytes[first - 1]!] === 1;
	const name = asText(bytes, first, end);
	if (isPart || !/^[a-z0-9][a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(name)) return undefined;
	return { end, shows: name };
}

const DOT = 0x2e;
const BRACKET = 0x5b;
/** What before a name makes it part of something else: a mail address, a URL, an expression. */
const IS_JOINED = characters("A-Z_@/:$%");

/** Called at a digit, a dot and a digit: four numbers up to 255, and nothing that makes it part of more. */
function readAddress(bytes: Uint8Array, at: number, start: number, end: number): Match | undefined {
	const first = spanStart(bytes, at + 1, start, NUMBER_CHARACTERS, 4);
	const last = spanEnd(bytes, at, end, ADDRESS_CHARACTERS, 16);
	const isPart = first > start && IS_IN_WORD[bytes[first - 1]!] === 1;
	const goesOn = last < end && IS_IN_WORD[bytes[last]!] === 1;
	if (isPart || goesOn) return undefined;
	const text = asText(bytes, first, last).replace(/\.$/, "");
	const numbers = text.split(".");
	const isAddress =
		numbers.length === 4 && numbers.every((number) => /^(?:0|[1-9]\d{0,2})$/.test(number) && +number <= 255);
	return isAddress ? { end: last, shows: text } : undefined;
}

const ADDRESS_CHARACTERS = characters("0-9.");
const IS_IN_WORD = characters("A-Za-z0-9_.-");
