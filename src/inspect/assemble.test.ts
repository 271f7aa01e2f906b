import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as build from "../wasm/module-builder.ts";
import { SectionId } from "../wasm/module.ts";
import { capabilityOf } from "./capabilities.ts";
import { inspectProgram } from "./assemble.ts";
import { textReport } from "./text-report.ts";

const inspect = (name: string) =>
	inspectProgram(
		new Uint8Array(readFileSync(new URL(`../../guests/${name}.wasm`, import.meta.url))),
		`${name}.wasm`,
	);

const CAPABILITIES: readonly (readonly [module: string, name: string, capability: string, host: string])[] = [
	["wasi_snapshot_preview1", "path_open", "files", "wasi preview1"],
	["wasi_unstable", "fd_write", "standard streams", "wasi preview1"],
	["wasi_snapshot_preview1", "sock_accept", "network", "wasi preview1"],
	["wasi:filesystem/types@0.2.6", "[method]descriptor.open-at", "files", "wasi 0.2.6"],
	["wasi:sockets/tcp@0.3.0", "x", "network", "wasi 0.3.0"],
	["wasi:http/outgoing-handler@0.2.0", "handle", "http", "wasi 0.2.0"],
	["wasi:keyvalue/store@0.2.0-draft2", "open", "key-value stores", "wasi 0.2.0-draft2"],
	["wasi:nn/graph@0.2.0-rc", "load", "machine learning", "wasi 0.2.0-rc"],
	["cm32p2|wasi:cli/environment@0.2", "get-arguments", "environment", "wasi 0.2"],
	["wasi_snapshot_preview1", "fd_seek", "standard streams", "wasi preview1"],
	["wasi_snapshot_preview1", "sock_connect", "network", "wasi preview1"],
	["wasi_snapshot_preview1", "made_up", "another host", "an unknown host"],
	["wasi_ephemeral_nn", "load", "machine learning", "wasi-nn"],
	["wasi_nn", "load", "machine learning", "wasi-nn"],
	["wasi", "thread-spawn", "threads", "wasi-threads"],
	["wbg", "__wbg_fetch_1234", "http", "wasm-bindgen"],
	["wbg", "__wbg_fetchAll_1234", "javascript", "wasm-bindgen"],
	["wbg", "__wbg_getRandomValues_37fa2ca9e4e07fab", "randomness", "wasm-bindgen"],
	["./x_bg.js", "__wbg_now_807e54c39636c349", "clocks", "wasm-bindgen"],
	["wbg", "__wbindgen_throw", "javascript", "wasm-bindgen"],
	["gojs", "syscall/js.valueGet", "javascript", "Go for JavaScript"],
	["gojs", "runtime.getRandomData", "randomness", "Go for JavaScript"],
	["go", "runtime.walltime", "clocks", "Go for JavaScript"],
	["env", "emscripten_resize_heap", "javascript", "emscripten"],
	["env", "__syscall_openat", "files", "emscripten"],
	["env", "__syscall_connect", "network", "emscripten"],
	["env", "_tzset_js", "clocks", "emscripten"],
	["env", "napi_create_function", "javascript", "napi"],
	["env", "_emnapi_get_now", "javascript", "napi"],
	["a", "b", "javascript", "emscripten (minified)"],
	["env", "console.log", "javascript", "AssemblyScript"],
	["wasm:js-string", "length", "javascript", "JavaScript"],
	["./app.uninstantiated.mjs", "f", "javascript", "JavaScript"],
	["js_code", "kotlin.io.printImpl", "javascript", "JavaScript"],
	["env", "mono_wasm_trace_logger", "javascript", ".NET for JavaScript"],
	["gojs", "runtime.ticks", "clocks", "Go for JavaScript"],
	["gojs", "runtime.somethingNew", "javascript", "Go for JavaScript"],
	["wasix_32v1", "proc_fork", "another host", "WASIX"],
	["__main_module__", "_start", "its own interfaces", "components"],
	["$root", "[waitable-set-new]", "its own interfaces", "components"],
	["local:demo/store@1.0.0", "get", "its own interfaces", "its own world"],
	["log", "", "its own interfaces", "its own world"],
	["env", "print", "another host", "an unknown host"],
	["evil", "constructor", "another host", "an unknown host"],
];

for (const [module, name, capability, host] of CAPABILITIES)
	test(`'${module}' '${name}' is about ${capability}`, () => {
		const asked = capabilityOf(module, name);
		assert.deepEqual([asked.capability, asked.host], [capability, host]);
	});

test("a program of preview1: each of its imports is in one need, with a way to it", async () => {
	const report = await inspect("c/wc");
	const needed = report.needs.flatMap(({ imports }) => imports);
	const imported = report.binaries[0]?.imports.map(({ module, name }) => `${module} ${name}`) ?? [];
	assert.deepEqual(needed.toSorted(), [...new Set(imported)].toSorted());
	for (const { reached } of report.needs) assert.equal(reached[0]?.export, "_start");
});

test("a component: its interfaces by function, and its nested modules", async () => {
	const report = await inspect("components/fetch");
	assert.deepEqual(report.hosts, ["wasi 0.2.6"]);
	const sends = report.needs.find(({ capability, grant }) => capability === "http" && grant !== undefined);
	assert.equal(sends?.reached[0]?.export, "wasi:cli/run@0.2.6#run");
	assert.deepEqual(
		report.binaries.map(({ kind }) => kind),
		["component", "module", "module", "module", "component"],
	);
	for (const { start, size_bytes } of report.binaries) assert.ok(start + size_bytes <= report.size_bytes);
});

test("a component that imports a core module asks for it: it could be anything", async () => {
	const type = [3, 3, 1, 0x50, 0];
	const importOfModule = [10, 7, 1, 0, 1, 0x6d, 0, 0x11, 0];
	const bytes = new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, ...type, ...importOfModule]);
	const { needs } = await inspectProgram(bytes, "importing.wasm");
	assert.deepEqual(
		needs.map(({ capability, imports }) => [capability, imports]),
		[["its own interfaces", ["m"]]],
	);
});

test("names of a program's own are escaped on the page", async () => {
	const report = await inspect("c/wc");
	const page = textReport({ ...report, file: "a\u001b[31m\u202e.wasm" });
	assert.match(page, /a\\u\{1b\}\[31m\\u\{202e\}\.wasm/);
});

test("evidence has the bytes that it stands on, where words do not show them", async () => {
	const bytes = new Uint8Array(readFileSync(new URL("../../guests/c/sha256.wasm", import.meta.url)));
	const { findings } = await inspectProgram(bytes, "sha256.wasm");
	const found = findings.find(({ id }) => id === "crypto-constants")?.evidence ?? [];
	assert.ok(found.length > 0);
	for (const { offset = 0, bytes: shown } of found)
		assert.equal(shown, Buffer.from(bytes.subarray(offset, offset + 8)).toString("hex"));
});

test("of a secret no bytes are shown", async () => {
	const secret = ["ghp", "_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].join("");
	const data = [...new TextEncoder().encode(secret)];
	const module = build.wasm(
		build.memories({ minimum: 1 }),
		build.section(11, [1, 0, 0x41, 0, 0x0b, data.length, ...data]),
	);
	const { findings } = await inspectProgram(module, "secret.wasm");
	const found = findings.find(({ id }) => id === "embedded-secret");
	assert.equal(found?.evidence.length, 1);
	assert.equal(found.evidence[0]?.bytes, undefined);
	assert.ok(!JSON.stringify(findings).includes(secret));
});

test("what Rust's compilers make of names is undone wherever a function is told of", async () => {
	const bytes = build.wasm(
		build.types(build.functionType([], [])),
		build.imports(build.importOf("wasi_snapshot_preview1", "sched_yield", 0x00, 0)),
		build.functions(0),
		build.exports(["run", 0, 1]),
		build.section(SectionId.START, [1]),
		build.code([0x10, 0]),
		build.functionNames([[1, "_RNvMCs7EG80emN7Vk_3appNtB2_6Editor4open"]]),
	);
	const report = await inspectProgram(bytes, "app.wasm");
	assert.equal(report.needs[0]?.reached[0]?.path[0]?.name, "<app::Editor>::open");
	const places = report.findings.flatMap(({ evidence }) => evidence);
	assert.deepEqual(
		places.flatMap(({ functionName }) => functionName ?? []),
		["<app::Editor>::open"],
	);
	assert.match(
		textReport(report),
		/reached from 'run': <app::Editor>::open > wasi_snapshot_preview1 sched_yield/,
	);
});
