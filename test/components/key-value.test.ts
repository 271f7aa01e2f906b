/** Key-value stores of services: guests/components/http-counter counts its requests in one. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { guest, run } from "../support/wherry.ts";
import { serving } from "../support/serving.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const COUNTER = guest("components/http-counter");
const REQUESTS = 40;

/** What so many requests at once were told, in order. */
async function visits(url: string): Promise<number[]> {
	const texts = Array.from({ length: REQUESTS }, async () => {
		const response = await fetch(url, { headers: { connection: "close" } });
		return Number(await response.text());
	});
	return (await Promise.all(texts)).sort((a, b) => a - b);
}

const from = (first: number) => Array.from({ length: REQUESTS }, (_, index) => first + index);

test("all workers of a service share a store in memory, which goes when the service ends", async (context) => {
	// its own: other tests serve at the same time
	const temporary = temporaryDirectory(context);
	const env = { ...process.env, TMPDIR: temporary };
	const { url, end } = await serving(context, ["--workers", "2", "--keyvalue", "visits", COUNTER], env);
	assert.deepEqual(await visits(url), from(1));
	assert.equal(readdirSync(temporary).length, 1);
	const { status } = await end();
	assert.equal(status, 0);
	assert.deepEqual(readdirSync(temporary), []);
});

test("a store in a file is there for the next service", async (context) => {
	const file = join(temporaryDirectory(context), "visits.db");
	assert.deepEqual(await once(context, file), from(1));
	assert.deepEqual(await once(context, file), from(1 + REQUESTS));
});

test("a module is told of services that it cannot ask for", () => {
	const { stdout, stderr, status } = run(["run", "--keyvalue", "visits", guest("wat/hello")]);
	assert.deepEqual([stdout.toString(), status], ["hello\n", 0]);
	assert.equal(
		stderr,
		"note: --config and --keyvalue take effect for components: preview1 has no words to ask for them\n",
	);
});

test("a store that cannot be opened stops the run before it begins", (context) => {
	const file = join(temporaryDirectory(context), "missing", "visits.db");
	const { stderr, status } = run([
		"run",
		"--keyvalue",
		`visits=${file}`,
		guest("components/services"),
		"keys",
		"visits",
	]);
	assert.equal(
		stderr,
		[
			`error: cannot open the key-value store '${file}' [GRANT_REFUSED]`,
			"note: it cannot be opened",
			`note: asked for by '--keyvalue visits=${file}'`,
			"help: --keyvalue visits    for one in memory\n",
		].join("\n"),
	);
	assert.equal(status, 125);
});

async function once(context: TestContext, file: string): Promise<number[]> {
	const { url, end } = await serving(context, ["--workers", "2", "--keyvalue", `visits=${file}`, COUNTER]);
	const told = await visits(url);
	await end();
	return told;
}

test("a service that was granted no store is refused it", async (context) => {
	const { url } = await serving(context, ["--workers", "1", COUNTER]);
	const response = await fetch(url);
	assert.deepEqual([response.status, await response.text()], [503, "no store"]);
});
