import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComponentGuest } from "./component-guest.ts";
import { End } from "./end.ts";
import { guardInterface } from "./guard.ts";
import { ComponentError } from "./host-interface.ts";
import { Lent } from "./p2/lent.contract.ts";
import { Resource } from "./resource.ts";

type Functions = Record<string, (...values: unknown[]) => unknown>;

function guarded(guest: ComponentGuest, functions: Functions): Functions {
	return guardInterface(functions, guest) as Functions;
}

class Thing extends Resource {
	does(act: () => unknown): unknown {
		return act();
	}
}

/** Ways in: a function, and a method of a resource. */
const WAYS: readonly (readonly [string, (guest: ComponentGuest, act: () => unknown) => () => unknown])[] = [
	["a function", (guest, act) => () => guarded(guest, { act })["act"]?.()],
	[
		"a method",
		(guest, act) => {
			guardInterface({ Thing }, guest);
			const thing = new Thing(guest);
			return () => thing.does(act);
		},
	],
];

for (const [way, via] of WAYS) {
	test(`${way}: the error of a result passes, and the guest lives on`, () => {
		const { guest } = new Lent();
		const error = new ComponentError("no");
		const call = via(guest, () => {
			throw error;
		});
		assert.throws(call, (thrown) => thrown === error);
		assert.equal(guest.end, undefined);
	});

	test(`${way}: our mistakes end the guest as such`, () => {
		const lent = new Lent();
		const call = via(lent.guest, () => {
			throw new TypeError("ours");
		});
		assert.throws(call, End);
		assert.equal(lent.endings[0]?.type, "bug");
	});

	test(`${way}: a stack that runs out is the guest's`, () => {
		const lent = new Lent();
		const deep = (): unknown => [deep()];
		assert.throws(via(lent.guest, deep), End);
		assert.equal(lent.endings[0]?.type, "overflow");
	});

	test(`${way}: a promise that fails is no other`, async () => {
		const lent = new Lent();
		const error = new ComponentError("no");
		await assert.rejects(
			via(lent.guest, () => Promise.reject(error))() as Promise<unknown>,
			(thrown) => thrown === error,
		);
		await assert.rejects(via(lent.guest, () => Promise.reject(new Error("ours")))() as Promise<unknown>, End);
		assert.equal(lent.endings[0]?.type, "bug");
	});

	test(`${way}: nothing is done for a guest that has ended`, () => {
		const { guest } = new Lent();
		let done = 0;
		const call = via(guest, () => (done += 1));
		call();
		assert.throws(() => guest.finish({ type: "exit", code: 3 }), End);
		assert.throws(call, (thrown) => thrown instanceof End && thrown === guest.end);
		assert.equal(done, 1);
	});
}

test("an interface has nothing but its own", () => {
	const { guest } = new Lent();
	const functions = guarded(guest, { act: () => 1 });
	assert.deepEqual(
		[functions["toString"], functions["constructor"], functions["__proto__"]],
		[undefined, undefined, undefined],
	);
});
