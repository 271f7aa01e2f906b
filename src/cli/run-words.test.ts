import assert from "node:assert/strict";
import { test } from "node:test";
import { faultText } from "../../test/support/fault.ts";
import { NO_GRANTS } from "../capability/grants.ts";
import { DEFAULT_LIMITS, LIMIT_RANGES, type Limits, TMPFS_SIZE_BYTES } from "../capability/limits.ts";
import { formatSize } from "../capability/quantity.ts";
import { REFUSED_FLAGS } from "./docker-flags.ts";
import { RUN_FLAGS } from "./run-flags.ts";
import type { RunOptions } from "./run-options.ts";
import { parseRunWords, settleRun } from "./run-words.ts";

const variables = new Map([["HOME", "/home/me"]]);

function options(words: readonly string[]): RunOptions {
	return settleRun(parseRunWords(words), [], [], (name) => variables.get(name));
}

test("without flags nothing is granted", () => {
	assert.deepEqual(options(["x.wasm", "-v", "--x"]), {
		file: "x.wasm",
		args: ["-v", "--x"],
		argv0: undefined,
		grants: NO_GRANTS,
		limits: DEFAULT_LIMITS,
		tlsCa: [],
		invoke: undefined,
		traceWasi: false,
		isolation: "auto",
		unknownImports: "refuse",
		image: {
			policies: [],
			beyond: [],
			entrypoint: undefined,
			pull: "missing",
			platform: undefined,
			locked: false,
			trustPolicy: undefined,
			insecure: [],
			quiet: false,
			readOnly: false,
		},
		debug: false,
		format: "text",
	} satisfies RunOptions);
});

type Part = (options: RunOptions) => unknown;

const mounts: Part = ({ grants }) =>
	grants.mounts.map((mount) => `${mount.type} ${mount.guest} ${mount.readOnly} (${mount.origin.where})`);
const env: Part = ({ grants }) => [...grants.env];
const net: Part = ({ grants }) => grants.net.map(({ type, origin }) => `${type} (${origin.where})`);

const CASES: readonly (readonly [string, Part, unknown])[] = [
	["-v ./a:/a:ro", mounts, ["bind /a true (-v ./a:/a:ro)"]],
	["--volume=./a:/a --tmpfs /t", mounts, ["bind /a false (--volume ./a:/a)", "tmpfs /t false (--tmpfs /t)"]],
	["--mount type=tmpfs,dst=/t", mounts, ["tmpfs /t false (--mount type=tmpfs,dst=/t)"]],
	["--dir . --dir ./b::/b", mounts, ["bind . false (--dir .)", "bind /b false (--dir ./b::/b)"]],
	["--read-only -v ./a:/a", mounts, ["bind /a true (--read-only)"]],
	["--read-only --read-only=false -v ./a:/a", mounts, ["bind /a false (-v ./a:/a)"]],
	["--storage-opt size=1m", ({ limits }) => limits.storage_bytes, 1 << 20],
	["--pull never --locked", ({ image }) => [image.pull, image.locked], ["never", true]],
	["--read-only", ({ image }) => image.readOnly, true],
	["-w /a", ({ grants }) => grants.workdir, "/a"],
	["-i", ({ grants }) => grants.stdin, "open"],
	["-it", ({ grants }) => grants.terminal, true],
	[
		"-e A=1 -e HOME -e NOPE --env=A=2",
		env,
		[
			["A", "2"],
			["HOME", "/home/me"],
		],
	],
	["-e __proto__=1", env, [["__proto__", "1"]]],
	["-p 8080:80", net, ["listen (-p 8080:80)"]],
	[
		"--net connect=a.example:1 --net resolve=a.example",
		net,
		["connect (--net connect=a.example:1)", "resolve (--net resolve=a.example)"],
	],
	["--net none --network none", net, []],
	["--clock real", ({ grants }) => grants.clock, { type: "real" }],
	["--random seed=1", ({ grants }) => grants.random, { type: "seed", seed: 1n }],
	["-m 64m", ({ limits }) => limits.memory_bytes, 64 << 20],
	["--timeout 1m30s", ({ limits }) => limits.timeout_ms, 90_000],
	["--timeout 10s --timeout 0", ({ limits }) => limits.timeout_ms, undefined],
	["--cpu-time 2", ({ limits }) => limits.cpu_time_ms, 2000],
	["--stack 8m", ({ limits }) => limits.stack_bytes, 8 << 20],
	["--max-table-elements 5", ({ limits }) => limits.table_elements, 5],
	["--ulimit nofile=64 --ulimit cpu=1", ({ limits }) => [limits.descriptors, limits.cpu_time_ms], [64, 1000]],
	["--invoke add", ({ invoke }) => invoke, "add"],
	["--argv0 me", ({ argv0 }) => argv0, "me"],
	["--trace=wasi", ({ traceWasi }) => traceWasi, true],
	["--trace wasi", ({ traceWasi }) => traceWasi, true],
	["--isolation strict", ({ isolation }) => isolation, "strict"],
	["--unknown-imports trap", ({ unknownImports }) => unknownImports, "trap"],
	["--debug --format json", ({ debug, format }) => [debug, format], [true, "json"]],
	[
		"--rm --init -q --cap-drop ALL --pull always --security-opt no-new-privileges --platform wasi/wasm",
		mounts,
		[],
	],
];

for (const [words, part, expected] of CASES)
	test(`run ${words}`, () =>
		assert.deepEqual(part(options([...words.split(" "), "x.wasm", "-m"])), expected));

test("a file of variables goes before -e and behind a policy", () => {
	const words = parseRunWords(["-e", "A=flag", "x.wasm"]);
	const policy = {
		mounts: [],
		net: [],
		config: [],
		keyvalue: [],
		limits: {},
		env: ["A", "B", "C"].map((name) => ({ name, value: "policy" })),
	};
	const file = ["A", "B"].map((name) => ({ name, value: "file" }));
	const { grants } = settleRun(words, [policy], file, () => undefined);
	assert.deepEqual(
		[...grants.env],
		[
			["A", "flag"],
			["B", "file"],
			["C", "policy"],
		],
	);
});

test("notes say what was accepted without effect", () => {
	const { notes } = parseRunWords([
		"--net",
		"connect=a.example:443",
		"-u",
		"1000",
		"--net",
		"listen=127.0.0.1:1",
		"x",
	]);
	assert.deepEqual(notes, [
		"--user has no effect: a guest of WASI has no user id, and files are opened as you",
	]);
});

test("--help and --print-policy need no file", () => {
	assert.deepEqual(
		[parseRunWords(["-h"]).help, parseRunWords(["--print-policy"]).printPolicy],
		[true, "toml"],
	);
	assert.equal(parseRunWords(["--print-policy=json", "x.wasm"]).printPolicy, "json");
});

const REFUSED: readonly (readonly [string, string])[] = [
	[
		"-m 512m",
		`error: there is no program to run [USAGE]
note: the form is wherry run [OPTIONS] FILE.wasm|IMAGE [ARG...]
help: wherry run --help
`,
	],
	[
		"--memory much x.wasm",
		`error: cannot read 'much' as a size for --memory [FLAG_INVALID]
note: a size is a number of bytes with k, m or g behind it
help: --memory 512m
`,
	],
	[
		"-m 1k x.wasm",
		`error: cannot set -m to '1k' [FLAG_INVALID]
note: it is from 64k to 64g
help: -m 64k
`,
	],
	[
		"--privileged x.wasm",
		`error: wherry run has no flag '--privileged', which docker run has [FLAG_UNKNOWN]
note: there is no such grant: what a guest may reach is named piece by piece
help: wherry run --help
`,
	],
	[
		"--network host x.wasm",
		`error: cannot attach a guest to the network 'host' [GRANT_REFUSED]
note: asked for by '--network host'
note: a guest has no network but the listeners and hosts that are granted one by one
help: -p 8080:8080
help: --net connect=example.org:443
`,
	],
	[
		"-d x.wasm",
		`error: wherry run has no flag '-d', which docker run has [FLAG_UNKNOWN]
note: it comes with the engine: this version runs one program in the foreground
`,
	],
	[
		"--storage-opt sized=1g x.wasm",
		`error: cannot set the storage option 'sized=1g' [FLAG_INVALID]
note: there is one option: size, how much the guest may write into its root
help: --storage-opt size=64m
`,
	],
	[
		"--security-opt seccomp=unconfined x.wasm",
		`error: cannot set the security option 'seccomp=unconfined' [GRANT_REFUSED]
note: the kernel's wall around a guest is made from its grants and is not loosened piece by piece
help: wherry doctor
`,
	],
	[
		"--isolation some x.wasm",
		`error: cannot set --isolation to 'some' [FLAG_INVALID]
note: there are auto, strict, none
help: --isolation=auto
`,
	],
	[
		"--trace=all x.wasm",
		`error: cannot set --trace to 'all' [FLAG_INVALID]
note: there is wasi
help: --trace=wasi
`,
	],
];

for (const [words, expected] of REFUSED)
	test(`refused: run ${words}`, () =>
		assert.equal(
			faultText(() => parseRunWords(words.split(" "))),
			expected,
		));

test("no flag is declared twice, and none is both taken and refused as docker's", () => {
	const names = RUN_FLAGS.flatMap(({ long, short }) =>
		short === undefined ? [`--${long}`] : [`--${long}`, `-${short}`],
	);
	assert.equal(new Set(names).size, names.length);
	for (const name of REFUSED_FLAGS) assert.ok(!names.includes(name), name);
});

test("every flag of docker's that is refused is known by its name", () => {
	for (const name of REFUSED_FLAGS)
		assert.match(
			faultText(() => parseRunWords([name, "x"])),
			/which docker run has/,
		);
});

const doc = (flag: string) => RUN_FLAGS.find(({ long }) => long === flag)?.doc ?? "";
const range = ({ min, max }: { readonly min: number; readonly max: number }) =>
	`${formatSize(min)} to ${formatSize(max)}`;

const DEFAULTS: readonly (readonly [string, keyof Limits, (value: number) => string])[] = [
	["memory", "memory_bytes", formatSize],
	["max-table-elements", "table_elements", String],
	["ulimit", "descriptors", String],
];

for (const [flag, limit, format] of DEFAULTS)
	test(`the help of --${flag} names the default that there is`, () => {
		const value = format(DEFAULT_LIMITS[limit] ?? 0);
		assert.match(doc(flag), new RegExp(`\\b${value} by default`));
	});

test("the help of --tmpfs, --memory and --stack names the sizes that there are", () => {
	assert.ok(doc("tmpfs").includes(formatSize(TMPFS_SIZE_BYTES)));
	assert.ok(doc("memory").includes(range(LIMIT_RANGES.memory_bytes)));
	assert.ok(doc("stack").includes(range(LIMIT_RANGES.stack_bytes)));
});
