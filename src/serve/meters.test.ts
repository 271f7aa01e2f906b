import assert from "node:assert/strict";
import { test } from "node:test";
import { assemble } from "../../test/support/wat.ts";
import type { ComponentWorld } from "../wasi/component-guest.ts";
import { meterModule } from "../wasm/meter.ts";
import { readModule } from "../wasm/read-module.ts";
import { Meters, START_TICKS } from "./meters.ts";
import { ServedGuest } from "./served-guest.ts";

type Call = (...values: readonly number[]) => unknown;

/** A guest whose `loop` never ends, whose `outer` calls the host, and whose `count` ends after so many rounds. */
const TEXT = `(module (import "host" "call" (func $call))
	(func (export "loop") (loop (br 0)))
	(func (export "outer") (call $call))
	(func (export "stubborn") (loop (try (do (loop (br 0))) (catch_all)) (br 0)))
	(func (export "count") (param i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))`;

async function guestOf(meters: Meters, host: (exports: Record<string, Call>) => void) {
	const bytes = new Uint8Array(await assemble(TEXT));
	const metered = meterModule(bytes, readModule(bytes), START_TICKS);
	assert.ok(metered);
	// nothing of its world is asked for
	const guest = new ServedGuest({ onEnd() {} } as unknown as ComponentWorld);
	const { made } = meters.during(guest, () => {
		const imports = { host: { call: () => host(instance.exports as Record<string, Call>) } };
		const instance = new WebAssembly.Instance(new WebAssembly.Module(metered.bytes), imports);
		meters.engage(instance.exports, metered.names);
		return instance.exports as Record<string, Call>;
	});
	const { promising } = WebAssembly as unknown as { promising: (call: unknown) => Call };
	const call = async (name: string, ...values: number[]) => promising(made[name])(...values);
	return { guest, call };
}

test("guests that loop let others run, until they are stopped", async () => {
	const meters = new Meters(60_000);
	const [one, two] = [await guestOf(meters, () => {}), await guestOf(meters, () => {})];
	meters.begin();
	const loops = [one.call("loop"), two.call("loop")];
	for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
	one.guest.stop();
	await assert.rejects(loops[0] ?? Promise.resolve(), WebAssembly.RuntimeError);
	await new Promise(setImmediate);
	two.guest.stop();
	await assert.rejects(loops[1] ?? Promise.resolve(), WebAssembly.RuntimeError);
});

test("a guest that catches everything is stopped all the same", async () => {
	const meters = new Meters(60_000);
	const { guest, call } = await guestOf(meters, () => {});
	meters.begin();
	const stubborn = call("stubborn");
	guest.stop();
	await assert.rejects(stubborn, WebAssembly.RuntimeError);
});

test("what takes long and ends is not disturbed", async () => {
	const meters = new Meters(60_000);
	const { call } = await guestOf(meters, () => {});
	meters.begin();
	await call("count", 100_000_000);
});

test("a guest that the host has called goes on without a pause, but not for ever", async () => {
	const meters = new Meters(200);
	const { call, guest } = await guestOf(meters, ({ count }) => count?.(50_000_000));
	meters.begin();
	await call("outer");
	assert.equal(guest.end, undefined);
	const stuck = await guestOf(meters, ({ loop }) => loop?.());
	meters.begin();
	await assert.rejects(stuck.call("outer"), { name: "End" });
	assert.equal(stuck.guest.end?.how.type, "trap");
});
