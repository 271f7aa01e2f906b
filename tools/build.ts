/** `npm run build`: the command line as one CommonJS file, dist/wherry.cjs. */
import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const { version, dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

await build({
	absWorkingDir: root,
	entryPoints: ["src/cli/main.ts"],
	outfile: "dist/wherry.cjs",
	bundle: true,
	format: "cjs",
	platform: "node",
	target: "node24",
	// names stay readable in stack traces; what costs at start is work, not bytes
	minifyWhitespace: true,
	minifySyntax: true,
	legalComments: "none",
	// the few dependencies are loaded only where they are used
	external: Object.keys(dependencies),
	define: { WHERRY_VERSION: JSON.stringify(version) },
	logLevel: "warning",
});
