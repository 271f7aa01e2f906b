import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Errno } from "../../sys/errno.ts";
import { FileType } from "../../sys/stat.ts";
import type { Interest } from "../../sys/waiter.ts";
import { listen } from "./listener.ts";
import { DescriptorStream } from "./stream.ts";
import { systemWaiter } from "./waiter.ts";

const waiter = systemWaiter();
const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = fs.constants;
const BOTH = { readable: true, writable: true };

let place: string;
before(() => {
	place = fs.mkdtempSync(join(tmpdir(), "wherry-waiter-"));
});
after(() => fs.rmSync(place, { recursive: true, force: true }));

function fifo(name: string, flags: number): DescriptorStream {
	const path = join(place, name);
	if (!fs.existsSync(path)) assert.equal(spawnSync("mkfifo", [path]).status, 0);
	return new DescriptorStream(fs.openSync(path, flags), FileType.UNKNOWN, BOTH);
}

function interest(source: Interest["source"], event: Interest["event"] = "read"): Interest {
	return { source, event, ready: false, hangup: false, available_bytes: 0 };
}

function found({ ready, hangup, available_bytes }: Interest): string {
	return `${ready ? "ready" : "not ready"}${hangup ? " hangup" : ""} ${available_bytes}`;
}

for (const timeout_ns of [0n, 1n, 300_000n, 20_000_000n]) {
	for (const count of [0, 1]) {
		test(`a timeout of ${timeout_ns} ns with ${count} streams is never short`, () => {
			const stream = fifo("idle", O_RDWR);
			const interests = Array.from({ length: count }, () => interest(stream));
			const start_ns = process.hrtime.bigint();
			assert.equal(waiter.wait(interests, timeout_ns), Errno.SUCCESS);
			assert.ok(process.hrtime.bigint() - start_ns >= timeout_ns);
			assert.deepEqual(
				interests.map(found),
				interests.map(() => "not ready 0"),
			);
			fs.closeSync(stream.fd);
		});
	}
}

test("what can be read, what can be written, and how much there is", () => {
	const full = fifo("full", O_RDWR);
	const empty = fifo("empty", O_RDWR);
	full.write([Buffer.from("12345")]);
	const interests = [
		interest(full),
		interest(full, "write"),
		interest(empty),
		interest(full),
		interest(empty, "write"),
	];
	assert.equal(waiter.wait(interests, undefined), Errno.SUCCESS);
	assert.deepEqual(interests.map(found), ["ready 5", "ready 1", "not ready 0", "ready 5", "ready 1"]);
	fs.closeSync(full.fd);
	fs.closeSync(empty.fd);
});

test("the other side has gone", () => {
	const reader = fifo("gone", O_RDONLY | O_NONBLOCK);
	const writer = fifo("gone", O_WRONLY);
	fs.closeSync(writer.fd);
	const reading = interest(reader);
	waiter.wait([reading], undefined);
	assert.equal(found(reading), "ready hangup 0");
	const second = fifo("gone", O_WRONLY);
	fs.closeSync(reader.fd);
	const writing = interest(second, "write");
	waiter.wait([writing], undefined);
	assert.equal(found(writing), "ready hangup 1");
	fs.closeSync(second.fd);
});

test("bytes that come later wake it", () => {
	const stream = fifo("later", O_RDWR);
	const writer = spawn("sh", ["-c", `sleep 0.1; printf abc > '${join(place, "later")}'`]);
	const later = interest(stream);
	assert.equal(waiter.wait([later], 60_000_000_000n), Errno.SUCCESS);
	assert.equal(found(later), "ready 3");
	writer.kill();
	fs.closeSync(stream.fd);
});

test("ten thousand interests in one descriptor", () => {
	const stream = fifo("many", O_RDWR);
	stream.write([Buffer.from("x")]);
	const interests = Array.from({ length: 10_000 }, () => interest(stream));
	assert.equal(waiter.wait(interests, undefined), Errno.SUCCESS);
	assert.ok(interests.every((one) => one.ready));
	fs.closeSync(stream.fd);
});

test("a closed listener and a stream that is not the host's do not hold it up", () => {
	const listener = listen("127.0.0.1", 0);
	listener.close();
	const idle = fifo("idle-too", O_RDWR);
	const interests = [interest(idle), interest(listener)];
	assert.equal(waiter.wait(interests, undefined), Errno.SUCCESS);
	assert.deepEqual(interests.map(found), ["not ready 0", "ready 1"]);
	fs.closeSync(idle.fd);
});

test("the longest timeout is not taken for a short one", () => {
	const stream = fifo("long", O_RDWR);
	const writer = spawn("sh", ["-c", `sleep 0.1; printf abc > '${join(place, "long")}'`]);
	const later = interest(stream);
	assert.equal(waiter.wait([later], 2n ** 64n - 1n), Errno.SUCCESS);
	assert.equal(found(later), "ready 3");
	writer.kill();
	fs.closeSync(stream.fd);
});
