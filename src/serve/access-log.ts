/** A line for each request, as web servers write it. */

/** What a line tells. Text comes from clients: it is escaped here. */
export interface LoggedRequest {
	readonly address: string;
	/** Undefined: it could not be read. */
	readonly method: string | undefined;
	readonly target: string | undefined;
	readonly version: string;
	/** 0: the client went before there was an answer. */
	readonly status: number;
	readonly sent_bytes: number;
	readonly took_ms: number;
	readonly referer: string | undefined;
	readonly agent: string | undefined;
	readonly host: string | undefined;
	/** Where something went wrong that was told with an id. */
	readonly id: string | undefined;
	readonly wasAborted: boolean;
}

export const LOG_FORMATS = ["common", "combined", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** One line, with its end. `now_ms` is since 1970, when the request came. */
export function logLine(format: LogFormat, request: LoggedRequest, now_ms: number): string {
	return format === "json" ? jsonLine(request, now_ms) : commonLine(request, now_ms, format === "combined");
}

/** nginx writes it, where a client went away before its answer. */
const GONE_STATUS = 499;

/** NCSA's common log format: host ident user [time] "request" status bytes; combined adds referer and agent. */
function commonLine(request: LoggedRequest, now_ms: number, isCombined: boolean): string {
	const { address, method, target, version, status, sent_bytes } = request;
	const asked = method === undefined ? "-" : quoted(`${method} ${target ?? "-"} HTTP/${version}`);
	const size = sent_bytes === 0 ? "-" : sent_bytes;
	const line = `${escaped(address) || "-"} - - [${commonTime(now_ms)}] "${asked}" ${status || GONE_STATUS} ${size}`;
	if (!isCombined) return `${line}\n`;
	return `${line} "${quoted(request.referer ?? "-")}" "${quoted(request.agent ?? "-")}"\n`;
}

function jsonLine(request: LoggedRequest, now_ms: number): string {
	const { address, method, target, version, status, sent_bytes, took_ms, id, wasAborted } = request;
	const { referer, agent, host } = request;
	const line = {
		time: new Date(now_ms).toISOString(),
		address,
		method,
		target: shortened(target),
		host: shortened(host),
		version,
		status: status || GONE_STATUS,
		sent_bytes,
		duration_ms: Math.round(took_ms * 1000) / 1000,
		referer: shortened(referer),
		user_agent: shortened(agent),
		...(id !== undefined && { id }),
		...(wasAborted && { aborted: true }),
	};
	return `${escaped(JSON.stringify(line), jsonEscape)}\n`;
}

/** No header makes a line longer than this. */
const TEXT_CHARACTERS_MAX = 2048;

function shortened(text: string | undefined): string | undefined {
	return text === undefined || text.length <= TEXT_CHARACTERS_MAX
		? text
		: `${text.slice(0, TEXT_CHARACTERS_MAX)}...`;
}

/** What stands between quotes: Apache's way, `\"`, `\\` and `\xhh`. */
function quoted(text: string): string {
	return escaped((shortened(text) ?? "").replaceAll(/["\\]/g, "\\$&"));
}

/** All but printable ASCII: what ends a line, moves a cursor or turns text around could tell lies in a log. */
const UNPRINTED = /[^\u0020-\u007e]/g;

function escaped(text: string, escape: (character: string) => string = hexEscape): string {
	return text.replaceAll(UNPRINTED, (character) => escape(character));
}

function hexEscape(character: string): string {
	return [...Buffer.from(character, "utf8")]
		.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`)
		.join("");
}

function jsonEscape(character: string): string {
	return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

let lastSecond = -1;
let lastText = "";

/** `22/Nov/2026:19:44:48 +0000`; made once a second. */
function commonTime(now_ms: number): string {
	const second = Math.floor(now_ms / 1000);
	if (second === lastSecond) return lastText;
	const date = new Date(second * 1000);
	const two = (number: number) => String(number).padStart(2, "0");
	const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
	const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
	lastSecond = second;
	lastText = `${day}:${time} +0000`;
	return lastText;
}
