import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServedExchange } from "../host/node/http-server-exchange.ts";
import { Metrics } from "./metrics.ts";
import { type Instance, Pool } from "./pool.ts";
import { Service } from "./service.ts";

class Guest implements Instance {
	readonly denials = [];
	readonly memory_bytes: number;
	wasStopped = false;
	constructor(memory_bytes: number) {
		this.memory_bytes = memory_bytes;
	}
	handle(): Promise<void> {
		return new Promise(() => {});
	}
	stop(): void {
		this.wasStopped = true;
	}
	reset(): boolean {
		return true;
	}
	renew(): boolean {
		return false;
	}
	close(): void {}
}

function request(): ServedExchange & { readonly statuses: number[] } {
	const statuses: number[] = [];
	const exchange = {
		id: "1",
		isOver: false,
		statuses,
		refuse: (status: number) => statuses.push(status),
		stop() {},
	};
	return exchange as unknown as ServedExchange & { readonly statuses: number[] };
}

const RELIEF: readonly (readonly [
	what: string,
	sizes: readonly number[],
	over_bytes: number,
	ended: readonly boolean[],
])[] = [
	["the largest ends where that is enough", [10, 30, 20], 25, [false, true, false]],
	["as many end as it takes", [10, 30, 20], 35, [false, true, true]],
	["one goes on in any case", [10, 30, 20], 1000, [false, true, true]],
	["one alone goes on", [100], 50, [false]],
];

for (const [what, sizes, over_bytes, ended] of RELIEF)
	test(`over the memory of all: ${what}`, () => {
		const guests = sizes.map((size) => new Guest(size));
		const left = [...guests];
		const metrics = new Metrics();
		const pool = new Pool({
			make: () => left.shift() ?? assert.fail(),
			reuse: 1,
			idle: 0,
			memory_bytes: 1,
			metrics,
		});
		let told = 0;
		const nothing = () => {};
		const events = { failed: nothing, late: nothing, unable: nothing, denied: nothing };
		const service = new Service(pool, metrics, { ...events, tooLarge: () => (told += 1) });
		const requests = sizes.map(() => request());
		for (const one of requests) void service.run(one);
		service.relieve(requests, over_bytes);
		// those that are ending count as gone
		service.relieve(requests, over_bytes);
		assert.deepEqual(
			guests.map(({ wasStopped }) => wasStopped),
			ended,
		);
		assert.deepEqual(
			requests.map(({ statuses }) => statuses.length === 1),
			ended,
		);
		assert.equal(told, ended.filter(Boolean).length);
	});
