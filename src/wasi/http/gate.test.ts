import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNetRule } from "../../capability/net.ts";
import { denialFault } from "../../capability/suggest.ts";
import { NO_GRANTS } from "../../capability/grants.ts";
import { systemClocks } from "../../host/node/clocks.ts";
import { systemEntropy } from "../../host/node/entropy.ts";
import { systemReadiness } from "../../host/node/readiness.ts";
import { systemWaiter } from "../../host/node/waiter.ts";
import { Errno } from "../../sys/errno.ts";
import type { Network } from "../../sys/network.ts";
import { ComponentGuest } from "../component-guest.ts";
import { Descriptors } from "../descriptors.ts";
import { connectGate } from "./gate.ts";

/** A network whose names mean what the test says, and which counts how often it is asked. */
class MemoryNames implements Network {
	asked = 0;
	/** Set: nobody answers yet. */
	isSilent = false;
	readonly #names: ReadonlyMap<string, readonly string[] | Errno>;

	constructor(names: Readonly<Record<string, readonly string[] | Errno>>) {
		this.#names = new Map(Object.entries(names));
	}

	tcp = () => Errno.NOTSUP;
	udp = () => Errno.NOTSUP;

	lookup(name: string) {
		this.asked += 1;
		let isUnderWay = true;
		return {
			result: () => {
				if (!isUnderWay && !this.isSilent) return this.#names.get(name) ?? Errno.NOENT;
				isUnderWay = false;
				return Errno.AGAIN;
			},
			interests: [],
			dueIn_ns: () => 1_000_000n,
			close: () => undefined,
		};
	}
}

function guestWith(network: Network, rules: readonly string[]): ComponentGuest {
	return new ComponentGuest({
		args: [],
		env: new Map(),
		descriptors: new Descriptors(100),
		clocks: systemClocks(),
		entropy: systemEntropy,
		waiter: systemWaiter(),
		onEnd: () => undefined,
		readiness: systemReadiness(),
		network,
		http: undefined,
		netRules: rules.map((rule) => parseNetRule(rule, { where: "--net" })),
		config: new Map(),
		keyvalue: { open: () => undefined },
		log: () => undefined,
	});
}

const names = {
	"api.example": ["93.184.215.14"],
	"both.example": ["10.0.0.1", "93.184.215.14"],
	"metadata.example": ["169.254.169.254"],
	"loop.example": ["127.0.0.1", "::1"],
	"mapped.example": ["::ffff:169.254.169.254"],
	"slow.example": Errno.TIMEDOUT,
	"broken.example": Errno.IO,
};

const DENIED = { tag: "HTTP-request-denied" };

const cases: readonly {
	readonly rules: readonly string[];
	readonly host: string;
	readonly port: number;
	readonly answer: unknown;
	/** What would allow it. */
	readonly help?: string;
	readonly asked?: number;
}[] = [
	{ rules: ["connect=api.example:443"], host: "api.example", port: 443, answer: ["93.184.215.14"], asked: 1 },
	{ rules: ["connect=*.example:443"], host: "api.example", port: 443, answer: ["93.184.215.14"], asked: 1 },
	{
		rules: ["connect=api.example:443"],
		host: "api.example",
		port: 80,
		answer: DENIED,
		help: "--net connect=api.example:80",
	},
	{
		rules: [],
		host: "api.example",
		port: 443,
		answer: DENIED,
		help: "--net connect=api.example:443",
		asked: 0,
	},
	{
		rules: ["connect=api.example:443"],
		host: "other.example",
		port: 443,
		answer: DENIED,
		help: "--net connect=other.example:443",
		asked: 0,
	},
	{ rules: ["connect=both.example:80"], host: "both.example", port: 80, answer: ["93.184.215.14"] },
	{
		rules: ["connect=metadata.example:80"],
		host: "metadata.example",
		port: 80,
		answer: DENIED,
		help: "--net connect=169.254.169.254:80",
	},
	{ rules: ["connect=mapped.example:80"], host: "mapped.example", port: 80, answer: DENIED },
	{
		rules: ["connect=loop.example:80"],
		host: "loop.example",
		port: 80,
		answer: DENIED,
		help: "--net connect=127.0.0.1:80",
	},
	{
		rules: ["connect=loop.example:80", "connect=127.0.0.1:80"],
		host: "loop.example",
		port: 80,
		answer: ["127.0.0.1"],
	},
	{
		rules: ["connect=*.example:80"],
		host: "169.254.169.254",
		port: 80,
		answer: DENIED,
		help: "--net connect=169.254.169.254:80",
		asked: 0,
	},
	{
		rules: ["connect=*.example:80"],
		host: "localhost",
		port: 80,
		answer: DENIED,
		help: "--net connect=localhost:80",
		asked: 0,
	},
	{ rules: ["connect=localhost:80"], host: "localhost", port: 80, answer: ["127.0.0.1", "::1"], asked: 0 },
	{ rules: ["connect=10.0.0.0/8:80"], host: "10.1.2.3", port: 80, answer: ["10.1.2.3"], asked: 0 },
	{ rules: ["connect=127.0.0.1:80"], host: "::ffff:127.0.0.1", port: 80, answer: ["::ffff:7f00:1"] },
	{
		rules: ["connect=127.0.0.1:80"],
		host: "0x7f.1",
		port: 80,
		answer: { tag: "DNS-error", val: { rcode: "NXDOMAIN", infoCode: undefined } },
		asked: 0,
	},
	{
		rules: ["connect=*.example:80"],
		host: "none.example",
		port: 80,
		answer: { tag: "DNS-error", val: { rcode: "NXDOMAIN", infoCode: undefined } },
	},
	{
		rules: ["connect=*.example:80"],
		host: "broken.example",
		port: 80,
		answer: { tag: "DNS-error", val: { rcode: "SERVFAIL", infoCode: undefined } },
	},
	{ rules: ["connect=*.example:80"], host: "slow.example", port: 80, answer: { tag: "DNS-timeout" } },
	{
		rules: ["connect=*.example:80"],
		host: "$(reboot).example",
		port: 80,
		answer: { tag: "DNS-error", val: { rcode: "NXDOMAIN", infoCode: undefined } },
		asked: 0,
	},
];
for (const { rules, host, port, answer, help, asked } of cases) {
	test(`${rules.join(" ") || "no rule"}: ${host}:${port}`, async () => {
		const network = new MemoryNames(names);
		const guest = guestWith(network, rules);
		assert.deepEqual(await connectGate(guest)(host, port), answer);
		const { list } = guest.denials;
		const helps = list.map((denial) => denialFault(denial, NO_GRANTS, () => "missing").helps);
		assert.equal(list.length, answer === DENIED ? 1 : 0);
		if (help !== undefined) assert.deepEqual(helps, [[help]]);
		if (asked !== undefined) assert.equal(network.asked, asked);
	});
}

test("what a name means is asked once for each connection: an answer that changes changes nothing", async () => {
	const answers: Record<string, readonly string[]> = { "rebind.example": ["93.184.215.14"] };
	const network = new MemoryNames(answers);
	const gate = connectGate(guestWith(network, ["connect=rebind.example:80"]));
	assert.deepEqual(await gate("rebind.example", 80), ["93.184.215.14"]);
	const rebound = connectGate(
		guestWith(new MemoryNames({ "rebind.example": ["127.0.0.1"] }), ["connect=rebind.example:80"]),
	);
	assert.deepEqual(await rebound("rebind.example", 80), DENIED);
	assert.equal(network.asked, 1);
});

test("so many names may be looked up at once, and as many again when they are answered", async () => {
	const network = new MemoryNames(names);
	network.isSilent = true;
	const gate = connectGate(guestWith(network, ["connect=api.example:443"]));
	const first = Array.from({ length: 64 }, async () => gate("api.example", 443));
	assert.deepEqual(await gate("api.example", 443), { tag: "connection-limit-reached" });
	network.isSilent = false;
	for (const answer of await Promise.all(first)) assert.deepEqual(answer, ["93.184.215.14"]);
	assert.deepEqual(await gate("api.example", 443), ["93.184.215.14"]);
});
