/**
 * Golden transcripts: each `*.golden` beside this file is played again, command by command, and must
 * come out the same. `UPDATE_GOLDEN=1 node --test test/sessions/sessions.test.ts` writes them anew.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { golden } from "../support/golden.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { plantFiles } from "./fixtures.ts";
import { makeStage, replay } from "./transcript.ts";

const here = import.meta.dirname;

for (const file of readdirSync(here).filter((name) => name.endsWith(".golden")))
	test(file.replace(/\.golden$/, "").replaceAll("-", " "), async (context) => {
		const stage = makeStage(temporaryDirectory(context));
		await plantFiles(stage.files);
		const before = filesIn(stage.files);
		const path = join(here, file);
		const transcript = replay(readFileSync(path, "utf8"), stage);
		golden(path, transcript);
		for (const command of transcript.split(/^\$ /m).slice(1)) checkError(command);
		assert.deepEqual(filesIn(stage.files), before, "files were left behind");
		assert.deepEqual(readdirSync(stage.temporary), [], "temporary files were left behind");
		assert.deepEqual(readdirSync(stage.home), [], "files were left behind at home");
	});

/** Our own errors, all but what a guest came to by itself: what failed, what is true, what to type. */
function checkError(command: string): void {
	if (!/^error: /m.test(command) || !/\[exit 12[567]\]/.test(command)) return;
	assert.equal(command.match(/^error: /gm)?.length, 1, command);
	for (const part of [/^error: .* \[[A-Z_]+\]$/m, /^note: ./m, /^help: ./m])
		assert.match(command, part, command);
}

function filesIn(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}
