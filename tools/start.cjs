// dist/wherry.cjs: starts dist/program.cjs from V8's code cache. Compiling the program anew costs
// about 10 ms at each start; from the cache, which `npm run build` makes, under 2 ms. V8 refuses a
// cache of another version of itself or of other flags, and then compiles as ever. What the program
// asks of dist/image.cjs, dist/component.cjs or dist/rest.cjs comes from a cache as well: see tools/bundle.ts.
"use strict";
const { closeSync, openSync, readFileSync, readSync, statSync } = require("node:fs");
const { Script } = require("node:vm");

/** By the names of their caches, for tools/cache.cjs. */
const scripts = new Map();
exports.scripts = scripts;

function load(name, cache) {
	const filename = `${__dirname}/${name}.cjs`;
	let cachedData;
	try {
		cachedData = readFileSync(`${__dirname}/${cache}.cache`);
	} catch {
		// not built here: compiled at each start
	}
	// the scripts are ASCII, and Latin-1 is read without decoding
	const script = new Script(readFileSync(filename, "latin1"), { filename, cachedData });
	scripts.set(cache, script);
	return script.runInThisContext();
}

/** Whether a component is to run, by the first word that is the name of a program: it needs other parts. */
function namesComponent(words) {
	const file = words.find((word) => word.endsWith(".wasm"));
	try {
		// of anything but a file, a look would take away what it looked at
		if (file === undefined || !statSync(file).isFile()) return false;
		const head = Buffer.alloc(8);
		const descriptor = openSync(file);
		readSync(descriptor, head);
		closeSync(descriptor);
		return head[6] === 1;
	} catch {
		return false;
	}
}

// More words need more of the program: grants are opened, and functions that are never left are looked for. Loading a
// cache costs by its size, so there is one of a hello, one of a run that was granted something, and one of a component's.
const words = process.argv.slice(3);
const cache = namesComponent(words) ? "linked" : words.length > 1 ? "granted" : "plain";
load("program", cache).call(exports, exports, require, load);
