import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test, type TestContext } from "node:test";
import { Admission, type AdmissionPlan } from "./admission.ts";

interface Request {
	readonly name: string;
	readonly began_ms: number;
	readonly isOver: boolean;
}

const request = (name: string, age_ms = 0): Request => ({
	name,
	began_ms: performance.now() - age_ms,
	isOver: false,
});

/** An admission whose requests run until they are let go, and what happened to them. */
function admission(context: TestContext, plan: Partial<AdmissionPlan<Request>>) {
	const said: string[] = [];
	const running = new Map<string, () => void>();
	const made = new Admission<Request>({
		concurrent: 2,
		queue: 2,
		deadline_ms: 60_000,
		run({ name }) {
			said.push(`run ${name}`);
			return new Promise((resolve) => running.set(name, resolve));
		},
		full: ({ name }) => said.push(`full ${name}`),
		late: ({ name }, ran) => said.push(`late ${name} ${ran ? "running" : "waiting"}`),
		hasRoom: () => true,
		...plan,
	});
	context.after(() => {
		made.close();
	});
	const finish = async (name: string) => {
		running.get(name)?.();
		await sleep(0);
	};
	return { admission: made, said, finish };
}

test("so many run, so many wait, the rest is turned away; first come, first served", async (t) => {
	const { admission: made, said, finish } = admission(t, {});
	for (const name of ["a", "b", "c", "d", "e"]) made.offer(request(name));
	assert.deepEqual(said, ["run a", "run b", "full e"]);
	assert.deepEqual([made.running, made.waiting], [2, 2]);
	await finish("b");
	assert.deepEqual(said.slice(3), ["run c"]);
	made.offer(request("f"));
	await finish("a");
	assert.deepEqual(said.slice(4), ["run d"]);
});

test("one that waits does not run when its client has gone", async (t) => {
	const { admission: made, said, finish } = admission(t, { concurrent: 1 });
	const [a, b, c] = ["a", "b", "c"].map((name) => request(name));
	for (const one of [a, b, c]) if (one !== undefined) made.offer(one);
	if (b !== undefined) made.withdraw(b);
	await finish("a");
	assert.deepEqual(said, ["run a", "run c"]);
});

test("nobody is let in past those who wait", (t) => {
	let room = false;
	const { admission: made, said } = admission(t, { concurrent: 9, hasRoom: () => room });
	made.offer(request("a")); // one runs in any case
	made.offer(request("b"));
	room = true;
	made.offer(request("c"));
	assert.deepEqual(said, ["run a"]);
	made.pump();
	assert.deepEqual(said, ["run a", "run b", "run c"]);
});

test("what is done at once lets all that wait through, without a stack for each", (t) => {
	const said: string[] = [];
	const { admission: made } = admission(t, {
		queue: 50_000,
		concurrent: 1,
		hasRoom: () => true,
		run: ({ name }) => void said.push(name),
	});
	for (let index = 0; index < 20_000; index += 1) made.offer(request(String(index)));
	assert.equal(said.length, 20_000);
});

test("time is over for one that runs, and for one that waits, once", async (t) => {
	const { admission: made, said } = admission(t, { concurrent: 1, deadline_ms: 1000 });
	made.offer(request("a", 2000));
	made.offer(request("b", 2000));
	made.offer(request("c"));
	while (said.length < 3) await sleep(10);
	await sleep(120);
	assert.deepEqual(said, ["run a", "late a running", "late b waiting"]);
	assert.equal(made.waiting, 1);
});
