/** What a person sees and types on a real terminal, made by util-linux's `script`. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { putDocument } from "../../src/oci/attachments.ts";
import { documentOf } from "../../src/oci/encode.ts";
import { MediaType } from "../../src/oci/media-types.ts";
import { artifactProfile } from "../../src/oci/profiles.ts";
import { Registry } from "../../src/registry/client/registry.ts";
import { RegistryRepository } from "../../src/registry/client/repository.ts";
import { startRegistry, testRegistry } from "../support/registry.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { ROOT } from "../support/wherry.ts";

const skip =
	spawnSync("script", ["--version"]).error !== undefined &&
	"not run: there is no `script` (Debian's bsdutils)";

/** A guard against hanging, never a measurement. */
const WAIT_MS = 60_000;

/** Runs wherry on a terminal of its own and types each answer when its question stands there. */
async function onTerminal(
	words: readonly string[],
	env: NodeJS.ProcessEnv,
	answers: readonly (readonly [question: string, answer: string])[] = [],
): Promise<{ status: number | null; text: string }> {
	const command = [join(ROOT, "bin/wherry"), ...words].map((word) => `'${word}'`).join(" ");
	const child = spawn("script", ["-qec", command, "/dev/null"], { env, stdio: ["pipe", "pipe", "inherit"] });
	const guard = setTimeout(() => child.kill("SIGTERM"), WAIT_MS);
	const left = [...answers];
	let text = "";
	let read = 0;
	child.stdout.on("data", (piece: Buffer) => {
		text += piece.toString();
		const at = left[0] === undefined ? -1 : text.indexOf(left[0][0], read);
		if (at < 0) return;
		read = text.length;
		child.stdin.write(left.shift()?.[1] ?? "");
	});
	const [status] = (await once(child, "close")) as [number | null];
	clearTimeout(guard);
	return { status, text };
}

test(
	"login asks for the name and the password, and does not show the password",
	{ skip },
	async (context) => {
		const registry = await startRegistry(["--memory", "-u", "ann", "--password-stdin"], 0, "secret");
		context.after(async () => registry.end("SIGTERM"));
		const home = temporaryDirectory(context);
		const { status, text } = await onTerminal(
			["login", registry.host],
			{ HOME: home, PATH: process.env["PATH"] },
			[
				["Username: ", "ann\r"],
				["Password: ", "secret\r"],
			],
		);
		assert.equal(status, 0, text);
		assert.match(text, /Login Succeeded/);
		assert.doesNotMatch(text, /secret/);
		const { auths } = JSON.parse(readFileSync(join(home, ".docker/config.json"), "utf8")) as {
			auths: object;
		};
		assert.deepEqual(auths, { [registry.host]: { auth: "YW5uOnNlY3JldA==" } });
	},
);

async function registryWithImage(context: TestContext): Promise<string> {
	const { host } = await testRegistry(context);
	const repository = new RegistryRepository(
		new Registry(host, { credentials: async () => undefined }),
		"app",
	);
	const wasm = documentOf(Buffer.from("wasm"), MediaType.WASM);
	const image = artifactProfile(wasm.descriptor, { created: "2026-01-01T00:00:00Z", os: "wasip1" });
	for (const document of [wasm, image.config, image.manifest]) await putDocument(repository, document);
	await repository.tag(image.manifest.descriptor, "v1");
	return host;
}

test("a pull draws on a terminal, and with NO_COLOR only writes lines", { skip }, async (context) => {
	const host = await registryWithImage(context);
	for (const [environment, draws] of [
		[{ TERM: "xterm" }, true],
		[{ TERM: "xterm", NO_COLOR: "1" }, false],
		[{ TERM: "dumb" }, false],
	] as const) {
		const env = { HOME: temporaryDirectory(context), PATH: process.env["PATH"], ...environment };
		const { status, text } = await onTerminal(["pull", `${host}/app:v1`], env);
		assert.equal(status, 0, text);
		assert.match(text, /Pull complete[^]*Status: Downloaded newer image/);
		assert.equal(text.includes("\u001b["), draws, JSON.stringify(text));
	}
});
