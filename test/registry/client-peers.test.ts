/** The registry client against real registries that demand a login. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { pieceOf } from "../../src/oci/bytes.ts";
import { putDocument } from "../../src/oci/attachments.ts";
import { documentOf } from "../../src/oci/encode.ts";
import { MediaType } from "../../src/oci/media-types.ts";
import { artifactProfile } from "../../src/oci/profiles.ts";
import { checkRepository } from "../../src/oci/repository.contract.ts";
import { Registry } from "../../src/registry/client/registry.ts";
import { RegistryRepository } from "../../src/registry/client/repository.ts";
import { startRegistry } from "../support/registry.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { run } from "../support/wherry.ts";
import { missingDockerRegistry, startDockerRegistry } from "./docker-registry.ts";
import { collected, faultOf, known } from "./odd-server.ts";
import { missingOpenssl, startTokenServer } from "./token-server.ts";

/** ann with the password `secret`, as htpasswd -B writes it. */
const HTPASSWD = "ann:$2y$05$OuLBoIWDkO8gEmdcLuRiUOMUAIOZrQZuCXtbqw3kdHE7Y.M9Y1PZa\n";

/** Those who demand a login, by how they do. Answers the host. */
const DEMANDING: Readonly<
	Record<string, { skip: string | false; start: (context: TestContext) => Promise<string> }>
> = {
	"docker-registry with passwords": {
		skip: missingDockerRegistry,
		async start(context) {
			const htpasswd = join(temporaryDirectory(context), "htpasswd");
			writeFileSync(htpasswd, HTPASSWD);
			return startDockerRegistry(context, { htpasswd });
		},
	},
	"docker-registry with tokens": {
		skip: missingDockerRegistry || missingOpenssl,
		start: async (context) => startDockerRegistry(context, (await startTokenServer(context)).auth),
	},
	"our registry with passwords": { skip: false, start: (context) => ours(context, []) },
	"our registry with tokens": { skip: false, start: (context) => ours(context, ["--token-auth"]) },
};

async function ours(context: TestContext, words: readonly string[]): Promise<string> {
	const registry = await startRegistry(["--memory", "-u", "ann", "--password-stdin", ...words], 0, "secret");
	context.after(async () => registry.end("SIGTERM"));
	return registry.host;
}

const IMAGE = artifactProfile(documentOf(Buffer.from("wasm"), MediaType.WASM).descriptor, {
	created: "2026-01-01T00:00:00Z",
	os: "wasip1",
});

async function pushTo(repository: RegistryRepository): Promise<void> {
	await putDocument(repository, documentOf(Buffer.from("wasm"), MediaType.WASM));
	await putDocument(repository, IMAGE.config);
	await repository.put(IMAGE.manifest.descriptor, pieceOf(IMAGE.manifest.bytes));
	await repository.tag(IMAGE.manifest.descriptor, "v1");
}

for (const [name, { skip, start }] of Object.entries(DEMANDING)) {
	test(`${name}: who is known pushes and pulls, who is not does neither`, { skip }, async (context) => {
		const host = await start(context);
		const login = (credentials: () => Promise<Awaited<ReturnType<ReturnType<typeof known>>> | undefined>) =>
			new RegistryRepository(new Registry(host, { credentials }), "team/app");
		await pushTo(login(known("ann", "secret")));
		const found = await login(known("ann", "secret")).resolve("v1");
		assert.equal(found?.digest, IMAGE.manifest.descriptor.digest);
		const config = await collected(login(known("ann", "secret")).fetch(IMAGE.config.descriptor));
		assert.deepEqual(config, Buffer.from(IMAGE.config.bytes));
		for (const other of [known("ann", "wrong"), async () => undefined]) {
			assert.equal((await faultOf(login(other).resolve("v1"))).code, "REGISTRY_DENIED");
			assert.equal((await faultOf(pushTo(login(other)))).code, "REGISTRY_DENIED");
		}
	});

	test(`${name}: a login is tried`, { skip }, async (context) => {
		const host = await start(context);
		await new Registry(host, { credentials: known("ann", "secret"), isLogin: true }).greet();
		for (const wrong of [known("ann", "wrong"), known("eve", "secret")]) {
			const fault = await faultOf(new Registry(host, { credentials: wrong, isLogin: true }).greet());
			assert.equal(fault.code, "REGISTRY_DENIED");
		}
	});
}

test(
	"docker-registry with tokens: with a stale login, what is public is pulled all the same",
	{ skip: missingDockerRegistry || missingOpenssl },
	async (context) => {
		const server = await startTokenServer(context);
		const host = await startDockerRegistry(context, server.auth);
		const as = (password: string) =>
			new RegistryRepository(new Registry(host, { credentials: known("ann", password) }), "public/app");
		await pushTo(as("secret"));
		assert.ok(await as("stale").resolve("v1"));
		assert.equal((await faultOf(as("stale").tag(IMAGE.manifest.descriptor, "v2"))).code, "REGISTRY_DENIED");
	},
);

test(
	"a registry on this machine that speaks TLS is reached, if its certificate is good",
	{
		skip: missingOpenssl,
	},
	async (context) => {
		const folder = temporaryDirectory(context);
		const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
		const form = [
			"req",
			"-x509",
			"-newkey",
			"ec",
			"-pkeyopt",
			"ec_paramgen_curve:P-256",
			"-nodes",
			"-days",
			"2",
		];
		const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
		const files = ["-keyout", key, "-out", certificate];
		execFileSync("openssl", [...form, ...subject, ...files], { stdio: "ignore" });
		const login = ["-u", "ann", "--password-stdin"];
		const tls = ["--tls-cert", certificate, "--tls-key", key];
		const registry = await startRegistry(["--memory", ...login, ...tls], 0, "secret");
		context.after(async () => registry.end("SIGTERM"));
		const words = ["login", "-u", "ann", "--password-stdin", registry.host];
		const env = { HOME: folder, PATH: process.env["PATH"] };
		const strange = run(words, { stdin: "secret", env });
		assert.match(
			strange.stderr,
			/REGISTRY_UNREACHABLE[^]*certificate is signed by itself[^]*NODE_EXTRA_CA_CERTS/,
		);
		const trusted = run(words, { stdin: "secret", env: { ...env, NODE_EXTRA_CA_CERTS: certificate } });
		assert.equal(trusted.stdout.toString(), "Login Succeeded\n", trusted.stderr);
	},
);

test("against our own registry", async (context) => {
	const registry = await startRegistry();
	context.after(async () => registry.end("SIGTERM"));
	const client = new Registry(registry.host, { credentials: async () => undefined });
	let made = 0;
	checkRepository("our registry", () => new RegistryRepository(client, `contract/r${++made}`));
});
