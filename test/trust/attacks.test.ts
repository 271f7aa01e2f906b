/** Attacks that once went through, against the program as people start it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { attachmentTag, putDocument } from "../../src/oci/attachments.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { encodeIndex } from "../../src/oci/encode.ts";
import { MediaType } from "../../src/oci/media-types.ts";
import { parseManifest } from "../../src/oci/parse-manifest.ts";
import { readVerified } from "../../src/oci/verify.ts";
import { generateKey } from "../../src/trust/keys.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { guest } from "../support/wherry.ts";
import { Machine } from "./machine.ts";

function newMachine(context: TestContext): Machine {
	const machine = new Machine(temporaryDirectory(context));
	for (const name of ["work", "config/wherry"]) mkdirSync(machine.path(name), { recursive: true });
	return machine;
}

for (const name of ["trust.toml", "trust.json"])
	test(`a ${name} that is a link to nowhere is no policy that is not there`, (context) => {
		const machine = newMachine(context);
		machine.must("build", "-t", "hello", guest("wat/hello"));
		symlinkSync(machine.path("unmounted", name), machine.path("config/wherry", name));
		const { status, stdout, stderr } = machine.wherry("run", "hello");
		assert.notEqual(status, 0);
		assert.match(stderr, /\[TRUST_POLICY_INVALID\]/);
		assert.equal(stdout.length, 0);
	});

for (const name of ["example.com/app", "EXAMPLE.com/app", "example.com:443/app", "example.com:0443/app"])
	test(`a rule for example.com is for ${name}`, (context) => {
		const machine = newMachine(context);
		machine.must("build", "-t", name, guest("wat/hello"));
		machine.must("trust", "rule", "Example.com/**", "--reject");
		const { stdout, stderr } = machine.wherry("run", name);
		assert.match(stderr, /\[UNTRUSTED\]/);
		assert.equal(stdout.toString(), "");
	});

test("a file of the working folder does not run for an image of that name", (context) => {
	const machine = newMachine(context);
	machine.must("build", "-t", "hello", guest("wat/hello"));
	writeFileSync(machine.path("work/hello"), readFileSync(guest("wat/exit")));
	const { status, stdout, stderr } = machine.wherry("run", "hello");
	assert.equal(status, 125);
	assert.match(stderr, /cannot tell which 'hello' is meant/);
	assert.equal(stdout.length, 0);
	assert.equal(machine.must("run", "docker.io/library/hello:latest"), "hello\n");
	machine.must("rmi", "hello");
	writeFileSync(machine.path("work/hello"), readFileSync(guest("wat/hello")));
	assert.equal(machine.must("run", "hello"), "hello\n");
});

test("an image does not run for a name that is the short beginning of its id", (context) => {
	const machine = newMachine(context);
	machine.must("build", "-t", "hello", guest("wat/hello"));
	const id = machine.must("images", "-q").trim();
	assert.match(machine.wherry("run", "--pull", "never", id.slice(0, 8)).stderr, /\[IMAGE_NOT_FOUND\]/);
	assert.equal(machine.must("run", id), "hello\n");
});

test("a wherry.toml takes no name from what was not built here", (context) => {
	const machine = newMachine(context);
	machine.must("build", "-t", "first", guest("wat/exit"));
	machine.must("tag", "first", "tool");
	mkdirSync(machine.path("work/project"));
	writeFileSync(machine.path("work/project/app.wasm"), readFileSync(guest("wat/hello")));
	writeFileSync(machine.path("work/project/wherry.toml"), '[image]\ntags = ["app", "tool"]\n');
	const { stderr } = machine.wherry("build", "project");
	assert.match(stderr, /\[PIN_CHANGED\]/);
	assert.match(stderr, /help: wherry build -t tool:latest/);
	assert.equal(machine.must("run", "tool"), "");
	machine.must("build", "-t", "tool", "project");
	assert.equal(machine.must("run", "tool"), "hello\n");
	machine.must("build", "project");
});

for (const [words, file] of [
	["run hello", "data/wherry/pins.json"],
	["run hello", "config/wherry/trust.toml"],
	["run --locked hello", "work/wherry.lock"],
	["run --trust-policy policy.toml hello", "work/policy.toml"],
] as const)
	test(`wherry ${words} waits for no pipe in the place of ${file}`, (context) => {
		const machine = newMachine(context);
		machine.must("build", "-t", "hello", guest("wat/hello"));
		rmSync(machine.path(file), { force: true });
		execFileSync("mkfifo", [machine.path(file)]);
		const { status, stdout } = machine.wherry(...words.split(" "));
		assert.notEqual(status, 0);
		assert.equal(stdout.length, 0);
	});

test("an archive takes no signature away", async (context) => {
	const mine = newMachine(context);
	const theirs = newMachine(context);
	for (const machine of [mine, theirs]) {
		machine.must("build", "-t", "hello", guest("wat/hello"));
		await machine.sign("docker.io/library/hello", "latest", await generateKey());
	}
	theirs.must("save", "-o", mine.path("work/hello.tar"), "hello");
	mine.must("load", "-i", "hello.tar");
	const repository = mine.repository("docker.io/library/hello");
	const tagged = await repository.resolve(attachmentTag(await mine.digest("hello"), "sig"));
	assert.ok(tagged);
	const { layers } = parseManifest(await readVerified(repository, tagged, 1 << 20));
	assert.equal(layers.length, 2);
});

test("a lock is written through no link that waits in its folder", (context) => {
	const machine = newMachine(context);
	machine.must("build", "-t", "hello", guest("wat/hello"));
	const target = machine.path("precious");
	writeFileSync(target, "mine");
	const { pid } = process;
	// whichever number its process gets
	for (let next = pid; next < pid + 2000; next++)
		symlinkSync(target, machine.path("work", `wherry.lock.${next}.tmp`));
	machine.must("lock", "hello");
	assert.equal(readFileSync(target, "utf8"), "mine");
	assert.match(readFileSync(machine.path("work/wherry.lock"), "utf8"), /docker.io\/library\/hello/);
});

/** ESC and BEL of C0, DEL, the CSI of C1, a bidi override, a line separator. */
const CONTROLS = "a\u001b]0;title\u0007\u007f\u009b31m\u202e\u2028z";
// oxlint-disable-next-line no-control-regex -- these must not come out
const ANY_CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2028]/;

for (const words of [
	"image inspect evil",
	"image inspect -f {{.Config.Labels.evil}} evil",
	"image inspect -f {{json@.Config.Labels}} evil",
	"image inspect --format json evil",
	"history --no-trunc evil",
	"history --no-trunc --format json evil",
	"images",
])
	test(`wherry ${words}: a label cannot speak to the terminal`, (context) => {
		const machine = newMachine(context);
		writeFileSync(
			machine.path("work/Dockerfile"),
			`FROM scratch\nLABEL evil="${CONTROLS}"\nENTRYPOINT ["/a.wasm"]\n`,
		);
		machine.must("build", "-t", "evil", ".");
		const text = machine.must(...words.split(" ").map((word) => word.replace("@", " ")));
		assert.doesNotMatch(text.replaceAll("    ", ""), ANY_CONTROL);
		if (words.endsWith("inspect evil")) {
			const [image] = JSON.parse(text) as [{ Config: { Labels: Record<string, string> } }];
			assert.equal(image.Config.Labels["evil"], CONTROLS);
		}
	});

test("of an index, the module that runs is held to the signature, not another", async (context) => {
	const machine = newMachine(context);
	machine.must("trust", "keygen", "--type", "ed25519-wasm", "--output-key-prefix", "team");
	for (const name of ["signed", "plain"]) machine.must("build", "-t", `me/${name}`, guest("wat/hello"));
	machine.must("sign", "--embed", "--key", "team.key", "me/signed");
	machine.must("trust", "rule", "me/*", "--embedded-key", "team.pub");
	await tagIndex(machine, "me/both", { "wasi/wasm": "me/signed", "linux/amd64": "me/plain" });
	assert.equal(machine.must("run", "me/both"), "hello\n");
	const { stdout, stderr } = machine.wherry("run", "--platform", "linux/amd64", "me/both");
	assert.match(stderr, /\[SIGNATURE_MISSING\]/);
	assert.equal(stdout.toString(), "");
});

/** Lets a name stand for an index of other images, by platform. */
async function tagIndex(machine: Machine, name: string, images: Record<string, string>): Promise<void> {
	const manifests: Descriptor[] = [];
	for (const [platform, image] of Object.entries(images)) {
		const found = await machine.repository(`docker.io/${image}`).resolve("latest");
		assert.ok(found);
		const [os = "", architecture = ""] = platform.split("/");
		manifests.push({ ...found, platform: { os, architecture } });
	}
	const index = encodeIndex({ schemaVersion: 2, mediaType: MediaType.INDEX, manifests });
	const { store } = machine;
	const repository = store.repository(`docker.io/${name}`);
	await putDocument(repository, index);
	await repository.tag(index.descriptor, "latest");
	store.close();
}
