/** Components that `wherry build` makes, or finds: run and served by the names of their images. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { installed } from "../programs/programs.ts";
import { serving } from "../support/serving.ts";
import { guest, ROOT } from "../support/wherry.ts";
import { type Files, type Project, project } from "./project.ts";

const WORLD = `package demo:words;

world command {
	import wasi:cli/environment@0.2.12;
	import wasi:cli/stdout@0.2.12;
	export wasi:cli/run@0.2.12;
}
`;

test("JavaScript is built by the project's own jco, and run by its name", (context) => {
	const files = {
		"package.json": '{"type": "module", "main": "./small.js"}',
		"small.js": readFileSync(join(ROOT, "guests/javascript/small.js")),
		"wit/world.wit": WORLD,
		...witOf("@bytecodealliance/jco/lib/wit/builtin/0.2.12"),
		"wherry.toml": '[build]\nflags = ["--backend", "qjs", "--backend-qjs-disable-async"]\n',
	};
	const made = withJco(project(context, files));
	const built = made.wherry(["build", "-q", "-t", "words"]);
	assert.deepEqual([built.stderr, built.status], ["", 0]);
	const ran = made.wherry(["run", "words", "b", "a"]);
	assert.deepEqual([ran.stdout.toString(), ran.stderr, ran.status], ["a b\n", "", 0]);
});

test("JavaScript without jco says how it is installed", (context) => {
	const made = project(context, { "package.json": "{}", "index.js": "", "wit/world.wit": WORLD });
	const { stderr, status } = made.wherry(["build", "-t", "words"]);
	assert.match(stderr, /^help: npm install --save-dev @bytecodealliance\/jco/m);
	assert.notEqual(status, 0);
});

test("a component that is there already is served by the name of its image", async (context) => {
	const made = project(context, { "app.wasm": readFileSync(guest("components/http-hello")) });
	assert.equal(made.wherry(["build", "-q", "-t", "hello", "app.wasm"]).stderr, "");
	const { url } = await serving(context, ["hello"], homeOf(made));
	assert.equal(await (await fetch(url)).text(), "Hello, world!");
});

test("an image of a component keeps its words and its variables", (context) => {
	const made = project(context, {
		"app.wasm": readFileSync(guest("components/services")),
		"wherry.toml": '[image]\ncmd = ["config"]\n',
	});
	assert.equal(made.wherry(["build", "-q", "-t", "services"]).stderr, "");
	const ran = made.wherry(["run", "--config", "colour=blue", "services"]);
	assert.deepEqual([ran.stdout.toString(), ran.stderr], ["colour=blue\n", ""]);
});

function withJco(made: Project): Project {
	const link = join(made.folder, "node_modules/@bytecodealliance/jco");
	mkdirSync(dirname(link), { recursive: true });
	symlinkSync(installed("@bytecodealliance/jco"), link);
	return made;
}

/** The WIT that jco brings, as a project's `wit/deps`. */
function witOf(folder: string): Files {
	const root = installed(folder);
	const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
		statSync(join(root, name)).isFile(),
	);
	return Object.fromEntries(files.map((name) => [`wit/deps/${name}`, readFileSync(join(root, name))]));
}

function homeOf({ store }: Project): NodeJS.ProcessEnv {
	return { PATH: process.env["PATH"], HOME: join(store, "../../../..") };
}
