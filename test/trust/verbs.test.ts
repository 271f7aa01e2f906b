/** The verbs of trust, where docs/trust.md does not go: what they refuse, and what they say then. */
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { temporaryDirectory } from "../support/temporary.ts";
import { guest } from "../support/wherry.ts";
import { Machine } from "./machine.ts";

const DIGEST = `sha256:${"1".repeat(64)}`;

function newMachine(context: TestContext): Machine {
	const machine = new Machine(temporaryDirectory(context));
	mkdirSync(machine.path("work"));
	return machine;
}

for (const [words, code, says] of [
	["trust pin hello", "USAGE", "help: wherry trust pin hello:latest@sha256:..."],
	["trust pin hello@sha256:12", "DIGEST_INVALID", "sha256:12"],
	["trust accept hello", "IMAGE_NOT_FOUND", "and nothing else was offered"],
	["trust forget helo", "IMAGE_NOT_FOUND", "help: wherry trust forget hello:latest"],
	["trust rule", "USAGE", "wherry trust rule [OPTIONS] NAMES"],
	["trust rule hello", "TRUST_POLICY_INVALID", "the rule for 'hello' demands nothing"],
	["trust rule hello --key gone.pub", "KEY_INVALID", "cannot find the key 'gone.pub'"],
	["trust rule hello --key hello.wasm", "KEY_INVALID", "it is no PEM text"],
	["trust rule hello --digest latest", "TRUST_POLICY_INVALID", "has 'latest', which is no digest"],
	["trust rule hello --accept --digest " + DIGEST, "TRUST_POLICY_INVALID", "says 'accept'"],
	["trust rule --remove hello", "USAGE", "there is no rule for 'hello'"],
	["trust rule hello --default maybe", "FLAG_INVALID", "there are first-use, accept, reject"],
	["trust show --trust-policy gone.toml", "TRUST_POLICY_INVALID", "cannot find the trust policy 'gone.toml'"],
	["trust show --locked", "LOCK_DRIFT", "help: wherry lock NAME..."],
	["lock", "USAGE", "help: wherry lock NAME[:TAG]"],
	["lock other", "IMAGE_NOT_FOUND", "cannot find the image 'docker.io/library/other:latest'"],
	["lock other", "IMAGE_NOT_FOUND", "help: wherry pull other:latest"],
	["run --locked hello", "LOCK_DRIFT", "there is no lock to hold images to"],
] as const)
	test(`wherry ${words}: ${code}`, (context) => {
		const machine = newMachine(context);
		writeFileSync(machine.path("work/hello.wasm"), readFileSync(guest("wat/hello")));
		machine.must("trust", "pin", `hello@${DIGEST}`);
		const { status, stderr } = machine.wherry(...words.split(" "));
		assert.notEqual(status, 0);
		for (const text of [`[${code}]`, says]) assert.ok(stderr.includes(text), stderr);
		assert.equal(existsSync(machine.path("config/wherry/trust.toml")), false, "a policy was written");
	});

test("an attestation that is missing is to be attested, not signed", (context) => {
	const machine = newMachine(context);
	machine.must("build", "-t", "hello", guest("wat/hello"));
	machine.must("trust", "keygen", "--type", "ed25519-wasm", "--output-key-prefix", "wherry");
	const { stderr } = machine.wherry("verify", "--key", "wherry.pub", "--type", "cyclonedx", "hello");
	assert.match(stderr, /nobody attested it \[SIGNATURE_MISSING\]/);
	assert.match(
		stderr,
		/^help: wherry attest --key wherry.key --type https:\S+ --predicate FILE hello:latest$/m,
	);
});

test("what the lock does not name is asked of no registry", (context) => {
	const machine = newMachine(context);
	machine.must("build", "-t", "hello", guest("wat/hello"));
	machine.must("lock", "hello");
	for (const verb of ["run", "pull"]) {
		const { stderr } = machine.wherry(verb, "--locked", "127.0.0.1:9999/other:1");
		assert.match(stderr, /^error: '127.0.0.1:9999\/other:1' is not in the lock \[LOCK_DRIFT\]$/m);
	}
});

test("accept asks, shows both digests, and takes no answer for a no", (context) => {
	const machine = newMachine(context);
	machine.must("build", "-t", "hello", guest("wat/hello"));
	const digest = /sha256:[0-9a-f]{64}/.exec(machine.must("images", "--digests", "--no-trunc"))?.[0] ?? "";
	machine.must("trust", "pin", `hello@${DIGEST}`);
	const asked = machine.wherry("trust", "accept", "hello");
	assert.equal(asked.status, 1);
	for (const text of [DIGEST, digest, "Accept it? [y/N]", "nothing was changed"])
		assert.ok(asked.stderr.includes(text), asked.stderr);
	assert.match(machine.wherry("run", "hello").stderr, /\[PIN_CHANGED\]/);
	machine.must("trust", "accept", "--yes", "hello");
	assert.equal(machine.must("run", "hello"), "hello\n");
});

test("two policies are one too many, and nothing runs", (context) => {
	const machine = newMachine(context);
	machine.must("build", "-t", "hello", guest("wat/hello"));
	machine.must("trust", "rule", "hello", "--first-use");
	writeFileSync(machine.path("config/wherry/trust.json"), "{}");
	const { stdout, stderr } = machine.wherry("run", "hello");
	assert.equal(stdout.toString(), "");
	assert.match(stderr, /there are two trust policies \[TRUST_POLICY_INVALID\]/);
});

test("what rmi took away of one's own is forgotten, and a tag is pinned", (context) => {
	const machine = newMachine(context);
	machine.must("build", "-t", "hello", guest("wat/hello"));
	machine.must("tag", "hello", "again");
	assert.equal(machine.must("run", "again"), "hello\n");
	machine.must("rmi", "hello");
	const pins = readFileSync(machine.path("data/wherry/pins.json"), "utf8");
	assert.deepEqual(
		[pins.includes("library/hello:latest"), pins.includes("library/again:latest")],
		[false, true],
	);
});

test("a rule demands a signature inside the module", (context) => {
	const machine = newMachine(context);
	for (const name of ["team", "other"])
		machine.must("trust", "keygen", "--type", "ed25519-wasm", "--output-key-prefix", name);
	for (const name of ["signed", "plain"]) machine.must("build", "-t", `me/${name}`, guest("wat/hello"));
	machine.must("sign", "--embed", "--key", "team.key", "me/signed");
	machine.must("trust", "rule", "me/*", "--embedded-key", "team.pub");
	assert.equal(machine.must("run", "me/signed"), "hello\n");
	assert.match(machine.wherry("run", "me/plain").stderr, /\[SIGNATURE_MISSING\]/);
	machine.must("trust", "rule", "me/*", "--embedded-key", "other.pub");
	const { stdout, stderr } = machine.wherry("run", "me/signed");
	assert.equal(stdout.toString(), "");
	assert.match(stderr, /\[SIGNATURE_INVALID\]/);
});

test("a rule demands an attestation: a signature alone will not do, nor one without the other", (context) => {
	const machine = newMachine(context);
	const run = () => machine.wherry("run", "hello");
	Object.assign(process.env, { WHERRY_PASSWORD: "secret" });
	machine.must("trust", "keygen", "--output-key-prefix", "team");
	machine.must("build", "-t", "hello", guest("wat/hello"));
	machine.must("trust", "rule", "hello", "--key", "team.pub", "--attestation", "https://cyclonedx.org/bom");
	assert.match(run().stderr, /\[SIGNATURE_MISSING\]/);
	writeFileSync(machine.path("work/sbom.json"), machine.must("sbom", "--format", "cyclonedx-json", "hello"));
	machine.must("attest", "--key", "team.key", "--type", "cyclonedx", "--predicate", "sbom.json", "hello");
	assert.match(run().stderr, /\[SIGNATURE_INVALID\]/);
	machine.must("sign", "--key", "team.key", "hello");
	assert.equal(run().stdout.toString(), "hello\n");
});

test("a name that may not run gets no other name that may", (context) => {
	const machine = newMachine(context);
	machine.must("build", "-t", "hello", guest("wat/hello"));
	machine.must("trust", "pin", `hello@${DIGEST}`);
	assert.match(machine.wherry("tag", "hello", "again").stderr, /\[PIN_CHANGED\]/);
	assert.notEqual(machine.wherry("run", "--pull", "never", "again").status, 0);
});

test("an update that needs more is refused with what it needs, until it is approved", (context) => {
	const machine = newMachine(context);
	writeFileSync(machine.path("work/p.toml"), "");
	writeFileSync(machine.path("work/q.toml"), "# another\n");
	machine.must("build", "-t", "app", guest("wat/hello"));
	machine.must("lock", "--policy", "p.toml", "app");
	assert.equal(machine.wherry("run", "--locked", "--policy", "p.toml", "app").status, 0);
	for (const words of [[], ["--policy", "q.toml"]])
		assert.match(
			machine.wherry("run", "--locked", ...words, "app").stderr,
			/the policy that was locked \[LOCK_DRIFT\]/,
		);
	machine.must("build", "-t", "app", guest("c/wc"));
	const { stderr } = machine.wherry("run", "--locked", "--policy", "p.toml", "app");
	assert.match(stderr, /^note: it needs, which it did not: files: .*path_open/m);
	assert.match(stderr, /^help: wherry approve app:latest/m);
	const asked = machine.wherry("approve", "app");
	assert.match(asked.stderr, /^ {2}\+ files: .*path_open/m);
	assert.match(asked.stderr, /^help: wherry approve --yes app:latest/m);
	assert.match(machine.must("approve", "--yes", "app"), /^Approved: app:latest@sha256:/);
	// the policy that was locked stays
	assert.match(machine.wherry("run", "--locked", "app").stderr, /the policy that was locked/);
	assert.equal(machine.wherry("run", "--locked", "--policy", "p.toml", "app").status, 0);
	assert.match(machine.wherry("approve", "app").stderr, /what the lock says already/);
});

test("a locked policy is all that is granted: flags that grant more are refused, and limits are not", (context) => {
	const machine = newMachine(context);
	writeFileSync(machine.path("work/p.toml"), 'copy-env = ["TOKEN"]\n');
	machine.must("build", "-t", "app", guest("wat/hello"));
	machine.must("lock", "--policy", "p.toml", "app");
	const locked = ["run", "--locked", "--policy", "p.toml"];
	for (const flags of [[], ["-e", "TOKEN=1"], ["--timeout", "20s"]])
		assert.equal(machine.wherry(...locked, ...flags, "app").status, 0, flags.join(" "));
	for (const flags of [
		["-v", "./p.toml:/p"],
		["-e", "OTHER=1"],
		["-p", "127.0.0.1:1:1"],
		["--net", "connect=a:1"],
		["--config", "a=b"],
		["--keyvalue", "a"],
	])
		assert.match(
			machine.wherry(...locked, ...flags, "app").stderr,
			/is granted more than the policy that was locked \[LOCK_DRIFT\]/,
			flags.join(" "),
		);
});

test("approve shows what a policy grants, refuses what is none, and changes nothing until it is agreed to", (context) => {
	const machine = newMachine(context);
	writeFileSync(machine.path("work/p.toml"), 'volume = ["./data:/data"]\n');
	writeFileSync(machine.path("work/none.toml"), "volumes = []\n");
	machine.must("build", "-t", "app", guest("wat/hello"));
	machine.must("lock", "app");
	const before = readFileSync(machine.path("work/wherry.lock"), "utf8");
	assert.match(
		machine.wherry("approve", "--yes", "--policy", "none.toml", "app").stderr,
		/\[POLICY_INVALID\]/,
	);
	const { stderr, status } = machine.wherry("approve", "--policy", "p.toml", "app");
	assert.equal(status, 125);
	assert.match(stderr, /^ {4}the program may read and write \.\/data as \/data$/m);
	assert.match(stderr, /^help: wherry approve --yes --policy p\.toml app:latest$/m);
	assert.equal(readFileSync(machine.path("work/wherry.lock"), "utf8"), before);
	machine.must("approve", "--yes", "--policy", "p.toml", "app");
	assert.match(readFileSync(machine.path("work/wherry.lock"), "utf8"), /"policy": "sha256:/);
});

test("what a program among an image's files needs is locked as well", (context) => {
	const machine = newMachine(context);
	const dockerfile = 'FROM scratch\nCOPY app.wasm /app.wasm\nENTRYPOINT ["/app.wasm"]\n';
	mkdirSync(machine.path("work/app"));
	writeFileSync(machine.path("work/app/Dockerfile"), dockerfile);
	copyFileSync(guest("wat/hello"), machine.path("work/app/app.wasm"));
	machine.must("build", "-t", "files", "app");
	machine.must("lock", "files");
	assert.match(readFileSync(machine.path("work/wherry.lock"), "utf8"), /"wasi_snapshot_preview1\.fd_write"/);
	copyFileSync(guest("c/wc"), machine.path("work/app/app.wasm"));
	machine.must("build", "-t", "files", "app");
	assert.match(
		machine.wherry("run", "--locked", "files").stderr,
		/^note: it needs, which it did not: files: .*path_open/m,
	);
});
