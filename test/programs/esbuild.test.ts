import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { temporaryDirectory } from "../support/temporary.ts";
import { ROOT, run } from "../support/wherry.ts";
import { installed } from "./programs.ts";
import { assertRefused } from "./refusal.ts";

const esbuild = installed("@esbuild/wasi-preview1/esbuild.wasm");

const PROJECT: Readonly<Record<string, string>> = {
	"src/main.ts": `
		import { version } from "../package.json";
		import { loaded, type Ship } from "./ship.js";
		import greet from "greeter";
		const ships: readonly Ship[] = [{ name: "Mary", tons: 20 }, { name: "Ann", tons: 25 }];
		console.log(greet(version), loaded(ships) satisfies number);
	`,
	"src/ship.ts": `
		export interface Ship { readonly name: string; readonly tons: number }
		export const loaded = (ships: readonly Ship[]): number => ships.reduce((sum, ship) => sum + ship.tons, 0);
		export const unused = "shaken out of the tree";
	`,
	"node_modules/greeter/package.json": '{ "name": "greeter", "main": "greeter.cjs" }',
	"node_modules/greeter/greeter.cjs": 'module.exports = (whom) => "ahoy " + whom;',
	"package.json": '{ "version": "1.2.3" }',
	"tsconfig.json": '{ "compilerOptions": { "target": "es2022", "strict": true } }',
};

function writeProject(folder: string): void {
	for (const [name, text] of Object.entries(PROJECT)) {
		mkdirSync(dirname(join(folder, name)), { recursive: true });
		writeFileSync(join(folder, name), text);
	}
}

test("esbuild bundles a TypeScript project, which then runs", (context) => {
	const project = temporaryDirectory(context);
	const output = temporaryDirectory(context);
	writeProject(project);
	const grants = ["-v", `${project}:/project:ro`, "-v", `${output}:/out`, "-w", "/project"];
	const words = ["src/main.ts", "--bundle", "--minify-syntax", "--platform=node", "--outfile=/out/main.cjs"];
	const ended = run(["run", ...grants, esbuild, ...words, "--log-level=warning"]);
	assert.equal(ended.stderr, "");
	assert.equal(ended.status, 0);
	assert.doesNotMatch(readFileSync(join(output, "main.cjs"), "utf8"), /shaken out/);
	const bundle = spawnSync(process.execPath, [join(output, "main.cjs")], { encoding: "utf8" });
	assert.equal(bundle.stdout, "ahoy 1.2.3 45\n");
});

test("esbuild bundles this repository's own command line", () => {
	const grants = ["-v", `${join(ROOT, "src")}:/wherry/src:ro`, "-w", "/wherry/src"];
	const words = ["cli/main.ts", "--bundle", "--platform=node", "--packages=external"];
	// what is asked of it is asked of sources only
	words.push("--log-override:empty-import-meta=silent");
	const ended = run(["run", ...grants, esbuild, ...words, "--log-level=warning"]);
	assert.equal(ended.stderr, "");
	assert.equal(ended.status, 0);
	const checked = spawnSync(process.execPath, ["--check", "-"], { input: ended.stdout, encoding: "utf8" });
	assert.equal(checked.stderr, "");
	assert.ok(ended.stdout.length > 1000, "next to nothing was bundled");
});

test("esbuild prints its version with no grant at all", () => {
	const ended = run(["run", esbuild, "--version"]);
	assert.equal(ended.stdout.toString(), "0.27.2\n");
	assert.equal(ended.status, 0);
});

test("esbuild without a grant is refused the project", () => {
	assertRefused(run(["run", esbuild, "/project/src/main.ts", "--bundle"]), "/project/src");
});

test("esbuild that may only read is refused its output", (context) => {
	const project = temporaryDirectory(context);
	writeProject(project);
	const grants = ["-v", `${project}:/project:ro`, "-w", "/project"];
	const words = ["src/main.ts", "--bundle", "--platform=node", "--outfile=/project/main.cjs"];
	assertRefused(run(["run", ...grants, esbuild, ...words]), "/project/main.cjs");
});

test("esbuild's SBOM names its module and version, as Go's linker wrote them", () => {
	const { stdout, stderr } = run(["sbom", "--format=cyclonedx-json", esbuild]);
	assert.equal(stderr, "");
	const { component } = (
		JSON.parse(stdout.toString()) as { metadata: { component: Record<string, unknown> } }
	).metadata;
	assert.equal(component["version"], "v0.27.2");
	assert.match(JSON.stringify(component["properties"]), /"github\.com\/evanw\/esbuild\/cmd\/esbuild"/);
});
