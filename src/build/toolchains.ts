/** Every toolchain, in the order in which a folder is held against them. */
import type { Toolchain } from "./toolchain.ts";
import { ASSEMBLYSCRIPT } from "./toolchains/assemblyscript.ts";
import { C, YOWASP } from "./toolchains/c.ts";
import { CSHARP } from "./toolchains/csharp.ts";
import { D } from "./toolchains/d.ts";
import { GO, TINYGO } from "./toolchains/go.ts";
import { JAVASCRIPT } from "./toolchains/javascript.ts";
import { GRADLE, KOTLINC } from "./toolchains/kotlin.ts";
import { COMPONENTIZE_PY, PYTHON } from "./toolchains/python.ts";
import { READY } from "./toolchains/ready.ts";
import { CARGO, CARGO_WASIP2, RUSTC } from "./toolchains/rust.ts";
import { SWIFT } from "./toolchains/swift.ts";
import { ZIG } from "./toolchains/zig.ts";

export const TOOLCHAINS: readonly Toolchain[] = [
	CARGO,
	CARGO_WASIP2,
	GO,
	TINYGO,
	ZIG,
	ASSEMBLYSCRIPT,
	JAVASCRIPT,
	CSHARP,
	GRADLE,
	SWIFT,
	RUSTC,
	C,
	YOWASP,
	D,
	KOTLINC,
	PYTHON,
	COMPONENTIZE_PY,
	READY,
];
