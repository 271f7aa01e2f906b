/** What `wherry inspect` says of real programs: the facts that do not change with their versions. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import type { Report } from "../../src/inspect/report.ts";
import { golden } from "../support/golden.ts";
import { run } from "../support/wherry.ts";
import { factsOf } from "./facts.ts";
import { COMPONENTS, MODULES } from "./inputs.ts";

const FOLDER = join(import.meta.dirname, "golden");
const fileOf = (name: string) =>
	`${name
		.toLowerCase()
		.replaceAll("'s", "s")
		.replaceAll(/[^a-z0-9.]+/g, "-")}.golden`;
const INPUTS = [...MODULES, ...COMPONENTS];

for (const [name, path] of INPUTS)
	test(`facts of ${name}`, async () => {
		const { status, stdout, stderr } = run(["inspect", "--format", "json", await path()]);
		assert.deepEqual([stderr, status], ["", 0]);
		golden(join(FOLDER, fileOf(name)), factsOf(JSON.parse(String(stdout)) as Report));
	});

test("every golden file is one of these programs'", () => {
	assert.deepEqual(readdirSync(FOLDER), INPUTS.map(([name]) => fileOf(name)).toSorted());
});
