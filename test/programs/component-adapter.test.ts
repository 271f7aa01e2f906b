/**
 * Programs of preview1 in C, Rust, Zig and Go, made into components by `jco new` and the preview1 adapter. They do what they
 * do as modules, but for what the adapter leaves out: it passes on of a status only whether it is 0.
 */
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { golden } from "../support/golden.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { guest, run } from "../support/wherry.ts";
import { adapted } from "./components.ts";
import { goTour } from "./go.ts";
import { assertRefused } from "./refusal.ts";

interface Case {
	readonly guest: string;
	/** In these, `FOLDER` is an empty folder with a file `manifest.txt` beside it. */
	readonly flags?: readonly string[];
	readonly words?: readonly string[];
	readonly stdin?: string;
	/** What comes out; undefined: the same as of the module. */
	readonly stdout?: string;
	readonly failed?: boolean;
}

const cases: readonly Case[] = [
	{ guest: "wat/hello", stdout: "hello\n" },
	{ guest: "wat/exit", words: ["42"], stdout: "", failed: true },
	{ guest: "wat/cat", flags: ["-i"], stdin: "in\0out\n", stdout: "in\0out\n" },
	{ guest: "c/clocks", stdout: "clocks agree\n" },
	{ guest: "c/poll", flags: ["-i"], stdin: "boat", stdout: "read 4\nend\n" },
	{ guest: "c/wc", flags: ["-i"], stdin: "a b\nc\n", stdout: "      2       3       6\n" },
	{
		guest: "c/smallfiles",
		flags: ["-v", "FOLDER:/data"],
		words: ["/data", "100"],
		stdout: "1590 bytes statted, 1590 read, 100 files listed, 0 left\n",
	},
	{ guest: "c/bigfile", flags: ["-v", "FOLDER:/data"], words: ["/data", "8"] },
	{ guest: "c/sha256", words: ["1000"] },
	{
		guest: "rust/tour",
		flags: [
			"-i",
			"-e",
			"GREETING=ahoy",
			"-v",
			"FOLDER:/data",
			"-v",
			"FOLDER/../manifest.txt:/in/manifest.txt:ro",
		],
		words: ["/data", "/in/manifest.txt"],
		stdin: "boat\nship\n",
		failed: true,
	},
	// garbage collection and exceptions
	{ guest: "kotlin/tour" },
	{ guest: "zig/tour", flags: ["-v", "FOLDER:/data", "-w", "/data"], words: ["x"] },
];

for (const { guest: name, flags = [], words = [], stdin, stdout, failed = false } of cases)
	test(`${name} does the same as a component`, async (context) => {
		const root = temporaryDirectory(context);
		writeFileSync(join(root, "manifest.txt"), "tea\nsalt\n");
		const folder = temporaryDirectory(context);
		const granted = flags.map((flag) => flag.replace("FOLDER/..", root).replace("FOLDER", folder));
		const module = run(["run", ...granted, guest(name), ...words], { stdin });
		const component = run(["run", ...granted, await adapted(guest(name)), ...words], { stdin });
		assert.equal(component.stdout.toString(), stdout ?? module.stdout.toString());
		assert.deepEqual([component.stderr, component.status], [module.stderr, failed ? 1 : 0]);
	});

test("c/environment as a component sees its arguments and no variable but those it was given", async () => {
	const words = ["run", "-e", "GREETING=ahoy", await adapted(guest("c/environment")), "a", "b c"];
	const [program, ...lines] = run(words).stdout.toString().split("\n");
	assert.match(program ?? "", /^argument \[.*environment.*\]$/);
	assert.deepEqual(lines, ["argument [a]", "argument [b c]", "variable [GREETING=ahoy]", ""]);
});

test("c/tour as a component finds what the adapter lets it find", async (context) => {
	const folder = temporaryDirectory(context);
	const ended = run(["run", "-v", `${folder}:/data`, await adapted(guest("c/tour")), "/data"]);
	golden(join(import.meta.dirname, "component-tour.golden"), ended.stdout.toString());
	assert.equal(ended.stderr, "");
	assert.deepEqual(readdirSync(folder), []);
	const inMemory = run(["run", "--tmpfs", "/data", await adapted(guest("c/tour")), "/data"]);
	golden(join(import.meta.dirname, "component-tour.golden"), inMemory.stdout.toString());
});

test("c/wc as a component counts the file it was granted and is refused the one beside it", async (context) => {
	const folder = temporaryDirectory(context);
	writeFileSync(join(folder, "a.txt"), "one two\nthree\n");
	writeFileSync(join(folder, "b.txt"), "secret\n");
	const words = [await adapted(guest("c/wc")), "/in/a.txt", "/in/b.txt"];
	const ended = run(["run", "-v", `${folder}/a.txt:/in/a.txt:ro`, ...words]);
	assert.match(ended.stdout.toString(), /^ +2 +3 +14 \/in\/a.txt$/m);
	assertRefused(ended, "/in/b.txt");
});

test("a component that reads /etc/passwd is refused, with the flag that would allow it", async () => {
	const component = await adapted(guest("c/wc"));
	const help = assertRefused(run(["run", component, "/etc/passwd"]), "/etc/passwd");
	assert.deepEqual(help, ["--dir", "/etc/passwd:/etc/passwd:ro"]);
	const allowed = run(["run", ...help, component, "/etc/passwd"]);
	assert.match(allowed.stdout.toString(), /\/etc\/passwd$/m);
	assert.equal(allowed.status, 0);
});

test("a component that loops ends at its timeout", async () => {
	const component = await adapted(guest("wat/loop"));
	assert.equal(run(["run", "--timeout", "300ms", component]).status, 124);
});

test("a component of Go runs goroutines, timers, standard input and files", async (context) => {
	const folder = temporaryDirectory(context);
	const words = ["run", "-i", "-v", `${folder}:/data`, await adapted(await goTour()), "/data"];
	const ended = run(words, { stdin: "a\nb\na\n" });
	assert.match(
		ended.stdout.toString(),
		/^squares 338350\nrace five ticks\nlines map\[a:2 b:1\]\n"from Go\\n"\n/,
	);
	assert.equal(ended.stderr, "");
	assert.equal(ended.status, 1);
	assert.deepEqual(readdirSync(folder), []);
});

test("AssemblyScript's arguments are more than the adapter takes: it says so, and traps", async () => {
	const component = await adapted(guest("assemblyscript/tour"));
	const { stdout, stderr, status } = run(["run", component, "b", "a"]);
	assert.equal(stdout.toString(), "");
	assert.match(stderr, /^assertion failed at adapter line \d+/m);
	assert.match(stderr, /\[TRAP\][^]*args_get/);
	assert.equal(status, 134);
});
