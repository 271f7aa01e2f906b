/** pull, push, login and logout as a person uses them, against our own registry. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { attachReferrer, putDocument } from "../../src/oci/attachments.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { documentOf } from "../../src/oci/encode.ts";
import { MediaType } from "../../src/oci/media-types.ts";
import { artifactProfile } from "../../src/oci/profiles.ts";
import { ImageStore } from "../../src/store/image-store.ts";
import { startRegistry, testRegistry } from "../support/registry.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { type Ended, guest, run, start } from "../support/wherry.ts";
import { startOddServer } from "./odd-server.ts";

const SBOM_TYPE = "application/vnd.cyclonedx+json";

/** A person's home, and wherry in it. */
class Person {
	readonly home: string;
	readonly env: NodeJS.ProcessEnv;

	constructor(context: TestContext) {
		this.home = temporaryDirectory(context);
		this.env = { HOME: this.home, PATH: process.env["PATH"] };
	}

	get images(): string {
		return join(this.home, ".local/share/wherry/images");
	}

	does(words: readonly string[], stdin?: string): Ended {
		return run(words, { env: this.env, stdin });
	}

	/** Standard output of what has to work. */
	says(words: readonly string[], stdin?: string): string {
		const { status, stdout, stderr } = this.does(words, stdin);
		assert.equal(status, 0, stderr);
		return stdout.toString();
	}

	/** Puts an image in the store, as a build would; the same `text` makes the same image. */
	async makes(name: string, text = "an image"): Promise<Descriptor> {
		const store = ImageStore.open(this.images);
		const [repository = "", tag = ""] = name.split(/:(?=[^/:]*$)/);
		const into = store.repository(repository);
		const bytes = readFileSync(guest("wat/hello"));
		const wasm = documentOf(bytes, MediaType.WASM);
		const image = artifactProfile(wasm.descriptor, {
			created: "2026-01-01T00:00:00Z",
			os: "wasip1",
			author: text,
		});
		for (const document of [wasm, image.config, image.manifest]) await putDocument(into, document);
		await into.tag(image.manifest.descriptor, tag);
		store.close();
		return image.manifest.descriptor;
	}

	async attaches(name: string, to: Descriptor): Promise<Descriptor> {
		const store = ImageStore.open(this.images);
		const content = { bytes: Buffer.from("{}"), mediaType: SBOM_TYPE };
		const attached = await attachReferrer(store.repository(name), to, SBOM_TYPE, [content]);
		store.close();
		return attached;
	}

	async referrers(name: string, digest: Descriptor["digest"]): Promise<readonly Descriptor[]> {
		return ImageStore.open(this.images).repository(name).referrers(digest);
	}
}

test("what one person pushes, another pulls, with all that hangs on it", async (context) => {
	const { host } = await testRegistry(context);
	const [ann, ben] = [new Person(context), new Person(context)];
	const name = `${host}/team/app`;
	const image = await ann.makes(`${name}:v1`);
	const sbom = await ann.attaches(name, image);
	assert.equal(ann.says(["push", `${name}:v1`]), `v1: digest: ${image.digest} size: ${image.size}\n`);
	assert.equal(
		ben.says(["pull", `${name}:v1`]),
		`Digest: ${image.digest}\nStatus: Downloaded newer image for ${name}:v1\n${name}:v1\n`,
	);
	assert.match(ben.says(["pull", `${name}:v1`]), /Status: Image is up to date for/);
	const [found] = await ben.referrers(name, image.digest);
	assert.equal(found?.digest, sbom.digest);
});

test("attachments stay where they are when they are not wanted", async (context) => {
	const { host } = await testRegistry(context);
	const [ann, ben] = [new Person(context), new Person(context)];
	const name = `${host}/team/app`;
	const image = await ann.makes(`${name}:v1`);
	await ann.attaches(name, image);
	ann.says(["push", "--no-attachments", `${name}:v1`]);
	ben.says(["pull", `${name}:v1`]);
	assert.deepEqual(await ben.referrers(name, image.digest), []);
	ann.says(["push", `${name}:v1`]);
	ben.says(["pull", "--no-attachments", `${name}:v1`]);
	assert.deepEqual(await ben.referrers(name, image.digest), []);
	ben.says(["pull", `${name}:v1`]);
	assert.equal((await ben.referrers(name, image.digest)).length, 1);
});

test("lines say what becomes of each blob", async (context) => {
	const { host } = await testRegistry(context);
	const [ann, ben] = [new Person(context), new Person(context)];
	const name = `${host}/app:latest`;
	await ann.makes(name);
	const pushed = ann.does(["push", name]).stderr;
	assert.match(
		pushed,
		/^The push refers to repository \[127.*\/app\]\n(?:[0-9a-f]{12}: (?:Preparing|Pushed)\n){4}$/,
	);
	assert.match(ann.does(["push", name]).stderr, /(?:[0-9a-f]{12}: Layer already exists\n){2}$/);
	const pulled = ben.does(["pull", `${host}/app`]).stderr;
	assert.match(
		pulled,
		/^Using default tag: latest\nlatest: Pulling from app\n(?:[0-9a-f]{12}: Pull(?:ing fs layer| complete)\n){4}$/,
	);
	assert.match(ben.does(["pull", name]).stderr, /(?:[0-9a-f]{12}: Already exists\n){2}$/);
	assert.equal(ben.does(["pull", "--progress=none", name]).stderr, "");
});

test("-q prints the name alone, and json one object", async (context) => {
	const { host } = await testRegistry(context);
	const [ann, ben] = [new Person(context), new Person(context)];
	const name = `${host}/app:latest`;
	const { digest, size } = await ann.makes(name);
	const pushed = ann.does(["push", "-q", name]);
	assert.deepEqual([pushed.stdout.toString(), pushed.stderr], [`${name}\n`, ""]);
	const pulled = ben.does(["pull", "-q", `${host}/app`]);
	assert.deepEqual([pulled.stdout.toString(), pulled.stderr], [`${name}\n`, ""]);
	assert.deepEqual(JSON.parse(ben.says(["pull", "--format", "json", name])), { name, digest, isNew: false });
	assert.deepEqual(JSON.parse(ann.says(["push", "--format", "json", name])), { name, digest, size });
});

test("an image is pulled by its digest, and every tag of a repository at once", async (context) => {
	const { host } = await testRegistry(context);
	const [ann, ben, eve] = [new Person(context), new Person(context), new Person(context)];
	const one = await ann.makes(`${host}/app:one`, "one");
	const two = await ann.makes(`${host}/app:two`, "two");
	for (const tag of ["one", "two"]) ann.says(["push", "-q", `${host}/app:${tag}`]);
	const byDigest = `${host}/app@${one.digest}`;
	assert.equal(ben.says(["pull", "-q", byDigest]), `${byDigest}\n`);
	assert.equal(ben.does(["pull", `${host}/app@${two.digest.replace(/.$/, "z")}`]).status, 125);
	assert.equal(eve.says(["pull", "-q", "-a", `${host}/app`]), `${host}/app:one\n${host}/app:two\n`);
});

test("a name that stands for something else now is refused, and nothing of it is kept", async (context) => {
	const { host } = await testRegistry(context);
	const [ann, ben] = [new Person(context), new Person(context)];
	const name = `${host}/app:v1`;
	const before = await ann.makes(name, "before");
	ann.says(["push", "-q", name]);
	ben.says(["pull", "-q", name]);
	const after = await ann.makes(name, "after");
	ann.says(["push", "-q", name]);
	const blobs = () => readdirSync(join(ben.images, "blobs/sha256")).toSorted();
	const kept = blobs();
	const { status, stderr } = ben.does(["pull", name]);
	assert.equal(status, 125);
	assert.match(stderr, new RegExp(`PIN_CHANGED[^]*${before.digest}[^]*${after.digest}`));
	assert.deepEqual(blobs(), kept);
	assert.match(ben.says(["images", "--digests"]), new RegExp(before.digest));
});

for (const [title, words, code] of [
	["a tag that is not there", ["pull", "HOST/app:nope"], "IMAGE_NOT_FOUND"],
	["a repository that is not there", ["pull", "HOST/nope"], "IMAGE_NOT_FOUND"],
	["an image that is not here", ["push", "HOST/app"], "IMAGE_NOT_FOUND"],
	["a digest to push to", ["push", `HOST/app@sha256:${"0".repeat(64)}`], "REFERENCE_INVALID"],
	["no registry at all", ["pull", "127.0.0.1:1/app"], "REGISTRY_UNREACHABLE"],
	["no name", ["pull"], "USAGE"],
	["two names", ["push", "a", "b"], "USAGE"],
	["a password from two places", ["login", "-u", "ann", "-p", "x", "--password-stdin", "HOST"], "USAGE"],
	["a login without a name or a terminal", ["login", "HOST"], "USAGE"],
	["a login at what is no host", ["login", "-u", "ann", "-p", "x", "a/b/c"], "REFERENCE_INVALID"],
] as const)
	test(`${words[0]} with ${title}: ${code}`, async (context) => {
		const { host } = await testRegistry(context);
		const ended = new Person(context).does(words.map((word) => word.replace("HOST", host)));
		assert.match(ended.stderr, new RegExp(`^error: .*\\[${code}\\]$`, "m"));
		assert.equal(ended.status, 125);
	});

async function closedRegistry(context: TestContext): Promise<string> {
	const registry = await startRegistry(
		["--memory", "-u", "ann", "--password-stdin", "--token-auth"],
		0,
		"secret",
	);
	context.after(async () => registry.end("SIGTERM"));
	return registry.host;
}

test("a login is tried before it is kept, serves until logout, and is private", async (context) => {
	const host = await closedRegistry(context);
	const ann = new Person(context);
	const file = join(ann.home, ".docker/config.json");
	const name = `${host}/app:v1`;
	await ann.makes(name);
	assert.match(ann.does(["push", name]).stderr, /REGISTRY_DENIED[^]*help: wherry login/);
	const wrong = ann.does(["login", "-u", "ann", "--password-stdin", host], "wrong");
	assert.match(wrong.stderr, /REGISTRY_DENIED/);
	assert.equal(existsSync(file), false);
	const right = ann.does(["login", "-u", "ann", "--password-stdin", host], "secret\n");
	assert.equal(right.stdout.toString(), "Login Succeeded\n");
	assert.match(
		right.stderr,
		new RegExp(`^WARNING! Your password will be stored unencrypted in ${file}\\.\n`),
	);
	assert.equal(statSync(file).mode & 0o777, 0o600);
	ann.says(["push", name]);
	assert.equal(ann.says(["logout", host]), `Removing login credentials for ${host}\n`);
	assert.equal(ann.says(["logout", host]), `Not logged in to ${host}\n`);
	assert.match(ann.does(["push", name]).stderr, /REGISTRY_DENIED/);
});

test("a password among the words is taken, with docker's warning", async (context) => {
	const host = await closedRegistry(context);
	const { status, stderr } = new Person(context).does(["login", "-u", "ann", "-p", "secret", host]);
	assert.equal(status, 0);
	assert.match(stderr, /^WARNING! Using --password via the CLI is insecure\. Use --password-stdin\.\n/);
});

for (const [tool, words] of [
	["docker", ["login", "-u", "ann", "--password-stdin"]],
	["skopeo", ["login", "--tls-verify=false", "-u", "ann", "--password-stdin"]],
] as const) {
	const missing = spawnSync(tool, ["--version"]).error !== undefined;
	const skip = missing && `not run: ${tool} is not installed`;
	test(`what ${tool} login keeps, wherry finds`, { skip }, async (context) => {
		const host = await closedRegistry(context);
		const ann = new Person(context);
		const runtime = join(ann.home, "run");
		mkdirSync(join(runtime, "containers"), { recursive: true });
		ann.env["XDG_RUNTIME_DIR"] = runtime;
		const login = spawnSync(tool, [...words, host], { env: ann.env, input: "secret", encoding: "utf8" });
		assert.equal(login.status, 0, login.stderr);
		await ann.makes(`${host}/app:v1`);
		ann.says(["push", "-q", `${host}/app:v1`]);
	});
}

const missingSkopeo =
	spawnSync("skopeo", ["--version"]).error !== undefined && "not run: skopeo is not installed";

test("with our login, skopeo copies what we pushed", { skip: missingSkopeo }, async (context) => {
	const host = await closedRegistry(context);
	const ann = new Person(context);
	const image = await ann.makes(`${host}/app:v1`);
	ann.says(["login", "-u", "ann", "--password-stdin", host], "secret");
	ann.says(["push", "-q", `${host}/app:v1`]);
	const words = ["inspect", "--raw", "--tls-verify=false", `docker://${host}/app:v1`];
	const { stdout, stderr } = spawnSync("skopeo", words, { env: ann.env });
	assert.equal(documentOf(stdout, MediaType.MANIFEST).descriptor.digest, image.digest, stderr.toString());
});

test("Ctrl-C leaves nothing half done", async (context) => {
	const { host: good } = await testRegistry(context);
	const [ann, ben] = [new Person(context), new Person(context)];
	await ann.makes(`${good}/app:v1`);
	ann.says(["push", "-q", `${good}/app:v1`]);
	// everything but the module's own bytes, of which half comes
	const wasm = readFileSync(guest("wat/hello"));
	const slow = await startOddServer(context, async ({ path, headers }, response) => {
		const answer = await fetch(`http://${good}${path}`, { headers: { accept: String(headers["accept"]) } });
		const body = Buffer.from(await answer.arrayBuffer());
		const type = answer.headers.get("content-type") ?? "";
		response.writeHead(answer.status, { "content-type": type, "content-length": body.length });
		if (body.equals(wasm)) response.write(body.subarray(0, body.length / 2));
		else response.end(body);
	});
	const running = start(["pull", "--progress=plain", `${slow.host}/app:v1`], { env: ben.env });
	while (!slow.seen.some(({ path }) => path.includes("/blobs/") && path.endsWith(hexOfWasm(wasm))))
		await new Promise((settle) => setTimeout(settle, 10));
	running.child.kill("SIGINT");
	const { status, stderr } = await running.ended;
	assert.equal(status, 130, stderr);
	assert.doesNotMatch(stderr, /error:/);
	assert.deepEqual(JSON.parse(ben.says(["images", "--format", "json"]) || "[]"), []);
	assert.deepEqual(filesUnder(join(ben.images, "blobs")), []);
	assert.deepEqual(filesUnder(join(ben.images, "wherry/writing")), []);
});

function hexOfWasm(wasm: Uint8Array): string {
	return documentOf(wasm, MediaType.WASM).descriptor.digest.slice("sha256:".length);
}

function filesUnder(folder: string): string[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map(({ name }) => name);
}

test("a trust policy that rejects a name is asked before a blob is fetched", async (context) => {
	const { host } = await testRegistry(context);
	const [ann, ben] = [new Person(context), new Person(context)];
	await ann.makes(`${host}/app:v1`);
	ann.says(["push", "-q", `${host}/app:v1`]);
	const policy = join(ben.home, "policy.json");
	writeFileSync(policy, JSON.stringify({ default: [{ type: "reject" }] }));
	const { status, stderr } = ben.does(["pull", "--trust-policy", policy, `${host}/app:v1`]);
	assert.equal(status, 125);
	assert.match(stderr, /UNTRUSTED/);
	assert.equal(existsSync(join(ben.images, "blobs")), false);
});

test("a proxy of the environment is used, but not for this machine", async (context) => {
	const { host } = await testRegistry(context);
	const ann = new Person(context);
	await ann.makes(`${host}/app:v1`);
	const proxy = createServer().listen(0, "127.0.0.1");
	await once(proxy, "listening");
	context.after(() => proxy.close());
	const { port } = proxy.address() as AddressInfo;
	ann.env["HTTP_PROXY"] = ann.env["HTTPS_PROXY"] = `http://127.0.0.1:${port}`;
	for (const [event, name] of [
		["request", "registry.invalid:81"],
		["connect", "secure.invalid:443"],
	] as const) {
		const asked = once(proxy, event) as Promise<[IncomingMessage, { destroy: () => void }]>;
		const words = ["pull", "--insecure", "registry.invalid", `${name}/app`];
		const { child, ended } = start(words, { env: ann.env });
		const [request, connection] = await asked;
		assert.match(request.url ?? "", new RegExp(`^(?:http://)?${name}`));
		child.kill("SIGKILL");
		connection.destroy();
		await ended;
	}
	const pushing = start(["push", "-q", `${host}/app:v1`], { env: ann.env });
	assert.equal((await pushing.ended).status, 0);
});
