/** What is typed reaches wherry and the guest, and never Node itself. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { temporaryDirectory } from "../support/temporary.ts";
import { guest, run } from "../support/wherry.ts";

const CODE_RAN = "code of the file ran in Node";

/** Files that make Node run code of theirs when it takes their names for its own options. */
function trap(context: TestContext): string {
	const folder = temporaryDirectory(context);
	writeFileSync(join(folder, "evil.mjs"), `process.stderr.write(${JSON.stringify(CODE_RAN)});`);
	writeFileSync(join(folder, "evil.env"), 'NODE_OPTIONS="--import ./evil.mjs"\n');
	writeFileSync(join(folder, "node.config.json"), '{"nodeOptions":{"import":["./evil.mjs"]}}');
	return folder;
}

const HELLO = guest("wat/hello");

const WORDS: readonly (readonly string[])[] = [
	["run", "--env-file", "evil.env", HELLO],
	["run", "--env-file=evil.env", HELLO],
	["run", HELLO, "--env-file=evil.env"],
	["run", HELLO, "--env-file", "evil.env"],
	["run", HELLO, "--env-file-if-exists=evil.env"],
	["run", HELLO, "--experimental-config-file=node.config.json"],
	["run", HELLO, "--experimental-config-file", "node.config.json"],
	["run", HELLO, "--experimental-default-config-file"],
	["run", "--", HELLO, "--experimental-default-config-file"],
	["run", "--stack", "2m", HELLO, "--experimental-default-config-file", "--env-file=evil.env"],
	["run", HELLO, "--import=./evil.mjs", "--require", "./evil.mjs", "-r", "./evil.mjs", "--eval", "1"],
];

for (const words of WORDS)
	test(`wherry ${words.join(" ").replaceAll(HELLO, "hello.wasm")}`, (context) => {
		const { status, stderr } = run(words, { cwd: trap(context) });
		assert.deepEqual([stderr, status], ["", 0]);
	});

for (const words of [["=", "x"], ["=x"], ["--env-file"]])
	test(`the words ${JSON.stringify(words)} arrive as they are`, () => {
		assert.ok(run(words).stderr.includes(`'${words[0]}'`));
	});
