/** What fields and messages make the host keep counts towards what a guest may hold: about 64 MiB in all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RESOURCES_MAX } from "../component-guest.ts";
import { type Any, guestWith, trapOf, typesOf } from "./http-caller.contract.ts";

const LARGE = new Uint8Array(100 * 1024).fill(97);
const LARGE_WEIGHT = 102;

/** How often something can be done until the guest holds too much. */
function timesUntilTrap(act: () => unknown): number {
	for (let times = 0; times <= RESOURCES_MAX; times += 1) {
		const reason = trapOf(act);
		if (reason === undefined) continue;
		assert.match(reason, /it holds more than/);
		return times;
	}
	return Number.NaN;
}

const WAYS: readonly (readonly [string, (types: Any) => unknown, number])[] = [
	[
		"large fields",
		(types) => types.Fields.fromList([["a", LARGE]]),
		Math.floor(RESOURCES_MAX / LARGE_WEIGHT),
	],
	[
		"fields that grew large",
		(types) => {
			const fields = new types.Fields();
			fields.append("a", LARGE);
		},
		Math.floor(RESOURCES_MAX / LARGE_WEIGHT),
	],
	[
		"requests with large fields",
		(types) => new types.OutgoingRequest(types.Fields.fromList([["a", LARGE]])),
		549,
	],
	[
		"bodies that may be written before their message is sent",
		(types) => new types.OutgoingResponse(new types.Fields()).body(),
		Math.floor(RESOURCES_MAX / (18 + 65)),
	],
	["responses", (types) => new types.OutgoingResponse(new types.Fields()), Math.floor(RESOURCES_MAX / 18)],
];

for (const [what, make, most] of WAYS)
	test(`${what}: ${most}`, () => {
		const types = typesOf(guestWith());
		assert.equal(
			timesUntilTrap(() => make(types)),
			most,
		);
	});

test("fields that shrink, and those that are dropped, make room", () => {
	const types = typesOf(guestWith());
	for (let times = 0; times < 2000; times += 1) {
		const fields = types.Fields.fromList([["a", LARGE]]);
		if (times % 2 === 0) fields.delete("a");
		else fields[Symbol.dispose]();
	}
});
