import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { Fault } from "../base/fault.ts";
import { Metrics, prometheusText } from "./metrics.ts";
import { type Instance, Pool, type PoolPlan } from "./pool.ts";

class Fake implements Instance {
	readonly denials = [];
	memory_bytes = 100;
	isClosed = false;
	resets = 0;
	canReset = true;
	handle(): void {}
	stop(): void {}
	reset(): boolean {
		this.resets += 1;
		return this.canReset;
	}
	renewals = 0;
	canRenew = false;
	renew(): boolean {
		this.renewals += 1;
		return this.canRenew;
	}
	close(): void {
		this.isClosed = true;
	}
}

function pool(plan: Partial<PoolPlan> = {}) {
	const made: Fake[] = [];
	const metrics = new Metrics();
	const make = () => {
		const instance = new Fake();
		made.push(instance);
		return instance;
	};
	const counted = (event: string) =>
		Number(
			new RegExp(`wherry_instances_total\\{event="${event}"\\} (\\d+)`).exec(
				prometheusText(metrics.snapshot(), { workers: 0, restarts: 0, started_s: 0 }),
			)?.[1],
		);
	return { pool: new Pool({ make, reuse: 1, idle: 2, memory_bytes: 1000, metrics, ...plan }), made, counted };
}

test("an instance that was not to be used again is closed, and another one made", () => {
	const { pool: one, made, counted } = pool();
	const first = one.take() as Fake;
	one.give(first);
	assert.ok(first.isClosed);
	assert.notEqual(one.take(), first);
	assert.equal(made.length, 2);
	assert.deepEqual([counted("made"), counted("reused")], [2, 0]);
});

test("an instance answers so many requests and no more, reset between them", () => {
	const { pool: one, counted } = pool({ reuse: 3 });
	const first = one.take() as Fake;
	for (const _again of [1, 2]) {
		one.give(first);
		assert.equal(one.take(), first);
	}
	one.give(first);
	assert.ok(first.isClosed);
	assert.equal(first.resets, 2);
	assert.equal(counted("reused"), 2);
});

test("one that cannot be reset, and one too many, is closed", () => {
	const { pool: one } = pool({ reuse: 9, idle: 1 });
	const [a, b, c] = [one.take() as Fake, one.take() as Fake, one.take() as Fake];
	a.canReset = false;
	one.give(a);
	one.give(b);
	one.give(c);
	assert.deepEqual([a.isClosed, b.isClosed, c.isClosed], [true, false, true]);
	assert.equal(one.size, 1);
});

test("two requests never have one instance", () => {
	const { pool: one } = pool({ reuse: 9 });
	const taken = new Set([one.take(), one.take(), one.take()]);
	assert.equal(taken.size, 3);
});

test("what keeps every instance from being made is told at the start; a trap is for those who ask", async () => {
	const unlinked = pool({
		make: () => {
			throw new Fault("IMPORT_UNKNOWN", "cannot link the import 'a:b/c'");
		},
	});
	await assert.rejects(unlinked.pool.begin(), { code: "IMPORT_UNKNOWN" });
	const trapping = pool({
		make: () => {
			throw new WebAssembly.RuntimeError("unreachable");
		},
	});
	await trapping.pool.begin();
	assert.throws(() => trapping.pool.take(), WebAssembly.RuntimeError);
	const { pool: one, made } = pool();
	await one.begin();
	assert.equal(made.length, 1);
	one.close();
});

test("some are made ahead while nothing else is to be done", async () => {
	const { pool: one, made } = pool({ idle: 3 });
	one.prepare();
	assert.equal(made.length, 0);
	while (made.length < 3) await sleep(1);
	await sleep(5);
	assert.equal(made.length, 3);
	void one.take();
	assert.equal(made.length, 3);
	one.close();
	assert.equal(made.filter(({ isClosed }) => isClosed).length, 2);
});

test("memory is counted while it is used, grown or not, and there is room up to the limit", () => {
	const { pool: one } = pool({ memory_bytes: 250 });
	const [a, b] = [one.take() as Fake, one.take() as Fake];
	assert.deepEqual([one.used_bytes, one.hasRoom], [200, true]);
	a.memory_bytes = 200;
	one.measure();
	assert.deepEqual([one.used_bytes, one.hasRoom], [300, false]);
	one.drop(a);
	one.give(b);
	assert.deepEqual([one.used_bytes, one.hasRoom], [0, true]);
});

test("an error of the one that makes them reaches the request, not the preparing", async () => {
	const { pool: one } = pool({
		make: () => {
			throw new Error("no");
		},
	});
	one.prepare();
	await sleep(5);
	assert.throws(() => one.take(), /no/);
});

test("one that can be renewed is, and counts as fresh", () => {
	const { pool: one, made, counted } = pool({ reuse: 2 });
	const first = one.take() as Fake;
	first.canRenew = true;
	for (let request = 0; request < 5; request += 1) {
		one.give(first);
		assert.equal(one.take(), first);
	}
	assert.equal(made.length, 1);
	assert.deepEqual([first.renewals, first.resets], [2, 3]);
	assert.deepEqual([counted("made"), counted("renewed"), counted("reused")], [1, 2, 3]);
});

test("over the limit, instances that answer nobody are given up", () => {
	const { pool: one, made } = pool({ reuse: 9, idle: 3, memory_bytes: 350 });
	const taken = [one.take(), one.take(), one.take()] as Fake[];
	for (const instance of taken) one.give(instance);
	assert.equal(one.size, 3);
	made[0]!.memory_bytes = 300;
	one.measure();
	assert.ok(one.used_bytes <= 350);
	assert.ok(made[0]!.isClosed);
});
