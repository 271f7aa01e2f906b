/**
 * Whatever a program is made of: every view of it is an answer or a fault, costs about what an ordinary program of its size costs,
 * fits in a limited memory, and moves no terminal.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { CODE } from "./corpus/code.ts";
import { COMPONENTS } from "./corpus/components.ts";
import { CONTENTS } from "./corpus/contents.ts";
import { FRAMING } from "./corpus/framing.ts";
import { ordinary } from "./corpus/ordinary.ts";
import type { View } from "./inspect-views.ts";
import { InspectThread } from "./inspect-thread.ts";
import type { Answered } from "./inspect-worker.ts";

const thread = new InspectThread();
after(() => thread.end());

/** So many times an ordinary program's cost may be asked for, and what starts cost beside it. */
const TIMES_MAX = 20;
const FLOOR_US = 400_000;

const CASES = [...FRAMING, ...CODE, ...CONTENTS, ...COMPONENTS];

for (const { name, bytes: make, older, refused } of CASES)
	test(`inspected: ${name}`, async () => {
		const bytes = make();
		const benign_us = await thread.ordinaryCost(bytes.length, ordinary);
		const answer = await thread.ask({ bytes, older: older?.() ?? ordinary(4096) });
		if (typeof answer === "string") return assert.fail(answer);
		assert.equal(answer.thrown, undefined);
		for (const view of answer.views) isSound(view, bytes.length);
		if (refused !== undefined) assert.equal(answer.views[0]?.fault, refused);
		else if (WebAssembly.validate(bytes)) isTaken(answer);
		const most_us = benign_us * TIMES_MAX + FLOOR_US;
		assert.ok(
			answer.cpu_us < most_us,
			`${answer.cpu_us} us, an ordinary program of this size takes ${benign_us}`,
		);
	});

/** Views that stand on one page, whatever the program. */
const CHARACTERS_MAX: Readonly<Record<string, number>> = {
	text: 60_000,
	diff: 60_000,
	html: 3_300_000,
	"html difference": 4_000_000,
};
/** JSON holds all that is listed, and each entry has words of its own. */
const JSON_TIMES = 60;
const JSON_LEAST = 2_000_000;

// oxlint-disable-next-line no-control-regex -- these are what must not be there
const MOVES_A_TERMINAL =
	/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\u00ad\u200b\u2060\ufeff]/;

function isSound({ name, text }: View, size_bytes: number): void {
	const most = CHARACTERS_MAX[name] ?? JSON_LEAST + JSON_TIMES * size_bytes + 4 * 1024 * 1024;
	assert.ok(text.length <= most, `${name} has ${text.length} characters`);
	if (name === "json" || name === "diff back") return;
	const found = MOVES_A_TERMINAL.exec(text);
	assert.equal(
		found,
		null,
		`${name} has a control: ${JSON.stringify(found?.input.slice(found.index - 40, found.index + 10))}`,
	);
	if (!name.startsWith("html")) return;
	assert.equal(text.match(/<script/gi)?.length, 1);
	assert.doesNotMatch(text, /<img|onerror=alert\(1\)>/i);
}

/** What an engine takes is inspected: all views of it are there. */
function isTaken({ views }: Answered): void {
	for (const { name, fault } of views) {
		const isAllowed = fault === undefined || (name === "find" && fault === "FUNCTION_UNKNOWN");
		assert.ok(isAllowed, `${name} ended with ${fault}`);
	}
}
