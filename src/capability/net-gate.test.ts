import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_GRANTS } from "./grants.ts";
import { parseAddHost, parseNetRule, parsePublish } from "./net.ts";
import { mayBind, mayConnect, mayListen, mayResolve, netGate } from "./net-gate.ts";
import { netFault } from "./net-words.ts";

const ORIGIN = { where: "a flag" };
const rules = (texts: readonly string[]) =>
	texts.flatMap((text) =>
		text.startsWith("-p ") ? parsePublish(text.slice(3), ORIGIN) : [parseNetRule(text, ORIGIN)],
	);

interface Case {
	readonly rules: readonly string[];
	/** What the guest has looked up to find the address. */
	readonly names?: readonly string[];
	readonly to: string;
	readonly port?: number;
	readonly transport?: "udp";
	/** Undefined: allowed; else the flag that would allow it. */
	readonly help: string | undefined;
}

const CASES: readonly Case[] = [
	// addresses
	{ rules: [], to: "1.1.1.1", help: "--net connect=1.1.1.1:443" },
	{ rules: ["connect=1.1.1.1:443"], to: "1.1.1.1", help: undefined },
	{ rules: ["connect=1.1.1.1:443"], to: "::ffff:101:101", help: undefined },
	{ rules: ["connect=1.1.1.1:80,8000-8999"], to: "1.1.1.1", port: 8443, help: undefined },
	{ rules: ["connect=1.1.1.1:80"], to: "1.1.1.1", help: "--net connect=1.1.1.1:443" },
	{ rules: ["connect=1.1.1.1:443"], to: "1.1.1.2", help: "--net connect=1.1.1.2:443" },
	{ rules: ["connect=10.0.0.0/8:443"], to: "10.9.8.7", help: undefined },
	{ rules: ["connect=10.0.0.0/8:443"], to: "11.0.0.1", help: "--net connect=11.0.0.1:443" },
	{ rules: ["connect=0.0.0.0/0:443"], to: "127.0.0.1", help: undefined },
	{ rules: ["connect=0.0.0.0/0:443"], to: "2606::1", help: "--net connect='[2606::1]':443" },
	{ rules: ["connect=[::/0]:443"], to: "::ffff:7f00:1", help: "--net connect='[::ffff:7f00:1]':443" },
	{ rules: ["connect=[fd00::/8]:443"], to: "fd12::1", help: undefined },
	{ rules: ["udp=1.1.1.1:53"], to: "1.1.1.1", port: 53, help: "--net connect=1.1.1.1:53" },
	{ rules: ["connect=1.1.1.1:53"], to: "1.1.1.1", port: 53, transport: "udp", help: "--net udp=1.1.1.1:53" },
	{ rules: ["udp=1.1.1.1:53"], to: "1.1.1.1", port: 53, transport: "udp", help: undefined },
	// names: only those by which this guest came
	{ rules: ["connect=a.example:443"], to: "1.1.1.1", help: "--net connect=1.1.1.1:443" },
	{ rules: ["connect=a.example:443"], names: ["a.example"], to: "1.1.1.1", help: undefined },
	{ rules: ["connect=a.example:443"], names: ["A.Example."], to: "1.1.1.1", help: undefined },
	{
		rules: ["connect=a.example:443"],
		names: ["b.example"],
		to: "1.1.1.1",
		help: "--net connect=b.example:443",
	},
	{
		rules: ["connect=a.example:80"],
		names: ["a.example"],
		to: "1.1.1.1",
		help: "--net connect=a.example:443",
	},
	{ rules: ["resolve=a.example"], names: ["a.example"], to: "1.1.1.1", help: "--net connect=a.example:443" },
	{ rules: ["connect=*.example:443"], names: ["a.b.example"], to: "1.1.1.1", help: undefined },
	{ rules: ["connect=*.example:443"], names: ["example"], to: "1.1.1.1", help: "--net connect=example:443" },
	{
		rules: ["connect=*.example:443"],
		names: ["badexample"],
		to: "1.1.1.1",
		help: "--net connect=badexample:443",
	},
	{ rules: ["connect=*.example:443"], names: ["b.other", "a.example"], to: "1.1.1.1", help: undefined },
	// rebinding: an allowed name that leads inward
	...[
		"127.0.0.1",
		"10.0.0.1",
		"172.16.0.1",
		"192.168.1.1",
		"100.64.0.1",
		"169.254.169.254",
		"169.254.1.1",
		"0.0.0.0",
		"224.0.0.1",
		"198.18.0.1",
		"192.0.2.1",
		"255.255.255.255",
	].map((to): Case => ({
		rules: ["connect=a.example:443"],
		names: ["a.example"],
		to,
		help: `--net connect=${to}:443`,
	})),
	...["::1", "::", "fd00:ec2::254", "fe80::1", "ff02::1", "::ffff:a00:1", "::7f00:1", "64:ff9b::7f00:1"].map(
		(to): Case => ({
			rules: ["connect=a.example:443"],
			names: ["a.example"],
			to,
			help: `--net connect='[${to}]':443`,
		}),
	),
	{
		rules: ["connect=a.example:443", "connect=10.0.0.0/8:443"],
		names: ["a.example"],
		to: "10.0.0.1",
		help: undefined,
	},
	{
		rules: ["connect=a.example:443", "connect=10.0.0.0/8:80"],
		names: ["a.example"],
		to: "10.0.0.1",
		help: "--net connect=10.0.0.1:443",
	},
	// names that the person gives addresses to
	{ rules: ["connect=localhost:443"], names: ["localhost"], to: "127.0.0.1", help: undefined },
	{ rules: ["connect=localhost:443"], names: ["localhost"], to: "::1", help: undefined },
	{
		rules: ["connect=localhost:443"],
		names: ["localhost"],
		to: "127.0.0.2",
		help: "--net connect=127.0.0.2:443",
	},
	{ rules: ["connect=localhost:80"], names: ["localhost"], to: "::1", help: "--net connect=localhost:443" },
	{ rules: ["resolve=a.example"], names: ["a.example"], to: "10.0.0.1", help: "--net connect=10.0.0.1:443" },
	{ rules: ["connect=localhost:443"], to: "127.0.0.1", help: "--net connect=127.0.0.1:443" },
	{ rules: ["host=db:10.0.0.5", "connect=db:443"], names: ["db"], to: "10.0.0.5", help: undefined },
	{ rules: ["host=db:10.0.0.5"], names: ["db"], to: "10.0.0.5", help: "--net connect=db:443" },
	{
		rules: ["host=db:10.0.0.5", "connect=db:80"],
		names: ["db"],
		to: "10.0.0.5",
		help: "--net connect=db:443",
	},
	{
		rules: ["host=db:10.0.0.5", "connect=db:443"],
		names: ["db"],
		to: "10.0.0.6",
		help: "--net connect=10.0.0.6:443",
	},
	{
		rules: ["host=db.a.example:10.0.0.5", "connect=*.a.example:443"],
		names: ["db.a.example"],
		to: "10.0.0.5",
		help: undefined,
	},
];

for (const { rules: texts, names = [], to, port = 443, transport, help } of CASES) {
	const how = `${names.length > 0 ? `${names.join(" and ")} at ` : ""}${to}:${port}${transport === undefined ? "" : " by udp"}`;
	test(`${texts.join(", ") || "no rule"}: ${how} is ${help === undefined ? "allowed" : "refused"}`, () => {
		const denial = mayConnect(rules(texts), { namesOf: () => names }, to, port, transport ?? "connect");
		if (help === undefined) return assert.equal(denial, undefined);
		assert.ok(denial);
		const fault = netFault(denial, { ...NO_GRANTS, net: rules(texts) });
		assert.equal(fault.code, "NOT_GRANTED");
		assert.deepEqual(fault.helps, [help]);
		// the smallest grant is one that allows it
		const words = fault.helps[0]?.replace("--net ", "").replaceAll("'", "") ?? "";
		const now = rules([...texts, words]);
		assert.equal(mayConnect(now, { namesOf: () => names }, to, port, transport ?? "connect"), undefined);
	});
}

const NAMES: readonly (readonly [rules: readonly string[], name: string, allowed: boolean])[] = [
	[[], "a.example", false],
	[[], "1.2.3.4", true],
	[["resolve=a.example"], "a.example", true],
	[["resolve=a.example"], "A.EXAMPLE", true],
	[["resolve=a.example"], "b.a.example", false],
	[["resolve=*.a.example"], "c.b.a.example", true],
	[["resolve=*.a.example"], "a.example", false],
	[["connect=a.example:443"], "a.example", true],
	[["udp=a.example:53"], "a.example", true],
	[["connect=1.2.3.4:443"], "a.example", false],
	[["listen=127.0.0.1:80"], "localhost", false],
	[["host=db:10.0.0.1"], "db", true],
];

for (const [texts, name, allowed] of NAMES)
	test(`${texts.join(", ") || "no rule"}: the name ${name} is ${allowed ? "looked up" : "refused"}`, () => {
		const denial = mayResolve(rules(texts), name);
		assert.equal(denial === undefined, allowed);
		if (denial !== undefined) assert.deepEqual(netFault(denial, NO_GRANTS).helps, [`--net resolve=${name}`]);
	});

/** What is asked for, and what it is bound to. */
const PLACES: readonly (readonly [
	rules: readonly string[],
	transport: "tcp" | "udp",
	asked: readonly [string, number],
	place: string | undefined,
])[] = [
	[[], "tcp", ["127.0.0.1", 0], undefined],
	[["connect=1.1.1.1:80"], "tcp", ["0.0.0.0", 0], "0.0.0.0 0"],
	[["connect=1.1.1.1:80"], "tcp", ["0.0.0.0", 8080], undefined],
	[["connect=1.1.1.1:80"], "udp", ["0.0.0.0", 0], undefined],
	[["udp=1.1.1.1:80"], "udp", ["0.0.0.0", 0], "0.0.0.0 0"],
	[["udp=1.1.1.1:80"], "udp", ["0.0.0.0", 80], undefined],
	[["listen=127.0.0.1:8080"], "tcp", ["127.0.0.1", 8080], "127.0.0.1 8080"],
	[["listen=127.0.0.1:8080"], "tcp", ["0.0.0.0", 8080], "127.0.0.1 8080"],
	[["listen=127.0.0.1:8080"], "tcp", ["127.0.0.2", 8080], undefined],
	[["listen=127.0.0.1:8080"], "tcp", ["::", 8080], undefined],
	[["listen=0.0.0.0:8080"], "tcp", ["127.0.0.1", 8080], "127.0.0.1 8080"],
	[["listen=127.0.0.1:8080"], "udp", ["127.0.0.1", 8080], undefined],
	[["-p 8080:80"], "tcp", ["0.0.0.0", 80], "127.0.0.1 8080"],
	[["-p 8080:80"], "tcp", ["0.0.0.0", 8080], undefined],
	[["-p 80"], "tcp", ["0.0.0.0", 80], "127.0.0.1 0"],
	[["bind=127.0.0.1:5000-5009"], "udp", ["127.0.0.1", 5005], "127.0.0.1 5005"],
	[["bind=127.0.0.1:5000-5009"], "tcp", ["127.0.0.1", 5005], "127.0.0.1 5005"],
	[["bind=127.0.0.1:5000-5009"], "udp", ["0.0.0.0", 5005], "127.0.0.1 5005"],
	[["bind=127.0.0.1:5000-5009"], "udp", ["127.0.0.1", 5010], undefined],
	[["bind=127.0.0.1:*"], "udp", ["127.0.0.1", 0], "127.0.0.1 0"],
	[["bind=127.0.0.1:1-65535"], "udp", ["127.0.0.1", 0], undefined],
];

for (const [texts, transport, [address, port], expected] of PLACES)
	test(`${texts.join(", ") || "no rule"}: ${transport} at ${address}:${port} is ${expected ?? "refused"}`, () => {
		const place = mayBind(rules(texts), transport, address, port);
		if (!("type" in place)) return assert.equal(`${place.address} ${place.port}`, expected);
		assert.equal(expected, undefined);
		const [help = ""] = netFault(place, NO_GRANTS).helps;
		const now = rules([...texts, help.replace("--net ", "").replaceAll("'", "")]);
		assert.ok(!("type" in mayBind(now, transport, address, port)));
	});

test("only what a listen rule names may listen", () => {
	const own = rules(["listen=127.0.0.1:8080", "bind=127.0.0.1:9000", "connect=1.1.1.1:80"]);
	assert.equal(mayListen(own, "127.0.0.1", 8080), undefined);
	assert.equal(mayListen(own, "127.0.0.1", 9000)?.need, "listen");
	assert.equal(mayListen(own, "0.0.0.0", 0)?.need, "listen");
});

test("a gate knows the one name by which its asker came", () => {
	const gate = netGate([...rules(["connect=a.example:443"]), parseAddHost("c=10.1.1.1", ORIGIN)]);
	assert.equal(gate.ask("1.1.1.1", 443, "a.example"), undefined);
	assert.equal(gate.ask("1.1.1.1", 443)?.need, "connect");
	assert.equal(gate.ask("10.0.0.1", 443, "a.example")?.inward, "private");
	assert.equal(gate.resolveAllowed("a.example"), undefined);
	assert.equal(gate.resolveAllowed("b.example")?.need, "resolve");
	assert.deepEqual(
		[gate.mapped("c"), gate.mapped("localhost"), gate.mapped("a.example")],
		[["10.1.1.1"], ["127.0.0.1", "::1"], undefined],
	);
});
