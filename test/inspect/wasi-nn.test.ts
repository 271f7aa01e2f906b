/** A program of clang's that asks for wasi-nn, by the names of its C bindings (WebAssembly/wasi-nn, witx of 0.6). */
import assert from "node:assert/strict";
import { test } from "node:test";

import { compileC } from "../support/clang.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { run } from "../support/wherry.ts";

const C = `#include <stdint.h>
#include <stdio.h>
#define NN(name) __attribute__((import_module("wasi_ephemeral_nn"), import_name(name)))
NN("load") int32_t load(int32_t builder, int32_t count, int32_t encoding, int32_t target, int32_t graph);
NN("init_execution_context") int32_t init_execution_context(int32_t graph, int32_t context);
NN("compute") int32_t compute(int32_t context);

static int infer(void) {
	int32_t graph = 0, context = 0;
	if (load(0, 0, 0, 0, (int32_t)&graph) != 0) return 1;
	if (init_execution_context(graph, (int32_t)&context) != 0) return 2;
	return compute(context);
}

int main(void) {
	printf("%d\\n", infer());
	return 0;
}
`;

test("a program of clang's that wants wasi-nn: what it asks for, by which way, and that it is not given", (context) => {
	const here = temporaryDirectory(context);
	compileC(here, C, ["--target=wasm32-wasi", "-O1", "-fno-inline"]);
	const told = String(run(["inspect", "app.wasm"], { cwd: here }).stdout);
	assert.match(
		told,
		/^is {8}a program that is made for wasi preview1, wasi-nn; it asks the host to run neural networks/m,
	);
	assert.match(
		told,
		/^ {2}machine learning: [^]*? by wasi_ephemeral_nn load, .*init_execution_context, .*compute$/m,
	);
	assert.match(told, /reached from '_start': .* > infer > wasi_ephemeral_nn load$/m);
	const { status, stderr } = run(["run", "app.wasm"], { cwd: here });
	assert.equal(status, 126);
	assert.match(stderr, /'wasi_ephemeral_nn' 'compute' \[IMPORT_UNKNOWN\]/);
});
