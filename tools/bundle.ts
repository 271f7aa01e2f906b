/**
 * The command line as several scripts, so that a start pays for little more than it uses.
 *
 * A bundler lifts the functions of all modules into one scope, where each of them is made anew at
 * every start, used or not. So modules that few runs need are bundled apart, each as one function,
 * which runs when something of it is first asked for: until then V8 has not looked into it. What many
 * runs ask for is in the script that starts, and so is what may be asked for when the second wall
 * stands and no file can be read any more; what runs of one kind need, of images or of components, is in one of
 * their own, and the rest in another, which most runs never read.
 */
import { build, type BuildOptions, type OnResolveArgs, type Plugin } from "esbuild";
import { relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";

export interface BundleRequest {
	/** The module that runs, from the working directory; it is named like all modules below. */
	readonly entry: string;
	/** Modules for the second script, beside all asked for by `import()`: first used before a guest runs. */
	readonly rare: readonly string[];
	/** Modules to bundle apart in the first script. */
	readonly frequent: readonly string[];
	/**
	 * Modules for scripts of their own, by the scripts' names: used before a guest runs, and they may ask for the second
	 * script. Each script is one scope with all that its modules need, and what others need of that as well is there once.
	 */
	readonly early: Readonly<Record<string, readonly string[]>>;
	readonly options: BuildOptions;
}

/** Scripts as text; the first two are functions to be called as CommonJS calls a module. */
export interface Scripts {
	readonly program: string;
	/** An object of functions as CommonJS has them, by the modules' names. */
	readonly rest: string;
	/** Functions, by the names that `early` gave: they take the program's `require` and answer their modules. */
	readonly early: ReadonlyMap<string, string>;
}

/** What is known of the modules before any of them is bundled. */
interface Layers {
	readonly apart: ReadonlySet<string>;
	/** What the entry reaches without entering a module that is apart. */
	readonly inner: ReadonlySet<string>;
	readonly options: BuildOptions;
}

export async function bundle({
	entry,
	rare,
	frequent: listed,
	early: groups,
	options,
}: BundleRequest): Promise<Scripts> {
	const imports = await readImports(entry, options);
	const early = Object.values(groups).flat();
	const later = [...imports.values()].flatMap(({ later: names }) => names);
	const asked = new Set([...rare, ...listed, ...later].filter((name) => !early.includes(name)));
	const shared = sharedModules(entry, imports, new Set([...asked, ...early]));
	const used = new Set(listed.flatMap((name) => [...reach(name, imports, new Set(later))]));
	const frequent = [...listed, ...[...shared].filter((name) => used.has(name))];
	const apart = new Set([...asked, ...early, ...shared]);
	const layers = await findLayers(entry, apart, options);
	const wanted = new Set<string>();
	const scripts = new Map<string, string>();
	const scriptOf = new Map<string, string>();
	const outside = new Set(frequent);
	const reached = new Map(
		Object.entries(groups).map(([group, names]) => [group, reachAll(names, imports, outside)]),
	);
	for (const [group, names] of Object.entries(groups)) {
		// one script is read faster than many modules; but what others would have a second time is offered to them
		const own = reached.get(group) ?? new Set();
		const isElsewhere = (name: string) =>
			[...reached].some(([other, theirs]) => other !== group && theirs.has(name));
		const offered = [...own].filter((name) => apart.has(name) && !isElsewhere(name));
		const modulesOf = [...new Set([...names, ...offered])];
		for (const name of modulesOf) scriptOf.set(name, group);
		const whole = { ...layers, apart: new Set([...apart].filter((name) => !own.has(name))) };
		scripts.set(group, await groupScript(modulesOf, whole, wanted));
	}
	const parts = new Map<string, string>();
	for (const name of apart) if (!scriptOf.has(name)) parts.set(name, await part(name, layers, wanted));
	const program = await bundleWith(
		{ stdin: { contents: `import "inner:";import "./${entry}";`, resolveDir: "." } },
		[standIns(layers), await innerModules(wanted)],
		options,
	);
	const table = (names: readonly string[]) =>
		names
			.map((name) => `${JSON.stringify(name)}(module, exports, require) {\n${parts.get(name) ?? ""}}`)
			.join(",\n");
	const rest = [...parts.keys()].filter((name) => !frequent.includes(name));
	checkFrequent(frequent, [...rest, ...scriptOf.keys()], parts);
	return {
		program: PROGRAM.replace("/* PARTS */", () => table(frequent))
			.replace("/* SCRIPTS */", () => JSON.stringify(Object.fromEntries(scriptOf)))
			.replace("/* PROGRAM */", () => program),
		early: scripts,
		rest: `(() => {\n"use strict";\nreturn {\n${table(rest)}\n};\n})()\n`,
	};
}

function reachAll(names: readonly string[], imports: Imports, outside: ReadonlySet<string>): Set<string> {
	return new Set(names.flatMap((name) => [...reach(name, imports, outside)]));
}

/** All these modules in one scope. */
async function groupScript(names: readonly string[], layers: Layers, wanted: Set<string>): Promise<string> {
	const imports = names.map((name, index) => `import * as module_${index} from "./${name}";`);
	const table = names.map((name, index) => `${JSON.stringify(name)}: module_${index}`);
	const contents = `${imports.join("\n")}\noffer({ ${table.join(", ")} });`;
	const text = await bundleWith(
		{ stdin: { contents, resolveDir: "." } },
		[sharing(layers, wanted)],
		layers.options,
	);
	return `(function (require) {\n"use strict";\nlet modules;\nconst offer = (offered) => { modules = offered; };\n${text}\nreturn modules;\n})\n`;
}

const PROGRAM = `(function (exports, requireOfNode, loadScript) {
"use strict";
const frequent = {
/* PARTS */
};
const scriptOf = new Map(Object.entries(/* SCRIPTS */));
const scripts = new Map();
const loaded = new Map();
let innerModule;
function require(name) {
	let exports = loaded.get(name);
	if (exports === undefined) {
		exports = name.startsWith("src/") ? load(name) : requireOfNode(name);
		loaded.set(name, exports);
	}
	return exports;
}
function load(name) {
	const inner = innerModule(name);
	if (inner !== undefined) return inner;
	const script = scriptOf.get(name);
	if (script !== undefined) return modulesOf(script)[name];
	const module = { exports: {} };
	(frequent[name] ?? partOfRest(name))(module, module.exports, require);
	return module.exports;
}
let rest;
function partOfRest(name) {
	rest ??= loadScript("rest", "rest");
	return rest[name];
}
function modulesOf(script) {
	let modules = scripts.get(script);
	if (modules === undefined) {
		modules = loadScript(script, script)(require);
		scripts.set(script, modules);
	}
	return modules;
}
(function (require, offer) {
/* PROGRAM */
})(require, (modules) => { innerModule = modules; });
})`;

/** What may be used when a guest runs must not ask for what can then not be read. */
function checkFrequent(
	frequent: readonly string[],
	rest: readonly string[],
	parts: ReadonlyMap<string, string>,
): void {
	for (const name of frequent)
		for (const other of rest)
			if (parts.get(name)?.includes(`require(${JSON.stringify(other)})`) === true)
				throw new Error(`${name} is in the first script, and so must be ${other}, which it imports`);
}

/** Of each module, those that it imports at once, and those that it asks for by `import()`. */
type Imports = ReadonlyMap<string, { readonly now: readonly string[]; readonly later: readonly string[] }>;

async function readImports(entry: string, options: BuildOptions): Promise<Imports> {
	const { metafile } = await build({ ...options, entryPoints: [entry], metafile: true, write: false });
	return new Map(
		Object.entries(metafile.inputs).map(([name, { imports }]) => {
			const own = imports.filter(({ external }) => external !== true);
			const now = own.filter(({ kind }) => kind !== "dynamic-import").map(({ path }) => path);
			const later = own.filter(({ kind }) => kind === "dynamic-import").map(({ path }) => path);
			return [name, { now, later }];
		}),
	);
}

/**
 * Modules that several parts need and the entry does not: bundled into each, they would be there, and
 * hold what they remember, several times.
 */
function sharedModules(entry: string, imports: Imports, apart: ReadonlySet<string>): Set<string> {
	const inner = reach(entry, imports, apart);
	const shared = new Set<string>();
	for (let before = -1; before < shared.size;) {
		before = shared.size;
		const seen = new Set<string>();
		const roots = new Set([...apart, ...shared]);
		for (const root of roots)
			for (const name of reach(root, imports, roots))
				if (name !== root && !inner.has(name)) (seen.has(name) ? shared : seen).add(name);
	}
	return shared;
}

/** `from` and what it imports at once, without entering what is apart. */
function reach(from: string, imports: Imports, apart: ReadonlySet<string>): Set<string> {
	const reached = new Set([from]);
	for (const name of reached)
		for (const other of imports.get(name)?.now ?? []) if (!apart.has(other)) reached.add(other);
	return reached;
}

async function findLayers(entry: string, apart: ReadonlySet<string>, options: BuildOptions): Promise<Layers> {
	const outside: Plugin = {
		name: "outside",
		setup(bundler) {
			bundler.onResolve({ filter: /^\./ }, (args) =>
				apart.has(nameOf(args)) ? { path: nameOf(args), external: true } : undefined,
			);
		},
	};
	const { metafile } = await build({
		...options,
		entryPoints: [entry],
		plugins: [outside],
		metafile: true,
		write: false,
	});
	return { apart, inner: new Set(Object.keys(metafile.inputs)), options };
}

/** One module that is apart, with what only it needs. What it needs of inner modules goes to `wanted`. */
function part(name: string, layers: Layers, wanted: Set<string>): Promise<string> {
	return bundleWith({ entryPoints: [name] }, [sharing(layers, wanted)], layers.options);
}

/** What is bundled elsewhere is asked for when it is needed. */
function sharing({ apart, inner }: Layers, wanted: Set<string>): Plugin {
	return {
		name: "shared",
		setup(bundler) {
			bundler.onResolve({ filter: /^\./ }, (args) => {
				const path = nameOf(args);
				if (args.kind === "entry-point") return undefined;
				if (inner.has(path)) wanted.add(path);
				return inner.has(path) || apart.has(path) ? { path, external: true } : undefined;
			});
		},
	};
}

/** Puts functions of the same names in the place of those that are apart: the first call loads them. */
function standIns({ apart }: Layers): Plugin {
	return {
		name: "stand-ins",
		setup(bundler) {
			bundler.onResolve({ filter: /^\./ }, (args) => {
				const path = nameOf(args);
				if (!apart.has(path)) return undefined;
				return args.kind === "import-statement" ? { path, namespace: "apart" } : { path, external: true };
			});
			bundler.onResolve({ filter: /^src\//, namespace: "apart" }, ({ path }) => ({ path, external: true }));
			bundler.onLoad({ filter: /^/, namespace: "apart" }, async ({ path }) => ({
				contents: await standIn(path),
			}));
		},
	};
}

/** A class or a constant has no stand-in: who imports one finds it missing, and the build fails. */
async function standIn(path: string): Promise<string> {
	const functions = Object.entries(await modules(path)).filter(
		([, value]) => typeof value === "function" && !/^class\b/.test(String(value)),
	);
	return functions
		.map(
			([name]) =>
				`export function ${name}(...values) { return require(${JSON.stringify(path)}).${name}(...values); }`,
		)
		.join("\n");
}

/** The module "inner:", which hands the parts those of the program's own modules that they want. */
async function innerModules(wanted: ReadonlySet<string>): Promise<Plugin> {
	const imports: string[] = [];
	const cases: string[] = [];
	for (const [index, path] of [...wanted].entries()) {
		const names = Object.keys(await modules(path));
		imports.push(
			`import { ${names.map((name) => `${name} as ${name}_${index}`).join(", ")} } from "./${path}";`,
		);
		cases.push(
			`case ${JSON.stringify(path)}: return { ${names.map((name) => `${name}: ${name}_${index}`).join(", ")} };`,
		);
	}
	const contents = `${imports.join("\n")}\noffer((name) => { switch (name) {\n${cases.join("\n")}\n} });`;
	return {
		name: "inner",
		setup(bundler) {
			bundler.onResolve({ filter: /^inner:/ }, () => ({ path: "inner", namespace: "inner" }));
			bundler.onLoad({ filter: /^/, namespace: "inner" }, () => ({ contents, resolveDir: "." }));
		},
	};
}

async function bundleWith(input: BuildOptions, plugins: Plugin[], options: BuildOptions): Promise<string> {
	const { outputFiles } = await build({ ...options, ...input, plugins, write: false });
	return outputFiles?.[0]?.text ?? "";
}

async function modules(path: string): Promise<Readonly<Record<string, unknown>>> {
	return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
}

/** The module's path from the working directory, as esbuild names it. */
function nameOf({ resolveDir, path }: OnResolveArgs): string {
	return relative(".", resolve(resolveDir, path));
}
