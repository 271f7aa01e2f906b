/** `run --learn` of what uses the network: no more is written than was used, or than was allowed to be learnt. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryDirectory } from "../support/temporary.ts";
import { guest, start } from "../support/wherry.ts";

const SOCKETS = guest("components/sockets");

/** Sends back what comes. */
async function echo(context: TestContext): Promise<number> {
	const server = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
	context.after(() => server.close());
	await once(server, "listening");
	return (server.address() as AddressInfo).port;
}

/** A port that is free now. */
async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	await new Promise((closed) => server.close(closed));
	return port;
}

/** The lines of the policy that grant something. */
function grants(here: string): string[] {
	return readFileSync(join(here, "p.toml"), "utf8")
		.split("\n")
		.filter((line) => line.startsWith("\t"));
}

const CONNECTS: readonly [name: string, rules: readonly string[], host: string, learnt: string][] = [
	["by its address", ["connect=127.0.0.0/8:*"], "127.0.0.1", "connect=127.0.0.1"],
	["by the name that a rule grants", ["connect=localhost:*"], "localhost", "connect=localhost"],
	[
		"by its address, where the name may only be looked up",
		["connect=127.0.0.0/8:*", "resolve=localhost"],
		"localhost",
		"connect=127.0.0.1",
	],
];

for (const [name, rules, host, learnt] of CONNECTS)
	test(`a connection is learnt ${name}`, async (context) => {
		const here = temporaryDirectory(context);
		const port = await echo(context);
		const words = [SOCKETS, "connect", `${host}:${port}`, "hello"];
		const flags = ["--learn", "p.toml", ...rules.flatMap((rule) => ["--learn-net", rule])];
		const learning = await start(["run", ...flags, ...words], { cwd: here }).ended;
		assert.equal(learning.status, 0, learning.stderr);
		const lines = grants(here).filter((line) => line.startsWith('\t"connect'));
		assert.deepEqual(lines, [`\t"${learnt}:${port}", # connect`]);
		assert.equal((await start(["run", "--policy", "p.toml", ...words], { cwd: here }).ended).status, 0);
		const other = [SOCKETS, "connect", `${host}:${await echo(context)}`, "hello"];
		assert.notEqual((await start(["run", "--policy", "p.toml", ...other], { cwd: here }).ended).status, 0);
	});

/** Connects as soon as somebody listens. */
async function call(port: number): Promise<void> {
	for (;;) {
		const socket = connect(port, "127.0.0.1");
		try {
			await once(socket, "connect");
			socket.end("hello");
			socket.resume();
			return;
		} catch {
			await new Promise((later) => setTimeout(later, 50));
		}
	}
}

for (const [name, words] of [
	["a component", [SOCKETS, "listen", "0.0.0.0:80"]],
	["a module", [guest("c/listener")]],
] as const)
	test(`a listener of ${name} is learnt as it was published, and no more`, async (context) => {
		const here = temporaryDirectory(context);
		const port = await freePort();
		const learning = start(["run", "--learn", "p.toml", "-p", `${port}:80`, ...words], { cwd: here });
		await call(port);
		assert.equal((await learning.ended).status, 0);
		assert.match(grants(here).join("\n"), new RegExp(String.raw`^\t"127\.0\.0\.1:${port}:80", # \w+$`));
	});
