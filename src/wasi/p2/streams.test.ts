import assert from "node:assert/strict";
import { test } from "node:test";
import { MemorySource } from "../../host/memory/streams.ts";
import { Errno } from "../../sys/errno.ts";
import { RESOURCES_MAX } from "../component-guest.ts";
import type { Wait } from "../waits.ts";
import { type InputSource, InputStream, READ_BYTES_MAX } from "./input-stream.ts";
import { IoError, type StreamEnd, StreamFailure } from "./io-error.ts";
import { atOnce, Lent, outcome } from "./lent.contract.ts";
import { type OutputSink, OutputStream } from "./output-stream.ts";
import { type Pollable, READY } from "./pollable.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (read: Uint8Array) => new TextDecoder().decode(read);
const CLOSED = { error: { tag: "closed" } };

/** Gives these pieces one after the other, an empty one each time before. */
function pieces(...given: (string | StreamFailure)[]): InputSource & { asked: number[]; closed: number } {
	let waiting = true;
	return {
		asked: [],
		closed: 0,
		read(max_bytes) {
			this.asked.push(max_bytes);
			waiting = !waiting;
			if (!waiting) return new Uint8Array();
			const piece = given.shift() ?? "closed";
			return typeof piece === "string" && piece !== "closed" ? bytes(piece).subarray(0, max_bytes) : piece;
		},
		wait: () => READY,
		close() {
			this.closed += 1;
		},
	};
}

interface Sink extends OutputSink {
	written: string;
	rooms: (number | StreamEnd)[];
	flushes: number;
	closed: number;
}

/** Has these rooms one after the other, and then `last` for ever. */
function sink(rooms: (number | StreamEnd)[] = [], last: number | StreamEnd = 100): Sink {
	return {
		written: "",
		rooms,
		flushes: 0,
		closed: 0,
		room() {
			return this.rooms.shift() ?? last;
		},
		write(piece) {
			this.written += text(piece);
			return undefined;
		},
		flush() {
			this.flushes += 1;
			return undefined;
		},
		wait: () => READY,
		close() {
			this.closed += 1;
		},
	};
}

test("read answers what is there, blocking-read waits for some of it, and the end is final", () => {
	const { guest } = new Lent();
	const stream = new InputStream(guest, pieces("ab", "cd"));
	assert.equal(stream.read(10n).length, 0);
	assert.equal(text(stream.read(10n)), "ab");
	assert.equal(text(stream.blockingRead(1n) as Uint8Array), "c");
	assert.deepEqual(
		outcome(() => stream.blockingRead(1n)),
		CLOSED,
	);
	for (const act of [
		() => stream.read(1n),
		() => stream.skip(1n),
		() => stream.blockingSkip(0n),
		() => stream.read(0n),
	])
		assert.deepEqual(outcome(act), CLOSED);
});

test("a read of nothing asks for nothing, and one of everything for 64 KiB", () => {
	const { guest } = new Lent();
	const source = pieces("abc");
	const stream = new InputStream(guest, source);
	assert.equal(stream.read(0n).length, 0);
	stream.read((1n << 64n) - 1n);
	assert.deepEqual(source.asked, [READ_BYTES_MAX]);
	assert.equal(stream.skip(2n), 2n);
});

test("a failure is told once, by an error of its own, and then the stream is closed", () => {
	const { guest } = new Lent();
	const stream = new InputStream(guest, pieces(new StreamFailure("the wire broke", Errno.IO)));
	const failed = outcome(() => stream.blockingRead(1n)) as { error: { tag: string; val: IoError } };
	assert.equal(failed.error.tag, "last-operation-failed");
	assert.equal(failed.error.val.toDebugString(), "the wire broke");
	assert.deepEqual(
		outcome(() => stream.read(1n)),
		CLOSED,
	);
});

test("writing takes what check-write permitted, in parts, and traps beyond", () => {
	const lent = new Lent();
	const into = sink([5]);
	const stream = new OutputStream(lent.guest, into);
	assert.equal(stream.checkWrite(), 5n);
	stream.write(bytes("ab"));
	stream.write(bytes("cde"));
	assert.equal(into.written, "abcde");
	assert.deepEqual(
		outcome(() => stream.write(bytes("f"))),
		{
			ended: "it wrote 1 bytes to a stream where check-write had permitted 0",
		},
	);
	assert.equal(lent.endings[0]?.type, "trap");
});

const TRAPS: readonly (readonly [string, (stream: OutputStream) => unknown])[] = [
	["write without check-write", (stream) => stream.write(bytes("a"))],
	["write-zeroes without check-write", (stream) => stream.writeZeroes(1n)],
	["write-zeroes of all there is", (stream) => (stream.checkWrite(), stream.writeZeroes((1n << 64n) - 1n))],
	["write after a flush", (stream) => (stream.checkWrite(), stream.flush(), stream.write(bytes("a")))],
	["blocking-write-and-flush of 4097 bytes", (stream) => stream.blockingWriteAndFlush(new Uint8Array(4097))],
	["blocking-write-zeroes-and-flush of 4097", (stream) => stream.blockingWriteZeroesAndFlush(4097n)],
];

for (const [name, act] of TRAPS)
	test(`traps: ${name}`, () => {
		const into = sink();
		const result = outcome(() => act(new OutputStream(new Lent().guest, into)));
		assert.ok(typeof (result as { ended?: unknown }).ended === "string", JSON.stringify(result));
		assert.equal(into.written, "");
	});

test("writing nothing needs no permit", () => {
	const stream = new OutputStream(new Lent().guest, sink());
	stream.write(new Uint8Array());
	stream.writeZeroes(0n);
});

test("blocking-write-and-flush writes as room comes, flushes, and waits for room again", () => {
	const into = sink([0, 2, 0, 3, 0, 1]);
	const stream = new OutputStream(new Lent().guest, into);
	atOnce(stream.blockingWriteAndFlush(bytes("abcde")));
	assert.deepEqual([into.written, into.flushes, into.rooms], ["abcde", 1, []]);
});

test("a stream that closes right behind what was written does not fail the write", () => {
	const stream = new OutputStream(new Lent().guest, sink([9], "closed"));
	atOnce(stream.blockingWriteAndFlush(bytes("abc")));
	assert.deepEqual(
		outcome(() => stream.checkWrite()),
		CLOSED,
	);
	assert.deepEqual(
		outcome(() => stream.flush()),
		CLOSED,
	);
});

test("zeroes", () => {
	const into = sink();
	const stream = new OutputStream(new Lent().guest, into);
	stream.checkWrite();
	stream.writeZeroes(2n);
	atOnce(stream.blockingWriteZeroesAndFlush(1n));
	assert.equal(into.written, "\0\0\0");
});

test("splice moves what is there and what there is room for", () => {
	const { guest } = new Lent();
	const into = sink([0, 2]);
	const stream = new OutputStream(guest, into);
	const source = new InputStream(guest, pieces("abcd", "ef"));
	assert.equal(stream.splice(source, 10n), 0n);
	assert.equal(stream.splice(source, 10n), 0n);
	assert.equal(stream.splice(source, 3n), 3n);
	assert.equal(stream.blockingSplice(source, 10n), 2n);
	assert.equal(into.written, "abcef");
	assert.deepEqual(
		outcome(() => stream.blockingSplice(source, 10n)),
		CLOSED,
	);
	assert.equal(stream.checkWrite(), 100n);
});

test("dropping a stream frees its source once, and what was subscribed to is ready", () => {
	const { guest } = new Lent();
	const [source, into] = [pieces(), sink()];
	const never: Wait = { type: "promise", isReady: () => false, when: () => new Promise<void>(() => {}) };
	const input = new InputStream(guest, Object.assign(source, { wait: () => never }));
	const output = new OutputStream(guest, Object.assign(into, { wait: () => never }));
	const pollables = [input.subscribe(), output.subscribe()];
	assert.deepEqual(
		pollables.map((one) => one.ready()),
		[false, false],
	);
	for (const one of [input, output, input, output]) one[Symbol.dispose]();
	assert.deepEqual([source.closed, into.closed], [1, 1]);
	assert.deepEqual(
		pollables.map((one) => one.ready()),
		[true, true],
	);
});

test("poll answers the indices of those that are ready, a pollable twice as well", () => {
	const lent = new Lent();
	const soon = lent.call<Pollable>("wasi:clocks/monotonic-clock@0.2", "subscribeDuration", 5n);
	const late = lent.call<Pollable>("wasi:clocks/monotonic-clock@0.2", "subscribeDuration", 1_000_000n);
	const poll = (...pollables: Pollable[]) => lent.call<Uint32Array>("wasi:io/poll@0.2", "poll", pollables);
	assert.deepEqual([...poll(late, soon, late, soon)], [1, 3]);
	assert.equal(late.ready(), false);
	atOnce(late.block());
	assert.deepEqual([...poll(late, soon)], [0, 1]);
});

for (const [name, count] of [
	["an empty list", 0],
	["too long a list", 8193],
] as const)
	test(`poll of ${name} traps`, () => {
		const lent = new Lent();
		const one = lent.call<Pollable>("wasi:clocks/monotonic-clock@0.2", "subscribeInstant", 0n);
		const polled = outcome(() =>
			lent.call(
				"wasi:io/poll@0.2",
				"poll",
				Array.from({ length: count }, () => one),
			),
		);
		assert.ok(typeof (polled as { ended?: unknown }).ended === "string");
	});

test("a guest may hold so many resources, and dropping one makes room", () => {
	const lent = new Lent();
	const make = () => lent.call<Pollable>("wasi:clocks/monotonic-clock@0.2", "subscribeInstant", 0n);
	const first = make();
	for (let count = 1; count < RESOURCES_MAX; count += 1) make();
	first[Symbol.dispose]();
	first[Symbol.dispose]();
	make();
	assert.deepEqual(outcome(make), { ended: `it holds more than ${RESOURCES_MAX} resources` });
	assert.deepEqual(
		outcome(() => lent.call("wasi:clocks/monotonic-clock@0.2", "now")),
		{
			ended: `it holds more than ${RESOURCES_MAX} resources`,
		},
	);
});

test("standard input is read as it comes, and its end is seen by all handles", () => {
	const input = new MemorySource();
	const lent = new Lent({ input });
	const stdin = lent.call<InputStream>("wasi:cli/stdin@0.2", "getStdin");
	const other = lent.call<InputStream>("wasi:cli/stdin@0.2", "getStdin");
	const pollable = stdin.subscribe();
	assert.deepEqual([stdin.read(9n).length, pollable.ready()], [0, false]);
	input.push(bytes("abc"));
	assert.equal(pollable.ready(), true);
	assert.equal(text(stdin.read(2n)), "ab");
	stdin[Symbol.dispose]();
	assert.equal(text(other.blockingRead(9n) as Uint8Array), "c");
	input.end();
	assert.deepEqual(
		outcome(() => other.read(9n)),
		CLOSED,
	);
});

test("standard output takes what it is given, and goes on when a handle is dropped", () => {
	const lent = new Lent();
	const stdout = () => lent.call<OutputStream>("wasi:cli/stdout@0.2", "getStdout");
	const first = stdout();
	atOnce(first.blockingWriteAndFlush(bytes("a")));
	first[Symbol.dispose]();
	const next = stdout();
	assert.ok(next.checkWrite() > 0n);
	next.write(bytes("b"));
	atOnce(next.blockingFlush());
	atOnce(lent.call<OutputStream>("wasi:cli/stderr@0.2", "getStderr").blockingWriteAndFlush(bytes("c")));
	assert.equal(lent.printed, "abc");
});

test("writing to a pipe that nobody reads ends the guest quietly", () => {
	const lent = new Lent();
	lent.output.write = () => -Errno.PIPE;
	const stdout = lent.call<OutputStream>("wasi:cli/stdout@0.2", "getStdout");
	assert.deepEqual(
		outcome(() => stdout.blockingWriteAndFlush(bytes("a"))),
		{ ended: "signal" },
	);
	assert.deepEqual(lent.endings, [{ type: "signal", signal: "SIGPIPE", number: 13 }]);
});

test("an output that fails otherwise tells why", () => {
	const lent = new Lent();
	lent.output.write = () => -Errno.IO;
	const stdout = lent.call<OutputStream>("wasi:cli/stdout@0.2", "getStdout");
	const failed = outcome(() => stdout.blockingWriteAndFlush(bytes("a"))) as { error: { val: IoError } };
	assert.equal(failed.error.val.toDebugString(), "the stream cannot be written: EIO");
	assert.equal(lent.call("wasi:filesystem/types@0.2", "filesystemErrorCode", failed.error.val), "io");
});
