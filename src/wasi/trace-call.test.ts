import assert from "node:assert/strict";
import { test } from "node:test";
import { ComponentError } from "./host-interface.ts";
import type { TracedCall } from "./p1/trace.ts";
import { tracedCall } from "./trace-call.ts";

const NO_RESOURCES = {
	nameOf: () => undefined,
	before: (value: unknown) => value,
	behind: (value: unknown) => value,
};

const cases: readonly [name: string, call: () => unknown, told: Partial<TracedCall>][] = [
	["a case of an enum", () => fails("no-entry"), { error: "no-entry", denied: false }],
	["a case that denies", () => fails("access-denied"), { error: "access-denied", denied: true }],
	[
		"a text that speaks of it",
		() => fails("no access, said he"),
		{ error: '"no access, said he"', denied: false },
	],
	[
		"a message that speaks of it",
		() => fails({ tag: "other", val: "access" }),
		{ error: 'other("access")', denied: false },
	],
	[
		"an answer that holds one",
		() => ({ tag: "ok", val: { tag: "err", val: { tag: "HTTP-request-denied" } } }),
		{ result: "ok(err(HTTP-request-denied))", denied: true },
	],
	[
		"an answer that holds another",
		() => ({ tag: "ok", val: { tag: "err", val: { tag: "DNS-timeout" } } }),
		{ result: "ok(err(DNS-timeout))", denied: false },
	],
];

function fails(payload: unknown): never {
	throw new ComponentError(payload);
}

for (const [name, call, wanted] of cases)
	test(`what a call is told as: ${name}`, () => {
		const told: unknown[] = [];
		const traced = tracedCall("a.b", call, NO_RESOURCES, (_line, parts) => told.push(parts));
		try {
			traced();
		} catch (error) {
			assert.ok(error instanceof ComponentError);
		}
		assert.deepEqual(told, [{ interface: "a", function: "b", arguments: [], ...wanted }]);
	});
