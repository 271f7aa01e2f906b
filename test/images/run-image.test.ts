/** `wherry run NAME`, as a person does it: images of both shapes, built here, pulled, and refused. */
import assert from "node:assert/strict";
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { tmpdir } from "node:os";
import { freePort } from "../support/free-port.ts";
import { type Ended, guest, run, type Running, start } from "../support/wherry.ts";

const home = mkdtempSync(join(tmpdir(), "wherry-run-image-"));
const context = join(home, "context");
let registry: Running;
let host: string;

const DOCKERFILE = `FROM scratch
COPY environment.wasm wc.wasm smallfiles.wasm /app/
COPY greeting.txt /data/greeting.txt
COPY root.txt /
COPY root.txt /data/twice/name.txt
COPY greeting.txt /twice/name.txt
ENV COLOUR=blue NAME=image
WORKDIR /data
ENTRYPOINT ["/app/wc.wasm"]
CMD ["greeting.txt"]
`;

function wherry(...words: string[]): Ended {
	return run(words, { cwd: home, env: environment() });
}

function environment(): NodeJS.ProcessEnv {
	return { PATH: process.env["PATH"], HOME: home, TMPDIR: home, DOCKER_CONFIG: home };
}

before(async () => {
	mkdirSync(context);
	for (const name of ["environment", "wc", "smallfiles"])
		copyFileSync(guest(`c/${name}`), join(context, `${name}.wasm`));
	writeFileSync(join(context, "greeting.txt"), "good morning\n");
	writeFileSync(join(context, "root.txt"), "at the root\n");
	writeFileSync(join(context, "Dockerfile"), DOCKERFILE);
	for (const words of [
		["build", "-q", "-t", "wc:1", context],
		["build", "-q", "-t", "hello", guest("wat/hello")],
	]) {
		const { status, stderr } = wherry(...words);
		assert.equal(status, 0, stderr);
	}
	const port = await freePort();
	host = `127.0.0.1:${port}`;
	registry = start(["registry", "serve", "--memory", "--port", String(port)], { env: environment() });
	await answering(`http://${host}/v2/`);
});

after(async () => {
	registry.child.kill("SIGTERM");
	await registry.ended;
	rmSync(home, { recursive: true, force: true });
});

async function answering(url: string): Promise<void> {
	for (let tries = 0; tries < 200; tries++) {
		const answer = await fetch(url).catch(() => undefined);
		if (answer?.status === 200) return;
		await new Promise((settle) => setTimeout(settle, 50));
	}
	throw new Error(`${url} does not answer`);
}

type Case = readonly [
	name: string,
	words: readonly string[],
	stdout: string | RegExp,
	stderr?: RegExp,
	status?: number,
];

const CASES: readonly Case[] = [
	["a module alone", ["run", "hello"], "hello\n"],
	["with its tag", ["run", "hello:latest"], "hello\n"],
	["by its whole name", ["run", "docker.io/library/hello:latest"], "hello\n"],
	["the image's own arguments", ["run", "wc:1"], /^ +1 +2 +13 greeting\.txt\n$/],
	[
		"arguments of the person's",
		["run", "wc:1", "/app/wc.wasm", "/data/greeting.txt"],
		/ \/app\/wc\.wasm\n.*13 \/data\/greeting/s,
	],
	[
		"another entrypoint",
		["run", "--entrypoint", "/app/environment.wasm", "wc:1"],
		/\[COLOUR=blue\]\n.*\[NAME=image\]\n/s,
	],
	[
		"variables over the image's",
		["run", "-e", "NAME=mine", "--entrypoint", "/app/environment.wasm", "wc:1"],
		/\[COLOUR=blue\]\n.*\[NAME=mine\]\n/s,
	],
	["a file in the root, beside a working directory", ["run", "wc:1", "/root.txt"], /12 \/root\.txt\n$/],
	[
		"a name that is in both, in the working directory",
		["run", "wc:1", "twice/name.txt"],
		/12 twice\/name\.txt\n$/,
	],
	["another working directory", ["run", "-w", "/", "wc:1", "root.txt"], /12 root\.txt\n$/],
	[
		"a mount among the image's files",
		["run", "-v", "./context:/mnt:ro", "wc:1", "/mnt/root.txt"],
		/12 \/mnt\/root/,
	],
	[
		"files that the guest changes",
		["run", "--entrypoint", "/app/smallfiles.wasm", "wc:1", "/data"],
		/10000 files listed, 0 left\n$/,
	],
	["and that it changed only for itself", ["run", "wc:1"], /^ +1 +2 +13 greeting\.txt\n$/],
	[
		"no more than it may write",
		["run", "--storage-opt", "size=64k", "--entrypoint", "/app/smallfiles.wasm", "wc:1", "/data"],
		"",
		/No space left on device\nerror: guest may not write more to the files of 'wc:1' \[LIMIT_REACHED\]\n.*\nhelp: --storage-opt size=1m\n$/,
		1,
	],
	[
		"nothing when its root is read-only",
		["run", "--read-only", "--entrypoint", "/app/smallfiles.wasm", "wc:1", "/data"],
		"",
		/Read-only file system\nerror: guest may not write '\/data\/small-00000.txt' \[NOT_GRANTED\]\nnote: the files of 'wc:1' are read-only because of --read-only; run it without that to allow it\n$/,
		1,
	],
	[
		"no grant of the host's, where that has a folder of the same name",
		["run", "--read-only", "--entrypoint", "/app/smallfiles.wasm", "wc:1", "/tmp"],
		"",
		/^(?!.*help:)/s,
		1,
	],
	[
		"a program that is not there",
		["run", "--entrypoint", "/app/wd.wasm", "wc:1"],
		"",
		/^error: cannot find '\/app\/wd\.wasm' in the image 'wc:1' \[FILE_NOT_FOUND\]\nnote: /,
		127,
	],
	[
		"a directory",
		["run", "--entrypoint", "/app", "wc:1"],
		"",
		/\[IMAGE_UNSUPPORTED\]|\[FILE_IS_DIRECTORY\]/,
		126,
	],
	[
		"a mount over the root",
		["run", "-v", "./context:/", "wc:1"],
		"",
		/^error: cannot mount over the root of 'wc:1' \[GRANT_REFUSED\]/,
		125,
	],
	[
		"an image that is not here",
		["run", "--pull", "never", "helo"],
		"",
		/^error: cannot find the image 'helo:latest' \[IMAGE_NOT_FOUND\]\nnote: .*--pull never.*\nhelp: wherry run hello:latest\n$/,
		125,
	],
	["a digest that is not here", ["run", `@sha256:${"0".repeat(64)}`], "", /\[IMAGE_NOT_FOUND\]/, 125],
	[
		"a name that is none",
		["run", "Hello"],
		"",
		/^error: cannot read 'Hello' .*\[REFERENCE_INVALID\]\n.*\nhelp: hello\n$/,
		125,
	],
	[
		"an export of a module",
		["run", "--entrypoint", "/x.wasm", "hello"],
		"",
		/\[USAGE\]\nnote: the image is one module/,
		125,
	],
];

for (const [name, words, stdout, stderr = /^$/, status = 0] of CASES)
	test(`run an image: ${name}`, () => {
		const ended = wherry(...words);
		assert.match(ended.stderr, stderr);
		if (typeof stdout === "string") assert.equal(ended.stdout.toString(), stdout);
		else assert.match(ended.stdout.toString(), stdout);
		assert.equal(ended.status, status);
	});

test("run an image: by its digest", () => {
	const { stdout } = wherry("images", "-q", "--no-trunc", "--digests", "hello");
	const digest = stdout.toString().trim().split("\n")[0] ?? "";
	assert.match(digest, /^sha256:[0-9a-f]{64}$/);
	assert.equal(wherry("run", `@${digest}`).stdout.toString(), "hello\n");
	assert.equal(wherry("run", `hello@${digest}`).stdout.toString(), "hello\n");
});

test("run an image: by the beginning of its digest, before any registry is asked", () => {
	const id = wherry("images", "-q", "hello").stdout.toString().trim();
	assert.match(id, /^[0-9a-f]{12}$/);
	for (const word of [id, `sha256:${id}`]) assert.equal(wherry("run", word).stdout.toString(), "hello\n");
});

test("run an image: one that is nowhere is likely another that is here", () => {
	for (const name of [`${host}/team/nowhere`, "127.0.0.1:9999/hello"]) {
		const { stderr, status } = wherry("run", name);
		assert.match(stderr, /^note: it was asked because '.*' is not on this machine$/m);
		assert.equal(status, 125);
	}
	const { stderr } = wherry("run", "127.0.0.1:9999/helo:1", "x");
	assert.match(stderr, /note: nothing listens there\n/);
	assert.match(stderr, /help: wherry registry serve --port 9999 /);
	wherry("tag", "hello", "127.0.0.1:9999/hello:1");
	for (const slip of ["127.0.0.1:9999/helo:1", "127.0.0.1:9999/hello:2"])
		assert.match(wherry("run", slip).stderr, /^help: wherry run 127\.0\.0\.1:9999\/hello:1$/m, slip);
	wherry("rmi", "127.0.0.1:9999/hello:1");
});

test("run an image: pulled when it is missing, or always, or never, and then in a new process", () => {
	const name = `${host}/team/wc:1`;
	for (const words of [
		["tag", "wc:1", name],
		["push", "-q", name],
		["rmi", name],
	])
		assert.equal(wherry(...words).status, 0, words.join(" "));
	assert.match(wherry("run", "--pull", "never", name).stderr, /\[IMAGE_NOT_FOUND\]/);
	const pulled = wherry("run", name);
	assert.match(pulled.stderr, /1: Pulling from team\/wc\n/);
	assert.match(pulled.stdout.toString(), / greeting\.txt\n$/);
	assert.equal(wherry("run", name).stderr, "");
	// flags that look like options of Node's are the guest's, in the process that takes over as well
	const again = wherry("run", "-q", "--pull", "always", "--", name, "--env-file", "nothing.txt");
	assert.equal(again.stderr.match(/wc: /g)?.length ?? 0, 2, again.stderr);
});

test("run an image: what it needs is on the disk of the store alone", () => {
	const folder = join(home, ".local/share/wherry");
	assert.ok(existsSync(join(folder, "images/oci-layout")));
	assert.deepEqual(
		readdirSync(home).filter((name) => !["context", ".local", ".cache"].includes(name)),
		[],
	);
});
