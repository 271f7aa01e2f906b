/**
 * Random calls of the host with random values, on whatever resources there are: whatever a guest does, it is answered, or told
 * an error of its interface, or trapped for breaking a rule. It never meets a mistake of ours, and never leaves /data.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { End } from "../end.ts";
import { ComponentError } from "../host-interface.ts";
import { Descriptor } from "./descriptor.ts";
import { DirectoryEntryStream } from "./directory-entry-stream.ts";
import { InputStream } from "./input-stream.ts";
import { IoError } from "./io-error.ts";
import { Lent } from "./lent.contract.ts";
import { OutputStream } from "./output-stream.ts";
import { Pollable } from "./pollable.ts";

type Kind = "u64" | "bytes" | "path" | "flags" | "time" | "descriptor" | "input" | "advice";

/** Methods of each class, with what they take. Blocking forms are left out where they could wait for ever. */
const METHODS: readonly (readonly [
	new (...values: never[]) => object,
	Readonly<Record<string, readonly Kind[]>>,
])[] = [
	[
		Descriptor,
		{
			readViaStream: ["u64"],
			writeViaStream: ["u64"],
			appendViaStream: [],
			advise: ["u64", "u64", "advice"],
			syncData: [],
			getFlags: [],
			getType: [],
			setSize: ["u64"],
			setTimes: ["time", "time"],
			read: ["u64", "u64"],
			write: ["bytes", "u64"],
			readDirectory: [],
			sync: [],
			createDirectoryAt: ["path"],
			stat: [],
			statAt: ["flags", "path"],
			setTimesAt: ["flags", "path", "time", "time"],
			linkAt: ["flags", "path", "descriptor", "path"],
			openAt: ["flags", "path", "flags", "flags"],
			readlinkAt: ["path"],
			removeDirectoryAt: ["path"],
			renameAt: ["path", "descriptor", "path"],
			symlinkAt: ["path", "path"],
			unlinkFileAt: ["path"],
			isSameObject: ["descriptor"],
			metadataHash: [],
			metadataHashAt: ["flags", "path"],
		},
	],
	[DirectoryEntryStream, { readDirectoryEntry: [] }],
	[InputStream, { read: ["u64"], skip: ["u64"], blockingRead: ["u64"], subscribe: [] }],
	[
		OutputStream,
		{
			checkWrite: [],
			write: ["bytes"],
			flush: [],
			blockingFlush: [],
			blockingWriteAndFlush: ["bytes"],
			writeZeroes: ["u64"],
			subscribe: [],
			splice: ["input", "u64"],
		},
	],
	[Pollable, { ready: [] }],
	[IoError, { toDebugString: [] }],
];

const FLAGS = [
	"symlinkFollow",
	"create",
	"directory",
	"exclusive",
	"truncate",
	"read",
	"write",
	"fileIntegritySync",
];

const values: Readonly<Record<Kind, fc.Arbitrary<unknown>>> = {
	u64: fc.oneof(
		fc.bigInt(0n, 20n),
		fc.constantFrom(1n << 20n, 1n << 32n, (1n << 53n) - 1n, 1n << 53n, 1n << 63n, (1n << 64n) - 1n),
		fc.bigInt(0n, (1n << 64n) - 1n),
	),
	bytes: fc.uint8Array({ maxLength: 40 }),
	path: fc.oneof(
		{ weight: 8, arbitrary: fc.constantFrom("a", "b", "a/b", ".", "..", "a/..", "a/../b", "b/.", "c") },
		{
			weight: 2,
			arbitrary: fc.constantFrom("../fixed/file", "/", "/data/a", "", "a\0", "a/", "x".repeat(300)),
		},
		{ weight: 1, arbitrary: fc.string() },
	),
	flags: fc.subarray(FLAGS).map((set) => Object.fromEntries(set.map((name) => [name, true]))),
	time: fc.oneof(
		fc.constantFrom({ tag: "now" }, { tag: "no-change" }),
		fc.record({
			tag: fc.constant("timestamp"),
			val: fc.record({ seconds: fc.bigInt(0n, (1n << 64n) - 1n), nanoseconds: fc.nat(0xffff_ffff) }),
		}),
	),
	advice: fc.constantFrom("normal", "sequential", "random", "will-need", "dont-need", "no-reuse"),
	// which of those that there are
	descriptor: fc.nat(99),
	input: fc.nat(99),
};

const step = fc
	.constantFrom(...METHODS)
	.chain(([Class, methods]) =>
		fc
			.constantFrom(...Object.entries(methods))
			.chain(([name, kinds]) =>
				fc
					.tuple(fc.nat(99), fc.nat(9), ...kinds.map((kind) => values[kind]))
					.map(([which, drop, ...given]) => ({ Class, name, kinds, which, drops: drop === 0, given })),
			),
	);

test("whatever a guest calls, it meets no mistake of ours", () => {
	let traps = 0;
	fc.assert(
		fc.property(fc.array(step, { minLength: 60, maxLength: 120 }), (steps) => {
			const lent = new Lent({ input: "some input" });
			const held: object[] = [
				...lent
					.call<[object, string][]>("wasi:filesystem/preopens@0.2", "getDirectories")
					.map(([one]) => one),
				lent.call<object>("wasi:cli/stdin@0.2", "getStdin"),
				lent.call<object>("wasi:cli/stdout@0.2", "getStdout"),
			];
			const file = (held[0] as Descriptor).openAt({}, "a", { create: true }, { read: true, write: true });
			held.push(file, file.readViaStream(0n), file.readViaStream(1n << 60n), file.writeViaStream(3n));
			lent.host.get("wasi:filesystem/types@0.2");
			for (const { Class, name, kinds, which, drops, given } of steps) {
				const pick = (Kind: typeof Class, at: number) => {
					const some = held.filter((one) => one instanceof Kind);
					return some[at % Math.max(1, some.length)];
				};
				const self = pick(Class, which);
				if (self === undefined) continue;
				const words = given.map((value, index) => {
					if (kinds[index] === "descriptor") return pick(Descriptor, value as number);
					return kinds[index] === "input" ? pick(InputStream, value as number) : value;
				});
				if (words.some((word, index) => word === undefined && kinds[index] !== "flags")) continue;
				const answer = called(self, name, words);
				if (answer instanceof End) break;
				if (typeof answer === "object" && answer !== null && "guest" in answer) held.push(answer);
				if (drops && held.length > 6) {
					(self as Disposable)[Symbol.dispose]();
					held.splice(held.indexOf(self), 1);
				}
			}
			const ending = lent.endings[0];
			assert.ok(ending === undefined || ending.type === "trap", JSON.stringify(ending?.type));
			if (ending !== undefined) traps += 1;
			assert.equal(typeof lent.fixed.statAt("a", false), "number", "something was made in /fixed");
		}),
		{ numRuns: 400 },
	);
	assert.ok(traps < 400, "nothing ever went on");
});

/** The answer; a resource out of an error; or the ending. */
function called(self: object, name: string, words: readonly unknown[]): unknown {
	try {
		return (self as Record<string, (...words: readonly unknown[]) => unknown>)[name]?.(...words);
	} catch (error) {
		if (error instanceof End) return error;
		if (!(error instanceof ComponentError)) throw error;
		const { payload } = error;
		return typeof payload === "object" && payload !== null && "val" in payload ? payload.val : undefined;
	}
}
