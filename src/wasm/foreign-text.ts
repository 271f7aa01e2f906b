import type { Foreign } from "./foreign-binary.ts";
import { decodeLossy } from "./text.ts";

/** Enough to see a licence's comment and the first line of code after it. */
const LOOKED_AT_BYTES = 8192;

/** What a text in WebAssembly's own format is of. */
export type Wat = "module" | "component";

/** Recognises a text file by how it begins; undefined where the bytes are not text. */
export function foreignText(bytes: Uint8Array): Foreign | Wat | undefined {
	const text = decodeLossy(bytes, 0, Math.min(bytes.length, LOOKED_AT_BYTES));
	if (!isText(text)) return undefined;
	return watOf(text) ?? LOOKS.find(({ pattern }) => pattern.test(text))?.facts ?? { is: "a text file" };
}

/** A few characters may be the halves that the cut at the end left. */
function isText(text: string): boolean {
	// oxlint-disable-next-line no-control-regex -- these are what text does not hold
	return !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text) && !text.slice(0, -3).includes("\ufffd");
}

/** `(module` or `(component`, after comments. One pass, so that no comment is looked at twice. */
function watOf(text: string): Wat | undefined {
	let at = 0;
	for (;;) {
		at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
		if (text.startsWith(";;", at)) at = after(text, "\n", at);
		else if (text.startsWith("(;", at)) at = after(text, ";)", at);
		else return /^\(\s*(module|component)\b/.exec(text.slice(at, at + 64))?.[1] as Wat | undefined;
	}
}

function after(text: string, what: string, from: number): number {
	const found = text.indexOf(what, from);
	return found < 0 ? text.length : found + what.length;
}

const NAME_THE_WASM = "name the .wasm file instead";

const PYTHON: Foreign = { is: "a Python script", help: "wherry run -v .:/app python.wasm /app/SCRIPT.py" };

/** From the surest sign to the vaguest. Within lines only, so that each is looked at in one go. */
const LOOKS: readonly { readonly pattern: RegExp; readonly facts: Foreign }[] = [
	{
		pattern: /^version https:\/\/git-lfs/,
		facts: { is: "a pointer of Git LFS, not the file itself", help: "git lfs pull" },
	},
	{
		pattern: /^\s*AGFzb[Q-T]/,
		facts: { is: "a wasm module written in base64", help: "base64 -d FILE > FILE.wasm" },
	},
	{
		pattern: /^#!.*\b(?:node|deno|bun)\b/,
		facts: { is: "a JavaScript program", help: NAME_THE_WASM },
	},
	{ pattern: /^#!.*\bpython/, facts: PYTHON },
	{ pattern: /^#!/, facts: { is: "a script", help: NAME_THE_WASM } },
	{
		pattern: /^\s*<(?:!doctype|html|head|body)/i,
		facts: {
			is: "an HTML page",
			note: "a download that was answered with an error page looks like this",
			help: "download the file again",
		},
	},
	{ pattern: /^\s*[{[]\s*(?:["{[]|[}\]])/, facts: { is: "a JSON file" } },
	{
		pattern: /^[ \t]*#include\b/m,
		facts: { is: "C or C++ source", help: compile("clang --target=wasm32-wasi") },
	},
	{
		pattern: /^package \w+[ \t]*$/m,
		facts: { is: "Go source", help: compile("GOOS=wasip1 GOARCH=wasm go build") },
	},
	{
		pattern: /^[ \t]*(?:pub )?fn \w+[ \t]*\(/m,
		facts: { is: "Rust source", help: compile("rustc --target wasm32-wasip1") },
	},
	{
		pattern: /^(?:def \w+\(|from [\w.]+ import |import [\w.]+(?: as \w+)?[ \t]*$)/m,
		facts: PYTHON,
	},
	{
		pattern:
			/^[ \t]*(?:["']use strict["']|import\b.*["']|export (?:default|const|function|class|\{)|(?:const|let|var) .*=|(?:async )?function\b.*\()|\brequire\(/m,
		facts: {
			is: "JavaScript",
			note: "emscripten and bundlers write a .js file beside their .wasm file",
			help: NAME_THE_WASM,
		},
	},
];

function compile(command: string): string {
	return `compile it first: ${command} -o FILE.wasm FILE`;
}
