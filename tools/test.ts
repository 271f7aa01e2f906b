/**
 * `npm test`: the checks, then every test of the repository, by node:test. Words are passed on as
 * files to run instead of all. The last line is the count; what was skipped is named above it.
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { resolve } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const root = resolve(import.meta.dirname, "..");
process.chdir(root);

/** For a single test: what hangs is to fail, by name. The longest takes about a minute on two cores. */
const TEST_TIMEOUT_MS = 600_000;
const SILENCE_MS_MAX = TEST_TIMEOUT_MS + 60_000;

const wanted = process.argv.slice(2);
const failedChecks = wanted.length > 0 ? 0 : check();
const files =
	wanted.length > 0
		? wanted
		: globSync(["src/**/*.test.ts", "test/**/*.test.ts", "bench/**/*.test.ts"], {
				exclude: ["**/node_modules/**"],
			});
const counts = { passed: 0, failed: failedChecks, skipped: 0 };
const skipped: string[] = [];
const running = new Set<string>();

const stream = run({ files: files.map((file) => resolve(file)), concurrency: 2, timeout: TEST_TIMEOUT_MS });
stream.on("test:pass", ({ name, skip, details }) => {
	if (details.type === "suite") return;
	if (skip === undefined || skip === false) counts.passed += 1;
	else {
		counts.skipped += 1;
		skipped.push(`${name}${typeof skip === "string" && skip !== "" ? `: ${skip}` : ""}`);
	}
});
stream.on("test:fail", ({ details }) => {
	if (details.type !== "suite") counts.failed += 1;
});
stream.on("end", () => {
	clearTimeout(silence);
	setImmediate(finish);
});
/** A test that timed out may leave its process waiting for another, for ever. */
const silence = setTimeout(() => {
	const minutes = SILENCE_MS_MAX / 60_000;
	process.stdout.write(
		`no test began or ended for ${minutes} minutes; still running: ${[...running].join(", ")}\n`,
	);
	counts.failed += 1;
	finish();
	process.exit();
}, SILENCE_MS_MAX);
for (const event of ["test:start", "test:pass", "test:fail"] as const)
	stream.on(event, () => silence.refresh());
stream.on("test:dequeue", ({ name, nesting }) => nesting === 0 && running.add(name));
stream.on("test:complete", ({ name, nesting }) => nesting === 0 && running.delete(name));
stream.compose(spec).pipe(process.stdout);

function check(): number {
	const { status } = spawnSync(process.execPath, ["tools/check.ts"], { stdio: "inherit" });
	if (status !== 0) process.stdout.write("npm run check failed: see above\n");
	return status === 0 ? 0 : 1;
}

function finish(): void {
	for (const name of skipped) process.stdout.write(`not run: ${name}\n`);
	process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
	process.exitCode = counts.failed === 0 ? 0 : 1;
}
