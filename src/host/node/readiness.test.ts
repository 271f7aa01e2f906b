import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { Errno } from "../../sys/errno.ts";
import type { SocketAddress, TcpSocket } from "../../sys/network.ts";
import type { Readiness } from "../../sys/readiness.ts";
import { FileType } from "../../sys/stat.ts";
import { libc } from "./libc.ts";
import { systemNetwork } from "./network.ts";
import { systemReadiness } from "./readiness.ts";
import { DescriptorStream } from "./stream.ts";

const skip = libc() === undefined && "libc cannot be called here";
const LOOPBACK: SocketAddress = { family: "ipv4", address: "127.0.0.1", port: 0, flowInfo: 0, scopeId: 0 };

function opened(context: TestContext): Readiness {
	const readiness = systemReadiness();
	context.after(() => readiness.close());
	return readiness;
}

/** Both ends of a connection. */
function pair(): [TcpSocket, TcpSocket] {
	const network = systemNetwork();
	const [listener, client] = [network?.tcp("ipv4"), network?.tcp("ipv4")];
	assert.ok(typeof listener === "object" && typeof client === "object");
	assert.equal(listener.bind(LOOPBACK), Errno.SUCCESS);
	assert.equal(listener.listen(8), Errno.SUCCESS);
	const local = listener.local();
	assert.ok(typeof local === "object");
	assert.equal(client.connect(local), Errno.INPROGRESS);
	const server = listener.accept();
	assert.ok(typeof server === "object");
	listener.close();
	return [client, server];
}

/** Whether a promise is decided once what can happen without more input has happened. */
async function isPending(promise: Promise<void>): Promise<boolean> {
	let pending = true;
	void promise.then(() => (pending = false));
	await new Promise((resolve) => setTimeout(resolve, 30));
	return pending;
}

test("waits until there is something to read, and tells each who waits", { skip }, async (context) => {
	const readiness = opened(context);
	const [here, there] = pair();
	const [one, other] = [here.interest("read"), here.interest("read")];
	const both = Promise.all([readiness.when(one), readiness.when(other)]);
	assert.equal(await isPending(both.then(() => undefined)), true);
	there.send(Uint8Array.of(1, 2, 3));
	await both;
	assert.deepEqual([one.ready, other.ready, one.hangup], [true, true, false]);
	// it is told again as long as it is so
	await readiness.when(here.interest("read"));
});

test("reading and writing are waited for apart", { skip }, async (context) => {
	const readiness = opened(context);
	const [here, there] = pair();
	const reading = readiness.when(here.interest("read"));
	await readiness.when(here.interest("write"));
	assert.equal(await isPending(reading), true);
	there.close();
	await reading;
});

test("the end of the other side is told", { skip }, async (context) => {
	const readiness = opened(context);
	const [here, there] = pair();
	const interest = here.interest("read");
	const ended = readiness.when(interest);
	there.close();
	await ended;
	assert.equal(interest.ready, true);
	assert.equal(here.receive(new Uint8Array(1)), 0);
});

test("who gives up waits no longer, and others go on", { skip }, async (context) => {
	const readiness = opened(context);
	const [here, there] = pair();
	const control = new AbortController();
	const [given, kept] = [here.interest("read"), here.interest("read")];
	const givenUp = readiness.when(given, control.signal);
	const going = readiness.when(kept);
	control.abort();
	await givenUp;
	assert.equal(given.ready, false);
	await readiness.when(here.interest("read"), AbortSignal.abort());
	assert.equal(await isPending(going), true);
	there.send(Uint8Array.of(1));
	await going;
});

test("what is closed never waits, and its number may be another's", { skip }, async (context) => {
	const readiness = opened(context);
	const [here, there] = pair();
	const forgotten = readiness.when(here.interest("read"));
	here.close();
	await readiness.when(here.interest("read"));
	// the lowest free number is that of the closed one
	const [next, far] = pair();
	const waiting = readiness.when(next.interest("read"));
	assert.equal(await isPending(waiting), true);
	far.send(Uint8Array.of(1));
	await waiting;
	readiness.close();
	await forgotten;
	there.close();
});

test("a file, which cannot be waited for, is ready", { skip }, async (context) => {
	const fd = openSync(import.meta.filename, "r");
	context.after(() => closeSync(fd));
	const source = new DescriptorStream(fd, FileType.REGULAR_FILE, { readable: true, writable: false });
	const interest = { source, event: "read" as const, ready: false, hangup: false, available_bytes: 0 };
	await opened(context).when(interest);
	assert.equal(interest.ready, true);
});

test("time passes, or is given up", async (context) => {
	const readiness = opened(context);
	await readiness.after(0n);
	const before = process.hrtime.bigint();
	await readiness.after(3_000_000n);
	assert.ok(process.hrtime.bigint() - before >= 3_000_000n);
	const control = new AbortController();
	const long = readiness.after(2n ** 62n, control.signal);
	control.abort();
	await long;
	const closed = readiness.after(2n ** 62n);
	readiness.close();
	await closed;
});

test("many wait at once", { skip }, async (context) => {
	const readiness = opened(context);
	const pairs = Array.from({ length: 50 }, () => pair());
	const all = pairs.map(([here]) => readiness.when(here.interest("read")));
	for (const [, there] of pairs.toReversed()) there.send(Uint8Array.of(1));
	await Promise.all(all);
	for (const socket of pairs.flat()) socket.close();
});

const PROGRAM = `
	const { systemNetwork } = await import(${JSON.stringify(import.meta.resolve("./network.ts"))});
	const { systemReadiness } = await import(${JSON.stringify(import.meta.resolve("./readiness.ts"))});
	const readiness = systemReadiness();
	const socket = systemNetwork().udp("ipv4");
	socket.bind({ family: "ipv4", address: "127.0.0.1", port: 0, flowInfo: 0, scopeId: 0 });
	socket.send(new Uint8Array(1), socket.local());
	await readiness.when(socket.interest("read"));
	socket.receive(1);
`;

/** The thread sleeps in the kernel, where nobody can end it: these would hang. */
const ENDINGS: readonly (readonly [string, string, number])[] = [
	["of itself, with nothing to wait for", "", 0],
	["by process.exit, while it waits", `void readiness.when(socket.interest("read")); process.exit(7);`, 7],
	[
		"after what it waited for",
		`setTimeout(() => socket.send(new Uint8Array(1), socket.local()), 20).unref();
		readiness.when(socket.interest("read")).then(() => { process.exitCode = 9; });`,
		9,
	],
	["by an error", `throw new Error("expected");`, 1],
];

for (const [how, then, status] of ENDINGS)
	test(`a process that has waited ends ${how}`, { skip }, () => {
		const words = ["--no-warnings", "--input-type=module", "--eval", PROGRAM + then];
		const ended = spawnSync(process.execPath, words, { timeout: 20_000, encoding: "utf8" });
		assert.deepEqual([ended.status, ended.signal], [status, null], ended.stderr);
	});
