/**
 * Holds the tree to its architecture: which room may import which, and a few habits that no linter
 * knows. Runs in `npm run check`. Imports only point down the table.
 */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** Each room of `src/` and the rooms it may import. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
	base: [],
	sys: ["base"],
	wasm: ["base"],
	capability: ["base"],
	wasi: ["base", "sys", "capability"],
	component: ["base", "sys", "wasm", "wasi"],
	guest: ["base", "sys", "wasm", "capability", "wasi", "component"],
	inspect: ["base", "wasm", "component", "capability", "oci", "trust"],
	oci: ["base", "sys"],
	trust: ["base", "oci", "wasm"],
	registry: ["base", "oci"],
	store: ["base", "sys", "oci"],
	build: ["base", "sys", "wasm", "oci", "store", "trust"],
	serve: ["base", "sys", "wasm", "capability", "wasi", "component", "host/node"],
	"host/memory": ["base", "sys"],
	"host/node": ["base", "sys", "capability"],
	// the composition root on Node: the only room that names backends
	cli: [
		"base",
		"sys",
		"wasm",
		"capability",
		"wasi",
		"guest",
		"component",
		"inspect",
		"serve",
		"host/memory",
		"host/node",
		"oci",
		"trust",
		"registry",
		"store",
		"build",
	],
};

/** Rooms that know nothing of any host: they may import neither Node's modules nor a backend. */
const HOST_NEUTRAL = new Set([
	"base",
	"sys",
	"wasm",
	"capability",
	"wasi",
	"component",
	"host/memory",
	"oci",
	"trust",
	"inspect",
]);

/** npm packages, and the rooms that may import them. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
	"smol-toml": ["base"],
	"@noble/ciphers/salsa.js": ["trust"],
	wabt: ["cli"],
	"@bytecodealliance/jco-transpile/component": ["cli"],
	"@bytecodealliance/jco-transpile/wasm-tools": ["cli"],
};

const LINES_MAX = 500;
const root = resolve(import.meta.dirname, "..");
const complaints: string[] = [];

for (const file of sourceFiles(join(root, "src"))) checkFile(file);
if (complaints.length > 0) {
	process.stderr.write(complaints.join("\n") + "\n");
	process.exitCode = 1;
}

function sourceFiles(folder: string): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
		.map((entry) => join(entry.parentPath, entry.name));
}

function checkFile(file: string): void {
	const name = relative(root, file);
	const text = readFileSync(file, "utf8");
	const room = roomOf(file);
	if (room === undefined) {
		complaints.push(`${name}: not in a room that tools/tidy.ts knows`);
		return;
	}
	const isTest = name.endsWith(".test.ts") || name.endsWith(".contract.ts");
	for (const specifier of importsOf(text)) checkImport(name, file, room, specifier, isTest);
	const lines = text.split("\n").length;
	if (lines > LINES_MAX) complaints.push(`${name}: ${lines} lines, over ${LINES_MAX}; split it by meaning`);
	if (/^export default/m.test(text)) complaints.push(`${name}: a default export`);
	if (/\bTODO\b|\bFIXME\b/.test(text))
		complaints.push(`${name}: a TODO; finish it or say in the issue's note`);
}

function checkImport(name: string, file: string, room: string, specifier: string, isTest: boolean): void {
	if (specifier.startsWith("node:")) {
		if (!isTest && HOST_NEUTRAL.has(room))
			complaints.push(`${name}: ${room} is host-neutral but imports ${specifier}`);
		return;
	}
	if (!specifier.startsWith(".")) {
		if (!isTest && !(PACKAGES[specifier] ?? []).includes(room))
			complaints.push(`${name}: ${room} may not import the package ${specifier}`);
		return;
	}
	const target = roomOf(resolve(dirname(file), specifier));
	if (target === undefined || target === room) return;
	if (!isTest && !(ROOMS[room] ?? []).includes(target))
		complaints.push(`${name}: ${room} may not import ${target}`);
}

function importsOf(text: string): string[] {
	return [...text.matchAll(/(?:\bfrom\s+|\bimport\(\s*|^import\s+)"([^"]+)"/gm)].map(
		(match) => match[1] ?? "",
	);
}

function roomOf(file: string): string | undefined {
	const parts = relative(join(root, "src"), file).split("/");
	const two = parts.slice(0, 2).join("/");
	if (two in ROOMS) return two;
	return parts[0] !== undefined && parts[0] in ROOMS ? parts[0] : undefined;
}
