import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { temporaryDirectory } from "../support/temporary.ts";

export const CREATE = 1;
export const READ = 2n;
export const WRITE = 64n;

/** A guest that opens paths beneath descriptor 3, one after the other, and ends with the first errno. */
export function opener(
	opens: readonly { readonly path: string; readonly flags?: number; readonly rights?: bigint }[],
	env = false,
): string {
	let at = 1024;
	const data: string[] = [];
	const calls = opens.map(({ path, flags = 0, rights = READ }) => {
		const bytes = Buffer.from(path);
		const start = at;
		at += bytes.length;
		data.push(
			`(data (i32.const ${start}) "${[...bytes].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("")}")`,
		);
		return `(call $check (call $open (i32.const 3) (i32.const 1) (i32.const ${start}) (i32.const ${bytes.length})
			(i32.const ${flags}) (i64.const ${rights}) (i64.const ${rights}) (i32.const 0) (i32.const 0)))`;
	});
	// two variables are wanted: their count and their bytes come to the addresses 16 and 20
	const demand = env
		? `(call $check (call $sizes (i32.const 16) (i32.const 20)))
			(call $check (i32.ne (i32.load (i32.const 16)) (i32.const 2)))`
		: "";
	return `(module
		(import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
		(import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
		(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
		(memory (export "memory") 1)
		${data.join("\n")}
		(func $check (param i32) (if (local.get 0) (then (call $exit (local.get 0)))))
		(func (export "_start") ${calls.join("\n")} ${demand}))`;
}

/** A folder with files to use: data/a, data/b, other/c, out, secret. */
export function folder(context: TestContext): string {
	const here = temporaryDirectory(context);
	for (const name of ["data", "out", "other"]) mkdirSync(join(here, name));
	for (const name of ["data/a", "data/b", "other/c", "secret"]) writeFileSync(join(here, name), name);
	return here;
}
