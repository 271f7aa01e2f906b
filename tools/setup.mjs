// Installs what package-lock.json files say, when it has changed since the last time. Runs on the
// machine's own Node (20 or newer), before there is anything else: hence plain JavaScript.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const folders = ["", ...process.argv.slice(2)];
for (const folder of folders) install(join(root, folder));

function install(folder) {
	const lock = createHash("sha256")
		.update(readFileSync(join(folder, "package-lock.json")))
		.digest("hex");
	const stamp = join(folder, "node_modules", ".wherry-setup");
	if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
	process.stderr.write(`setup: installing packages in ${folder}\n`);
	// no install script of any package is needed, so none is trusted
	run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
	writeFileSync(stamp, lock);
}

function run(command, args, cwd) {
	const { status, error } = spawnSync(command, args, {
		cwd,
		stdio: ["ignore", "inherit", "inherit"],
		shell: process.platform === "win32",
	});
	if (status === 0) return;
	process.stderr.write(
		`setup: failed: ${command} ${args.join(" ")} in ${cwd}${error === undefined ? "" : `: ${error.message}`}\n`,
	);
	process.exit(1);
}
