import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { before, test } from "node:test";

import { temporaryDirectory } from "../support/temporary.ts";
import { run } from "../support/wherry.ts";
import { goTour } from "./go.ts";
import { installed } from "./programs.ts";
import { assertRefused } from "./refusal.ts";

let tour = "";

before(async () => {
	tour = await goTour();
});

test("a Go program runs goroutines, timers, standard input and files", (context) => {
	const folder = temporaryDirectory(context);
	const ended = run(["run", "-i", "-v", `${folder}:/data`, tour, "/data"], { stdin: "a\nb\na\n" });
	assert.equal(ended.stderr, "");
	assert.deepEqual(ended.stdout.toString().split("\n"), [
		"squares 338350",
		"race five ticks",
		"lines map[a:2 b:1]",
		'"from Go\\n"',
		"[. a a/b a/b/text.txt]",
		"",
	]);
	assert.equal(ended.status, 7);
	assert.deepEqual(readdirSync(folder), []);
});

test("a Go program without its grant is refused the directory", () => {
	const ended = run(["run", tour, "/data"]);
	assert.equal(ended.status, 2);
	assertRefused(ended, "/data");
});

test("a Go program's SBOM has the settings of its build and the library of its compiler", () => {
	const version = readFileSync(installed("@ttsc/linux-x64/bin/go/VERSION"), "utf8").match(/^go(\S+)/)?.[1];
	const { stdout, stderr } = run(["sbom", "--format=cyclonedx-json", tour]);
	assert.equal(stderr, "");
	const sbom = JSON.parse(stdout.toString()) as {
		metadata: { component: { properties: { name: string; value: string }[] } };
		components: { purl?: string }[];
		compositions: { aggregate: string }[];
	};
	const { properties } = sbom.metadata.component;
	assert.equal(properties.find(({ name }) => name === "wherry:go:GOOS")?.value, "wasip1");
	assert.ok(sbom.components.some(({ purl }) => purl === `pkg:golang/stdlib@${version}`));
	assert.equal(sbom.compositions[0]?.aggregate, "complete");
});
