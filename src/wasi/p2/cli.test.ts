import assert from "node:assert/strict";
import { test } from "node:test";
import { terminalStream } from "../standard.ts";
import { MemorySink } from "../../host/memory/streams.ts";
import { atOnce, Lent, type LentOptions, outcome, START_NS } from "./lent.contract.ts";
import type { Pollable } from "./pollable.ts";

const CASES: readonly (readonly [string, string, readonly unknown[], unknown, LentOptions?])[] = [
	["wasi:cli/environment@0.2", "getArguments", [], ["p", "a b"], { args: ["p", "a b"] }],
	[
		"wasi:cli/environment@0.2",
		"getEnvironment",
		[],
		[["__proto__", "x"]],
		{ env: new Map([["__proto__", "x"]]) },
	],
	["wasi:cli/environment@0.2", "getEnvironment", [], []],
	["wasi:cli/environment@0.2", "initialCwd", [], undefined],
	["wasi:cli/environment@0.2", "initialCwd", [], "/data", { workdir: "/data" }],
	["wasi:cli/exit@0.2", "exit", [{ tag: "ok" }], { ended: "exit" }],
	["wasi:cli/terminal-stdin@0.2", "getTerminalStdin", [], undefined],
	["wasi:cli/terminal-stdout@0.2", "getTerminalStdout", [], undefined],
	["wasi:cli/terminal-stderr@0.2", "getTerminalStderr", [], undefined],
	["wasi:clocks/wall-clock@0.2", "now", [], { seconds: 1_700_000_000n, nanoseconds: 123 }],
	["wasi:clocks/wall-clock@0.2", "resolution", [], { seconds: 0n, nanoseconds: 1 }],
	["wasi:clocks/monotonic-clock@0.2", "resolution", [], 1n],
	["wasi:clocks/timezone@0.2", "utcOffset", [{ seconds: 0n, nanoseconds: 0 }], 0],
	["wasi:random/random@0.2", "getRandomBytes", [0n], new Uint8Array()],
	[
		"wasi:random/random@0.2",
		"getRandomBytes",
		[(1n << 64n) - 1n],
		{ ended: "it asked for 18446744073709551615 random bytes in one call, over 16777216" },
	],
	[
		"wasi:random/insecure@0.2",
		"getInsecureRandomBytes",
		[1n << 32n],
		{ ended: "it asked for 4294967296 random bytes in one call, over 16777216" },
	],
	["wasi:config/store@0.2.0-rc.1", "get", ["a"], "1", { config: new Map([["a", "1"]]) }],
	["wasi:config/store@0.2.0-rc.1", "get", ["toString"], undefined],
	["wasi:config/store@0.2.0-rc.1", "getAll", [], [["a", "1"]], { config: new Map([["a", "1"]]) }],
];

for (const [interfaceName, name, values, answer, options] of CASES)
	test(`${interfaceName}#${name}(${values.map(String).join(", ")})`, () => {
		const lent = new Lent(options);
		assert.deepEqual(
			outcome(() => lent.call(interfaceName, name, ...values)),
			answer,
		);
	});

for (const [name, value, code] of [
	["exit", { tag: "ok" }, 0],
	["exit", { tag: "err" }, 1],
	["exitWithCode", 42, 42],
] as const)
	test(`${name} ${code} ends the guest for good`, () => {
		const lent = new Lent();
		const exit = () => outcome(() => lent.call("wasi:cli/exit@0.2", name, value));
		assert.deepEqual(exit(), { ended: "exit" });
		assert.deepEqual(
			outcome(() => lent.call("wasi:cli/environment@0.2", "getArguments")),
			{ ended: "exit" },
		);
		assert.deepEqual(lent.endings, [{ type: "exit", code }]);
	});

test("random words and bytes are the source's", () => {
	const lent = new Lent();
	const bytes = lent.call<Uint8Array>("wasi:random/random@0.2", "getRandomBytes", 16n);
	const again = new Lent();
	const word = again.call<bigint>("wasi:random/random@0.2", "getRandomU64");
	const view = new DataView(bytes.buffer);
	assert.equal(word, view.getBigUint64(0, true));
	assert.equal(again.call("wasi:random/insecure@0.2", "getInsecureRandomU64"), view.getBigUint64(8, true));
	const seeds = lent.call<bigint[]>("wasi:random/insecure-seed@0.2", "insecureSeed");
	assert.deepEqual(lent.call("wasi:random/insecure-seed@0.2", "insecureSeed"), seeds);
	assert.ok(seeds.length === 2 && seeds.every((seed) => typeof seed === "bigint"));
});

test("a terminal is shown where one was granted", () => {
	const lent = new Lent({ output: terminalStream(new MemorySink()) });
	assert.ok(lent.call("wasi:cli/terminal-stdout@0.2", "getTerminalStdout") !== undefined);
	assert.equal(lent.call("wasi:cli/terminal-stdin@0.2", "getTerminalStdin"), undefined);
});

test("waiting moves the clocks on by what was asked, and no further than they go", () => {
	const lent = new Lent();
	// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what the function answers is for its caller to say
	const clock = <T>(name: string, ...values: unknown[]) =>
		lent.call<T>("wasi:clocks/monotonic-clock@0.2", name, ...values);
	const begun = clock<bigint>("now");
	const pollable = clock<Pollable>("subscribeDuration", 1_000n);
	assert.equal(pollable.ready(), false);
	atOnce(pollable.block());
	assert.equal(clock<bigint>("now") - begun, 1_000n);
	atOnce(clock<Pollable>("subscribeInstant", begun).block());
	assert.equal(clock<bigint>("now") - begun, 1_000n);
	assert.equal(clock<Pollable>("subscribeDuration", (1n << 64n) - 1n).ready(), false);
	const now = lent.call<{ seconds: bigint; nanoseconds: number }>("wasi:clocks/wall-clock@0.2", "now");
	assert.equal(now.seconds * 1_000_000_000n + BigInt(now.nanoseconds), START_NS + 1_000n);
});

test("what is logged goes to the sink as it is", () => {
	const lent = new Lent();
	lent.call("wasi:logging/logging@0.1.0-draft", "log", "warn", "a", "b\n");
	assert.deepEqual(lent.logged, [["warn", "a", "b\n"]]);
});
