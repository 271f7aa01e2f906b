import assert from "node:assert/strict";
import { test } from "node:test";
import { ComponentError } from "../host-interface.ts";
import {
	ANY,
	type Any,
	at,
	bound,
	connection,
	FAMILIES,
	type Family,
	listening,
	LOOPBACK_RULES,
	outcome,
	skip,
	type World,
	world,
} from "./sockets-world.contract.ts";

const STATES: Readonly<Record<string, (own: World, family: Family) => Any>> = {
	unbound: ({ tcp }, family) => tcp(family),
	"being bound": ({ tcp, network }, family) => {
		const socket = tcp(family);
		socket.startBind(network, at(family, 0));
		return socket;
	},
	bound,
	"beginning to listen": (own, family) => {
		const socket = bound(own, family);
		socket.startListen();
		return socket;
	},
	listening,
	connected: (own, family) => connection(own, family).client[0],
};

/** What each method answers in each state, in the order of STATES. */
const METHODS: readonly (readonly [
	method: string,
	call: (socket: Any, own: World, family: Family) => unknown,
	answers: readonly string[],
])[] = [
	[
		"start-bind",
		(socket, { network }, family) => socket.startBind(network, at(family, 0)),
		["ok", "invalid-state", "invalid-state", "invalid-state", "invalid-state", "invalid-state"],
	],
	[
		"finish-bind",
		(socket) => socket.finishBind(),
		["not-in-progress", "ok", "not-in-progress", "not-in-progress", "not-in-progress", "not-in-progress"],
	],
	[
		"start-connect",
		(socket, { network }, family) => socket.startConnect(network, at(family, 1)),
		["ok", "invalid-state", "ok", "invalid-state", "invalid-state", "invalid-state"],
	],
	["finish-connect", (socket) => socket.finishConnect(), Array.from({ length: 6 }, () => "not-in-progress")],
	[
		"start-listen",
		(socket) => socket.startListen(),
		["invalid-state", "invalid-state", "ok", "invalid-state", "invalid-state", "invalid-state"],
	],
	[
		"finish-listen",
		(socket) => socket.finishListen(),
		["not-in-progress", "not-in-progress", "not-in-progress", "ok", "not-in-progress", "not-in-progress"],
	],
	[
		"accept",
		(socket) => socket.accept(),
		["invalid-state", "invalid-state", "invalid-state", "invalid-state", "would-block", "invalid-state"],
	],
	[
		"local-address",
		(socket) => socket.localAddress(),
		["invalid-state", "invalid-state", "ok", "invalid-state", "ok", "ok"],
	],
	[
		"remote-address",
		(socket) => socket.remoteAddress(),
		["invalid-state", "invalid-state", "invalid-state", "invalid-state", "invalid-state", "ok"],
	],
	[
		"shutdown",
		(socket) => socket.shutdown("both"),
		["invalid-state", "invalid-state", "invalid-state", "invalid-state", "invalid-state", "ok"],
	],
];

for (const family of FAMILIES)
	for (const [method, call, answers] of METHODS)
		for (const [index, [state, make]] of Object.entries(STATES).entries())
			test(`tcp ${family}: ${method} of a socket that is ${state}: ${answers[index]}`, { skip }, () => {
				const own = world(LOOPBACK_RULES);
				const socket = make(own, family);
				assert.equal(
					outcome(() => call(socket, own, family)),
					answers[index],
				);
				own.guest.world.descriptors.closeAll();
			});

for (const family of FAMILIES) {
	test(
		`tcp ${family}: options in every state, with what is out of range taken for the nearest`,
		{ skip },
		() => {
			for (const make of Object.values(STATES)) {
				const own = world(LOOPBACK_RULES);
				const socket = make(own, family);
				assert.equal(socket.addressFamily(), family);
				for (const [name, value] of Object.entries(OPTIONS)) {
					const set = `set${name[0]?.toUpperCase()}${name.slice(1)}`;
					const zero = typeof value === "bigint" ? 0n : 0;
					assert.equal(
						outcome(() => socket[set](zero)),
						"invalid-argument",
					);
					socket[set](typeof value === "bigint" ? 1n : 1);
					assert.ok(socket[name]() > 0);
					socket[set](value);
					assert.equal(socket[name](), value, name);
				}
				socket.setKeepAliveEnabled(true);
				assert.equal(socket.keepAliveEnabled(), true);
				socket.setKeepAliveIdleTime(2n ** 64n - 1n);
				socket.setReceiveBufferSize(2n ** 64n - 1n);
				own.guest.world.descriptors.closeAll();
			}
		},
	);

	test(`tcp ${family}: addresses that cannot be`, { skip }, () => {
		const own = world([
			...LOOPBACK_RULES,
			"connect=0.0.0.0/0:*",
			"connect=[::/0]:*",
			"bind=0.0.0.0:*",
			"bind=[::]:*",
		]);
		const other = family === "ipv4" ? "ipv6" : "ipv4";
		const wrong: readonly Any[] = [
			at(other, 80),
			...(family === "ipv4"
				? [at("ipv4", 80, [255, 255, 255, 255]), at("ipv4", 80, [224, 0, 0, 1])]
				: [
						at("ipv6", 80, [0xff02, 0, 0, 0, 0, 0, 0, 1]),
						at("ipv6", 80, [0, 0, 0, 0, 0, 0xffff, 0x7f00, 1]),
						at("ipv6", 80, [0, 0, 0, 0, 0, 0, 0x7f00, 1]),
					]),
		];
		for (const address of wrong) {
			assert.equal(
				outcome(() => own.tcp(family).startBind(own.network, address)),
				"invalid-argument",
			);
			assert.equal(
				outcome(() => own.tcp(family).startConnect(own.network, address)),
				"invalid-argument",
			);
		}
		for (const address of [at(family, 80, ANY[family]), at(family, 0)])
			assert.equal(
				outcome(() => own.tcp(family).startConnect(own.network, address)),
				"invalid-argument",
			);
	});

	test(`tcp ${family}: a backlog of 0 is none, any other is taken`, { skip }, () => {
		const own = world(LOOPBACK_RULES);
		for (const socket of [own.tcp(family), bound(own, family), listening(own, family)]) {
			assert.equal(
				outcome(() => socket.setListenBacklogSize(0n)),
				"invalid-argument",
			);
			socket.setListenBacklogSize(2n ** 64n - 1n);
		}
		assert.equal(
			outcome(() => connection(own, family).client[0].setListenBacklogSize(1n)),
			"invalid-state",
		);
	});

	test(`tcp ${family}: bytes go both ways, and each side ends by itself`, { skip }, () => {
		const { client, server } = connection(world(LOOPBACK_RULES), family);
		assert.deepEqual(client[0].remoteAddress(), server[0].localAddress());
		assert.equal(
			outcome(() => client[1].read(10n)),
			"ok",
		);
		client[2].blockingWriteAndFlush(Buffer.from("ahoy"));
		assert.equal(Buffer.from(server[1].blockingRead(10n)).toString(), "ahoy");
		client[0].shutdown("send");
		assert.equal(
			outcome(() => server[1].blockingRead(10n)),
			"closed",
		);
		assert.equal(
			outcome(() => client[2].checkWrite()),
			"closed",
		);
		server[2].blockingWriteAndFlush(Buffer.from("still here"));
		assert.equal(Buffer.from(client[1].blockingRead(100n)).toString(), "still here");
		server[0].shutdown("both");
		assert.equal(
			outcome(() => client[1].blockingRead(10n)),
			"closed",
		);
		assert.equal(
			outcome(() => client[1].read(0n)),
			"closed",
		);
	});

	test(`tcp ${family}: what came before receiving was shut is not told`, { skip }, () => {
		const { client, server } = connection(world(LOOPBACK_RULES), family);
		server[2].blockingWriteAndFlush(Buffer.from("unread"));
		client[1].subscribe().block();
		client[0].shutdown("receive");
		assert.equal(
			outcome(() => client[1].read(10n)),
			"closed",
		);
	});

	test(
		`tcp ${family}: what the system does not take at once is sent on while the guest waits`,
		{ skip },
		() => {
			const { client, server } = connection(world(LOOPBACK_RULES), family);
			client[0].setSendBufferSize(1024n);
			server[0].setReceiveBufferSize(1024n);
			let sent = 0;
			for (let permit = Number(client[2].checkWrite()); permit > 0; permit = Number(client[2].checkWrite())) {
				client[2].write(new Uint8Array(permit).fill(7));
				sent += permit;
			}
			client[0].shutdown("send");
			// the stream is gone, and what was written is not
			client[2][Symbol.dispose]();
			client[1][Symbol.dispose]();
			client[0][Symbol.dispose]();
			let received = 0;
			while (outcome(() => (received += server[1].blockingRead(65_536n).length)) === "ok");
			assert.equal(received, sent);
			assert.ok(sent >= 65_536);
		},
	);

	test(`tcp ${family}: nobody listens there`, { skip }, () => {
		const own = world(LOOPBACK_RULES);
		const { localAddress } = { localAddress: bound(own, family).localAddress() };
		const socket = own.tcp(family);
		socket.startConnect(own.network, localAddress);
		assert.equal(
			outcome(() => socket.startConnect(own.network, localAddress)),
			"concurrency-conflict",
		);
		socket.subscribe().block();
		assert.equal(
			outcome(() => socket.finishConnect()),
			"connection-refused",
		);
		assert.equal(
			outcome(() => socket.finishConnect()),
			"not-in-progress",
		);
		assert.equal(
			outcome(() => socket.startConnect(own.network, localAddress)),
			"invalid-state",
		);
	});

	test(`tcp ${family}: an address that is taken, and one that is not ours`, { skip }, () => {
		const own = world([...LOOPBACK_RULES, "bind=0.0.0.0:*", "bind=[::]:*"]);
		const taken = listening(own, family).localAddress();
		assert.equal(
			outcome(() => own.tcp(family).startBind(own.network, taken)),
			"address-in-use",
		);
		const foreign = family === "ipv4" ? [192, 0, 2, 1] : [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1];
		assert.equal(
			outcome(() => own.tcp(family).startBind(own.network, at(family, 0, foreign))),
			"address-not-bindable",
		);
	});
}

const OPTIONS: Readonly<Record<string, number | bigint>> = {
	keepAliveIdleTime: 42_000_000_000n,
	keepAliveInterval: 43_000_000_000n,
	keepAliveCount: 44,
	hopLimit: 45,
	receiveBufferSize: 65_536n,
	sendBufferSize: 131_072n,
};

test("a service waits beside other work", { skip }, async () => {
	const own = world(LOOPBACK_RULES, { service: true });
	const listener = listening(own, "ipv4");
	const client = own.tcp();
	const accepting = listener.subscribe().block();
	client.startConnect(own.network, listener.localAddress());
	await accepting;
	const [, , output] = listener.accept();
	await client.subscribe().block();
	const [input] = client.finishConnect();
	const reading = input.blockingRead(10n);
	await output.blockingWriteAndFlush(Buffer.from("ahoy"));
	assert.equal(Buffer.from(await reading).toString(), "ahoy");
	own.guest.world.readiness?.close();
});

test("what a stream of a socket broke by is a code of the network", { skip }, () => {
	const own = world(LOOPBACK_RULES);
	const { client, server } = connection(own, "ipv4");
	// bytes that nobody read make it a reset
	client[2].blockingWriteAndFlush(Buffer.from("unread"));
	server[1].subscribe().block();
	for (const part of server.toReversed()) part[Symbol.dispose]();
	client[1].subscribe().block();
	try {
		client[1].read(1n);
		assert.fail("it was read");
	} catch (cause) {
		assert.ok(cause instanceof ComponentError);
		const { tag, val } = cause.payload as Any;
		assert.equal(tag, "last-operation-failed");
		assert.equal(own.host("sockets/network").networkErrorCode(val), "connection-reset");
	}
});
