/** Services in JavaScript and TypeScript, made by jco's componentize on StarlingMonkey, by `wherry serve`. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { serving } from "../support/serving.ts";
import { javaScriptComponent } from "./components.ts";

const ONE = ["--workers", "1"];

const service = () =>
	javaScriptComponent("service-ts", {
		sources: ["service.ts"],
		world: "service",
		flags: ["-d", "http", "-d", "fetch-event"],
	});
/** The engine's own handler is of this version. It needs a fresh instance for each request. */
const fetchEvent = () =>
	javaScriptComponent("fetch-event-js", { sources: ["fetch-event.js"], world: "service", wasi: "0.2.10" });

test("TypeScript that speaks wasi:http by hand answers, each time anew", async (context) => {
	const { url, end } = await serving(context, [...ONE, await service()]);
	const response = await fetch(`${url}/x?y=1`, { method: "POST", body: "ahoy" });
	assert.equal(response.headers.get("content-type"), "application/json");
	assert.deepEqual(await response.json(), { method: "post", path: "/x?y=1", body: "ahoy", requests: 1 });
	assert.deepEqual(await (await fetch(url)).json(), { method: "get", path: "/", body: "", requests: 1 });
	const { status, stderr } = await end();
	assert.deepEqual([status, stderr], [0, ""]);
});

test("an instance of it serves several requests", async (context) => {
	const { url, end } = await serving(context, [...ONE, "--reuse", "2", await service()]);
	const requests: unknown[] = [];
	for (let i = 0; i < 3; i++)
		requests.push(((await (await fetch(url)).json()) as { requests: number }).requests);
	assert.deepEqual(requests, [1, 2, 1]);
	assert.deepEqual((await end()).stderr, "");
});

test("JavaScript that answers the fetch event, several times", async (context) => {
	const { url, end } = await serving(context, [...ONE, await fetchEvent()]);
	for (const name of ["Ada", "Grace"])
		assert.equal(await (await fetch(`${url}/hello?name=${name}`)).text(), `hello ${name}\n`);
	const upper = await fetch(`${url}/upper`, { method: "POST", body: "ahoy" });
	assert.deepEqual([upper.status, upper.headers.get("x-by"), await upper.text()], [201, "wherry", "AHOY"]);
	assert.equal((await fetch(`${url}/other`)).status, 404);
	const { status, stderr } = await end();
	assert.deepEqual([status, stderr], [0, ""]);
});

test("its instances answer once: where they are reused, a request fails and the next one has a new instance", async (context) => {
	const { url, end } = await serving(context, [...ONE, "--reuse", "9", await fetchEvent()]);
	const statuses: number[] = [];
	for (let i = 0; i < 4; i++) statuses.push((await fetch(`${url}/hello`)).status);
	assert.deepEqual(statuses, [200, 500, 200, 500]);
	const { stderr, status } = await end();
	assert.match(stderr, /respondWith can't be called twice/);
	assert.equal(status, 0);
});

test("JavaScript on QuickJS that handles requests by WASI 0.3, as streams", async (context) => {
	const component = await javaScriptComponent("service-0-3-js", {
		sources: ["service-0-3.js"],
		world: "service",
		wasi: "0.3.0",
		flags: ["--backend", "qjs"],
	});
	const { url, end } = await serving(context, [...ONE, component]);
	const body = "cargo ".repeat(10_000);
	const response = await fetch(`${url}/x`, { method: "POST", body });
	assert.equal(response.headers.get("content-type"), "text/plain");
	assert.equal(await response.text(), `post /x\n${body}`);
	assert.equal((await end()).status, 0);
});
