/**
 * `npm run bench`: what Wherry costs beside what a user would take instead, in one run.
 *
 * Runs are interleaved and medians told, because machines are noisy; CPU time (user and system, all threads) is
 * what is measured, because other processes hardly move it. Words: `--only NAME` (may be repeated), `--runs N`,
 * `--json FILE` (build/bench/bench.json without it). Nothing here passes or fails.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem, type CpuInfo } from "node:os";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { type ServiceRow, serviceRows, type WaitingRow, waitingRow } from "./http.ts";
import { imageScenarios } from "./images.ts";
import { textRows, textTable } from "./inspect-text.ts";
import { cpuTime_ms, median, peakMemory_mb, peakMemoryToTheEnd_mb, wallTime_ms } from "./measure.ts";
import { imageSizes, type Size } from "./sizes.ts";
import { type Scenario, scenarios } from "./scenarios.ts";

interface Row {
	readonly scenario: string;
	readonly about: string;
	readonly unit: "ms" | "MB";
	readonly label: string;
	readonly median: number;
	readonly minimum: number;
	/** The median of the ratios to the first variant, run by run. */
	readonly ratio: number;
}

const { values: words } = parseArgs({
	options: {
		only: { type: "string", multiple: true },
		runs: { type: "string" },
		json: { type: "string", default: "build/bench/bench.json" },
	},
});

const METERS = {
	cpu: { unit: "ms", measure: cpuTime_ms },
	wall: { unit: "ms", measure: wallTime_ms },
	memory: { unit: "MB", measure: peakMemory_mb },
	"memory to the end": { unit: "MB", measure: peakMemoryToTheEnd_mb },
} as const;

const missing: string[] = [];
const rows: Row[] = [];
const machine = describeMachine();
process.stdout.write(`${machine}\n`);
const note = (what: string) => missing.push(what);
const wanted = (name: string) => words.only === undefined || words.only.includes(name);
const { images, end } = await imageScenarios(wanted, note);
try {
	for (const scenario of [...scenarios(note), ...images]) {
		if (!wanted(scenario.name)) continue;
		const found = await measure(scenario, words.runs === undefined ? scenario.runs : Number(words.runs));
		process.stdout.write(table(found));
		rows.push(...found);
	}
} finally {
	end();
}
const sizes = wanted("image sizes") ? imageSizes(note) : [];
if (sizes.length > 0) process.stdout.write(sizeTable(sizes));
const services = wanted("hello over HTTP") ? await serviceRows(note) : [];
if (services.length > 0) process.stdout.write(serviceTable(services));
const waiting = wanted("waiting clients") ? await waitingRow() : undefined;
if (waiting !== undefined) process.stdout.write(waitingText(waiting));
const texts = wanted("text of a function") ? textRows(note) : [];
if (texts.length > 0) process.stdout.write(textTable(texts));
for (const what of missing) process.stdout.write(`not measured: ${what}\n`);
mkdirSync(dirname(words.json), { recursive: true });
writeFileSync(
	words.json,
	`${JSON.stringify({ machine, node: process.version, rows, sizes, services, waiting, texts, missing }, undefined, "\t")}\n`,
);
process.stdout.write(`written: ${words.json}\n`);

async function measure({ name, about, measure: what, variants }: Scenario, runs: number): Promise<Row[]> {
	const figures: number[][] = variants.map(() => []);
	for (let run = 0; run < runs; run += 1) {
		for (const [index, { command, before }] of variants.entries()) {
			before?.();
			figures[index]?.push(await METERS[what].measure(command));
		}
	}
	const first = figures[0] ?? [];
	return variants.map(({ label }, index) => {
		const own = figures[index] ?? [];
		return {
			scenario: name,
			about,
			unit: METERS[what].unit,
			label,
			median: median(own),
			minimum: Math.min(...own),
			ratio: median(own.map((figure, run) => figure / (first[run] ?? Number.NaN))),
		};
	});
}

function table(found: readonly Row[]): string {
	const [head] = found;
	const lines = found.map(({ label, median: middle, minimum, unit, ratio }) => {
		const figures = `${middle.toFixed(1).padStart(9)} ${unit}${minimum.toFixed(1).padStart(9)} ${unit}`;
		return `  ${label.padEnd(24)}${figures}${ratio.toFixed(2).padStart(8)}x`;
	});
	return `\n${head?.scenario}: ${head?.about}\n  ${"".padEnd(24)}   median      minimum     ratio\n${lines.join("\n")}\n`;
}

function sizeTable(found: readonly Size[]): string {
	const [first] = found;
	const lines = found.map(({ label, packed_bytes, unpacked_bytes }) => {
		const figures = [packed_bytes, unpacked_bytes].map(
			(bytes) => `${(bytes / 1000).toFixed(1).padStart(11)} kB`,
		);
		return `  ${label.padEnd(20)}${figures.join("")}${(packed_bytes / (first?.packed_bytes ?? 1)).toFixed(1).padStart(9)}x`;
	});
	return `\nimage sizes: wc in C, as what is pulled and what lies on the disk\n  ${"".padEnd(20)}       packed      unpacked     ratio\n${lines.join("\n")}\n`;
}

function serviceTable(found: readonly ServiceRow[]): string {
	const lines = found.map(({ label, requests_per_s, ratio, p99_ms, cpu_us, memory_mb }) =>
		[
			`  ${label.padEnd(28)}${requests_per_s.toFixed(0).padStart(9)}/s${ratio.toFixed(2).padStart(8)}x`,
			`${p99_ms.toFixed(1).padStart(9)} ms${cpu_us.toFixed(0).padStart(8)} us${memory_mb.toFixed(0).padStart(7)} MB`,
		].join(""),
	);
	const head = `${"".padEnd(30)} requests     ratio         p99  CPU each   memory`;
	return `\nhello over HTTP: one core for the server, one for wrk; to reach: 0.6x with reuse, 0.35x without, both 3x of jco serve\n${head}\n${lines.join("\n")}\n`;
}

function waitingText(row: WaitingRow): string {
	const memory = `${row.rest_mb.toFixed(0)} MB at rest, ${row.idle_mb.toFixed(0)} MB with the idle ones, ${row.waiting_mb.toFixed(0)} MB with all`;
	return `\nwaiting clients: ${row.idle} idle, of which ${row.idle_alive} were kept; ${row.waiting} requests waiting inside guests at once, of which ${row.answered} were answered\n  ${memory}\n`;
}

function describeMachine(): string {
	const [cpu]: (CpuInfo | undefined)[] = cpus();
	const load =
		process.platform === "linux" ? `, load ${readFileSync("/proc/loadavg", "utf8").split(" ")[0]}` : "";
	const memory_gb = (totalmem() / 1024 ** 3).toFixed(0);
	return `${cpu?.model ?? "unknown processor"}, ${cpus().length} cores, ${memory_gb} GiB, ${process.platform} ${process.arch}, Node ${process.version}${load}`;
}
