import assert from "node:assert/strict";
import { test } from "node:test";
import { parseClock, parseRandom } from "./clock.ts";
import { explain } from "./explain.ts";
import { type Grants, NO_GRANTS } from "./grants.ts";
import { parseTmpfs, parseVolume } from "./mounts.ts";
import { parseNetRule, parsePublish } from "./net.ts";
import { parseKeyValue } from "./services.ts";

const ORIGIN = { where: "a flag" };

const CASES: readonly (readonly [Partial<Grants>, readonly string[]])[] = [
	[{}, ["may do nothing but compute"]],
	[{ mounts: [parseVolume("./data:/d:ro", ORIGIN)] }, ["may read ./data as /d"]],
	[{ mounts: [parseVolume("./data:/d", ORIGIN)] }, ["may read and write ./data as /d"]],
	[{ mounts: [parseTmpfs("/tmp", ORIGIN)] }, ["may read and write up to 64m in memory at /tmp"]],
	[{ workdir: "/d" }, ["works in /d"]],
	[
		{ stdin: "open", terminal: true },
		["may read standard input, from a terminal too", "is told that it talks to a terminal"],
	],
	[{ env: new Map([["A", "secret"]]) }, ["sees the variable A"]],
	[
		{
			env: new Map([
				["A", ""],
				["__proto__", ""],
			]),
		},
		["sees the variables A, __proto__"],
	],
	[
		{ net: parsePublish("8080:80", ORIGIN) },
		["may answer connections to port 8080 of 127.0.0.1, its own port 80"],
	],
	[{ net: parsePublish("80", ORIGIN) }, ["may answer connections to a free port of 127.0.0.1"]],
	[{ net: [parseNetRule("connect=a.example:443", ORIGIN)] }, ["may connect to port 443 of a.example"]],
	[{ net: [parseNetRule("connect=a.example:1-9", ORIGIN)] }, ["may connect to ports 1 to 9 of a.example"]],
	[{ net: [parseNetRule("resolve=a.example", ORIGIN)] }, ["may look up the name a.example"]],
	[
		{
			net: [
				"connect=*.a.example:80,443,8000-8010",
				"connect=localhost:*",
				"connect=10.0.0.0/8:5432",
				"connect=0.0.0.0/0:443",
				"udp=[2001:db8::1]:53",
				"bind=0.0.0.0:5000",
				"resolve=*.a.example",
				"connect=db:5432",
				"host=db:10.0.0.5",
				"host=cache:10.0.0.6",
			].map((text) => parseNetRule(text, ORIGIN)),
		},
		[
			"may connect to ports 80, 443 and 8000 to 8010 of every name beneath a.example",
			"may connect to any port of this machine itself (localhost)",
			"may connect to port 5432 of every address of 10.0.0.0/8",
			"may connect to port 443 of every address of IPv4, of this machine and its network too",
			"may send datagrams to port 53 of 2001:db8::1, and gets its answers",
			"may use port 5000 of 0.0.0.0 for its sockets, and gets datagrams from anybody there",
			"may look up every name beneath a.example",
			"may connect to port 5432 of db",
			"takes db for 10.0.0.5, and may connect to it there at port 5432",
			"takes cache for 10.0.0.6",
		],
	],
	[
		{
			config: new Map([["a", "secret"]]),
			keyvalue: [parseKeyValue("s", ORIGIN), parseKeyValue("=./f", ORIGIN)],
		},
		[
			"is configured by a",
			"may keep values in the store 's', in memory for this run",
			"may read and change the key-value store ./f as ''",
		],
	],
	[
		{ clock: parseClock("real") },
		["sees the clock at its full resolution, fine enough to measure other programs by"],
	],
	[
		{ clock: parseClock("frozen=0"), random: parseRandom("seed=7") },
		[
			"sees a clock that stands at 1970-01-01T00:00:00Z but for its own sleeping",
			"gets the same random bytes in every run, of seed 7",
		],
	],
];

for (const [grants, expected] of CASES)
	test(expected[0] ?? "", () => assert.deepEqual(explain({ ...NO_GRANTS, ...grants }), expected));
