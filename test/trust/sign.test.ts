/** `wherry trust keygen`, `sign`, `attest` and `verify`, as a person uses them. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { findSignatures } from "../../src/trust/signatures.ts";
import { testRegistry } from "../support/registry.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { type Ended, guest, ROOT, run } from "../support/wherry.ts";
import { Machine } from "./machine.ts";

const PASSWORD = "pass word";

/** With `app` signed by `me` in both ways, and `site`, which has files. */
let prepared: Machine;

before(() => {
	prepared = new Machine(mkdtempSync(join(tmpdir(), "wherry-sign-")));
	mkdirSync(prepared.path("work"));
	writeFileSync(
		prepared.path("work", "Dockerfile"),
		'FROM scratch\nCOPY app.wasm /\nENTRYPOINT ["/app.wasm"]\n',
	);
	writeFileSync(prepared.path("work", "app.wasm"), readFileSync(guest("wat/hello")));
	done(withPassword(prepared, "trust", "keygen", "--output-key-prefix", "me"));
	done(withPassword(prepared, "trust", "keygen", "--output-key-prefix", "you"));
	prepared.must("trust", "keygen", "--output-key-prefix", "module", "--type", "ed25519-wasm");
	prepared.must("build", "-t", "app", "app.wasm");
	prepared.must("build", "-t", "site", ".");
	done(withPassword(prepared, "sign", "--key", "me.key", "app"));
});

after(() => {
	rmSync(prepared.folder, { recursive: true });
});

const refusals: readonly (readonly [string, readonly string[], string, RegExp])[] = [
	[
		"a key that is not there",
		["verify", "--key", "no.pub", "app"],
		"KEY_INVALID",
		/cannot find the key 'no.pub'/,
	],
	["no key", ["verify", "app"], "USAGE", /help: wherry verify --key wherry.pub app/],
	["no key to sign with", ["sign", "app"], "USAGE", /help: wherry sign --key wherry.key app/],
	[
		"another's key",
		["verify", "--key", "you.pub", "app"],
		"SIGNATURE_INVALID",
		/by 'you.pub'; found 2 that are none/,
	],
	[
		"two others' keys",
		["verify", "--key", "you.pub", "--key", "you.pub", "app"],
		"SIGNATURE_INVALID",
		/'you.pub' or 'you.pub'/,
	],
	["an image nobody signed", ["verify", "--key", "me.pub", "site"], "SIGNATURE_MISSING", /nobody signed it/],
	[
		"an annotation that was not signed",
		["verify", "--key", "me.pub", "-a", "x=1", "app"],
		"SIGNATURE_INVALID",
		/it does not say x=1/,
	],
	[
		"an annotation without a value",
		["verify", "--key", "me.pub", "-a", "x", "app"],
		"FLAG_INVALID",
		/NAME=VALUE/,
	],
	[
		"an attestation that nobody made",
		["verify", "--key", "me.pub", "--type", "cyclonedx", "app"],
		"SIGNATURE_INVALID",
		/no attestation/,
	],
	[
		"an unknown type",
		["verify", "--key", "me.pub", "--type", "sbom", "app"],
		"FLAG_INVALID",
		/slsaprovenance, cyclonedx/,
	],
	[
		"an image that is not there",
		["sign", "--key", "me.key", "ap"],
		"IMAGE_NOT_FOUND",
		/help: wherry sign --key me.key app/,
	],
	["a public key to sign with", ["sign", "--key", "me.pub", "app"], "KEY_INVALID", /help: --key me.key/],
	[
		"a module's key to sign an image with",
		["sign", "--key", "module.key", "app"],
		"KEY_INVALID",
		/no PEM text/,
	],
	[
		"an image's key to sign a module with",
		["sign", "--embed", "--key", "me.key", "app"],
		"KEY_INVALID",
		/modules are signed with Ed25519/,
	],
	[
		"a module among files",
		["sign", "--embed", "--key", "module.key", "site"],
		"IMAGE_UNSUPPORTED",
		/beside other files/,
	],
	[
		"a module that nobody signed",
		["verify", "--key", "module.pub", "app"],
		"SIGNATURE_MISSING",
		/nobody signed it/,
	],
	[
		"a key's file that is there",
		["trust", "keygen", "--output-key-prefix", "me"],
		"KEY_INVALID",
		/there is a file of this name/,
	],
	[
		"an attestation of nothing",
		["attest", "--key", "me.key", "app"],
		"USAGE",
		/--key, --type and --predicate/,
	],
	[
		"a predicate that is no object",
		["attest", "--key", "me.key", "--type", "spdx", "--predicate", "list.json", "app"],
		"FLAG_INVALID",
		/no JSON object/,
	],
];
for (const [name, words, code, text] of refusals)
	test(`refused: ${name}`, () => {
		writeFileSync(prepared.path("work", "list.json"), "[]");
		const { status, stdout, stderr } = withPassword(prepared, ...words);
		assert.match(stderr, new RegExp(`^error: .* \\[${code}\\]`));
		assert.match(stderr, text);
		assert.equal(stdout.toString(), "");
		assert.equal(status, 125);
	});

test("a wrong password does not open the key, from wherever it comes", () => {
	const words = ["sign", "--key", "me.key", "app"];
	const wrong = { ...prepared.env, COSIGN_PASSWORD: "wrong" };
	const cwd = prepared.path("work");
	for (const ended of [
		run(words, { cwd, env: wrong }),
		run([...words, "--password-stdin"], { cwd, env: prepared.env, stdin: "wrong\n" }),
	])
		assert.match(ended.stderr, /KEY_INVALID\]\nnote: the password does not open it/);
	assert.match(run(words, { cwd, env: prepared.env }).stderr, /cannot ask for the password/);
	done(run([...words, "--password-stdin"], { cwd, env: prepared.env, stdin: `${PASSWORD}\n` }));
	done(run(words, { cwd, env: { ...prepared.env, COSIGN_PASSWORD: PASSWORD } }));
});

test("an empty password is taken, and said to be no help", (context) => {
	const machine = copyOf(context);
	const { status, stderr } = run(["trust", "keygen"], {
		cwd: machine.path("work"),
		env: { ...machine.env, COSIGN_PASSWORD: "" },
	});
	assert.equal(status, 0);
	assert.match(stderr, /the password is empty/);
});

const hasScript = spawnSync("script", ["--version"]).status === 0;
const skip = hasScript ? false : "there is no `script` (Debian's bsdutils) on this machine";
test("a password typed on a terminal is not shown, and can be corrected", { skip }, async () => {
	const command = `'${join(ROOT, "bin/wherry")}' sign --key me.key app`;
	const child = spawn("script", ["-qec", command, "/dev/null"], {
		cwd: prepared.path("work"),
		env: prepared.env,
		stdio: ["pipe", "pipe", "inherit"],
	});
	let text = "";
	child.stdout.on("data", (piece: Buffer) => {
		text += piece.toString();
		if (text.endsWith("me.key: ")) child.stdin.write(`${PASSWORD}x\u007f\r`);
	});
	const [status] = (await once(child, "close")) as [number | null];
	assert.equal(status, 0, text);
	assert.match(text, /Password of me.key: \r\nAlready signed app:latest/);
	assert.ok(!text.includes("pass"));
});

test("annotations with the names of an object's own are only names", (context) => {
	const machine = copyOf(context);
	const annotations = ["-a", "__proto__=x", "-a", "constructor=y"];
	done(withPassword(machine, "sign", "--key", "me.key", ...annotations, "app"));
	const verified = machine.must("verify", "--key", "me.pub", ...annotations, "app");
	assert.match(verified, /simple-signing.*constructor=y.*\n.*bundle.*constructor=y/);
	assert.match(machine.wherry("verify", "--key", "me.pub", "-a", "toString=z", "app").stderr, /does not say/);
});

test("an image is verified by its id as well", async () => {
	const digest = await prepared.digest("app");
	assert.match(prepared.must("verify", "--key", "me.pub", digest.slice(7, 19)), /^Verified app:latest/);
});

test("an image that only has attestations is not signed", (context) => {
	const machine = copyOf(context);
	writeFileSync(machine.path("work", "predicate.json"), '{"a":1}');
	const words = [
		"attest",
		"--key",
		"you.key",
		"--type",
		"https://example.com/it",
		"--predicate",
		"predicate.json",
	];
	done(withPassword(machine, ...words, "site"));
	const { status, stderr } = machine.wherry("verify", "--key", "you.pub", "site");
	assert.equal(status, 125);
	assert.match(stderr, /it is an attestation of the type 'https:\/\/example.com\/it'/);
	const verified = machine.must(
		"verify",
		"--key",
		"you.pub",
		"--type",
		"https://example.com/it",
		"--format",
		"json",
		"site",
	);
	assert.deepEqual((JSON.parse(verified) as { predicate: unknown }).predicate, { a: 1 });
});

test("a name that is given again keeps the signatures that were made under it", (context) => {
	const machine = copyOf(context);
	machine.must("tag", "app", "team/app:1");
	done(withPassword(machine, "sign", "--key", "you.key", "team/app:1"));
	machine.must("tag", "app", "team/app:2");
	for (const key of ["me.pub", "you.pub"])
		assert.match(machine.must("verify", "--key", key, "team/app:2"), /simple-signing/);
});

test("a signature is put beside those that others have made in a registry, without the image here", async (context) => {
	const { host } = await testRegistry(context);
	const machine = copyOf(context);
	const name = `${host}/team/app:1`;
	assert.match(
		withPassword(machine, "sign", "--key", "me.key", "--push", name).stderr,
		/cannot find .* in its registry/,
	);
	machine.must("tag", "app", name);
	done(withPassword(machine, "sign", "--key", "me.key", name));
	machine.must("push", "-q", name);
	const elsewhere = copyOf(context);
	done(withPassword(elsewhere, "sign", "--key", "you.key", "--push", name));
	// what is pushed comes beside what is there, and does not take its place
	machine.must("push", "-q", name);
	for (const key of ["me.pub", "you.pub"])
		assert.match(elsewhere.must("verify", "--key", key, name), /simple-signing.*\n.*bundle/);
	const { stdout } = elsewhere.wherry("images", "-q", name);
	assert.equal(stdout.toString(), "");
});

test("a module with a signature inside is another image, runs, and is refused when changed", async (context) => {
	const machine = copyOf(context);
	const before_ = await machine.digest("app");
	machine.must("sign", "--embed", "--key", "module.key", "app");
	assert.notEqual(await machine.digest("app"), before_);
	assert.equal(machine.must("run", "app"), "hello\n");
	assert.match(machine.must("verify", "--key", "module.pub", "app"), /embedded +module.pub/);
	machine.must("trust", "keygen", "--output-key-prefix", "others", "--type", "ed25519-wasm");
	assert.match(machine.wherry("verify", "--key", "others.pub", "app").stderr, /signed with another key/);
});

const tamperings: readonly (readonly [string, (file: string, other: string) => void])[] = [
	["changed in one byte", (file) => flip(file)],
	["cut off", (file) => truncateSync(file, 100)],
	["emptied", (file) => truncateSync(file, 0)],
	["put in each other's place", swap],
];
for (const part of ["what is signed", "the manifests that carry it"] as const)
	for (const [name, tamper] of tamperings)
		test(`in the store, ${part} ${name}: not verified`, async (context) => {
			const machine = copyOf(context);
			const [one = "", other = ""] = await filesOf(machine, part);
			tamper(one, other);
			if (tamper !== swap) tamper(other, one);
			const { status, stderr } = machine.wherry("verify", "--key", "me.pub", "app");
			assert.match(stderr, /\[SIGNATURE_(?:INVALID|MISSING)\]|\[DIGEST_MISMATCH\]|\[STORE_INVALID\]/);
			assert.match(stderr, /does not hold what its name says/);
			assert.match(stderr, /expected (?:sha256:[0-9a-f]{64}|[0-9]+ bytes)/);
			assert.equal(status, 125);
		});

/** The files of payload and bundle, or of the manifests around them. */
async function filesOf(
	machine: Machine,
	part: "what is signed" | "the manifests that carry it",
): Promise<string[]> {
	const repository = machine.repository("docker.io/library/app");
	const records = await findSignatures(repository, await machine.digest("app"));
	assert.equal(records.length, 2);
	return records.map(({ foundIn }) => {
		if (part !== "what is signed") return machine.blob(foundIn);
		const manifest = JSON.parse(readFileSync(machine.blob(foundIn), "utf8")) as {
			layers: { digest: string }[];
		};
		return machine.blob(manifest.layers[0]?.digest ?? "");
	});
}

function flip(file: string): void {
	const bytes = readFileSync(file);
	bytes[bytes.length >> 1]! ^= 1;
	writeFileSync(file, bytes);
}

function swap(file: string, other: string): void {
	renameSync(file, `${file}.away`);
	renameSync(other, file);
	renameSync(`${file}.away`, other);
}

function copyOf(context: TestContext): Machine {
	return prepared.copyTo(temporaryDirectory(context));
}

function withPassword(machine: Machine, ...words: readonly string[]): Ended {
	return run(words, { cwd: machine.path("work"), env: { ...machine.env, WHERRY_PASSWORD: PASSWORD } });
}

function done({ status, stderr }: Ended): void {
	assert.equal(status, 0, stderr);
}
