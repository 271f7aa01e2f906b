import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { addressBytes } from "../../base/ip-address.ts";
import { Errno } from "../../sys/errno.ts";
import type { Lookup } from "../../sys/network.ts";
import { libc } from "./libc.ts";
import { systemNetwork } from "./network.ts";
import { systemReadiness } from "./readiness.ts";
import { parseHosts, parseResolvConf } from "./resolver-files.ts";
import { decodeAnswer, encodeQuestion } from "./resolver-message.ts";
import { systemWaiter } from "./waiter.ts";

const skip = libc() === undefined && "libc cannot be called here";

/** What a name server of ours says of a name: addresses, an alias, a code, or nothing at all. */
type Zone = Readonly<
	Record<string, readonly string[] | { alias: string } | { code: number } | "silent" | "long">
>;

const ZONE: Zone = {
	"a.example": ["93.184.215.14", "2606:2800::1"],
	"four.example": ["93.184.215.14"],
	"alias.example": { alias: "a.example" },
	"loop.example": { alias: "loop.example" },
	"none.example": [],
	"missing.example": { code: 3 },
	"refused.example": { code: 5 },
	"silent.example": "silent",
	"long.example": "long",
	"db.corp.example": ["10.0.0.5"],
};

const LONG = Array.from({ length: 60 }, (_, index) => `10.1.1.${index}`);

/** Answers questions of DNS on a port of 127.0.0.1, by UDP and TCP, until the test ends. */
async function nameServer(context: TestContext): Promise<{ port: number; asked: string[] }> {
	const asked: string[] = [];
	const tcp = createServer((socket) => {
		socket.on("error", () => {});
		socket.once("data", (bytes: Buffer) => {
			asked.push("tcp");
			const answer = answerTo(bytes.subarray(2), true) ?? Buffer.alloc(0);
			const framed = Buffer.concat([Buffer.from([answer.length >> 8, answer.length & 0xff]), answer]);
			socket.write(framed.subarray(0, 3));
			setTimeout(() => socket.end(framed.subarray(3)), 5);
		});
	});
	await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
	const { port } = tcp.address() as { port: number };
	const udp = createSocket("udp4");
	udp.on("message", (bytes, from) => {
		asked.push(nameIn(bytes));
		const answer = answerTo(bytes, false);
		// answers to others' questions, and what is none, come first
		udp.send(Buffer.from("?"), from.port);
		if (answer === undefined) return;
		const wrong = Buffer.from(answer);
		wrong.writeUInt16BE((wrong.readUInt16BE(0) + 1) & 0xffff, 0);
		udp.send(wrong, from.port);
		udp.send(answer, from.port);
	});
	await new Promise<void>((resolve) => udp.bind(port, "127.0.0.1", resolve));
	context.after(() => void (udp.close(), tcp.close()));
	return { port, asked };
}

function nameIn(bytes: Buffer): string {
	const labels: string[] = [];
	for (let at = 12; bytes[at] !== 0 && bytes[at] !== undefined; at += 1 + (bytes[at] ?? 0))
		labels.push(bytes.toString("latin1", at + 1, at + 1 + (bytes[at] ?? 0)));
	return labels.join(".");
}

function answerTo(question: Buffer, byTcp: boolean): Buffer | undefined {
	const name = nameIn(question);
	const end = 12 + name.length + 2 + 4;
	const type = question.readUInt16BE(end - 4);
	const entry = ZONE[name] ?? { code: 3 };
	if (entry === "silent") return undefined;
	const isCut = entry === "long" && !byTcp;
	const addresses = entry === "long" ? (byTcp ? LONG : []) : Array.isArray(entry) ? entry : [];
	const alias = typeof entry === "object" && "alias" in entry ? entry.alias : undefined;
	const records = [
		...(alias === undefined ? [] : [record(name, 5, nameBytes(alias))]),
		...recordsOf(alias ?? name, type, alias === undefined ? addresses : (ZONE[alias] ?? [])),
	];
	const head = Buffer.from(question.subarray(0, end));
	const code = typeof entry === "object" && "code" in entry ? entry.code : 0;
	head.writeUInt16BE(0x8180 | (isCut ? 0x0200 : 0) | code, 2);
	head.writeUInt16BE(records.length, 6);
	return Buffer.concat([head, ...records]);
}

function recordsOf(name: string, type: number, addresses: unknown): Buffer[] {
	if (!Array.isArray(addresses)) return [];
	return addresses
		.map((address) => Buffer.from(addressBytes(address as string)))
		.filter((bytes) => bytes.length === (type === 1 ? 4 : 16))
		.map((bytes) => record(name, type, bytes));
}

function record(name: string, type: number, data: Buffer): Buffer {
	const tail = Buffer.alloc(10);
	tail.writeUInt16BE(type, 0);
	tail.writeUInt16BE(1, 2);
	tail.writeUInt16BE(data.length, 8);
	return Buffer.concat([nameBytes(name), tail, data]);
}

function nameBytes(name: string): Buffer {
	return Buffer.concat([
		...name.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
		Buffer.alloc(1),
	]);
}

/** Waits as a service does. */
async function meanwhile(lookup: Lookup): Promise<readonly string[] | Errno> {
	const readiness = systemReadiness();
	while (lookup.result() === Errno.AGAIN) {
		const other = new AbortController();
		const { signal } = other;
		await Promise.race([
			readiness.after(lookup.dueIn_ns(), signal),
			...lookup.interests.map((interest) => readiness.when(interest, signal)),
		]);
		other.abort();
	}
	lookup.close();
	readiness.close();
	return lookup.result();
}

const CASES: readonly {
	readonly name: string;
	readonly answer: readonly string[] | Errno;
	readonly search?: string;
	/** Which names were asked for, each once. */
	readonly asked?: readonly string[];
}[] = [
	{ name: "a.example", answer: ["93.184.215.14", "2606:2800::1"], asked: ["a.example"] },
	{ name: "four.example", answer: ["93.184.215.14"] },
	{ name: "alias.example", answer: ["93.184.215.14", "2606:2800::1"] },
	{ name: "loop.example", answer: Errno.NOENT },
	{ name: "none.example", answer: Errno.NOENT },
	{ name: "missing.example", answer: Errno.NOENT },
	{ name: "refused.example", answer: Errno.IO },
	{ name: "silent.example", answer: Errno.TIMEDOUT },
	{ name: "long.example", answer: LONG, asked: ["long.example", "tcp"] },
	{ name: "hosts.example", answer: ["10.9.9.9", "fd00::9"], asked: [] },
	{ name: "db", answer: ["10.0.0.5"], search: "corp.example", asked: ["db.corp.example"] },
	{ name: "db", answer: Errno.NOENT, asked: ["db"] },
	{
		name: "four.example",
		answer: ["93.184.215.14"],
		search: "corp.example",
		asked: ["four.example"],
	},
];

for (const { name, answer, search, asked } of CASES)
	test(
		`${name}${search === undefined ? "" : ` with search ${search}`} is ${typeof answer === "number" ? `errno ${answer}` : answer[0]}`,
		{
			skip,
		},
		async (context) => {
			const server = await nameServer(context);
			const network = systemNetwork({
				hosts: "10.9.9.9 hosts.example other # a note\nfd00::9 Hosts.Example\n",
				resolvConf: `nameserver 127.0.0.1\noptions timeout:1 attempts:1\n${search === undefined ? "" : `search ${search}\n`}`,
				port: server.port,
			});
			const lookup = network?.lookup(name);
			assert.ok(typeof lookup === "object");
			const found = await meanwhile(lookup);
			if (typeof answer === "number" || typeof found === "number") assert.equal(found, answer);
			// in which order depends on the ways that this machine has
			else assert.deepEqual(found.toSorted(), answer.toSorted());
			if (asked !== undefined) assert.deepEqual([...new Set(server.asked)], asked);
		},
	);

test("nobody listens at the name server: the next one is asked", { skip }, async (context) => {
	const server = await nameServer(context);
	const resolvConf = "nameserver 127.0.0.2\nnameserver 127.0.0.1\noptions timeout:1 attempts:1\n";
	const lookup = systemNetwork({ hosts: "", resolvConf, port: server.port })?.lookup("four.example");
	assert.ok(typeof lookup === "object");
	assert.deepEqual(await meanwhile(lookup), ["93.184.215.14"]);
});

test("a guest that has its thread to itself sleeps for an answer", { skip }, () => {
	const silent = systemNetwork()?.udp("ipv4");
	assert.ok(typeof silent === "object");
	silent.bind({ family: "ipv4", address: "127.0.0.1", port: 0, flowInfo: 0, scopeId: 0 });
	const own = silent.local();
	assert.ok(typeof own === "object");
	const resolvConf = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n";
	const lookup = systemNetwork({ hosts: "", resolvConf, port: own.port })?.lookup("a.example");
	assert.ok(typeof lookup === "object");
	const waiter = systemWaiter();
	let waits = 0;
	for (; lookup.result() === Errno.AGAIN; waits += 1) waiter.wait(lookup.interests, lookup.dueIn_ns());
	assert.equal(lookup.result(), Errno.TIMEDOUT);
	assert.ok(waits < 10, `${waits} times`);
	silent.close();
});

test("any bytes are an answer or none, in bounded time", () => {
	const question = encodeQuestion(7, "a.example", 1);
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(0xffff), (tail, flags) => {
			const bytes = Uint8Array.from([...question, ...tail]);
			new DataView(bytes.buffer).setUint16(2, flags | 0x8000);
			new DataView(bytes.buffer).setUint16(6, 40);
			const answer = decodeAnswer(bytes, 7, "a.example", 1);
			for (const address of answer?.addresses ?? []) assert.equal(addressBytes(address).length, 4);
		}),
	);
	fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void decodeAnswer(bytes, 0, "a", 28)));
});

test("a name whose pointers lead round ends", () => {
	const question = encodeQuestion(1, "a", 1);
	// the answer's name points to itself
	const bytes = Uint8Array.from([
		...question,
		0xc0,
		question.length,
		0,
		1,
		0,
		1,
		0,
		0,
		0,
		0,
		0,
		4,
		1,
		2,
		3,
		4,
	]);
	new DataView(bytes.buffer).setUint16(2, 0x8180);
	new DataView(bytes.buffer).setUint16(6, 1);
	assert.equal(decodeAnswer(bytes, 1, "a", 1), undefined);
});

test("the answer to another question is none", () => {
	const bytes = encodeQuestion(1, "a.example", 1);
	new DataView(bytes.buffer).setUint16(2, 0x8180);
	assert.deepEqual(decodeAnswer(bytes, 1, "a.example", 1), { code: 0, isTruncated: false, addresses: [] });
	assert.equal(decodeAnswer(bytes, 2, "a.example", 1), undefined);
	assert.equal(decodeAnswer(bytes, 1, "b.example", 1), undefined);
	assert.equal(decodeAnswer(bytes, 1, "a.example", 28), undefined);
});

test("hosts and resolv.conf are read as their manuals say", () => {
	assert.deepEqual(
		[...parseHosts("127.0.0.1\tlocalhost Loop # x\n::1 localhost\nnonsense a\n127.0.0.1 localhost\n")],
		[
			["localhost", ["127.0.0.1", "::1"]],
			["loop", ["127.0.0.1"]],
		],
	);
	assert.deepEqual(
		parseResolvConf(
			"; x\nnameserver 10.0.0.1\nnameserver fe80::1%eth0\nsearch A.example b.\noptions ndots:3 timeout:99 rotate",
		),
		{ servers: ["10.0.0.1"], search: ["a.example", "b"], ndots: 3, timeout_ms: 30_000, attempts: 2 },
	);
	assert.deepEqual(parseResolvConf(""), {
		servers: ["127.0.0.1"],
		search: [],
		ndots: 1,
		timeout_ms: 5000,
		attempts: 2,
	});
	assert.equal(parseResolvConf("options ndots:0").ndots, 0);
});
