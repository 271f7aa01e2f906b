// What a user would write without Wherry: a module under node:wasi, imports of others answered by nothing.
// Usage: node bare.cjs [--dir HOST:GUEST] [--invoke NAME] FILE.wasm [ARG...]
"use strict";
const { readFileSync } = require("node:fs");
const { WASI } = require("node:wasi");

const words = process.argv.slice(2);
const preopens = {};
if (words[0] === "--dir") {
	const [host, guest] = words[1].split(":");
	preopens[guest] = host;
	words.splice(0, 2);
}
let invoke;
if (words[0] === "--invoke") {
	invoke = words[1];
	words.splice(0, 2);
}
const [file] = words;
const wasi = new WASI({ version: "preview1", args: words, env: {}, preopens, returnOnExit: true });
const module_ = new WebAssembly.Module(readFileSync(file));
const imports = { wasi_snapshot_preview1: wasi.wasiImport };
for (const { module, name } of WebAssembly.Module.imports(module_)) {
	imports[module] ??= {};
	imports[module][name] ??= () => 0;
}
const instance = new WebAssembly.Instance(module_, imports);
if (instance.exports._start === undefined) wasi.initialize(instance);
else process.exitCode = wasi.start(instance);
if (invoke !== undefined) instance.exports[invoke](...words.slice(1).map(Number));
