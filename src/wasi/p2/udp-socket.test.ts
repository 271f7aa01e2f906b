import assert from "node:assert/strict";
import { test } from "node:test";
import { systemNetwork } from "../../host/node/network.ts";
import { Errno } from "../../sys/errno.ts";
import {
	ANY,
	type Any,
	at,
	FAMILIES,
	LOOPBACK_RULES,
	outcome,
	skip,
	world,
} from "./sockets-world.contract.ts";

const STRANGERS: readonly (readonly [title: string, rules: readonly string[], heard: boolean])[] = [
	["a stranger is not heard by who may only send to another", ["udp=127.0.0.1:9"], false],
	["a stranger is heard at an address that was granted", ["udp=127.0.0.1:9", "bind=127.0.0.1:0"], true],
	["whom it may send to is heard", ["udp=127.0.0.1:*"], true],
];

for (const [title, rules, heard] of STRANGERS)
	test(`udp: ${title}`, { skip }, () => {
		const own = world(rules);
		const socket = own.udp();
		socket.startBind(own.network, at("ipv4", 0));
		socket.finishBind();
		const [incoming] = socket.stream(undefined);
		const { port } = socket.localAddress().val;
		const stranger = systemNetwork()?.udp("ipv4");
		assert.ok(typeof stranger === "object");
		const to = { family: "ipv4", address: "127.0.0.1", port, flowInfo: 0, scopeId: 0 } as const;
		assert.equal(stranger.send(Buffer.from("psst"), to), Errno.SUCCESS);
		assert.equal(incoming.receive(10n).length, heard ? 1 : 0);
		stranger.close();
	});

for (const family of FAMILIES) {
	test(`udp ${family}: states`, { skip }, () => {
		const own = world(LOOPBACK_RULES);
		const socket = own.udp(family);
		assert.deepEqual(
			[
				outcome(() => socket.finishBind()),
				outcome(() => socket.stream(undefined)),
				outcome(() => socket.localAddress()),
				outcome(() => socket.remoteAddress()),
			],
			["not-in-progress", "invalid-state", "invalid-state", "invalid-state"],
		);
		socket.startBind(own.network, at(family, 0));
		assert.equal(
			outcome(() => socket.stream(undefined)),
			"invalid-state",
		);
		socket.finishBind();
		assert.equal(
			outcome(() => socket.finishBind()),
			"not-in-progress",
		);
		assert.equal(
			outcome(() => socket.startBind(own.network, at(family, 0))),
			"invalid-state",
		);
		const local = socket.localAddress();
		for (const remote of [undefined, at(family, 4321), at(family, 4320), undefined, at(family, 4321)]) {
			for (const stream of socket.stream(remote)) stream[Symbol.dispose]();
			assert.deepEqual(
				outcome(() => assert.deepEqual(socket.remoteAddress(), remote)),
				remote === undefined ? "invalid-state" : "ok",
			);
			assert.deepEqual(socket.localAddress(), local);
		}
		for (const wrong of [
			at(family, 0),
			at(family, 9, ANY[family]),
			at(family === "ipv4" ? "ipv6" : "ipv4", 9),
		])
			assert.equal(
				outcome(() => socket.stream(wrong)),
				"invalid-argument",
			);
		socket.setUnicastHopLimit(42);
		assert.equal(socket.unicastHopLimit(), 42);
		assert.equal(
			outcome(() => socket.setUnicastHopLimit(0)),
			"invalid-argument",
		);
	});

	test(`udp ${family}: datagrams, of those that may be spoken with`, { skip }, () => {
		const own = world(LOOPBACK_RULES);
		const [here, there] = [own.udp(family), own.udp(family)];
		for (const socket of [here, there]) {
			socket.startBind(own.network, at(family, 0));
			socket.finishBind();
		}
		const [, outgoing] = here.stream(undefined);
		const [incoming] = there.stream(undefined);
		assert.deepEqual(incoming.receive(10n), []);
		assert.equal(outgoing.checkSend(), 16n);
		const remoteAddress = there.localAddress();
		assert.equal(
			outgoing.send([
				{ data: Buffer.from("one"), remoteAddress },
				{ data: new Uint8Array(), remoteAddress },
			]),
			2n,
		);
		incoming.subscribe().block();
		const received = incoming.receive(10n);
		assert.deepEqual(
			received.map((datagram: Any) => [Buffer.from(datagram.data).toString(), datagram.remoteAddress]),
			[
				["one", here.localAddress()],
				["", here.localAddress()],
			],
		);
		outgoing.checkSend();
		assert.equal(
			outcome(() => outgoing.send([{ data: new Uint8Array(65_536), remoteAddress }])),
			"datagram-too-large",
		);
		outgoing.checkSend();
		assert.equal(
			outcome(() => outgoing.send([{ data: new Uint8Array(1), remoteAddress: undefined }])),
			"invalid-argument",
		);
		assert.throws(() => outgoing.send([{ data: new Uint8Array(1), remoteAddress }]), /ended/);
	});
}
