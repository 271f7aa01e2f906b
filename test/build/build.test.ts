import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { temporaryDirectory } from "../support/temporary.ts";
import { guest, start } from "../support/wherry.ts";
import { inspect, project } from "./project.ts";

const HELLO = readFileSync(guest("wat/hello"));
const HELLO_TEXT = readFileSync(guest("wat/hello").replace(/wasm$/, "wat"));
const CAT = readFileSync(guest("wat/cat"));

test("a program alone becomes an artifact, which runs by its name", (context) => {
	const { wherry, store } = project(context, { "hello.wasm": HELLO });
	const built = wherry(["build", "-t", "hello", "-t", "127.0.0.1:5000/a/b:2"]);
	assert.equal(built.stderr, "");
	assert.match(
		built.stdout.toString(),
		/^Successfully built [0-9a-f]{12}\nSuccessfully tagged hello:latest\nSuccessfully tagged 127\.0\.0\.1:5000\/a\/b:2\n$/,
	);
	const manifest = inspect(store, "127.0.0.1:5000/a/b:2", "--raw");
	assert.match(JSON.stringify(manifest["config"]), /application\/vnd\.wasm\.config\.v0\+json/);
	assert.equal((manifest["layers"] as unknown[]).length, 1);
	const ran = wherry(["run", "hello"]);
	assert.equal(ran.stderr, "");
	assert.equal(ran.stdout.toString(), "hello\n");
});

test("a file is built as the folder that holds it is; text is assembled first", (context) => {
	const { wherry, write } = project(context, { "hello.wasm": HELLO });
	const byFolder = wherry(["build", "-q", "."]).stdout.toString();
	assert.match(byFolder, /^sha256:[0-9a-f]{64}\n$/);
	assert.equal(wherry(["build", "-q", "hello.wasm"]).stdout.toString(), byFolder);
	write({ "text/hello.wat": HELLO_TEXT });
	assert.match(wherry(["build", "-q", "text"]).stdout.toString(), /^sha256:/);
});

const FILES = {
	"app.wasm": CAT,
	"site/index.html": "hello\n",
	"site/run.sh*": "#!/bin/sh\n",
	"site/link": "-> index.html",
	"wherry.toml": `[image]
tags = ["files:1"]
files = ["site:/srv/site"]
env = { B = "2", A = "1" }
cmd = ["serve"]
workdir = "/srv"
expose = ["8080"]
labels = { "org.example.a" = "b" }
`,
};

test("a program with files becomes an image, which other tools read", (context) => {
	const { wherry, store } = project(context, FILES);
	const built = wherry(["build", "--label", "more=x", "--annotation", "note=y"]);
	assert.equal(built.stderr, "");
	const manifest = inspect(store, "docker.io/library/files:1", "--raw");
	assert.deepEqual(manifest["annotations"], { "module.wasm.image/variant": "compat", note: "y" });
	const config = inspect(store, "docker.io/library/files:1", "--config");
	assert.deepEqual([config["os"], config["architecture"]], ["wasi", "wasm"]);
	assert.deepEqual(config["config"], {
		ExposedPorts: { "8080/tcp": {} },
		Env: ["B=2", "A=1"],
		Entrypoint: ["/app.wasm"],
		Cmd: ["serve"],
		WorkingDir: "/srv",
		Labels: { more: "x", "org.example.a": "b" },
	});
});

test("the same source gives the same digest, in another folder and at another time", (context) => {
	const one = project(context, FILES, "one");
	const other = project(context, FILES, "other");
	for (const name of Object.keys(FILES).filter((path) => !/[*]|link/.test(path)))
		utimesSync(join(other.folder, name), 1, 1);
	const digest = (place: typeof one, env = {}) => wherryDigest(place.wherry(["build", "-q"], env));
	assert.equal(digest(one), digest(other));
	assert.equal(
		digest(one, { SOURCE_DATE_EPOCH: "7" }),
		digest(other, { SOURCE_DATE_EPOCH: "7", TZ: "Asia/Tokyo" }),
	);
	assert.notEqual(digest(one), digest(one, { SOURCE_DATE_EPOCH: "7" }));
	assert.match(one.wherry(["build"], { SOURCE_DATE_EPOCH: "now" }).stderr, /SOURCE_DATE_EPOCH 'now'/);
});

function wherryDigest({ stdout, stderr }: { stdout: Buffer; stderr: string }): string {
	assert.match(stdout.toString(), /^sha256:[0-9a-f]{64}\n$/, stderr);
	return stdout.toString();
}

test("--platform labels the same layers for engines that refuse wasm", (context) => {
	const { wherry, store } = project(context, FILES);
	wherry(["build", "-t", "a"]);
	wherry(["build", "-t", "b", "--platform", "linux/amd64"]);
	const [a, b] = ["a", "b"].map((name) => inspect(store, `docker.io/library/${name}:latest`, "--config"));
	assert.deepEqual([b?.["os"], b?.["architecture"]], ["linux", "amd64"]);
	assert.deepEqual(a?.["rootfs"], b?.["rootfs"]);
	assert.equal(wherry(["run", "b"]).status, wherry(["run", "a"]).status);
});

test("--output, --iidfile and --format json", (context) => {
	const { wherry, folder, store } = project(context, { "hello.wasm": HELLO });
	const out = wherry(["build", "-o", "out.wasm"]);
	assert.deepEqual([out.status, out.stdout.toString(), existsSync(store)], [0, "", false]);
	assert.deepEqual(readFileSync(join(folder, "out.wasm")), HELLO);
	const { stdout } = wherry(["build", "--iidfile", "id", "-t", "x", "--format", "json", "hello.wasm"]);
	const { digest, tags } = JSON.parse(stdout.toString()) as { digest: string; tags: string[] };
	assert.equal(readFileSync(join(folder, "id"), "utf8"), digest);
	assert.deepEqual(tags, ["x:latest"]);
});

test("a command of wherry.toml is run without a shell, and what it says goes to standard error", (context) => {
	const { wherry } = project(context, {
		"hello.wat": HELLO_TEXT,
		"copy.sh*": '#!/bin/sh\necho "says $1"; cp hello.wat "$2"\n',
		"wherry.toml": '[build]\ncommand = ["./copy.sh", "$HOME; *", "out.wasm"]\noutput = "out.wasm"\n',
	});
	const loud = wherry(["build", "-t", "x"]);
	assert.match(loud.stderr, /^Step 1\/1 : \.\/copy\.sh '\$HOME; \*' out\.wasm\nsays \$HOME; \*\n$/);
	assert.match(loud.stdout.toString(), /Successfully tagged x:latest\n$/);
	assert.equal(wherry(["build", "-q"]).stderr, "");
	assert.equal(wherry(["run", "x"]).stdout.toString(), "hello\n");
});

test("a label is reason enough for an image", (context) => {
	const { wherry, store } = project(context, { "hello.wasm": HELLO });
	wherry(["build", "-t", "x", "--label", "a=b"]);
	assert.deepEqual(inspect(store, "docker.io/library/x:latest", "--config")["config"], {
		Entrypoint: ["/hello.wasm"],
		Labels: { a: "b" },
	});
	assert.equal(wherry(["run", "x"]).stdout.toString(), "hello\n");
});

test("a program whose name the toolchain chooses is found, in a folder of any name", (context) => {
	const command = (files: string) =>
		`[build]\ncommand = ["sh", "-c", "mkdir -p out; for f in ${files}; do cp hello.wat out/$f.wasm; done"]\noutput = "out/*.wasm"\n`;
	const { wherry, write } = project(
		context,
		{ "hello.wat": HELLO_TEXT, "wherry.toml": command("one") },
		"a [b] {c}",
	);
	assert.equal(wherry(["build", "-q"]).status, 0);
	write({ "wherry.toml": command("one two") });
	assert.match(wherry(["build", "-q"]).stderr, /left several programs[^]*one\.wasm\nnote: .*two\.wasm/);
});

const failing: readonly (readonly [string, Record<string, string>, RegExp, number])[] = [
	[
		"a command that fails",
		{ "wherry.toml": '[build]\ncommand = ["sh", "-c", "echo wrong; exit 3"]\noutput = "a"' },
		/wrong\n.*BUILD_FAILED\]\nnote: it ended with status 3/,
		1,
	],
	[
		"a command that is not there",
		{ "wherry.toml": '[build]\ncommand = ["no-such"]\noutput = "a"' },
		/TOOLCHAIN_MISSING/,
		125,
	],
	[
		"a command that leaves nothing",
		{ "wherry.toml": '[build]\ncommand = ["true"]\noutput = "a.wasm"' },
		/left no program/,
		1,
	],
	["a program that is none", { "a.wasm": "text" }, /NOT_WASM/, 126],
	["a program that is cut off", { "a.wasm": "\0asm\u0001\0\0\0\u0001" }, /MODULE_INVALID/, 126],
	[
		"files that are not there",
		{ "a.wat": "(module)", "wherry.toml": '[image]\nfiles = ["x:/x"]' },
		/cannot find 'x'/,
		125,
	],
	[
		"files from outside",
		{ "a.wat": "(module)", out: "-> /etc", "wherry.toml": '[image]\nfiles = ["out/passwd:/x"]' },
		/cannot find 'out\/passwd'/,
		125,
	],
	[
		"files behind '..'",
		{ "a.wat": "(module)", "wherry.toml": '[image]\nfiles = ["../../../../etc/passwd:/x"]' },
		/cannot find/,
		125,
	],
	[
		"a name that would be a whiteout",
		{ "a.wat": "(module)", "d/.wh.a": "", "wherry.toml": '[image]\nfiles = ["d:/d"]' },
		/LAYER_INVALID/,
		125,
	],
	["nothing", {}, /PROJECT_UNKNOWN/, 125],
];
for (const [name, files, expected, status] of failing)
	test(`refused: ${name}`, (context) => {
		const { wherry, store } = project(context, files);
		for (const words of [["build"], ["build", "-q"]]) {
			const ended = wherry(words);
			assert.match(ended.stderr, expected);
			assert.equal(ended.status, status);
		}
		assert.equal(existsSync(store), false);
	});

for (const [flag, file] of [
	["--output", "nowhere/app.wasm"],
	["--iidfile", "nowhere/id"],
] as const)
	test(`${flag} says that its folder is not there`, (context) => {
		const { wherry } = project(context, { "hello.wasm": HELLO });
		const { stderr, status } = wherry(["build", "-t", "hello", flag, file]);
		assert.match(stderr, new RegExp(`^error: cannot write '${file}' \\[IO\\]\nnote: asked for by ${flag}\n`));
		assert.match(stderr, /^help: ls -ld nowhere /m);
		assert.equal(status, 125);
	});

test("a source file is refused, and pointed to its folder", (context) => {
	const { wherry } = project(context, { "main.c": "#include <stdio.h>\nint main(void) { return 0; }\n" });
	const { stderr, status } = wherry(["build", "../project/main.c"]);
	assert.match(stderr, /^error: cannot build an image of '\.\.\/project\/main.c': it is C or C\+\+ source/);
	assert.match(stderr, /^help: wherry build \.\.\/project$/m);
	assert.equal(status, 126);
});

test("a name with a digest cannot be chosen", (context) => {
	const { wherry } = project(context, { "hello.wasm": HELLO });
	assert.match(wherry(["build", "-t", `a@sha256:${"0".repeat(64)}`]).stderr, /cannot be chosen/);
});

test("building a name anew is no silent change", (context) => {
	const { wherry, write } = project(context, { "hello.wasm": HELLO });
	wherry(["build", "-t", "x"]);
	assert.equal(wherry(["run", "x"]).status, 0);
	write({ "hello.wasm": CAT });
	wherry(["build", "-t", "x"]);
	assert.equal(wherry(["run", "x"]).stderr, "");
});

test("an interrupt ends the toolchain too, and leaves nothing behind", async (context) => {
	const { folder } = project(context, {
		"slow.sh*": "#!/bin/sh\necho $$ > started\nexec sleep 60\n",
		"wherry.toml": '[build]\ncommand = ["./slow.sh"]\noutput = "a.wasm"\n',
		"temporary/.keep": "",
	});
	const temporary = join(folder, "temporary");
	const env = { PATH: process.env["PATH"], HOME: folder, TMPDIR: temporary };
	const { child, ended, firstOutput } = start(["build"], { cwd: folder, env });
	firstOutput.catch(() => undefined);
	const started = join(folder, "started");
	while (!existsSync(started) || readFileSync(started, "utf8") === "") await pause(20);
	child.kill("SIGINT");
	assert.equal((await ended).status, 130);
	assert.throws(() => process.kill(Number(readFileSync(started, "utf8")), 0), /ESRCH/);
	assert.deepEqual(readdirSync(temporary), [".keep"]);
});

test("an interrupt while the image is packed makes no image", async (context) => {
	const { folder, store, wherry } = project(context, {
		"large.bin": randomBytes(48 << 20),
		Dockerfile: "FROM scratch\nCOPY large.bin /\n",
	});
	const temporary = temporaryDirectory(context);
	const env = { PATH: process.env["PATH"], HOME: join(folder, "../home"), TMPDIR: temporary };
	const { child, ended, firstOutput } = start(["build", "-t", "large"], { cwd: folder, env });
	firstOutput.catch(() => undefined);
	while (readdirSync(temporary).length === 0) await pause(5);
	child.kill("SIGINT");
	assert.equal((await ended).status, 130);
	assert.deepEqual(readdirSync(temporary), []);
	assert.equal(wherry(["images", "-q"]).stdout.toString(), "", store);
});
