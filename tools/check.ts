/** `npm run check`: everything that can be said of the code without running it. */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const bin = (name: string) => join(root, "node_modules/.bin", name);

const STEPS: readonly (readonly [string, ...string[]])[] = [
	[bin("tsc"), "-p", "tsconfig.json"],
	[bin("tsc"), "-p", "tsconfig.web.json"],
	[process.execPath, "tools/tidy.ts"],
	[bin("oxlint"), "--type-aware", "--deny-warnings", "src", "test", "tools", "bench"],
	[bin("oxfmt"), "--check", "src", "test", "tools", "bench"],
	[bin("knip")],
];

let failed = 0;
for (const [command, ...args] of STEPS) {
	const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
	if (status !== 0) {
		failed += 1;
		process.stderr.write(`check: failed: ${[command, ...args].join(" ")}\n`);
	}
}
process.exitCode = failed === 0 ? 0 : 1;
