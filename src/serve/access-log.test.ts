import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LOG_FORMATS, type LoggedRequest, logLine } from "./access-log.ts";

const NOW_MS = Date.UTC(2026, 10, 22, 19, 44, 48, 250);

const PLAIN: LoggedRequest = {
	address: "192.0.2.7",
	method: "GET",
	target: "/a?b=c",
	version: "1.1",
	status: 200,
	sent_bytes: 13,
	took_ms: 1.23456,
	referer: "http://example.org/",
	agent: "curl/8",
	host: "example.org",
	id: undefined,
	wasAborted: false,
};

const LINES: readonly (readonly [string, (typeof LOG_FORMATS)[number], Partial<LoggedRequest>, string])[] = [
	["a request", "common", {}, '192.0.2.7 - - [22/Nov/2026:19:44:48 +0000] "GET /a?b=c HTTP/1.1" 200 13'],
	[
		"a request",
		"combined",
		{},
		'192.0.2.7 - - [22/Nov/2026:19:44:48 +0000] "GET /a?b=c HTTP/1.1" 200 13 "http://example.org/" "curl/8"',
	],
	[
		"a request",
		"json",
		{},
		'{"time":"2026-11-22T19:44:48.250Z","address":"192.0.2.7","method":"GET","target":"/a?b=c","host":"example.org","version":"1.1","status":200,"sent_bytes":13,"duration_ms":1.235,"referer":"http://example.org/","user_agent":"curl/8"}',
	],
	[
		"one that failed, with its id",
		"json",
		{ status: 500, id: "0a-1", referer: undefined, agent: undefined },
		'{"time":"2026-11-22T19:44:48.250Z","address":"192.0.2.7","method":"GET","target":"/a?b=c","host":"example.org","version":"1.1","status":500,"sent_bytes":13,"duration_ms":1.235,"id":"0a-1"}',
	],
	[
		"one whose client went away",
		"common",
		{ status: 0, sent_bytes: 0 },
		'192.0.2.7 - - [22/Nov/2026:19:44:48 +0000] "GET /a?b=c HTTP/1.1" 499 -',
	],
	[
		"one that could not be read",
		"combined",
		{
			method: undefined,
			target: undefined,
			status: 400,
			sent_bytes: 0,
			referer: undefined,
			agent: undefined,
		},
		'192.0.2.7 - - [22/Nov/2026:19:44:48 +0000] "-" 400 - "-" "-"',
	],
	[
		"a forged end of line and quotes",
		"combined",
		{ target: '/"\r\n127.0.0.1 - -', agent: "\u001b[31mred\\ \u00e9" },
		'192.0.2.7 - - [22/Nov/2026:19:44:48 +0000] "GET /\\"\\x0d\\x0a127.0.0.1 - - HTTP/1.1" 200 13 "http://example.org/" "\\x1b[31mred\\\\ \\xc3\\xa9"',
	],
	[
		"a forged end of line",
		"json",
		{ target: "/\n{}", referer: undefined, agent: "\u202e", host: undefined },
		'{"time":"2026-11-22T19:44:48.250Z","address":"192.0.2.7","method":"GET","target":"/\\n{}","version":"1.1","status":200,"sent_bytes":13,"duration_ms":1.235,"user_agent":"\\u202e"}',
	],
];

for (const [what, format, changes, line] of LINES)
	test(`${format}: ${what}`, () => {
		assert.equal(logLine(format, { ...PLAIN, ...changes }, NOW_MS), `${line}\n`);
	});

test("whatever a client sends, a line is one line of printed ASCII, and of bounded length", () => {
	const text = fc.string({ unit: "binary", maxLength: 20_000 });
	fc.assert(
		fc.property(fc.constantFrom(...LOG_FORMATS), text, text, text, (format, target, agent, referer) => {
			const line = logLine(format, { ...PLAIN, target, agent, referer }, NOW_MS);
			assert.match(line, /^[ -~]+\n$/);
			assert.ok(line.length < 100_000);
			if (format === "json") JSON.parse(line);
		}),
		{ numRuns: 200 },
	);
});
