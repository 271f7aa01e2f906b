import assert from "node:assert/strict";
import { test } from "node:test";
import { trackOf } from "./host-interface.ts";

const TRACKS: readonly (readonly [string, string])[] = [
	["wasi:cli/run@0.2.0", "wasi:cli/run@0.2"],
	["wasi:cli/run@0.2.12", "wasi:cli/run@0.2"],
	["wasi:cli/run@0.3.0", "wasi:cli/run@0.3"],
	["wasi:cli/run@0.2.6+build.1", "wasi:cli/run@0.2"],
	["a:b/c@1.4.0", "a:b/c@1"],
	["a:b/c@10.4.0", "a:b/c@10"],
	["a:b/c@0.0.7", "a:b/c@0.0.7"],
	["wasi:cli/run@0.2.0-rc-2023-11-10", "wasi:cli/run@0.2.0-rc-2023-11-10"],
	["wasi:keyvalue/store@0.2.0-draft", "wasi:keyvalue/store@0.2.0-draft"],
	["wasi:keyvalue/store@0.2.0-draft2", "wasi:keyvalue/store@0.2.0-draft2"],
	["wasi:config/store@0.2.0-rc.1", "wasi:config/store@0.2.0-rc.1"],
	["wasi:logging/logging", "wasi:logging/logging"],
	["greet", "greet"],
	["a@b", "a@b"],
];

for (const [name, track] of TRACKS) test(`the track of ${name}`, () => assert.equal(trackOf(name), track));
