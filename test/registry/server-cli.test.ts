/** `wherry registry serve`, as a person uses it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { startRegistry, testRegistry } from "../support/registry.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { run, start } from "../support/wherry.ts";
import { Client, expectStatus } from "./conformance.ts";

test("it keeps its content in the user's data folder", async (context) => {
	const home = temporaryDirectory(context);
	const env = { ...process.env, HOME: home, XDG_DATA_HOME: join(home, "data") };
	const running = start(["registry", "serve", "--port", "0"], { env });
	assert.match(
		await running.firstOutput,
		/^serving a registry at http:\/\/127\.0\.0\.1:\d+, in .*\/data\/wherry\/registry\n$/,
	);
	running.child.kill("SIGTERM");
	assert.deepEqual((await running.ended).status, 0);
	assert.ok(existsSync(join(home, "data/wherry/registry/registry.sqlite")));
});

for (const signal of ["SIGINT", "SIGTERM"] as const)
	test(`${signal} ends it in good order`, async () => {
		const running = start(["registry", "serve", "--memory", "--port", "0"]);
		await running.firstOutput;
		running.child.kill(signal);
		const { status, stderr } = await running.ended;
		assert.deepEqual([status, stderr], [0, ""]);
	});

test("a second signal does not wait for what is under way", async () => {
	const running = start(["registry", "serve", "--memory", "--port", "0", "--format", "json"]);
	const { url } = JSON.parse(await running.firstOutput) as { url: string };
	const { hostname, port } = new URL(url);
	const socket = connect(Number(port), hostname);
	socket.on("error", () => undefined);
	socket.write("POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: localhost\r\n");
	await new Promise((wake) => setTimeout(wake, 100));
	running.child.kill("SIGINT");
	while (
		await fetch(url).then(
			() => true,
			() => false,
		)
	);
	running.child.kill("SIGTERM");
	assert.equal((await running.ended).signal, "SIGTERM");
	socket.destroy();
});

test("--verbose writes a line for each request, and nothing in it moves the cursor", async () => {
	const running = start(["registry", "serve", "--memory", "--port", "0", "--verbose", "--format", "json"]);
	const { url } = JSON.parse(await running.firstOutput) as { url: string };
	await fetch(`${url}/v2/a/manifests/one%1b%5b2J`);
	running.child.kill("SIGTERM");
	assert.match((await running.ended).stderr, /^\S+Z 404 GET \/v2\/a\/manifests\/one%1b%5b2J \d+ ms\n$/);
});

test("a user's password comes by standard input", async (context) => {
	const registry = await startRegistry(["--memory", "--user", "ann", "--password-stdin"], 0, "secret\n");
	context.after(async () => registry.end("SIGTERM"));
	const ask = async (password: string) =>
		fetch(`http://${registry.host}/v2/`, { headers: { Authorization: `Basic ${btoa(`ann:${password}`)}` } });
	expectStatus(await ask("secret"), 200);
	expectStatus(await ask("secret\n"), 401);
});

test("--htpasswd names the users, --token-auth how they log in, --anonymous-pull what others may", async (context) => {
	const file = join(temporaryDirectory(context), "users");
	writeFileSync(file, "ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n");
	const words = ["--memory", "--htpasswd", file, "--token-auth", "--anonymous-pull"];
	const { host } = await testRegistry(context, words);
	const client = new Client(`http://${host}`, "a");
	const response = await client.ask("POST", "blobs/uploads/");
	expectStatus(response, 401);
	assert.equal(
		response.headers.get("www-authenticate"),
		`Bearer realm="http://${host}/token",service="wherry-registry",scope="repository:a:pull,push"`,
	);
});

const refused: readonly (readonly [readonly string[], RegExp])[] = [
	[["--port", "70000"], /cannot read '70000' as a port \[FLAG_INVALID\]/],
	[["--address", "localhost"], /cannot read 'localhost' as an address \[FLAG_INVALID\]/],
	[["--memory", "--storage", "x"], /not in both \[USAGE\]/],
	[["--user", "ann"], /the password of 'ann' is missing \[USAGE\]/],
	[["--user", "a", "--htpasswd", "b"], /not from both \[USAGE\]/],
	[["--token-auth"], /there are no users to log in \[USAGE\]\nnote: --token-auth/],
	[["--anonymous-pull"], /there are no users to log in \[USAGE\]\nnote: --anonymous-pull/],
	[["--htpasswd", "missing"], /cannot find the file of passwords 'missing' \[FLAG_INVALID\]/],
	[["--tls-cert", "x"], /the key for TLS is missing \[USAGE\]/],
	[
		["--memory", "--tls-cert", "/dev/null", "--tls-key", "/dev/null"],
		/cannot use the certificate with its key \[FLAG_INVALID\]/,
	],
	[["folder"], /takes no 'folder' \[USAGE\]/],
	[["--memory", "--address", "192.0.2.1"], /cannot listen on '192\.0\.2\.1:5000' \[IO\]/],
];
for (const [words, expected] of refused)
	test(`registry serve ${words.join(" ")} is refused`, () => {
		const { status, stderr, stdout } = run(["registry", "serve", ...words]);
		assert.match(stderr, expected);
		assert.deepEqual([status, stdout.length], [125, 0]);
	});

test("a port that is taken is refused with another", async (context) => {
	const other = createServer().listen(0, "127.0.0.1");
	await once(other, "listening");
	context.after(() => other.close());
	const { port } = other.address() as { port: number };
	const { stderr } = run(["registry", "serve", "--memory", "--port", String(port)]);
	assert.match(stderr, /\[IO\]\nnote: another program listens there\nhelp: --port/);
});

test("an address that others reach is warned of", async () => {
	const running = start(["registry", "serve", "--memory", "--address", "0.0.0.0", "--port", "0"]);
	await running.firstOutput;
	running.child.kill("SIGTERM");
	assert.equal((await running.ended).stderr.match(/^note: /gm)?.length, 3);
});

test("--tls-cert and --tls-key make it speak HTTPS", async (context) => {
	const file = (name: string) => join(import.meta.dirname, "tls", name);
	const { host } = await testRegistry(context, [
		"--memory",
		"--tls-cert",
		file("cert.pem"),
		"--tls-key",
		file("key.pem"),
	]);
	const status = await new Promise((settle, refuse) => {
		request(`https://${host}/v2/`, { rejectUnauthorized: false }, ({ statusCode }) => {
			settle(statusCode);
		})
			.on("error", refuse)
			.end();
	});
	assert.equal(status, 200);
});
