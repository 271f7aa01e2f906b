import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryDirectory } from "../../../test/support/temporary.ts";
import { NO_GRANTS } from "../../capability/grants.ts";
import { LearntPolicy } from "./learnt-policy.ts";
import type { Use } from "./use.ts";

/** A folder with a policy and a file, and what may be learnt of it. */
function setting(context: TestContext) {
	const here = temporaryDirectory(context);
	mkdirSync(join(here, "data"));
	writeFileSync(join(here, "data/a"), "");
	const file = join(here, "p.toml");
	writeFileSync(file, "");
	const mount = {
		type: "bind",
		host: here,
		guest: "/",
		readOnly: false,
		origin: { where: "--learn" },
	} as const;
	return { file, grants: { ...NO_GRANTS, mounts: [mount] } };
}

const READ = {
	type: "path",
	mount: "/",
	path: ["data", "a"],
	use: "read",
	call: "path_open",
	wanted: "data/a",
} as const;
const WROTE = { ...READ, path: ["p.toml"], use: "write", wanted: "p.toml" } as const;
const mine = 'net = ["connect=db.example:5432"]\n';

test("while the program runs, a change is taken for somebody else's when it stays and no use of it has come", async (context) => {
	const { file, grants } = setting(context);
	const policy = await LearntPolicy.open(file);
	writeFileSync(file, mine);
	assert.equal(await policy.writeSoFar([READ], grants), undefined);
	assert.equal(readFileSync(file, "utf8"), mine);
	assert.equal((await policy.writeSoFar([READ], grants))?.isNew, true);
	const text = readFileSync(file, "utf8");
	assert.ok(text.startsWith(mine) && text.includes("source=./data/a"), text);
});

for (const [whose, uses] of [
	["that its use says to be the program's", [READ, WROTE]],
	["beside more uses than were kept", [READ, { type: "full" }]],
] as readonly (readonly [string, readonly Use[]])[])
	test(`a change ${whose} does not stay`, async (context) => {
		const { file, grants } = setting(context);
		const policy = await LearntPolicy.open(file);
		writeFileSync(file, mine);
		assert.equal(await policy.writeSoFar([READ], grants), undefined);
		await policy.writeSoFar(uses, grants);
		assert.ok(!readFileSync(file, "utf8").includes("db.example"));
		writeFileSync(file, mine);
		await policy.write(uses, grants);
		assert.ok(!readFileSync(file, "utf8").includes("db.example"));
	});
