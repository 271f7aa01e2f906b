import assert from "node:assert/strict";
import { test } from "node:test";
import { faultText } from "../../test/support/fault.ts";
import { parseLimit, parseUlimit } from "./limit-words.ts";
import type { Limits } from "./limits.ts";

const READ: readonly (readonly [keyof Limits, string, number | undefined])[] = [
	["memory_bytes", "64k", 65_536],
	["memory_bytes", "64g", 64 * 1024 ** 3],
	["timeout_ms", "10s", 10_000],
	["timeout_ms", "0", undefined],
	["timeout_ms", "none", undefined],
	["cpu_time_ms", "0s", undefined],
	["descriptors", "4", 4],
	["table_elements", "0", 0],
	["stack_bytes", "8m", 8 * 1024 ** 2],
	["storage_bytes", "0", 0],
];

for (const [name, text, expected] of READ)
	test(`${name} of '${text}'`, () => assert.equal(parseLimit(name, text, "--flag"), expected));

const REFUSED: readonly (readonly [keyof Limits, string, RegExp])[] = [
	["memory_bytes", "0", /it is from 64k to 64g\nhelp: --flag 64k\n/],
	["memory_bytes", "65g", /it is from 64k to 64g\nhelp: --flag 64g\n/],
	["memory_bytes", "much", /cannot read 'much' as a size for --flag/],
	["timeout_ms", "30d", /a duration is written 500ms/],
	["timeout_ms", "1000h", /it is from 1ms to 596h31m23s647ms/],
	["descriptors", "3", /it is from 4 to 1048576/],
	["descriptors", "1.5", /a whole number without a unit/],
	["table_elements", "10000001", /it is from 0 to 10000000/],
	["stack_bytes", "1g", /it is from 64k to 512m/],
];

for (const [name, text, expected] of REFUSED)
	test(`refused: ${name} of '${text}'`, () => {
		const fault = faultText(() => parseLimit(name, text, "--flag"));
		assert.match(fault, /\[FLAG_INVALID\]/);
		assert.match(fault, expected);
	});

test("ulimits of docker's that a guest has", () => {
	assert.deepEqual(parseUlimit("nofile=64"), { descriptors: 64 });
	assert.deepEqual(parseUlimit("nofile=64:128"), { descriptors: 128 });
	assert.deepEqual(parseUlimit("cpu=2"), { cpu_time_ms: 2000 });
	assert.deepEqual(parseUlimit("stack=65536"), { stack_bytes: 65_536 });
});

test("ulimits that it has not", () => {
	assert.match(
		faultText(() => parseUlimit("nproc=3")),
		/a guest has nothing else of which these count/,
	);
	assert.match(
		faultText(() => parseUlimit("nofiles=3")),
		/did you mean 'nofile'\?/,
	);
	assert.match(
		faultText(() => parseUlimit("nofile")),
		/cannot set the ulimit 'nofile'/,
	);
	assert.match(
		faultText(() => parseUlimit("nofile=x")),
		/cannot read 'x' as a number for --ulimit nofile=/,
	);
});
