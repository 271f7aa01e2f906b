import { Fault } from "../../base/fault.ts";

/**
 * jco's code for streams, futures and tasks, without what would let a guest take the host's memory or time, in places that
 * version 0.15.0 writes so:
 *
 * - it keeps every buffer that was ever read or written, for nobody: a guest that writes bytes one by one grows the host;
 * - between two ends of one guest it copies as much at once as the guest says (wasmtime's GHSA-x84v-gj2h-g759);
 * - it takes bytes apart into arrays of numbers: a tenth of the speed, and sixteen times the memory, for each piece;
 * - what is left of a piece of the host's waits for the next one: a guest that reads little of what a person types
 *   sees the rest late;
 * - it looks every millisecond, and every ten, whether something has happened, for as long as it has not: hundreds of
 *   guests that wait keep a processor busy, and one whose instance was given up is looked at for ever;
 * - who reads what a guest writes is not told when the guest traps.
 *
 * @throws Fault BUG where it is not found
 */
export function bounded(text: string): string {
	let result = text;
	for (const { holder, parts } of CHANGES) {
		if (!result.includes(holder)) continue;
		for (const [what, pattern, replacement] of parts) result = replaced(result, what, pattern, replacement);
	}
	return result;
}

type Part = readonly [what: string, pattern: RegExp, replacement: string];

/** The most items that go from one end of a guest's stream to another at once. */
const ITEMS_AT_ONCE = 65_536;

/** Changes by what they are in: components without streams have none of it. */
const CHANGES: readonly { readonly holder: string; readonly parts: readonly Part[] }[] = [
	{
		holder: "class BufferManager {",
		parts: [["the buffers that are kept", /instanceBuffers\.set\(nextBufID, buffer\);/, ""]],
	},
	{
		holder: "class ManagedBuffer {",
		parts: [
			[
				"the reading of bytes",
				/values = Array\.from\(new Uint8Array\(this\.#memory\.buffer, this\.#ptr, count\)\);/,
				"values = new Uint8Array(this.#memory.buffer, this.#ptr, count).slice();",
			],
			[
				"the check of what is written",
				/if \(!Array\.isArray\(values\)\) \{ (throw new TypeError\('values input to write)/,
				"if (!Array.isArray(values) && !ArrayBuffer.isView(values)) { $1",
			],
			[
				"the check of the host's data",
				/if \(args\.data !== undefined && !Array\.isArray\(args\.data\)\) \{/,
				"if (args.data !== undefined && !Array.isArray(args.data) && !ArrayBuffer.isView(args.data)) {",
			],
			[
				"the host's data",
				/this\.#hostOnlyData = this\.#hostOnlyData\.concat\(values\);/,
				"this.#hostOnlyData = this.#hostOnlyData.length === 0 ? values : [...this.#hostOnlyData, ...values];",
			],
		],
	},
	{
		holder: "class StreamReadableEnd ",
		parts: [
			[
				"how much is copied for a reader",
				/const count = Math\.min\(pendingRemaining, bufferRemaining\);/,
				`const count = Math.min(pendingRemaining, bufferRemaining, ${ITEMS_AT_ONCE});`,
			],
		],
	},
	{
		holder: "class StreamWritableEnd ",
		parts: [
			[
				"how much is copied for a writer",
				/const numElements = Math\.min\(([^;]*)\);/,
				`const numElements = Math.min($1, ${ITEMS_AT_ONCE});`,
			],
			[
				"the check of what the host writes",
				/if \(!Array\.isArray\(values\)\) \{ (throw new TypeError\("writeMany)/,
				"if (!Array.isArray(values) && !ArrayBuffer.isView(values)) { $1",
			],
		],
	},
	{
		holder: "class PendingValueQueue {",
		parts: [
			[
				"the host's pieces",
				/(\n\s*)drainInto\(target, maxCount\) \{/,
				`$1takeBytes(maxCount) {
const chunk = this.#chunks[0];
if (!(chunk instanceof Uint8Array)) { return undefined; }
const bytes = chunk.subarray(this.#offset, this.#offset + Math.min(maxCount, this.#length));
this.#offset += bytes.length;
this.#length -= bytes.length;
if (this.#offset === chunk.length) { this.#chunks.shift(); this.#offset = 0; }
return bytes;
}
drainInto(target, maxCount) {`,
			],
			["what is taken of them", /const values = \[\];(\s*const hasPendingReadBuffer)/, "let values = [];$1"],
			[
				"how it is taken",
				/count -= pendingValues\.drainInto\(values, count\);/,
				`const bytes = values.length === 0 && count > 0 ? pendingValues.takeBytes(count) : undefined;
if (bytes !== undefined) { values = bytes; count -= bytes.length; }
else if (Array.isArray(values)) { count -= pendingValues.drainInto(values, count); }`,
			],
			[
				"when more is asked for",
				/while \(count > 0 && !pendingValues\.done\) \{/,
				"while (count > 0 && !pendingValues.done && (values.length === 0 || pendingValues.sourceIsSync)) {",
			],
		],
	},
	{
		holder: "class Waitable {",
		parts: [
			[
				"the events of waitables",
				/this\.#pendingEventFn = fn;/,
				"this.#pendingEventFn = fn; const told = this.#told; this.#told = null; told?.(); _wake();",
			],
			[
				"their fields",
				/(class Waitable \{)/,
				`$1
#told = null;
whenEvent() {
if (_failure !== null) { return Promise.reject(_failure.error); }
const before = this.#told;
return new Promise((resolve, reject) => {
_hostWaits.add(reject);
this.#told = () => { _hostWaits.delete(reject); before?.(); resolve(); };
});
}`,
			],
		],
	},
	{
		holder: "setErrored(err) {",
		parts: [
			[
				"where tasks fail",
				/setErrored\(err\) \{(\s*\/\/ Preserve the originating trap)/,
				"setErrored(err) { _failed(err);$1",
			],
		],
	},
	{
		holder: "async runTickLoop() {",
		parts: [
			[
				"the loop that looks at tasks",
				/if \(this\.#tickLoop !== null\) \{ return; \}(\s*this\.#tickLoop = 1;\s*)setTimeout\(async \(\) => \{/,
				"if (this.#tickLoop !== null) { _wake(); return; }$1let idle_ms = 5;\n_soon(async () => {",
			],
			[
				"its pauses",
				/const delay = result === ComponentAsyncState\.TickResult\.RESUMED \? 0 : 10;\s*await new Promise\(\(resolve\) => setTimeout\(resolve, delay\)\);/,
				`if (result === ComponentAsyncState.TickResult.RESUMED) { idle_ms = 5; await new Promise(_soon); }
else { idle_ms = Math.min(idle_ms * 2, 100); if (await _nap(idle_ms)) { idle_ms = 5; } }`,
			],
			["its end", /(this\.#tickLoop = null;\s*\}), 10\);/, "$1);"],
			[
				"where tasks are known",
				/(\n\s*)(const STORE_ASYNC_STATE = )/,
				`$1const _soon = globalThis.setImmediate ?? ((act) => setTimeout(act, 0));
const _nappers = new Set();
let _failure = null;
const _hostWaits = new Set();
function _failed(error) {
_failure ??= { error };
for (const reject of _hostWaits) { reject(error); }
_hostWaits.clear();
}
function _wake() { for (const wake of _nappers) { wake(); } }
function _nap(most_ms) {
return new Promise((resolve) => {
const end = (isWoken) => { _nappers.delete(wake); clearTimeout(timer); _soon(() => resolve(isWoken)); };
const wake = () => end(true);
const timer = setTimeout(() => end(false), most_ms);
_nappers.add(wake);
});
}
$2`,
			],
		],
	},
];

const POLLING =
	/await new Promise\(\(resolve\) => \{\s*let waitInterval = setInterval\((?:async )?\(\) => \{\s*if \(!this\.hasPendingEvent\(\)\) \{ return; \}\s*clearInterval\(waitInterval\);\s*resolve\(\);\s*\}\);\s*\}\);/g;

/** Ends that the host reads or writes are told when it is done. */
export function unpolled(text: string): string {
	return text.replaceAll(POLLING, "if (!this.hasPendingEvent()) { await this.getWaitable().whenEvent(); }");
}

/** Once, and only once. */
function replaced(text: string, what: string, pattern: RegExp, replacement: string): string {
	const [first, second] = [...text.matchAll(new RegExp(pattern, "g"))];
	if (first === undefined || second !== undefined)
		throw new Fault("BUG", `cannot find ${what} in what the transpiler made`, {
			note: "it is another version than wherry knows",
		});
	return text.replace(pattern, replacement);
}
