/** Streams of guests that share their thread: blocking forms answer a promise where they have to wait, and only there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Readiness } from "../../sys/readiness.ts";
import type { Wait } from "../waits.ts";
import { type InputSource, InputStream } from "./input-stream.ts";
import type { StreamEnd } from "./io-error.ts";
import { Lent } from "./lent.contract.ts";
import { type OutputSink, OutputStream } from "./output-stream.ts";
import { poll } from "./pollable.ts";

const READINESS: Readiness = {
	when: () => new Promise<void>(() => {}),
	after: () => new Promise<void>(() => {}),
	close() {},
};

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (read: Uint8Array) => new TextDecoder().decode(read);
const guest = () => new Lent({ readiness: READINESS }).guest;

/** Bytes that somebody else pushes, and a place that somebody else empties: a pipe of four bytes. */
class Pipe implements InputSource, OutputSink {
	held = "";
	ended = false;
	flushing = false;
	#wake: (() => void)[] = [];

	change(act: (pipe: this) => void): void {
		act(this);
		for (const wake of this.#wake.splice(0)) wake();
	}

	read(max_bytes: number): Uint8Array | StreamEnd {
		if (this.held === "" && this.ended) return "closed";
		const taken = this.held.slice(0, max_bytes);
		this.held = this.held.slice(taken.length);
		return bytes(taken);
	}

	room(): number {
		return this.flushing ? 0 : 4 - this.held.length;
	}

	write(piece: Uint8Array): undefined {
		assert.ok(piece.length <= this.room());
		this.held += text(piece);
	}

	flush(): undefined {
		this.flushing = this.held !== "";
	}

	wait(): Wait {
		return this.#waitFor(() => this.held !== "" || this.ended);
	}

	waitForRoom(): Wait {
		return this.#waitFor(() => this.room() > 0);
	}

	#waitFor(isReady: () => boolean): Wait {
		const when = () => new Promise<void>((resolve) => void this.#wake.push(resolve));
		return { type: "promise", isReady, when };
	}
}

function outputTo(pipe: Pipe): OutputSink {
	return {
		room: () => pipe.room(),
		write: (piece) => pipe.write(piece),
		flush: () => pipe.flush(),
		wait: () => pipe.waitForRoom(),
	};
}

const empty = (pipe: Pipe) => {
	pipe.held = "";
	pipe.flushing = false;
};

test("a blocking read answers at once what is there, and a promise of what is not", async () => {
	const pipe = new Pipe();
	const stream = new InputStream(guest(), pipe);
	pipe.held = "ab";
	assert.deepEqual(stream.blockingRead(9n), bytes("ab"));
	const later = stream.blockingRead(9n);
	assert.ok(later instanceof Promise);
	pipe.change((one) => (one.held = "cd"));
	assert.equal(text(await later), "cd");
	const skipped = stream.blockingSkip(9n);
	assert.ok(skipped instanceof Promise);
	pipe.change((one) => (one.held = "e"));
	assert.equal(await skipped, 1n);
});

test("a blocking read that waits is told of the end", async () => {
	const pipe = new Pipe();
	const later = new InputStream(guest(), pipe).blockingRead(9n);
	pipe.change((one) => (one.ended = true));
	await assert.rejects(Promise.resolve(later), { payload: { tag: "closed" } });
});

test("a blocking write goes on as room comes, and ends when all has left", async () => {
	const pipe = new Pipe();
	const stream = new OutputStream(guest(), outputTo(pipe));
	let done = false;
	const written = Promise.resolve(stream.blockingWriteAndFlush(bytes("abcdef"))).then(() => (done = true));
	await Promise.resolve();
	assert.equal(pipe.held, "abcd");
	pipe.change(empty);
	await new Promise(setImmediate);
	assert.deepEqual([pipe.held, done], ["ef", false]);
	pipe.change(empty);
	await written;
	assert.equal(done, true);
});

test("a blocking flush waits for what was written", async () => {
	const pipe = new Pipe();
	const stream = new OutputStream(guest(), outputTo(pipe));
	stream.checkWrite();
	stream.write(bytes("a"));
	const flushed = stream.blockingFlush();
	assert.ok(flushed instanceof Promise);
	assert.equal(stream.checkWrite(), 0n);
	pipe.change(empty);
	await flushed;
	assert.equal(stream.checkWrite(), 4n);
});

test("a blocking splice waits for both ends", async () => {
	const lent = guest();
	const [from, to] = [new Pipe(), new Pipe()];
	to.held = "full";
	const stream = new OutputStream(lent, outputTo(to));
	const spliced = Promise.resolve(stream.blockingSplice(new InputStream(lent, from), 9n));
	to.change(empty);
	await new Promise(setImmediate);
	from.change((one) => (one.held = "ab"));
	await new Promise(setImmediate);
	assert.equal(to.held, "ab");
	to.change(empty);
	assert.equal(await spliced, 2n);
});

test("poll answers a promise until one is ready, and at once where one is", async () => {
	const lent = guest();
	const [one, other] = [new Pipe(), new Pipe()];
	const pollables = [one, other].map((pipe) => new InputStream(lent, pipe).subscribe());
	const polled = poll(lent, pollables);
	assert.ok(polled instanceof Promise);
	other.change((pipe) => (pipe.held = "a"));
	assert.deepEqual([...(await polled)], [1]);
	assert.deepEqual(poll(lent, pollables), Uint32Array.of(1));
	const blocked = pollables[0]?.block();
	assert.ok(blocked instanceof Promise);
	one.change((pipe) => (pipe.ended = true));
	await blocked;
});
