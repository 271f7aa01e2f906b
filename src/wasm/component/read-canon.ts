import { readValueType } from "../read-types.ts";
import type { Canon, CanonOptions } from "./definitions.ts";
import { readResultList } from "./read-component-types.ts";
import type { Reader } from "./reader.ts";

/** What follows a built-in's code: indices, optional things, options. */
type Operand = "index" | "flag" | "value type" | "results" | "options";

interface BuiltIn {
	readonly name: string;
	readonly operands: readonly Operand[];
}

const on = (name: string, ...operands: Operand[]): BuiltIn => ({ name, operands });

/** The built-ins of WASI 0.3 and later (Binary.md, `canon`), by code. */
const BUILT_INS: Readonly<Record<number, BuiltIn>> = {
	0x05: on("task.cancel"),
	0x06: on("subtask.cancel", "flag"),
	0x09: on("task.return", "results", "options"),
	0x0a: on("context.get", "value type", "index"),
	0x0b: on("context.set", "value type", "index"),
	0x0c: on("thread.yield", "flag"),
	0x0d: on("subtask.drop"),
	0x0e: on("stream.new", "index"),
	0x0f: on("stream.read", "index", "options"),
	0x10: on("stream.write", "index", "options"),
	0x11: on("stream.cancel-read", "index", "flag"),
	0x12: on("stream.cancel-write", "index", "flag"),
	0x13: on("stream.drop-readable", "index"),
	0x14: on("stream.drop-writable", "index"),
	0x15: on("future.new", "index"),
	0x16: on("future.read", "index", "options"),
	0x17: on("future.write", "index", "options"),
	0x18: on("future.cancel-read", "index", "flag"),
	0x19: on("future.cancel-write", "index", "flag"),
	0x1a: on("future.drop-readable", "index"),
	0x1b: on("future.drop-writable", "index"),
	0x1c: on("error-context.new", "options"),
	0x1d: on("error-context.debug-message", "options"),
	0x1e: on("error-context.drop"),
	0x1f: on("waitable-set.new"),
	0x20: on("waitable-set.wait", "flag", "index"),
	0x21: on("waitable-set.poll", "flag", "index"),
	0x22: on("waitable-set.drop"),
	0x23: on("waitable.join"),
	0x24: on("backpressure.inc"),
	0x25: on("backpressure.dec"),
	0x26: on("thread.index"),
	0x27: on("thread.new-indirect", "index", "index"),
	0x28: on("thread.resume-later"),
	0x29: on("thread.suspend", "flag"),
	0x2a: on("thread.suspend-then-resume", "flag"),
	0x2b: on("thread.yield-then-resume", "flag"),
	0x2c: on("thread.suspend-then-promote", "flag"),
	0x2d: on("thread.yield-then-promote", "flag"),
	0x40: on("thread.spawn-ref", "flag", "index"),
	0x41: on("thread.spawn-indirect", "flag", "index", "index"),
	0x42: on("thread.available-parallelism", "flag"),
};

/** `canon` */
export function readCanon(reader: Reader): Canon {
	const code = reader.byte("a canonical definition");
	switch (code) {
		case 0x00:
			reader.demand(0x00, "what is lifted");
			return {
				kind: "canon lift",
				function: reader.u32("a core function"),
				options: readOptions(reader),
				type: reader.u32("a function's type"),
			};
		case 0x01:
			reader.demand(0x00, "what is lowered");
			return { kind: "canon lower", function: reader.u32("a function"), options: readOptions(reader) };
		case 0x02:
			return { kind: "canon resource.new", type: reader.u32("a resource") };
		case 0x03:
			return { kind: "canon resource.drop", type: reader.u32("a resource") };
		case 0x04:
			return { kind: "canon resource.rep", type: reader.u32("a resource") };
		default:
			return readBuiltIn(reader, code);
	}
}

function readBuiltIn(reader: Reader, code: number): Canon {
	const builtIn = BUILT_INS[code];
	if (builtIn === undefined) throw reader.unknown("a canonical definition", code);
	for (const operand of builtIn.operands) skipOperand(reader, operand);
	return { kind: "canon other", name: builtIn.name };
}

function skipOperand(reader: Reader, operand: Operand): void {
	if (operand === "index") reader.u32("a built-in's operand");
	if (operand === "flag") reader.flag("a built-in's operand");
	if (operand === "value type") readValueType(reader);
	if (operand === "results") readResultList(reader);
	if (operand === "options") readOptions(reader);
}

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** `opts`; a repeated option is the last one's. */
function readOptions(reader: Reader): CanonOptions {
	const options: Writable<CanonOptions> = {
		encoding: "utf8",
		memory: undefined,
		realloc: undefined,
		postReturn: undefined,
		async: false,
		callback: undefined,
	};
	reader.list("canonical options", () => {
		readOption(reader, options);
	});
	return options;
}

function readOption(reader: Reader, options: Writable<CanonOptions>): void {
	const code = reader.byte("a canonical option");
	if (code === 0x00) options.encoding = "utf8";
	else if (code === 0x01) options.encoding = "utf16";
	else if (code === 0x02) options.encoding = "latin1+utf16";
	else if (code === 0x03) options.memory = reader.u32("a memory");
	else if (code === 0x04) options.realloc = reader.u32("a core function");
	else if (code === 0x05) options.postReturn = reader.u32("a core function");
	else if (code === 0x06) options.async = true;
	else if (code === 0x07) options.callback = reader.u32("a core function");
	else throw reader.unknown("a canonical option", code);
}
