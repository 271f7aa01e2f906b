import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNetRule } from "../../capability/net.ts";
import { systemNetwork } from "../../host/node/network.ts";
import { Errno } from "../../sys/errno.ts";
import type { Lookup, Network } from "../../sys/network.ts";
import { ComponentGuest } from "../component-guest.ts";
import { preview2 } from "./host.ts";
import {
	type Any,
	at,
	listening,
	LOOPBACK_RULES,
	outcome,
	skip,
	type World,
	world,
} from "./sockets-world.contract.ts";

test("what is not granted is refused and recorded, each with its flag", () => {
	const own = world([]);
	const tcp = own.tcp();
	assert.equal(
		outcome(() => tcp.startBind(own.network, at("ipv4", 8080))),
		"access-denied",
	);
	assert.equal(
		outcome(() => tcp.startConnect(own.network, at("ipv4", 80, [1, 1, 1, 1]))),
		"access-denied",
	);
	assert.equal(
		outcome(() => own.udp("ipv6").startBind(own.network, at("ipv6", 53))),
		"access-denied",
	);
	assert.equal(
		outcome(() => own.lookUp("a.example")),
		"access-denied",
	);
	assert.equal(tcp.hopLimit(), 64);
	assert.deepEqual(
		own.guest.denials.list.map(
			(denial) => denial.type === "net" && `${denial.need} ${denial.host} ${denial.port}`,
		),
		["listen 127.0.0.1 8080", "connect 1.1.1.1 80", "bind ::1 53", "resolve a.example 0"],
	);
});

test("who may only look names up is told no when it says where to", { skip }, () => {
	const own = world(["resolve=a.example", "host=db:10.0.0.1"]);
	assert.equal(connectTo(own, [10, 0, 0, 1]), "access-denied");
	assert.equal(
		outcome(() => own.udp().startBind(own.network, at("ipv4", 0))),
		"access-denied",
	);
	assert.equal(own.guest.denials.list.length, 2);
});

test("a machine without sockets has none to give", () => {
	const own = world([]);
	const without = new ComponentGuest({
		...own.guest.world,
		netRules: [parseNetRule("connect=1.1.1.1:1", { where: "" })],
	});
	const create: Any = preview2(without).get("wasi:sockets/tcp-create-socket@0.2");
	assert.equal(
		outcome(() => create.createTcpSocket("ipv4")),
		"not-supported",
	);
});

test(
	"sockets count as descriptors, accepted ones too, and are closed with the guest's others",
	{ skip },
	() => {
		const own = world(LOOPBACK_RULES, { descriptors: 3 });
		const listener = listening(own, "ipv4");
		const client = own.tcp();
		client.startConnect(own.network, listener.localAddress());
		const third = own.tcp();
		assert.equal(
			outcome(() => own.tcp()),
			"new-socket-limit",
		);
		listener.subscribe().block();
		assert.equal(
			outcome(() => listener.accept()),
			"new-socket-limit",
		);
		third[Symbol.dispose]();
		assert.equal(
			outcome(() => listener.accept()),
			"ok",
		);
		assert.ok(own.guest.denials.list.some(({ type }) => type === "descriptors"));
		own.guest.world.descriptors.closeAll();
		assert.equal(own.guest.world.descriptors.hasRoom, true);
	},
);

/** A resolver that says something else each time. */
function changing(answers: readonly (readonly string[] | Errno)[]): Network {
	const left = [...answers];
	const lookup = (): Lookup => {
		const answer = left.shift() ?? Errno.NOENT;
		return { result: () => answer, interests: [], dueIn_ns: () => 0n, close() {} };
	};
	return { tcp: (family) => systemNetwork()?.tcp(family) ?? Errno.NOTSUP, udp: () => Errno.NOTSUP, lookup };
}

/** All the addresses that a look-up tells. */
function addresses({ lookUp }: World, name: string): readonly Any[] {
	const stream = lookUp(name);
	const found: Any[] = [];
	for (let next = stream.resolveNextAddress(); next !== undefined; next = stream.resolveNextAddress())
		found.push(next.val.join("."));
	return found;
}

const connectTo = (own: World, address: readonly number[], port = 80) =>
	outcome(() => own.tcp().startConnect(own.network, at("ipv4", port, address)));

test("a name that turns inward is of no use", { skip }, () => {
	const own = world(["connect=a.example:80"], {
		network: changing([["93.184.215.14"], ["127.0.0.1"], ["10.0.0.1", "::ffff:a00:2"], ["169.254.169.254"]]),
	});
	for (let turn = 0; turn < 4; turn += 1) addresses(own, "a.example");
	assert.deepEqual(
		[
			[127, 0, 0, 1],
			[10, 0, 0, 1],
			[10, 0, 0, 2],
			[169, 254, 169, 254],
		].map((address) => connectTo(own, address)),
		["access-denied", "access-denied", "access-denied", "access-denied"],
	);
	assert.deepEqual(
		own.guest.denials.list.map((denial) => denial.type === "net" && [denial.name, denial.inward]),
		[
			["a.example", "loopback"],
			["a.example", "private"],
			["a.example", "private"],
			["a.example", "metadata"],
		],
	);
});

test("an address is a name's only for the guest that looked it up", { skip }, () => {
	const network = changing([["203.0.114.1"], ["203.0.114.2"]]);
	const rules = ["connect=a.example:1"];
	const [one, other] = [world(rules, { network }), world(rules, { network })];
	assert.equal(connectTo(one, [203, 0, 114, 1], 1), "access-denied");
	assert.deepEqual(addresses(one, "a.example"), ["203.0.114.1"]);
	assert.equal(connectTo(one, [203, 0, 114, 1], 1), "ok");
	assert.equal(connectTo(other, [203, 0, 114, 1], 1), "access-denied");
	// nor is any other address, of whatever was looked up
	assert.equal(connectTo(one, [203, 0, 114, 9], 1), "access-denied");
	// what it was told before stays: programs look a name up once
	assert.deepEqual(addresses(one, "A.EXAMPLE."), ["203.0.114.2"]);
	assert.equal(connectTo(one, [203, 0, 114, 1], 1), "ok");
	assert.equal(connectTo(one, [203, 0, 114, 1], 2), "access-denied");
});

test("names of the person's own lead where the person said", { skip }, () => {
	const own = world([...LOOPBACK_RULES.slice(2, 3), "host=db:127.0.0.1", "connect=db:*"], {
		network: changing([]),
	});
	const listener = listening(own, "ipv4");
	const { port } = listener.localAddress().val;
	assert.equal(connectTo(own, [127, 0, 0, 1], port), "access-denied");
	assert.deepEqual(addresses(own, "DB"), ["127.0.0.1"]);
	assert.equal(connectTo(own, [127, 0, 0, 1], port), "ok");
});

const LOOKUPS: readonly (readonly [string, string, string?])[] = [
	["", "invalid-argument"],
	[" ", "invalid-argument"],
	["a.b<&>", "invalid-argument"],
	["127.0.0.1:80", "invalid-argument"],
	["[::]:80", "invalid-argument"],
	["http://example.com/", "invalid-argument"],
	["\0", "invalid-argument"],
	["a".repeat(64), "invalid-argument"],
	["1.2.3", "invalid-argument"],
	["0.0.0.0", "0.0.0.0"],
	["[::1]", "0.0.0.0.0.0.0.1"],
	["DEAD:BEEF::0", "57005.48879.0.0.0.0.0.0"],
	["localhost", "127.0.0.1"],
	["münchen.example", "10.0.0.1"],
	["gone.example", "name-unresolvable"],
];

for (const [name, expected] of LOOKUPS)
	test(`looking up ${JSON.stringify(name.slice(0, 20))}: ${expected}`, () => {
		const own = world(["resolve=localhost", "resolve=*.example"], {
			network: changing([name.startsWith("m") ? ["10.0.0.1"] : Errno.NOENT]),
		});
		let first: unknown;
		const result = outcome(() => ([first] = addresses(own, name)));
		assert.equal(result === "ok" ? first : result, expected);
	});

test("look-ups that are under way count as descriptors, for they hold sockets", () => {
	let closed = 0;
	const lookup = (): Lookup => ({
		result: () => Errno.AGAIN,
		interests: [],
		dueIn_ns: () => 1_000_000_000n,
		close: () => void (closed += 1),
	});
	const network: Network = { tcp: () => Errno.NOTSUP, udp: () => Errno.NOTSUP, lookup };
	const own = world(["resolve=a.example"], { network, descriptors: 2 });
	const [first] = [own.lookUp("a.example"), own.lookUp("a.example")];
	assert.equal(
		outcome(() => first.resolveNextAddress()),
		"would-block",
	);
	assert.equal(
		outcome(() => own.lookUp("a.example")),
		"temporary-resolver-failure",
	);
	first[Symbol.dispose]();
	assert.equal(
		outcome(() => own.lookUp("a.example")),
		"ok",
	);
	own.guest.world.descriptors.closeAll();
	assert.equal(closed, 4);
});

test("failures of a resolver are told apart", () => {
	const own = world(["resolve=a.example"], { network: changing([Errno.TIMEDOUT, Errno.IO, Errno.NOENT]) });
	assert.deepEqual(
		[1, 2, 3].map(() => outcome(() => addresses(own, "a.example"))),
		["temporary-resolver-failure", "permanent-resolver-failure", "name-unresolvable"],
	);
});
