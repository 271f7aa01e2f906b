import assert from "node:assert/strict";
import { test } from "node:test";

import { Errno } from "../../sys/errno.ts";
import { MemorySink } from "../../host/memory/streams.ts";
import type { Stream } from "../../sys/stream.ts";
import { type Any } from "../p2/http-caller.contract.ts";
import { Lent, outcome, START_NS } from "../p2/lent.contract.ts";
import { preview3 } from "./host.ts";
import { CHUNK_BYTES, DONE, type GuestStream } from "./streams.ts";

const text = (read: Uint8Array) => new TextDecoder().decode(read);

function call(lent: Lent, interfaceName: string, name: string, ...values: unknown[]): Any {
	return (preview3(lent.guest).get(`${interfaceName}@0.3`) as Any)[name](...values);
}

function writing(...pieces: readonly string[]): GuestStream {
	const left = pieces.map((piece) => new TextEncoder().encode(piece));
	return {
		read: async () => {
			const value = left.shift();
			return await Promise.resolve(value === undefined ? { done: true } : { value, done: false });
		},
		[Symbol.dispose]: () => undefined,
	};
}

test("arguments, variables and where to start are what was granted", () => {
	const lent = new Lent({ args: ["program", "a b"], env: new Map([["A", "1"]]), workdir: "/data" });
	assert.deepEqual(call(lent, "wasi:cli/environment", "getArguments"), ["program", "a b"]);
	assert.deepEqual(call(lent, "wasi:cli/environment", "getEnvironment"), [["A", "1"]]);
	assert.equal(call(lent, "wasi:cli/environment", "getInitialCwd"), "/data");
	assert.equal(call(new Lent(), "wasi:cli/environment", "getInitialCwd"), undefined);
});

test("an exit ends the guest: nothing answers it any more", () => {
	const lent = new Lent();
	assert.deepEqual(
		outcome(() => call(lent, "wasi:cli/exit", "exitWithCode", 7)),
		{ ended: "exit" },
	);
	assert.deepEqual(lent.endings, [{ type: "exit", code: 7 }]);
	assert.deepEqual(
		outcome(() => call(lent, "wasi:cli/environment", "getArguments")),
		{ ended: "exit" },
	);
	const other = new Lent();
	outcome(() => call(other, "wasi:cli/exit", "exit", { tag: "err" }));
	assert.deepEqual(other.endings, [{ type: "exit", code: 1 }]);
});

test("standard input is a stream, and each standard output takes one", async () => {
	const lent = new Lent({ input: "typed" });
	const [stream, ended] = call(lent, "wasi:cli/stdin", "readViaStream");
	let read = "";
	for await (const piece of stream) read += text(piece);
	assert.deepEqual([read, await ended], ["typed", DONE]);
	assert.deepEqual(await call(lent, "wasi:cli/stdout", "writeViaStream", writing("out", "put")), DONE);
	assert.deepEqual(await call(lent, "wasi:cli/stderr", "writeViaStream", writing("!")), DONE);
	assert.equal(lent.printed, "output!");
});

class Gone extends MemorySink {
	readonly #errno: Errno;

	constructor(errno: Errno) {
		super();
		this.#errno = errno;
	}

	override write(): number {
		return -this.#errno;
	}
}

test("output that cannot be written is told, but for a reader who has gone: that ends the guest", async () => {
	const broken: Stream = new Gone(Errno.IO);
	const failing = new Lent({ output: broken });
	assert.deepEqual(await call(failing, "wasi:cli/stdout", "writeViaStream", writing("x")), {
		tag: "err",
		val: "io",
	});
	const unread = new Lent({ output: new Gone(Errno.PIPE) });
	await assert.rejects(call(unread, "wasi:cli/stdout", "writeViaStream", writing("x")));
	assert.deepEqual(unread.endings, [{ type: "signal", signal: "SIGPIPE", number: 13 }]);
});

test("the flag of a stream that others use is left as it was", async () => {
	const sink = new MemorySink();
	const lent = new Lent({ output: sink });
	await call(lent, "wasi:cli/stdout", "writeViaStream", writing("x"));
	assert.equal(sink.nonblocking, false);
});

test("nothing is a terminal that is none", () => {
	const lent = new Lent();
	assert.equal(call(lent, "wasi:cli/terminal-stdin", "getTerminalStdin"), undefined);
	assert.equal(call(lent, "wasi:cli/terminal-stdout", "getTerminalStdout"), undefined);
	assert.equal(call(lent, "wasi:cli/terminal-stderr", "getTerminalStderr"), undefined);
});

test("clocks tell the granted time, and waiting passes it", async () => {
	const lent = new Lent();
	assert.deepEqual(call(lent, "wasi:clocks/system-clock", "now"), {
		seconds: 1_700_000_000n,
		nanoseconds: 123,
	});
	const before = call(lent, "wasi:clocks/monotonic-clock", "now") as bigint;
	await call(lent, "wasi:clocks/monotonic-clock", "waitFor", 5_000n);
	assert.equal(call(lent, "wasi:clocks/monotonic-clock", "now"), before + 5_000n);
	await call(lent, "wasi:clocks/monotonic-clock", "waitUntil", before);
	assert.equal(call(lent, "wasi:clocks/monotonic-clock", "now"), before + 5_000n);
	assert.equal(START_NS % 1_000_000_000n, 123n);
});

test("where the machine stands is not told", () => {
	const lent = new Lent();
	assert.equal(call(lent, "wasi:clocks/timezone", "ianaId"), "UTC");
	assert.equal(call(lent, "wasi:clocks/timezone", "utcOffset", { seconds: 0n, nanoseconds: 0 }), 0n);
});

test("random bytes are as many as asked for, up to what is held at once; the seed is one", () => {
	const lent = new Lent();
	const length = (asked: bigint) =>
		call(lent, "wasi:random/random", "getRandomBytes", asked).length as number;
	assert.deepEqual([length(0n), length(100n), length(2n ** 64n - 1n)], [0, 100, CHUNK_BYTES]);
	const insecure = preview3(lent.guest).get("wasi:random/insecure-seed@0.3") as Any;
	assert.deepEqual(insecure.getInsecureSeed(), insecure.getInsecureSeed());
});
