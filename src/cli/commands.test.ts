import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { faultTextOf } from "../../test/support/fault.ts";
import { golden } from "../../test/support/golden.ts";
import { isCurrent } from "../../tools/docs.ts";
import { type Code, CODES } from "../base/codes.ts";
import { COMMON_FLAGS, type CommonDraft, formatOfWords, parseAnywhere } from "./common-flags.ts";
import { COMMANDS, loadCommands } from "./commands.ts";
import { completionScript } from "./completion.ts";
import { EXPLANATIONS } from "./explanations.ts";
import { helpText, mainHelp } from "./help.ts";
import { RUN_FLAGS } from "./run-flags.ts";
import { VERSION } from "./version.ts";

const MAIN = join(import.meta.dirname, "main.ts");

function wherry(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
	const { status, stdout, stderr } = spawnSync(process.execPath, ["--", MAIN, ...words], {
		env: { ...process.env, ...env },
		encoding: "utf8",
	});
	return { status, stdout, stderr };
}

test("help, of wherry and of every command", async () => {
	const texts = [mainHelp(), ...(await Promise.all(COMMANDS.map(({ name }) => helpText(name))))];
	golden(join(import.meta.dirname, "help.golden"), texts.join(`${"=".repeat(100)}\n`));
	for (const line of texts.join("").split("\n")) assert.ok(line.length <= 100, line);
});

test("docs/cli.md is what tools/docs.ts writes", async () =>
	assert.ok(await isCurrent(), "run: node tools/docs.ts"));

test("the version is that of package.json", () => {
	const text = readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8");
	assert.equal((JSON.parse(text) as { version: string }).version, VERSION);
});

for (const code of Object.keys(CODES) as Code[])
	test(`the explanation of ${code} is sentences, and its example uses flags that there are`, () => {
		const { means, why, remedy, example } = EXPLANATIONS[code];
		for (const text of [means, why, remedy]) assert.match(text, /^(?:[A-Z]|wherry |--isolation ).+\.$/s);
		const known = new Set(RUN_FLAGS.flatMap(({ long, short }) => [`--${long}`, `-${short}`]));
		const [ofRun = ""] = /(?<=wherry run).*?(?=\.wasm|$)/.exec(example) ?? [];
		for (const [flag] of ofRun.matchAll(/(?<= )--?[a-z][a-z-]*/g)) assert.ok(known.has(flag), flag);
	});

const SESSIONS: readonly (readonly [string, RegExp, number])[] = [
	["", /^Runs WebAssembly programs/, 125],
	["--help", /^Runs WebAssembly programs/, 0],
	["-h", /^Runs WebAssembly programs/, 0],
	["help", /^Runs WebAssembly programs/, 0],
	["help explain", /^Say at length/, 0],
	["explain --help", /^Say at length/, 0],
	["run --help", /^Run a program/, 0],
	["run -v ./a:/a -h", /^Run a program/, 0],
	["--version", /^wherry \d+\.\d+\.\d+\n$/, 0],
	["-V", /^wherry \d/, 0],
	["version", /^wherry \d.*\nnode 2\d\.[^]*\nplatform /, 0],
	["version --format json", /^\{"wherry":"\d/, 0],
	["doctor", /^wherry \d[^]*seccomp/, 0],
	["doctor --format=json", /^\{"wherry":"\d.*"parts":\[/, 0],
	["explain", /^USAGE [^]*\nBUG /, 0],
	["explain not-granted", /^NOT_GRANTED \(the program's own exit status\)\n/, 0],
	["explain [TRAP]", /^TRAP \(exit status 134\)\n/, 0],
	["explain TIMEOUT --format json", /^\{"code":"TIMEOUT","exit":124,"means":"/, 0],
	["completion bash", /^# bash completion/, 0],
];

for (const [words, expected, status] of SESSIONS)
	test(`$ wherry ${words}`, () => {
		const ended = wherry(words.split(" ").filter((word) => word !== ""));
		assert.match(ended.stdout, expected);
		assert.deepEqual([ended.stderr, ended.status], ["", status]);
	});

const FAILURES: readonly (readonly [string, string])[] = [
	[
		"rnu x.wasm",
		`error: wherry has no command 'rnu' [COMMAND_UNKNOWN]
note: a file to run ends in .wasm or .wat, or is written with a '/'; an image is run by its name behind 'run'
help: wherry run
`,
	],
	[
		"keygen hello",
		`error: wherry has no command 'keygen' [COMMAND_UNKNOWN]
note: a file to run ends in .wasm or .wat, or is written with a '/'; an image is run by its name behind 'run'
help: wherry trust keygen
`,
	],
	["help rnu", "error: wherry has no command 'rnu' [COMMAND_UNKNOWN]\n"],
	[
		"explain NOT_GRANTD",
		"error: there is no error code 'NOT_GRANTD' [CODE_UNKNOWN]\nhelp: wherry explain NOT_GRANTED\n",
	],
	["completion tcsh", "error: there are no completions for 'tcsh' [USAGE]\n"],
	["completion", "error: which shell? [USAGE]\n"],
	[
		"version --colour",
		"error: wherry version has no flag '--colour' [FLAG_UNKNOWN]\nhelp: wherry version --help\n",
	],
	[
		"-v ./a:/a x.wasm",
		`error: wherry has no flag '-v' [FLAG_UNKNOWN]
note: options of a run stand behind 'run'; --help and --version stand alone
help: wherry run -v ... FILE.wasm
help: wherry --help
`,
	],
	[
		"run --policy ./no/such.toml x.wasm",
		`error: cannot find the policy './no/such.toml' [GRANT_NOT_FOUND]
note: looked in ${process.cwd()}
`,
	],
	[
		"run --env-file . x.wasm",
		"error: cannot read the file of variables '.' [GRANT_INVALID]\nnote: it is a directory\n",
	],
	[
		"run --memory much --format json x.wasm",
		`{"code":"FLAG_INVALID","message":"cannot read 'much' as a size for --memory","note":["a size is a number of bytes with k, m or g behind it"],"help":["--memory 512m"]}\n`,
	],
];

for (const [words, expected] of FAILURES)
	test(`$ wherry ${words}`, () => {
		const ended = wherry(words.split(" "));
		assert.ok(ended.stderr.startsWith(expected), ended.stderr);
		assert.deepEqual([ended.stdout, ended.status], ["", 125]);
	});

test("--print-policy prints grants, runs nothing, and its file gives the same grants again", () => {
	const words = [
		"--print-policy",
		"-v",
		"./no/such:/data:ro",
		"-e",
		"WHERRY_TEST",
		"-e",
		"__proto__=1",
		"no-such.wasm",
	];
	const first = wherry(["run", ...words], { WHERRY_TEST: "from our environment" });
	assert.deepEqual([first.stderr, first.status], ["", 0]);
	assert.match(first.stdout, /^WHERRY_TEST = "from our environment"\n__proto__ = "1"$/m);
	const again = spawnSync(process.execPath, ["--", MAIN, "run", "--policy", "-", "--print-policy"], {
		input: first.stdout,
	});
	assert.equal(again.stdout.toString(), first.stdout);
});

test("a name that process.env inherits is not a variable of ours", () => {
	const { stdout } = wherry([
		"run",
		"--print-policy",
		"-e",
		"__proto__",
		"-e",
		"constructor",
		"-e",
		"toString",
	]);
	assert.doesNotMatch(stdout, /\[env\]/);
});

test("errors on a pipe have no colour", () => {
	assert.ok(!wherry(["rnu"], { FORCE_COLOR: "1" }).stderr.includes("\u001b"));
});

test("--format json counts in words that cannot be parsed, but not behind the file", () => {
	assert.equal(formatOfWords(["run", "--bad", "--format", "json"]), "json");
	assert.equal(formatOfWords(["run", "--bad", "x.wasm", "--format=json"]), "text");
	assert.equal(formatOfWords(["run", "--", "--format=json"]), "text");
});

test("the common flags stand anywhere among a verb's words", () => {
	const draft: CommonDraft = { format: "text", debug: false, help: false };
	const words = ["TRAP", "--format", "json", "more", "-h", "--", "--debug"];
	const rest = parseAnywhere("explain", COMMON_FLAGS, draft, words);
	assert.deepEqual(
		[rest, draft],
		[["TRAP", "more", "--debug"], { format: "json", debug: false, help: true }],
	);
});

/** What bash offers behind these words. */
const ask = (...words: string[]) =>
	`COMP_WORDS=(wherry ${words.join(" ")}); COMP_CWORD=${words.length}; _wherry; echo "\${COMPREPLY[@]}"`;

test("bash completes commands, flags, values and codes with the script", async () => {
	const script = `${await completionScript("bash")}
${ask("exp")}
${ask("run", "--vol")}
${ask("run", "--isolation", "''")}
${ask("explain", "TIM")}
${ask("completion", "f")}`;
	const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
	assert.deepEqual([stdout, stderr], ["explain\n--volume\nauto strict none\nTIMEOUT\nfish\n", ""]);
});

/** Stands for the program in bash, and lists the images of a store that is not there. */
const STORED = "wherry() { printf '%s\\n' hello:latest hello:1.2 127.0.0.1:5000/team/app:1.2; }";

test("bash completes commands of two words, and the names of images, which hold colons", async () => {
	const script = `${await completionScript("bash")}
${STORED}
${ask("image", "insp")}
${ask("image", "inspect", "--ra")}
${ask("image", "ls", "--dig")}
${ask("image", "inspect", "he")}
${ask("rmi", "127")}
COMP_LINE='wherry rmi hello:l' COMP_POINT=18
${ask("rmi", "hello", ":", "l")}
COMP_WORDBREAKS=' '
${ask("rmi", "hello:l")}
COMP_LINE= COMP_POINT=0
${ask("registry", "''")}`;
	const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
	const expected = [
		"inspect",
		"--raw",
		"--digests",
		"hello:latest hello:1.2",
		"127.0.0.1:5000/team/app:1.2",
		"latest",
		"hello:latest",
		"serve",
		"",
	];
	assert.deepEqual([stdout.split("\n"), stderr], [expected, ""]);
});

for (const shell of ["bash", "zsh", "fish", "powershell"])
	test(`the completions for ${shell} name every command and shown flag`, async () => {
		const script = await completionScript(shell);
		const commands = await loadCommands();
		// a flag that one command hides may be another's to show
		const shown = new Set(
			commands.flatMap(({ flags }) => flags.flatMap(({ long, doc }) => (doc === undefined ? [] : [long]))),
		);
		for (const { name, flags } of commands) {
			for (const word of name.split(" ")) assert.match(script, new RegExp(`\\b${word}\\b`));
			for (const { long } of flags)
				assert.equal(
					new RegExp(`(--|-l )${long}(?![a-z-])`).test(script),
					shown.has(long),
					`${shell}: ${long}`,
				);
		}
	});

test("there are completions for the shells that the error names", async () => {
	assert.match(await faultTextOf(completionScript("bsh")), /help: wherry completion bash/);
});

test("a run loads nothing that only other verbs need", () => {
	const loaded = staticImports(MAIN);
	const start = staticImports(join(import.meta.dirname, "run-verb.ts"));
	for (const file of start) loaded.add(file);
	for (const name of [
		"help.ts",
		"explain.ts",
		"explanations.ts",
		"completion.ts",
		"doctor.ts",
		"policy.ts",
		"policy-files.ts",
	])
		assert.ok(![...loaded].some((file) => file.endsWith(`/${name}`)), name);
	assert.ok([...loaded].some((file) => file.endsWith("/run-flags.ts")));
});

/** The files that loading this one loads, itself included. */
function staticImports(file: string, seen: Set<string> = new Set()): Set<string> {
	if (seen.has(file)) return seen;
	seen.add(file);
	const text = readFileSync(file, "utf8");
	for (const [, what = "", from = ""] of text.matchAll(/^import (type )?[^;]*?from "(\.[^"]+)";/gm))
		if (what === "") staticImports(resolve(dirname(file), from), seen);
	return seen;
}
