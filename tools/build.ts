/**
 * `npm run build`: the command line as one CommonJS file, dist/program.cjs, the few lines that start
 * it, dist/wherry.cjs, and V8's code cache for it.
 */
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
process.chdir(root);
const { version, dependencies } = JSON.parse(readFileSync("package.json", "utf8"));

rmSync("dist", { recursive: true, force: true });
await build({
	entryPoints: ["src/cli/main.ts"],
	outfile: "dist/program.cjs",
	bundle: true,
	format: "cjs",
	platform: "node",
	target: "node24",
	charset: "ascii",
	// names stay readable in stack traces; what costs at start is work, not bytes
	minifyWhitespace: true,
	minifySyntax: true,
	legalComments: "none",
	// the few dependencies are loaded only where they are used, and by require: the program runs as
	// a script, in which import() has nowhere to ask
	external: Object.keys(dependencies),
	supported: { "dynamic-import": false },
	define: { WHERRY_VERSION: JSON.stringify(version) },
	logLevel: "warning",
});
copyFileSync("tools/start.cjs", "dist/wherry.cjs");
makeCache();

/** With Node 26, which will run it. Where it cannot be made, the program is compiled at each start. */
function makeCache(): void {
	const words = ["run", join("guests", "wat", "hello.wasm")];
	execFileSync(process.execPath, ["tools/cache.cjs", "dist/wherry.cjs", "dist/program.cache", ...words], {
		stdio: ["ignore", "ignore", "inherit"],
	});
}
