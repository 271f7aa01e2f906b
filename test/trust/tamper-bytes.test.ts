/**
 * Every byte: each file that a run reads is changed at each of its bytes, one at a time, and what comes
 * is the untouched program or a refusal. In this process, since it is done thousands of times.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Fault } from "../../src/base/fault.ts";
import { openImageProgram } from "../../src/cli/run-image.ts";
import { parseRunWords, settleRun } from "../../src/cli/run-words.ts";
import { Machine, newKeys, prepareMachine } from "./machine.ts";
import { type Parts, partsOf } from "./parts.ts";

const folder = mkdtempSync(join(tmpdir(), "wherry-test-"));
let machine: Machine;
let parts: Parts;

before(async () => {
	mkdirSync(folder, { recursive: true });
	machine = await prepareMachine(folder, await newKeys());
	parts = await partsOf(machine);
	// this process becomes one of that user's
	Object.assign(process.env, machine.env);
	process.chdir(machine.path("work"));
});
after(() => {
	process.chdir(tmpdir());
	rmSync(folder, { recursive: true });
});

const APP = ["--pull", "never", "app"];
const SITE = ["--pull", "never", "site"];
const SIGNED = ["--pull", "never", "signed"];
const LOCKED = ["--pull", "never", "--locked", "app"];

for (const [name, words, fileOf] of [
	["the layer", APP, () => machine.blob(parts.app.layer)],
	["the manifest", APP, () => machine.blob(parts.app.manifest)],
	["the config", APP, () => machine.blob(parts.app.config)],
	["the layer of files", SITE, () => machine.blob(parts.site.layer)],
	["the manifest of an image with files", SITE, () => machine.blob(parts.site.manifest)],
	["the config of an image with files", SITE, () => machine.blob(parts.site.config)],
	["index.json", APP, () => machine.stored("index.json")],
	["the pins", APP, () => machine.path("data/wherry/pins.json")],
	["the lock", LOCKED, () => machine.path("work/wherry.lock")],
	["the payload of a signature", SIGNED, () => machine.blob(parts.signatures.payload)],
	["the manifest of a signature", SIGNED, () => machine.blob(parts.signatures.simple)],
	["the manifest of a bundle", SIGNED, () => machine.blob(parts.signatures.referrer)],
	["the key of a rule", SIGNED, () => machine.path("config/wherry/keys/team.pub")],
] as const)
	test(`each byte of ${name}: a refusal, or the untouched program`, async () => {
		const untouched = await programOf(words);
		assert.ok(typeof untouched !== "string", untouched as string);
		const file = fileOf();
		const bytes = readFileSync(file);
		try {
			for (const at of bytes.keys()) {
				const changed = Buffer.from(bytes);
				changed[at] = bytes[at]! ^ (1 << (at % 8));
				writeFileSync(file, changed);
				const found = await programOf(words);
				if (typeof found !== "string") assert.deepEqual(found, untouched, `byte ${at} of '${file}'`);
			}
		} finally {
			writeFileSync(file, bytes);
		}
	});

/** The bytes that would run, and with what; or the code of the refusal. */
async function programOf(words: readonly string[]): Promise<object | string> {
	try {
		const options = settleRun(parseRunWords(words), [], [], (name) => process.env[name]);
		const { bytes, digest, options: settled } = await openImageProgram(options);
		return { program: Buffer.from(bytes).toString("latin1"), digest, settled };
	} catch (error) {
		if (error instanceof Fault && error.code !== "BUG") return error.code;
		throw error;
	}
}
