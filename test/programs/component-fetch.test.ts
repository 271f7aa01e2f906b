/** A program of the web's `fetch` in StarlingMonkey: it asks others only by rule. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { guest } from "../support/wherry.ts";
import { serving } from "../support/serving.ts";
import { javaScriptComponent } from "./components.ts";

const PATHS = guest("components/http-paths");

test("JavaScript asks another service by fetch, and is refused one that no rule names", async (context) => {
	const through = await javaScriptComponent("fetch-through-js", {
		sources: ["fetch-through.js"],
		world: "service",
		wasi: "0.2.10",
	});
	const inner = await serving(context, ["--workers", "1", PATHS]);
	const { host } = new URL(inner.url);
	const { url, end } = await serving(context, ["--workers", "1", "--net", `connect=${host}`, through]);
	const ask = (path: string, init: RequestInit = {}) =>
		fetch(`${url}/?url=${encodeURIComponent(`${inner.url}${path}`)}`, init);
	const plain = await ask("/");
	assert.deepEqual(
		[plain.status, plain.headers.get("x-type"), await plain.text()],
		[200, "text/plain", "hello\n"],
	);
	const teapot = await ask("/status?code=418");
	assert.deepEqual([teapot.status, await teapot.text()], [418, "as asked\n"]);
	assert.equal((await (await ask("/big?bytes=3000000")).arrayBuffer()).byteLength, 3_000_000);
	const echoed = await ask("/echo", { method: "POST", body: "x".repeat(200_000) });
	assert.equal(await echoed.text(), "x".repeat(200_000));
	const refused = await fetch(`${url}/?url=http://127.0.0.1:1/`);
	assert.equal(refused.status, 502);
	const { stderr } = await end();
	assert.ok(stderr.includes("help: --net connect=127.0.0.1:1"), stderr);
});
