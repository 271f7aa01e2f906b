import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";

import { golden } from "../support/golden.ts";
import { freePort } from "../support/free-port.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { guest, ROOT, run, start } from "../support/wherry.ts";
import { assertRefused } from "./refusal.ts";

interface Case {
	readonly does: string;
	readonly guest: string;
	/** Flags before the guest. */
	readonly flags?: readonly string[];
	readonly words?: readonly string[];
	readonly stdin?: string;
	readonly stdout?: string;
	readonly status?: number;
}

const DIGEST = "ff1a5e9f84d2e1cedbffb7ce0187560cfe0395ec2e5f9e0ef49202eaf1be804d";
const ENERGY = "-0.169075164\n-0.169087605\n";

const KOTLIN = `[12.0, 9.0]
finally
caught too deep
{one=1, two=2, three=3}
lengths 2488895
random in range true
time passes true
`;
const ASSEMBLYSCRIPT = `arguments b,a,b
a 1
b 2
random in range true
this century true
Error: done
`;

/** What the guests do that need no files; status 0 and empty streams where nothing else is said. */
const CASES: readonly Case[] = [
	{ does: "greets", guest: "wat/hello", stdout: "hello\n" },
	{ does: "speaks the first snapshot", guest: "wat/unstable", stdout: "unstable\n", status: 7 },
	{ does: "runs its start section first", guest: "wat/start", stdout: "start\nmain\n" },
	{ does: "copies its input", guest: "wat/cat", flags: ["-i"], stdin: "in\0out\n", stdout: "in\0out\n" },
	{ does: "ends with the status it wants", guest: "wat/exit", words: ["42"], status: 42 },
	{ does: "ends with 0 by itself", guest: "wat/exit" },
	{ does: "grows up to its limit", guest: "wat/grow", flags: ["-m", "64m"], stdout: "961\n" },
	{ does: "sees the end of its input at once", guest: "wat/wait", flags: ["-i"], stdin: "", status: 20 },
	{
		does: "adds for its caller",
		guest: "wat/reactor",
		flags: ["--invoke", "add"],
		words: ["2", "40"],
		stdout: "42\n",
	},
	{
		does: "was initialised once",
		guest: "wat/reactor",
		flags: ["--invoke", "initialized"],
		stdout: "1\n",
	},
	{
		does: "computes in floating point",
		guest: "wat/reactor",
		flags: ["--invoke", "hypotenuse"],
		words: ["3", "4"],
		stdout: "5\n",
	},
	{
		does: "goes as deep as asked",
		guest: "wat/recurse",
		flags: ["--invoke", "depth"],
		words: ["1000"],
		stdout: "1000\n",
	},
	{ does: "computes a digest", guest: "c/sha256", words: ["1000"], stdout: `${DIGEST}\n` },
	{ does: "moves the planets", guest: "c/nbody", words: ["1000"], stdout: ENERGY },
	{ does: "counts the points of the set", guest: "c/mandel", words: ["100"], stdout: "1745\n" },
	{ does: "multiplies matrices", guest: "c/matmul", words: ["64"], stdout: "7863568\n" },
	{ does: "counts primes", guest: "c/sieve", words: ["1000000"], stdout: "78498\n" },
	{ does: "finds that its clocks agree", guest: "c/clocks", stdout: "clocks agree\n" },
	{ does: "polls its input", guest: "c/poll", flags: ["-i"], stdin: "boat", stdout: "read 4\nend\n" },
	{
		does: "counts the words of its input",
		guest: "c/wc",
		flags: ["-i"],
		stdin: "a b\nc\n",
		stdout: "      2       3       6\n",
	},
	{ does: "sees no terminal", guest: "c/terminal", stdout: "0 no terminal\n1 no terminal\n2 no terminal\n" },
	{ does: "has collected garbage and caught what it threw", guest: "kotlin/tour", stdout: KOTLIN },
	{
		does: "greets its arguments",
		guest: "assemblyscript/tour",
		words: ["b", "a", "b"],
		stdout: ASSEMBLYSCRIPT,
		status: 3,
	},
];

for (const { does, guest: name, flags = [], words = [], stdin, stdout = "", status = 0 } of CASES)
	test(`${name} ${does}`, () => {
		const ended = run(["run", ...flags, guest(name), ...words], { stdin });
		assert.deepEqual(
			{ status: ended.status, stdout: ended.stdout.toString(), stderr: ended.stderr },
			{ status, stdout, stderr: "" },
		);
	});

test("c/environment sees its arguments and no variable but those it was given", () => {
	const words = ["run", "-e", "GREETING=ahoy", "-e", "__proto__=x", guest("c/environment"), "a", "b c", ""];
	const lines = run(words).stdout.toString().split("\n");
	assert.match(lines.shift() ?? "", /^argument \[.*environment.*\]$/);
	const expected = [
		"argument [a]",
		"argument [b c]",
		"argument []",
		"variable [GREETING=ahoy]",
		"variable [__proto__=x]",
		"",
	];
	assert.deepEqual(lines, expected);
});

test("c/tour finds every file call as POSIX says", (context) => {
	const folder = temporaryDirectory(context);
	const ended = run(["run", "-v", `${folder}:/data`, guest("c/tour"), "/data"]);
	golden(join(import.meta.dirname, "tour.golden"), ended.stdout.toString());
	assert.equal(ended.stderr, "");
	assert.equal(ended.status, 0);
	assert.deepEqual(readdirSync(folder), []);
});

test("c/tour finds them so in memory too", () => {
	const ended = run(["run", "--tmpfs", "/data", guest("c/tour"), "/data"]);
	golden(join(import.meta.dirname, "tour.golden"), ended.stdout.toString());
	assert.equal(ended.status, 0);
});

test("c/bigfile writes and reads back its pieces", (context) => {
	const folder = temporaryDirectory(context);
	const ended = run(["run", "-v", `${folder}:/data`, guest("c/bigfile"), "/data", "8"]);
	assert.deepEqual(
		[ended.stdout.toString(), ended.stderr, ended.status],
		["128 pieces, sum 146f4000\n", "", 0],
	);
	assertRefused(
		run(["run", "-v", `${folder}:/data:ro`, guest("c/bigfile"), "/data", "1"]),
		"/data/bigfile.bin",
	);
});

test("c/smallfiles creates, stats, reads, lists and removes", (context) => {
	const folder = temporaryDirectory(context);
	const ended = run(["run", "-v", `${folder}:/data`, guest("c/smallfiles"), "/data", "500"]);
	const expected = "8390 bytes statted, 8390 read, 500 files listed, 0 left\n";
	assert.deepEqual([ended.stdout.toString(), ended.stderr, ended.status], [expected, "", 0]);
	assertRefused(run(["run", guest("c/smallfiles"), "/data", "1"]), "/data/small-00000.txt");
});

test("c/wc counts the file it was granted and is refused the one beside it", (context) => {
	const folder = temporaryDirectory(context);
	writeFileSync(join(folder, "a.txt"), "one two\nthree\n");
	writeFileSync(join(folder, "b.txt"), "secret\n");
	const ended = run(["run", "-v", `${folder}/a.txt:/in/a.txt:ro`, guest("c/wc"), "/in/a.txt", "/in/b.txt"]);
	assert.equal(ended.stdout.toString(), "      2       3      14 /in/a.txt\n      2       3      14 total\n");
	assertRefused(ended, "/in/b.txt");
});

test("c/listener echoes what comes on the listener it was granted", async () => {
	const port = await freePort();
	const running = start(["run", "--net", `listen=127.0.0.1:${port}`, guest("c/listener"), "1"]);
	await running.firstOutput;
	const socket = connect(port, "127.0.0.1");
	const echo = text(socket);
	const sent = "cargo ".repeat(50_000);
	socket.end(sent);
	assert.equal(await echo, sent);
	const ended = await running.ended;
	assert.match(ended.stdout.toString(), /^listening on \d+\nechoed 300000\n$/);
	assert.equal(ended.status, 0);
});

test("c/listener without a listener says so", () => {
	const ended = run(["run", guest("c/listener")]);
	assert.match(ended.stderr, /^listener: no listening socket was granted$/m);
	assert.equal(ended.status, 1);
});

test("rust/tour uses arguments, a variable, its input, clocks and files", (context) => {
	const folder = temporaryDirectory(context);
	const manifest = join(temporaryDirectory(context), "manifest.txt");
	writeFileSync(manifest, "tea\nsalt\n");
	const flags = [
		"-i",
		"-e",
		"GREETING=ahoy",
		"-v",
		`${folder}:/data`,
		"-v",
		`${manifest}:/in/manifest.txt:ro`,
	];
	const words = [guest("rust/tour"), "/data", "/in/manifest.txt"];
	const ended = run(["run", ...flags, ...words], { stdin: "boat\nship\n" });
	assert.deepEqual(ended.stdout.toString().split("\n"), [
		'arguments ["/data", "/in/manifest.txt"]',
		'GREETING Some("ahoy")',
		"line boat",
		"line ship",
		"slept true",
		"this century true",
		'[("one", 1), ("three", 3), ("two", 2)]',
		"two of 39 bytes",
		'["moved.txt true"]',
		'Some("tea")',
		"",
	]);
	assert.deepEqual([ended.stderr, ended.status], ["", 7]);
	assert.deepEqual(readdirSync(folder), []);
});

test("rust/tour without its grant is refused its file", () => {
	const ended = run(["run", guest("rust/tour"), "/data"]);
	assert.equal(ended.status, 2);
	assertRefused(ended, "/data/words.txt");
});

test("zig/tour works in its working directory", (context) => {
	const folder = temporaryDirectory(context);
	const ended = run(["run", "-v", `${folder}:/data`, "-w", "/data", guest("zig/tour"), "x"]);
	const expected = "argument x\nslept true\n30 bytes, 6 words\nmoved.txt file\ngone true\n";
	assert.deepEqual([ended.stdout.toString(), ended.stderr, ended.status], [expected, "", 0]);
	assert.deepEqual(readdirSync(folder), []);
});

test("zig/tour without a working directory is refused its file", () => {
	assertRefused(run(["run", guest("zig/tour")]), "/words.txt");
});

test("wat/trap ends with the names of its functions", () => {
	const ended = run(["run", guest("wat/trap")]);
	assert.equal(ended.status, 134);
	assert.match(ended.stderr, /\[TRAP\]/);
	assert.match(ended.stderr, /innermost[^]*middle[^]*outermost[^]*_start/);
});

test("wat/recurse ends when the stack does", () => {
	const ended = run(["run", guest("wat/recurse")]);
	assert.equal(ended.status, 134);
	assert.match(ended.stderr, /\[STACK_LIMIT\]/);
});

test("wat/loop ends at its timeout", () => {
	assert.equal(run(["run", "--timeout", "200ms", guest("wat/loop")]).status, 124);
	assert.equal(run(["run", "--timeout", "200ms", "--invoke", "fill", guest("wat/loop")]).status, 124);
});

test("every committed guest is small, and named by a test", () => {
	const all = testFiles()
		.map((file) => readFileSync(file, "utf8"))
		.join("\n");
	for (const name of committedGuests()) {
		assert.ok(statSync(guest(name)).size < 300_000, `${name} is too large`);
		assert.ok(all.includes(`"${name}"`), `no test names ${name}`);
	}
});

function testFiles(): string[] {
	return filesBelow(join(ROOT, "test"), ".ts").map((name) => join(ROOT, "test", name));
}

function committedGuests(): string[] {
	return filesBelow(join(ROOT, "guests"), ".wasm").map((name) => name.slice(0, -".wasm".length));
}

/** Two levels are enough here, and spare a walk through node_modules. */
function filesBelow(root: string, ending: string): string[] {
	const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
	return folders.flatMap(({ name: folder }) =>
		readdirSync(join(root, folder))
			.filter((name) => name.endsWith(ending))
			.map((name) => `${folder}/${name}`),
	);
}
