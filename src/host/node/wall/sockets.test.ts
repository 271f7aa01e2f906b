import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { parseNetRule } from "../../../capability/net.ts";
import { type SocketReach, socketReach } from "./socket-reach.ts";
import { missingWalls, type Probe, probe } from "./testing/confined.ts";

const skip = missingWalls();
const rules = (...texts: readonly string[]) => texts.map((text) => parseNetRule(text, { where: "a flag" }));

const REACHES: readonly (readonly [rules: readonly string[], reach: SocketReach | undefined])[] = [
	[[], undefined],
	[["host=db:10.0.0.1"], undefined],
	[["connect=10.0.0.1:80,443"], { connect: [80, 443], bind: [0], listens: false }],
	[["connect=a.example:443"], { connect: [53, 443], bind: [0], listens: false }],
	[["connect=a.example:*"], { connect: undefined, bind: [0], listens: false }],
	[["resolve=a.example"], { connect: [53], bind: [], listens: false }],
	[
		["listen=127.0.0.1:8080", "bind=0.0.0.0:5000-5001"],
		{ connect: [], bind: [5000, 5001, 8080], listens: true },
	],
	[["bind=0.0.0.0:*"], { connect: [], bind: undefined, listens: false }],
	[["udp=10.0.0.1:53"], { connect: [], bind: [], listens: false }],
];

for (const [texts, expected] of REACHES)
	test(`the kernel is told of ${texts.join(" and ") || "no rules"}`, () => {
		assert.deepEqual(socketReach(rules(...texts)), expected);
	});

/** What a process of these grants does with sockets; `open` and `shut` are ports that somebody listens on. */
const PROBES: Readonly<Record<string, Probe>> = {
	"a connection to a granted port": async ({ net, given }) =>
		new Promise((resolve, reject) => {
			const socket = net.connect(Number(given["open"]), "127.0.0.1", () => resolve("connected"));
			socket.on("error", reject).unref();
		}),
	"a connection to another port": async ({ net, given }) =>
		new Promise((resolve, reject) => {
			net
				.connect(Number(given["shut"]), "127.0.0.1", () => resolve("connected"))
				.on("error", reject)
				.unref();
		}),
	"a listener on a granted port": ({ network }) => {
		const socket = network?.tcp("ipv4");
		if (typeof socket !== "object") return socket;
		const at = { family: "ipv4", address: "127.0.0.1", port: 0, flowInfo: 0, scopeId: 0 } as const;
		return [socket.bind(at), socket.listen(1)];
	},
	"a listener on another port": ({ network }) => {
		const socket = network?.tcp("ipv4");
		if (typeof socket !== "object") return socket;
		return socket.bind({ family: "ipv4", address: "127.0.0.1", port: 45_321, flowInfo: 0, scopeId: 0 });
	},
	"a datagram": ({ network }) => {
		const socket = network?.udp("ipv4");
		if (typeof socket !== "object") return socket;
		const at = { family: "ipv4", address: "127.0.0.1", port: 0, flowInfo: 0, scopeId: 0 } as const;
		socket.bind(at);
		const own = socket.local();
		if (typeof own === "number") return own;
		const sent = socket.send(new Uint8Array([7]), own);
		const received = socket.receive(9);
		return [sent, typeof received === "number" ? received : [...received.bytes]];
	},
	"a name of the hosts file": ({ network }) => {
		const lookup = network?.lookup("localhost");
		return typeof lookup === "object" ? typeof lookup.result() : lookup;
	},
	"a socket of Unix": ({ kernel }) => kernel.call("socket", 1, 1, 0),
	"a socket of the kernel's": ({ kernel }) => kernel.call("socket", 16, 3, 0),
	"a socket of whole packets": ({ kernel }) => kernel.call("socket", 2, 3, 1),
	"a connection by sending": ({ kernel }) => kernel.call("sendto", 0, 0, 0, 0x2000_0000, 0, 0),
	"a pair of sockets": ({ kernel }) => kernel.call("socketpair", 1, 1, 0, 0),
	"waiting beside other work": async ({ network, readiness }) => {
		const socket = network?.udp("ipv4");
		if (typeof socket !== "object") return socket;
		socket.bind({ family: "ipv4", address: "127.0.0.1", port: 0, flowInfo: 0, scopeId: 0 });
		const own = socket.local();
		if (typeof own === "number") return own;
		const interest = socket.interest("read");
		const ready = readiness().when(interest);
		socket.send(new Uint8Array(1), own);
		await ready;
		return interest.ready;
	},
};

test("with sockets granted, the kernel lets through what the rules name", { skip }, async (context) => {
	const given = { open: String(await listen(context)), shut: String(await listen(context)) };
	const sockets = { connect: [Number(given.open)], bind: [0], listens: true };
	const { walls, answers, exit } = await probe({ given, sockets }, PROBES);
	assert.deepEqual(
		walls.map(({ missing }) => missing),
		[undefined, undefined, undefined, undefined],
	);
	assert.deepEqual(answers, {
		"a connection to a granted port": "connected",
		"a connection to another port": "EACCES",
		"a listener on a granted port": [0, 0],
		"a listener on another port": 2,
		"a datagram": [0, [7]],
		"a name of the hosts file": "object",
		"a socket of Unix": -1,
		"a socket of the kernel's": -1,
		"a socket of whole packets": -1,
		"a connection by sending": -1,
		"a pair of sockets": -1,
		"waiting beside other work": true,
	});
	assert.deepEqual(exit, { code: 0, signal: null });
});

test(
	"where ports cannot be listed any port is let through; who may not listen cannot",
	{ skip },
	async (context) => {
		const given = { open: String(await listen(context)), shut: String(await listen(context)) };
		const { answers } = await probe(
			{ given, sockets: { connect: undefined, bind: [], listens: false } },
			PROBES,
		);
		assert.equal(answers["a connection to another port"], "connected");
		assert.deepEqual(answers["a listener on a granted port"], [2, 63]);
	},
);

/** A server that takes connections until the test ends; answers its port. */
async function listen(context: TestContext): Promise<number> {
	const server = createServer((socket) => socket.end());
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	context.after(() => server.close());
	return (server.address() as AddressInfo).port;
}
