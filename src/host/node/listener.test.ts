import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { Fault } from "../../base/fault.ts";
import { Errno } from "../../sys/errno.ts";
import type { Connection } from "../../sys/sockets.ts";
import { FileType } from "../../sys/stat.ts";
import { listen, type NodeListener } from "./listener.ts";
import { systemWaiter } from "./waiter.ts";

/** Another process that connects and then does what `source` says with `socket`. */
function client(port: number, source: string, host = "127.0.0.1"): ChildProcess {
	const program = `
		const socket = require("node:net").connect(${port}, ${JSON.stringify(host)});
		socket.on("error", () => {});
		socket.on("connect", () => { ${source} });`;
	return spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "inherit"] });
}

function accepted(listener: NodeListener): Connection {
	const connection = listener.accept();
	if (typeof connection === "number") throw new Error(`accept: ${connection}`);
	return connection;
}

async function outputOf(child: ChildProcess): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of child.stdout ?? []) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString();
}

/** Containers often have no IPv6. */
function whyNot(address: string): string | false {
	try {
		listen(address, 0).close();
		return false;
	} catch (error) {
		return error instanceof Fault ? error.notes.join() : String(error);
	}
}

for (const address of ["127.0.0.1", "::1"]) {
	const skip = address === "::1" ? whyNot(address) : false;
	test(`a connection over ${address}: read, peek, wait for all, write, end`, { skip }, async () => {
		const listener = listen(address, 0);
		assert.ok(listener.port > 0);
		const child = client(
			listener.port,
			`socket.write("hello"); setTimeout(() => socket.end("world"), 100); socket.pipe(process.stdout);`,
			address,
		);
		const connection = accepted(listener);
		assert.equal(connection.type, FileType.SOCKET_STREAM);
		const bytes = Buffer.alloc(20);
		assert.equal(connection.receive([bytes], true, false), 5);
		assert.equal(connection.receive([bytes.subarray(0, 4), bytes.subarray(4, 10)], false, true), 10);
		assert.equal(bytes.toString("utf8", 0, 10), "helloworld");
		assert.equal(connection.read([bytes]), 0);
		assert.equal(connection.write([Buffer.from("good"), Buffer.from("bye")]), 7);
		assert.equal(connection.shutdown(false, true), Errno.SUCCESS);
		assert.equal(connection.write([Buffer.from("late")]), -Errno.PIPE);
		assert.equal(await outputOf(child), "goodbye");
		connection.close();
		listener.close();
	});
}

test("nonblocking: nothing to accept and nothing to read", async () => {
	const listener = listen("127.0.0.1", 0);
	listener.nonblocking = true;
	assert.equal(listener.accept(), Errno.AGAIN);
	const child = client(
		listener.port,
		`process.stdin.once("data", () => socket.end("x", () => process.exit()));`,
	);
	const arriving = {
		source: listener,
		event: "read" as const,
		ready: false,
		hangup: false,
		available_bytes: 0,
	};
	assert.equal(systemWaiter().wait([arriving], undefined), Errno.SUCCESS);
	assert.equal(arriving.ready, true);
	const connection = accepted(listener);
	connection.nonblocking = true;
	assert.equal(connection.read([new Uint8Array(1)]), -Errno.AGAIN);
	child.stdin?.write("go");
	connection.nonblocking = false;
	// the child's pipe is written by our event loop
	await once(child, "exit");
	assert.equal(connection.read([new Uint8Array(9)]), 1);
	connection.close();
	listener.close();
});

test("a peer that has gone is an error of the call, not a signal", async () => {
	const listener = listen("127.0.0.1", 0);
	const child = client(listener.port, "socket.resetAndDestroy();");
	const connection = accepted(listener);
	await once(child, "exit");
	assert.equal(connection.write([Buffer.from("x")]), -Errno.CONNRESET);
	assert.equal(connection.write([Buffer.from("x")]), -Errno.PIPE);
	connection.close();
	listener.close();
});

const REFUSED = [
	["an address in use", () => listen("127.0.0.1", busy().port), "GRANT_REFUSED", /another program/],
	["a name", () => listen("localhost", 0), "GRANT_INVALID", /digits/],
	["an address with a NUL", () => listen("127.0.0.1\0", 0), "GRANT_INVALID", /digits/],
	["an address of another machine", () => listen("192.0.2.1", 0), "GRANT_REFUSED", /no such address/],
] as const;

let busyListener: NodeListener | undefined;
function busy(): NodeListener {
	busyListener = listen("127.0.0.1", 0);
	return busyListener;
}

for (const [name, act, code, note] of REFUSED) {
	test(`listening on ${name} is refused`, () => {
		assert.throws(act, (error) => {
			assert.ok(error instanceof Fault);
			assert.equal(error.code, code);
			assert.match(error.notes.join(), note);
			return true;
		});
		busyListener?.close();
		busyListener = undefined;
	});
}
