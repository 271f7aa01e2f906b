import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { golden } from "../../test/support/golden.ts";
import { isSnapshot, Metrics, prometheusText, sum, withoutGauges } from "./metrics.ts";

const FACTS = { workers: 2, restarts: 1, started_s: 1_795_376_688.25 };

function some(): Metrics {
	const metrics = new Metrics();
	metrics.answered(200, 0.0008);
	metrics.answered(204, 0.03);
	metrics.answered(302, 0.03);
	metrics.answered(404, 0.001);
	metrics.answered(503, 60);
	metrics.answered(0, 0.2);
	metrics.add("refused_full");
	metrics.add("instances_made", 3);
	metrics.add("instances_trapped");
	metrics.set("in_flight", 4);
	metrics.set("resident_memory_bytes", 1 << 20);
	return metrics;
}

test("the page for Prometheus", () => {
	const total = sum([some().snapshot(), some().snapshot()]);
	golden(join(import.meta.dirname, "metrics.golden"), prometheusText(total, FACTS));
});

test("what remains of a worker that has ended is what it counted", () => {
	const before = some().snapshot();
	const after = withoutGauges(before);
	assert.match(prometheusText(after, FACTS), /wherry_http_requests_total\{code="2xx"\} 2\n/);
	assert.match(prometheusText(after, FACTS), /wherry_http_requests_in_flight 0\n/);
	assert.match(prometheusText(before, FACTS), /wherry_http_requests_in_flight 4\n/);
});

const NONE: readonly (readonly [string, unknown])[] = [
	["no array", {}],
	["too few", some().snapshot().slice(1)],
	["too many", [...some().snapshot(), 0]],
	[
		"text",
		some()
			.snapshot()
			.with(0, "1" as unknown as number),
	],
	["less than nothing", some().snapshot().with(0, -1)],
	["no number", some().snapshot().with(0, Number.NaN)],
	["without an end", some().snapshot().with(0, Infinity)],
];

for (const [what, value] of NONE)
	test(`numbers of a worker that are ${what} are none`, () => {
		assert.equal(isSnapshot(value), false);
	});

test("numbers of a worker are some", () => {
	assert.equal(isSnapshot(some().snapshot()), true);
});
