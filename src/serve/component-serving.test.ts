import assert from "node:assert/strict";
import { test } from "node:test";
import { systemReadiness } from "../host/node/readiness.ts";
import { End } from "../wasi/end.ts";
import type { Host } from "../wasi/host-interface.ts";
import { Lent } from "../wasi/p2/lent.contract.ts";
import { type ComponentService, makeInstance } from "./component-serving.ts";
import { Meters } from "./meters.ts";

const CLOCK = "wasi:clocks/monotonic-clock@0.3";

function service(instantiate: (host: Host) => never | object, closed: number[] = []): ComponentService {
	const { world } = new Lent({ readiness: systemReadiness() }).guest;
	return {
		linked: { exports: [], instantiate: instantiate as ComponentService["linked"]["instantiate"] },
		entry: { interfaceName: "wasi:http/handler@0.3.0", track: "0.3" } as ComponentService["entry"],
		imports: new Set(["0.3"]),
		world: () => {
			world.descriptors.own({ close: () => closed.push(1) });
			return world;
		},
		given: 5,
		canRenew: false,
		hasPrefixes: false,
		discard: () => {},
		meters: new Meters(1000),
	};
}

test("what a guest of 0.3 still waits for when it has answered ends with its instance", async () => {
	let waiting: Promise<unknown> | undefined;
	const instance = await makeInstance(
		service((host) => {
			const { waitFor } = host.get(CLOCK) as { waitFor: (duration_ns: bigint) => Promise<unknown> };
			waiting = waitFor(3_600_000_000_000n);
			return { call: () => undefined, memories: () => new Set(), memorySize: () => 0 };
		}),
	);
	instance.close();
	await assert.rejects(waiting ?? Promise.resolve(), (error) => error instanceof End);
});

test("what an instance has opened is closed when it traps while it is made", () => {
	const closed: number[] = [];
	const trapping = service(() => {
		throw new WebAssembly.RuntimeError("unreachable");
	}, closed);
	assert.throws(() => makeInstance(trapping), /unreachable/);
	assert.deepEqual(closed, [1]);
});
