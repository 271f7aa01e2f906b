/**
 * `npm run build`: the command line as one CommonJS file, dist/program.cjs, the few lines that start
 * it, dist/wherry.cjs, and V8's code cache for it.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bundle } from "./bundle.ts";
import { bundleTranspiler } from "./bundle-transpiler.ts";

// What a plain run does not need: first what few runs do, then what many do, or what may be first used when
// a guest runs. See tools/bundle.ts.
const RARE = [
	"src/capability/clock.ts",
	"src/capability/mount-csv.ts",
	"src/cli/env-files.ts",
	"src/cli/trace-sink.ts",
	"src/host/node/stack.ts",
	"src/wasi/p1/trace.ts",
	"src/wasm/component.ts",
	"src/wasm/foreign-binary.ts",
	"src/wasm/foreign-text.ts",
	"src/wasm/toolchain.ts",
];
const FREQUENT = [
	"src/base/near.ts",
	"src/capability/limit-words.ts",
	"src/capability/mounts.ts",
	"src/capability/net.ts",
	"src/capability/suggest.ts",
	"src/cli/open-mounts.ts",
	"src/cli/run-report.ts",
	"src/guest/invoke.ts",
	"src/guest/profile-defer.ts",
	"src/guest/profile-hook.ts",
	"src/guest/trap.ts",
	"src/host/node/listener.ts",
	"src/host/node/waiter.ts",
	"src/host/node/watchdog.ts",
	"src/wasm/customs.ts",
	"src/wasm/long-activations.ts",
];
/** What runs of a kind need before the second wall stands, and what has to start soon, each in a script of its own. */
const EARLY = {
	image: ["src/cli/image-root.ts", "src/cli/run-image.ts"],
	component: ["src/cli/run-component.ts"],
	inspect: ["src/cli/inspect/inspect.ts"],
};

const root = resolve(import.meta.dirname, "..");
process.chdir(root);
const { version, dependencies } = JSON.parse(readFileSync("package.json", "utf8"));

rmSync("dist", { recursive: true, force: true });
const { program, rest, early } = await bundle({
	entry: "src/cli/main.ts",
	rare: RARE,
	frequent: FREQUENT,
	early: EARLY,
	options: {
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
		// what is in dist/ finds its files around the program
		define: { WHERRY_VERSION: JSON.stringify(version), "import.meta.dirname": "undefined" },
		logLevel: "warning",
	},
});
mkdirSync("dist");
writeFileSync("dist/program.cjs", program);
writeFileSync("dist/rest.cjs", rest);
for (const [name, script] of early) writeFileSync(`dist/${name}.cjs`, script);
copyFileSync("tools/start.cjs", "dist/wherry.cjs");
await bundleTranspiler("dist/transpiler");
makeCache("plain", ["run", guest("wat/hello")]);
makeImageCache();
const filed = ["run", "-v", "./guests:/guests:ro", guest("components/files"), "cat", "/guests/README.md"];
makeCache("component", filed);
makeCache("linked", filed);
makeCache("inspect", ["inspect", guest("c/sha256")]);
makeCache("granted", ["run", "-v", "./guests:/guests:ro", guest("c/wc"), "/guests/README.md"]);
makeRestCache();

function guest(name: string): string {
	return join("guests", `${name}.wasm`);
}

/** Of a run from a store of its own. */
function makeImageCache(): void {
	const data = mkdtempSync(join(tmpdir(), "wherry-build-"));
	const env = { ...process.env, XDG_DATA_HOME: data };
	try {
		const words = ["dist/wherry.cjs", "build", "-q", "-t", "hello", guest("wat/hello")];
		execFileSync(process.execPath, words, { env, stdio: ["ignore", "ignore", "inherit"] });
		makeCache("image", ["run", "hello"], env);
	} finally {
		rmSync(data, { recursive: true, force: true });
	}
}

/** Of what components of 0.3 need, when they were transpiled before: of all that is in the rest, these are to begin soon. */
function makeRestCache(): void {
	const home = mkdtempSync(join(tmpdir(), "wherry-build-"));
	const env = { ...process.env, XDG_DATA_HOME: join(home, "data"), XDG_CACHE_HOME: join(home, "cache") };
	const words = ["run", guest("components/p3/tour"), "cat"];
	try {
		execFileSync(process.execPath, ["dist/wherry.cjs", ...words], { env, stdio: "ignore" });
		makeCache("rest", words, env);
	} finally {
		rmSync(home, { recursive: true, force: true });
	}
}

/** With Node 26, which will run it. Where it cannot be made, the program is compiled at each start. */
function makeCache(name: string, words: readonly string[], env = process.env): void {
	const files = ["tools/cache.cjs", "dist/wherry.cjs", `dist/${name}.cache`];
	execFileSync(process.execPath, [...files, ...words], { env, stdio: ["ignore", "ignore", "inherit"] });
}
