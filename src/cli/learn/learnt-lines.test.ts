import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_GRANTS } from "../../capability/grants.ts";
import { parseNetRule, parsePublish } from "../../capability/net.ts";
import type { Use } from "./use.ts";
import { learntLines } from "./learnt-lines.ts";

const ORIGIN = { where: "a flag" };
const used = (need: Extract<Use, { type: "net" }>["need"], host: string, port = 0): Use => ({
	type: "net",
	need,
	host,
	port,
	call: need,
});

const cases: readonly [
	name: string,
	rules: readonly string[],
	uses: readonly Use[],
	lines: readonly string[],
][] = [
	["a name and its port", [], [used("connect", "a.org", 443)], ["net connect=a.org:443"]],
	["an address of IPv6", [], [used("connect", "2606::1", 443)], ["net connect=[2606::1]:443"]],
	["datagrams", [], [used("udp", "1.1.1.1", 53)], ["net udp=1.1.1.1:53"]],
	[
		"a look-up before a connection",
		[],
		[used("resolve", "a.org"), used("connect", "a.org", 1)],
		["net connect=a.org:1"],
	],
	["a look-up alone", [], [used("resolve", "a.org")], ["net resolve=a.org"]],
	["a name that would be a pattern", [], [used("resolve", "*.a.org"), used("connect", "*.a.org", 1)], []],
	["a name that would be a network", [], [used("connect", "10.0.0.0/8", 1)], []],
	["a name that would be ports", [], [used("connect", "a.org:1-9,2", 1)], []],
	["a socket that is bound", [], [used("bind", "127.0.0.1", 53)], ["net bind=127.0.0.1:53"]],
	[
		"of two listeners the one that was asked for",
		["80:81", "81:80"],
		[used("listen", "0.0.0.0", 80)],
		["publish 127.0.0.1:81:80"],
	],
	[
		"of a module all listeners: it knows them by position",
		["80:81", "81:80"],
		[{ type: "listeners", call: "sock_accept" }],
		["publish 127.0.0.1:80:81", "publish 127.0.0.1:81:80"],
	],
	[
		"more names of one rule than anybody reads",
		["resolve=*.a.org", "connect=b.org:1"],
		[
			...Array.from({ length: 40 }, (_, index) => used("resolve", `n${index}.a.org`)),
			used("connect", "b.org", 1),
		],
		["net resolve=*.a.org", "net connect=b.org:1"],
	],
	[
		"more ports of one rule than anybody reads",
		["connect=10.0.0.0/8:*", "udp=10.0.0.0/8:*"],
		[
			...Array.from({ length: 33 }, (_, index) => used("connect", "10.0.0.1", 1 + index)),
			used("udp", "10.0.0.1", 1),
		],
		["net connect=10.0.0.0/8:*", "net udp=10.0.0.1:1"],
	],
	[
		"what a name means",
		["host=db:10.0.0.5"],
		[used("connect", "db", 1)],
		["net connect=db:1", "net host=db:10.0.0.5"],
	],
];

for (const [name, rules, uses, lines] of cases)
	test(`learnt lines: ${name}`, () => {
		const net = rules.flatMap((text) =>
			text.includes("=") ? [parseNetRule(text, ORIGIN)] : parsePublish(text, ORIGIN),
		);
		const learnt = learntLines({ uses, grants: { ...NO_GRANTS, net }, real: "/" });
		assert.deepEqual(
			learnt.map((line) => ("list" in line ? `${line.list} ${line.item}` : "?")),
			lines,
		);
	});
