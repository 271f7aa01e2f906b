import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultTextOf } from "../../test/support/fault.ts";
import { addressText } from "../base/ip-address.ts";
import type { Grants, HostPattern, Mount, NetRule } from "./grants.ts";
import { parseGuestPath } from "./guest-path.ts";
import { LIMIT_RANGES, type Limits } from "./limits.ts";
import { printPolicy } from "./policy-print.ts";
import { parsePolicy } from "./policy.ts";
import { settle } from "./wishes.ts";

const none = () => undefined;

async function settled(text: string, name = "policy.toml") {
	return settle([await parsePolicy(text, name)], (variable) =>
		variable === "HOME" ? "/home/me" : undefined,
	);
}

const WHOLE = `
workdir = "/data"
interactive = true
tty = true
clock = "frozen=2026-01-01T00:00:00Z"
random = "seed=7"
volume = ["./data:/data:ro"]
dir = ["lib::/lib"]
tmpfs = ["/tmp:size=1m"]
publish = ["8080:80"]
net = ["connect=example.org:443", "resolve=example.org"]
copy-env = ["HOME", "NOT_SET"]
keyvalue = ["cache", "sessions=./s.db", "abs=/s.db"]
log-level = "warn"

[config]
greeting = "hello"

[env]
LANG = "C.UTF-8"
__proto__ = "x"

[limits]
memory = "512m"
timeout = 10
cpu-time = "1m30s"
descriptors = 64
max-table-elements = 1000
storage = "16m"
stack = "1m"

[[mount]]
type = "bind"
source = "/abs"
target = "/abs"
readonly = true

[[mount]]
type = "tmpfs"
target = "/scratch"
`;

test("a policy with every key", async () => {
	const { grants, limits } = await settled(WHOLE, "conf/policy.toml");
	assert.deepEqual(
		grants.mounts.map((mount) => [
			mount.type === "bind" ? mount.host : mount.size_bytes,
			mount.guest,
			mount.readOnly,
		]),
		[
			["conf/data", "/data", true],
			["conf/lib", "/lib", false],
			[1 << 20, "/tmp", false],
			["/abs", "/abs", true],
			[64 << 20, "/scratch", false],
		],
	);
	assert.deepEqual(
		[...grants.env],
		[
			["HOME", "/home/me"],
			["LANG", "C.UTF-8"],
			["__proto__", "x"],
		],
	);
	assert.equal(grants.mounts[0]?.origin.where, "conf/policy.toml: volume[0]");
	assert.deepEqual([grants.workdir, grants.stdin, grants.terminal], ["/data", "open", true]);
	assert.deepEqual(
		grants.net.map(({ type }) => type),
		["listen", "connect", "resolve"],
	);
	assert.deepEqual(
		grants.keyvalue.map(({ name, file }) => [name, file]),
		[
			["cache", undefined],
			["sessions", "conf/s.db"],
			["abs", "/s.db"],
		],
	);
	assert.deepEqual([[...grants.config], grants.logLevel], [[["greeting", "hello"]], "warn"]);
	assert.deepEqual(limits, {
		memory_bytes: 512 << 20,
		timeout_ms: 10_000,
		cpu_time_ms: 90_000,
		descriptors: 64,
		table_elements: 1000,
		storage_bytes: 16 << 20,
		stack_bytes: 1 << 20,
	});
});

test("the same in JSON, told by its first character", async () => {
	const text = JSON.stringify({ volume: ["./data:/data:ro"], limits: { memory: "64m" }, env: { A: "1" } });
	const { grants, limits } = await settled(`\uFEFF ${text}`, "policy");
	assert.deepEqual(
		[grants.mounts[0]?.guest, limits.memory_bytes, grants.env.get("A")],
		["/data", 64 << 20, "1"],
	);
});

test("an empty policy grants nothing", async () => {
	assert.deepEqual((await settled("")).grants, settle([], none).grants);
	assert.deepEqual((await settled("{}")).grants, settle([], none).grants);
});

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
	["broken TOML, with its place", "a = 1\nb = = 2", /note: line 2, column 5: /],
	["broken JSON", "{", /cannot read the policy 'p'/],
	["a key twice", 'random = "system"\nrandom = "system"', /line 2/],
	["an unknown key", 'volumes = ["./a:/a"]', /'volumes' is not a key of a policy; did you mean 'volume'\?/],
	["__proto__ as a key", '__proto__ = "x"', /'__proto__' is not a key of a policy/],
	["__proto__ as a JSON key", '{"__proto__": {"tty": true}}', /'__proto__' is not a key of a policy/],
	["constructor as a table", "[constructor]\na = 1", /'constructor' is not a key of a policy/],
	["an unknown limit", '[limits]\nmemroy = "1g"', /'memroy' is not a limit; did you mean 'memory'\?/],
	["a limit out of range", '[limits]\nmemory = "1k"', /at limits\nnote: it is from 64k to 64g/],
	[
		"a limit that is a table",
		"[limits.memory]\na = 1",
		/limits\.memory is to be text in quotes, not \{"a":1\}/,
	],
	[
		"a grant that is wrong",
		'volume = ["./a:/a", "x"]',
		/in the policy 'p', at volume\[1\]\nnote: the path inside/,
	],
	["text for a list", 'volume = "./a:/a"', /volume is to be a list, not "\.\/a:\/a"/],
	["a number in a list", "volume = [1]", /volume\[0\] is to be text in quotes, not 1/],
	["text for a switch", 'tty = "yes"', /tty is to be true or false, not "yes"/],
	["a date for a clock", "clock = 2026-01-01", /clock is to be text in quotes/],
	["a variable that is a number", "[env]\nA = 1", /env\.A is to be text in quotes, not 1/],
	["a variable without a name", '[env]\n"" = "1"', /'' cannot be a variable's name/],
	["a variable with '='", '[env]\n"A=B" = "1"', /'A=B' cannot be a variable's name/],
	["a list for a policy", "[1]", /./],
	["a JSON list for a table", '{"env": [1]}', /env is to be a table, not \[1\]/],
	["null", '{"env": null}', /env is to be a table, not null/],
	["a mount with an unknown key", '[[mount]]\ntype="bind"\nsorce="a"', /'sorce' is not a key of a mount/],
	["a mount with a list", '[[mount]]\ntype=["bind"]', /mount\[0\]\.type is to be text, not \["bind"\]/],
	["two at one path", 'volume = ["./a:/a"]\ntmpfs = ["/a"]', /cannot mount two things at '\/a'/],
	["over 1 MiB", "#".repeat(1024 * 1024 + 1), /it is larger than 1 MiB/],
	["deep nesting", `volume = ${"[".repeat(100_000)}`, /cannot read the policy/],
	["deep nesting in JSON", `{"volume": ${"[".repeat(100_000)}`, /cannot read the policy/],
];

for (const [name, text, expected] of REFUSED)
	test(`refused: ${name}`, async () => assert.match(await faultTextOf(settled(text, "p")), expected));

test("a wrong grant in a policy is explained whole", async () => {
	assert.equal(
		await faultTextOf(settled('volume = ["./data:/data:rx"]', "conf/p.toml")),
		`error: cannot read './data:/data:rx' as a volume [POLICY_INVALID]
note: in the policy 'conf/p.toml', at volume[0]
note: 'rx' is neither ro nor rw
note: the form is HOST:GUEST[:ro|rw]
`,
	);
});

/** Plain objects, as ours are. */
const record = <T>(model: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
	fc.record<T>(model, { noNullPrototype: true });
const ORIGIN = { where: "" };
const text = fc.string({ unit: "binary" }).filter((word) => !word.includes("\0"));
const guest = fc
	.oneof(
		fc.constant("."),
		text.map((word) => `/${word}`),
	)
	.map(parseGuestPath)
	.filter((path) => typeof path === "string");
const host = text.filter((word) => word !== "" && !word.startsWith("~")).map((word) => `./${word}`);
const port = fc.integer({ min: 1, max: 65_535 });

const mount: fc.Arbitrary<Mount> = fc.oneof(
	record({ type: fc.constant("bind"), host, guest, readOnly: fc.boolean(), origin: fc.constant(ORIGIN) }),
	record({
		type: fc.constant("tmpfs"),
		guest,
		size_bytes: fc.integer({ min: 1, max: 64 * 1024 ** 3 }),
		readOnly: fc.boolean(),
		origin: fc.constant(ORIGIN),
	}),
);
const hostName = record({
	type: fc.constantFrom("name", "beneath"),
	name: fc.constantFrom("a.example", "localhost"),
});
const netHost: fc.Arbitrary<HostPattern> = fc.oneof(
	hostName,
	fc
		.tuple(fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }), fc.nat(32))
		.map(([bytes, prefix_bits]) => networkOf(bytes, prefix_bits)),
	fc
		.tuple(fc.array(fc.nat(255), { minLength: 16, maxLength: 16 }), fc.nat(128))
		// 2 and on: no address of IPv4 in disguise
		.map(([bytes, prefix_bits]) => networkOf([0x20, ...bytes.slice(1)], Math.max(3, prefix_bits))),
);
const networkOf = (bytes: readonly number[], prefix_bits: number): HostPattern => ({
	type: "network",
	address: addressText(
		bytes.map((byte, index) => byte & ((0xff00 >> Math.min(8, Math.max(0, prefix_bits - index * 8))) & 0xff)),
	),
	prefix_bits,
});
const portList = fc.oneof(
	fc.constant([{ first: 1, last: 65_535 }]),
	fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 6 }).map((numbers) =>
		// every other number, so that no range touches the next
		numbers
			.toSorted((a, b) => a - b)
			.map((number) => ({ first: number * 4, last: number * 4 + (number % 3) })),
	),
);
const netRule: fc.Arbitrary<NetRule> = fc.oneof(
	record({
		type: fc.constant("listen"),
		address: fc.constantFrom("127.0.0.1", "::1", "0.0.0.0"),
		port: fc.oneof(fc.constant(0), port),
		guestPort: port,
		origin: fc.constant(ORIGIN),
	}),
	record({
		type: fc.constantFrom("connect", "udp"),
		host: netHost,
		ports: portList,
		origin: fc.constant(ORIGIN),
	}),
	record({
		type: fc.constant("bind"),
		address: fc.constantFrom("127.0.0.1", "::", "fe80::1"),
		ports: portList,
		origin: fc.constant(ORIGIN),
	}),
	record({ type: fc.constant("resolve"), host: hostName, origin: fc.constant(ORIGIN) }),
	record({
		type: fc.constant("host"),
		name: fc.constantFrom("db", "example.org"),
		address: fc.constantFrom("10.0.0.1", "2001:db8::1"),
		origin: fc.constant(ORIGIN),
	}),
);
const name = text.filter((word) => word !== "" && !word.includes("="));
const u64 = fc.bigInt(0n, 2n ** 64n - 1n);

const grants: fc.Arbitrary<Grants> = record({
	root: fc.constant(undefined),
	mounts: fc.uniqueArray(mount, { selector: (one) => one.guest }),
	env: fc
		.array(fc.tuple(fc.oneof(fc.constantFrom("__proto__", "constructor", "1"), name), text))
		.map((pairs) => new Map(pairs)),
	workdir: fc.option(
		guest.filter((path) => path !== "."),
		{ nil: undefined },
	),
	stdin: fc.constantFrom("auto", "open"),
	terminal: fc.boolean(),
	// the listeners first, as settling leaves them
	net: fc
		.uniqueArray(netRule, { selector: (rule) => JSON.stringify(rule) })
		.map((rules) => rules.toSorted((a, b) => Number(b.type === "listen") - Number(a.type === "listen"))),
	clock: fc.oneof(
		record({ type: fc.constantFrom("real", "coarse") }),
		record({ type: fc.constant("frozen"), time_ns: u64 }),
	),
	random: fc.oneof(record({ type: fc.constant("system") }), record({ type: fc.constant("seed"), seed: u64 })),
	config: fc.array(fc.tuple(fc.oneof(fc.constant("__proto__"), name), text)).map((pairs) => new Map(pairs)),
	keyvalue: fc.uniqueArray(
		record({
			name: fc.constantFrom("", "a", "b.c", "__proto__"),
			file: fc.option(fc.constantFrom("./s.db", "/var/s=1.db", "s\"'.db"), { nil: undefined }),
			origin: fc.constant(ORIGIN),
		}),
		{ selector: (store) => store.name },
	),
	logLevel: fc.constantFrom("trace", "info", "critical", "none"),
});

const within = ({ min, max }: { readonly min: number; readonly max: number }) => fc.integer({ min, max });
const limits: fc.Arbitrary<Limits> = record({
	memory_bytes: within(LIMIT_RANGES.memory_bytes),
	timeout_ms: fc.option(within(LIMIT_RANGES.timeout_ms), { nil: undefined }),
	cpu_time_ms: fc.option(within(LIMIT_RANGES.cpu_time_ms), { nil: undefined }),
	descriptors: within(LIMIT_RANGES.descriptors),
	table_elements: within(LIMIT_RANGES.table_elements),
	storage_bytes: within(LIMIT_RANGES.storage_bytes),
	stack_bytes: fc.option(within(LIMIT_RANGES.stack_bytes), { nil: undefined }),
});

for (const format of ["toml", "json"] as const)
	test(`a policy printed as ${format} is read back as the same grants and limits`, async () => {
		await fc.assert(
			fc.asyncProperty(grants, limits, async (granted, limited) => {
				const printed = printPolicy(granted, limited, format);
				const read = settle([await parsePolicy(printed, "policy")], none);
				const mounts = read.grants.mounts.map((one) => Object.assign({}, one, { origin: ORIGIN }));
				const net = read.grants.net.map((rule) => Object.assign({}, rule, { origin: ORIGIN }));
				const keyvalue = read.grants.keyvalue.map((store) => Object.assign({}, store, { origin: ORIGIN }));
				assert.deepEqual({ ...read.grants, mounts, net, keyvalue }, granted);
				assert.deepEqual(read.limits, limited);
			}),
			{ numRuns: 300 },
		);
	});

test("any text is a policy or a Fault, and never anything else", async () => {
	const words = fc.constantFrom(
		"volume",
		"env",
		"[",
		"]",
		"=",
		'"x"',
		"{",
		"}",
		"\n",
		".",
		"1",
		"true",
		"__proto__",
		",",
	);
	await fc.assert(
		fc.asyncProperty(
			fc.oneof(
				fc.string({ unit: "binary" }),
				fc.array(words).map((all) => all.join(" ")),
			),
			async (any) => {
				await settled(any, "p").catch((error: unknown) => assert.equal((error as Error).name, "Fault"));
			},
		),
		{ numRuns: 500 },
	);
});

test("a printed policy holds no character that TOML forbids or that cannot be seen, in values or in comments", () => {
	const hostile = 'a\u007f\n\u0000\t"\\# \u202e\u200b\u00a0\u{e0041}b';
	const granted = { ...settle([], none).grants, env: new Map([[hostile, hostile]]) };
	const printed = printPolicy(granted, settle([], none).limits, "toml");
	const unseen = String.raw`\u{202e}\u{200b}\u{a0}\u{e0041}`;
	assert.ok(printed.includes(String.raw`# - sees the variable a\u{7f}\u{a}\u{0}\u{9}"\# ${unseen}b`));
	const quoted = String.raw`"a\u007f\n\u0000\t\"\\# \u202e\u200b\u00a0\U000e0041b"`;
	assert.ok(printed.split("\n").includes(`${quoted} = ${quoted}`), printed);
});
