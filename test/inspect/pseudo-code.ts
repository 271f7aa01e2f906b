/**
 * Runs what `wherry decompile` prints, by its own words alone, so that it can be held to the code that it was made from.
 * Every operation is done by the engine's instruction for it; what the words leave open (whether a number is of 32 or of 64
 * bits) is taken from what stands beside it.
 */
import { compileFunction } from "node:vm";

import { importedFunction } from "../../src/inspect/text/names.ts";
import { CodeNames } from "../../src/inspect/text/code-names.ts";
import { decompiledLines } from "../../src/inspect/text/decompile.ts";
import { openBody } from "../../src/inspect/text/body.ts";
import { signaturesOf } from "../../src/inspect/text/signatures.ts";
import type { Scan } from "../../src/inspect/scan.ts";
import { assemble } from "../support/wat.ts";

/** What is not run here, or has more than one meaning: nothing is said about the function then. */
export class Unsettled extends Error {}
/** The run took too long. */
export class TooLong extends Error {}

type Type = "i32" | "i64" | "f32" | "f64";

/** Without a type: a number that the words do not say the width of. */
interface Value {
	readonly type: Type | undefined;
	/** A number in i32 and floats; a bigint in i64, and where the type is not known. */
	readonly number: number | bigint;
	/** It was loaded: `memory[a]:i32` is a number of 32 bits, which code may want as one of 64. */
	readonly isLoaded?: boolean;
}

/** What a function works on: the exports of an instance, by `exposed`'s names. */
export interface Machine {
	readonly memory: WebAssembly.Memory | undefined;
	readonly globals: ReadonlyMap<number, WebAssembly.Global>;
	/** The function at a place of the first table; undefined: there is none. @throws RangeError behind the table */
	readonly inTable: (place: number) => number | undefined;
	readonly imported: (index: number, args: readonly (number | bigint)[]) => unknown;
}

const STEPS_MAX = 20_000;
const CALLS_MAX = 200;

/** The functions of one module, run from their pseudo-code. */
export class PseudoCode {
	readonly #scan: Scan;
	readonly #machine: Machine;
	readonly #operations: Operations;
	#steps = 0;
	#depth = 0;

	constructor(scan: Scan, machine: Machine, operations: Operations) {
		this.#scan = scan;
		this.#machine = machine;
		this.#operations = operations;
	}

	/** @throws Unsettled, TooLong; WebAssembly.RuntimeError for a trap */
	run(index: number, args: readonly (number | bigint)[]): readonly (number | bigint)[] {
		this.#steps = 0;
		this.#depth = 0;
		const { params } = this.#signature(index);
		return this.#call(
			index,
			args.map((number, at) => ({ type: params[at] as Type, number })),
		).map(({ number }) => number);
	}

	#inTable(place: number): number {
		let found: number | undefined;
		try {
			found = this.#machine.inTable(place);
		} catch (cause) {
			if (!(cause instanceof RangeError)) throw cause;
		}
		if (found === undefined) throw new WebAssembly.RuntimeError("no such function");
		return found;
	}

	#signature(index: number) {
		const type = signaturesOf(this.#scan).function(index);
		if (type === undefined) throw new Unsettled("a type that is not known");
		return type;
	}

	#call(index: number, given: readonly Value[]): readonly Value[] {
		const { params, results } = this.#signature(index);
		const args = given.map((value, at) => as(params[at] as Type, value));
		if (importedFunction(this.#scan.module, index) !== undefined) {
			const answer = this.#machine.imported(
				index,
				args.map(({ number }) => number),
			);
			return results.length === 0 ? [] : [{ type: results[0] as Type, number: answer as number }];
		}
		if (++this.#depth > CALLS_MAX) throw new TooLong();
		const { run, globals } = compiled(this.#scan, index);
		const values = run(this.#env(globals), args);
		this.#depth -= 1;
		return results.map((type, at) => as(type as Type, values[at] ?? fail("too few results")));
	}

	/** @param named indices of globals by what the function calls them */
	#env(named: ReadonlyMap<string, number>): Env {
		const { memory, globals } = this.#machine;
		const operations = this.#operations;
		const globalOf = (name: string): { type: Type; global: WebAssembly.Global } => {
			const index = named.get(name) ?? fail(`'${name}' is nothing that is known`);
			return {
				type: this.#scan.globals[index]?.type as Type,
				global: globals.get(index) ?? fail("no global"),
			};
		};
		return {
			...operations,
			step: () => {
				if (++this.#steps > STEPS_MAX) throw new TooLong();
				return true;
			},
			global(name) {
				const { type, global } = globalOf(name);
				return { type, number: global.value as number };
			},
			setGlobal(name, value) {
				const { type, global } = globalOf(name);
				global.value = operations.as(type, value).number;
			},
			load: (address, type) => operations.loadFrom(memory ?? fail("no memory"), address, type),
			store: (address, type, value) => operations.storeTo(memory ?? fail("no memory"), address, type, value),
			callByTable: (place, typeIndex, args) => {
				const found = this.#inTable(operations.selector(place));
				const type = this.#scan.module.types[typeIndex];
				if (JSON.stringify(type) !== JSON.stringify(this.#signature(found)))
					throw new WebAssembly.RuntimeError("another type");
				return this.#call(found, args);
			},
			call: (name, args) => {
				const known = functionsOf(this.#scan).get(name);
				return known === undefined ? [operations.named(name, args, memory)] : this.#call(known, args);
			},
		};
	}
}

const functionNames = new WeakMap<Scan, ReadonlyMap<string, number>>();

function functionsOf(scan: Scan): ReadonlyMap<string, number> {
	const known = functionNames.get(scan);
	if (known !== undefined) return known;
	const found = new Map<string, number>();
	const { importedFunctions, definedFunctions } = scan.module;
	const names = new CodeNames(scan, importedFunctions, openBody(scan, importedFunctions));
	for (let index = 0; index < importedFunctions + definedFunctions; index++)
		found.set(names.function(index), index);
	functionNames.set(scan, found);
	return found;
}

function fail(why: string): never {
	throw new Unsettled(why);
}

interface Env extends Operations {
	step(): true;
	global(name: string): Value;
	setGlobal(name: string, value: Value): void;
	load(address: Value, type: string): Value;
	store(address: Value, type: string, value: Value): void;
	call(name: string, args: readonly Value[]): readonly Value[];
	callByTable(place: Value, typeIndex: number, args: readonly Value[]): readonly Value[];
}

// ---- operations ----

export interface Operations {
	as(type: Type, value: Value): Value;
	binary(sign: string, a: Value, b: Value): Value;
	/** The sum, if it is the same whether it wraps around or not. */
	address(a: Value, b: Value): Value;
	not(a: Value): Value;
	isTrue(a: Value): boolean;
	selector(a: Value): number;
	named(name: string, args: readonly Value[], memory: WebAssembly.Memory | undefined): Value;
	loadFrom(memory: WebAssembly.Memory, address: Value, type: string): Value;
	storeTo(memory: WebAssembly.Memory, address: Value, type: string, value: Value): void;
	trap(): never;
}

const INTEGER_WORDS: Readonly<Record<string, string>> = {
	"+": "add",
	"-": "sub",
	"*": "mul",
	"/": "div_s",
	"/u": "div_u",
	"%": "rem_s",
	"%u": "rem_u",
	"&": "and",
	"|": "or",
	"^": "xor",
	"<<": "shl",
	">>": "shr_s",
	">>u": "shr_u",
	"==": "eq",
	"!=": "ne",
	"<": "lt_s",
	"<u": "lt_u",
	">": "gt_s",
	">u": "gt_u",
	"<=": "le_s",
	"<=u": "le_u",
	">=": "ge_s",
	">=u": "ge_u",
};
const FLOAT_WORDS: Readonly<Record<string, string>> = {
	"+": "add",
	"-": "sub",
	"*": "mul",
	"/": "div",
	"==": "eq",
	"!=": "ne",
	"<": "lt",
	">": "gt",
	"<=": "le",
	">=": "ge",
};
const COMPARES = new Set(["==", "!=", "<", "<u", ">", ">u", "<=", "<=u", ">=", ">=u"]);

/** Instructions of one or two operands that are written by their names. */
function namedInstructions(): [name: string, params: readonly Type[], result: Type][] {
	const all: [string, readonly Type[], Type][] = [];
	for (const type of ["i32", "i64"] as const) {
		for (const word of ["clz", "ctz", "popcnt", "extend8_s", "extend16_s"])
			all.push([`${type}.${word}`, [type], type]);
		for (const word of ["rotl", "rotr"]) all.push([`${type}.${word}`, [type, type], type]);
		for (const float of ["f32", "f64"] as const)
			for (const sign of ["s", "u"]) {
				all.push([`${type}.trunc_${float}_${sign}`, [float], type]);
				all.push([`${type}.trunc_sat_${float}_${sign}`, [float], type]);
				all.push([`${float}.convert_${type}_${sign}`, [type], float]);
			}
	}
	for (const type of ["f32", "f64"] as const) {
		for (const word of ["abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt"])
			all.push([`${type}.${word}`, [type], type]);
		for (const word of ["min", "max", "copysign"]) all.push([`${type}.${word}`, [type, type], type]);
	}
	all.push(["i32.wrap_i64", ["i64"], "i32"], ["i64.extend_i32_s", ["i32"], "i64"]);
	all.push(["i64.extend_i32_u", ["i32"], "i64"], ["i64.extend32_s", ["i64"], "i64"]);
	all.push(["f32.demote_f64", ["f64"], "f32"], ["f64.promote_f32", ["f32"], "f64"]);
	all.push(["i32.reinterpret_f32", ["f32"], "i32"], ["i64.reinterpret_f64", ["f64"], "i64"]);
	all.push(["f32.reinterpret_i32", ["i32"], "f32"], ["f64.reinterpret_i64", ["i64"], "f64"]);
	return all;
}

const SIZES: Readonly<Record<string, number>> = {
	i8: 1,
	u8: 1,
	i16: 2,
	u16: 2,
	i32: 4,
	u32: 4,
	f32: 4,
	i64: 8,
	f64: 8,
};

/** Each instruction as a function of the engine. */
export async function engineOperations(): Promise<Operations> {
	const instructions = namedInstructions();
	for (const type of ["i32", "i64"] as const)
		for (const [sign, word] of Object.entries(INTEGER_WORDS))
			instructions.push([`${type}.${word}`, [type, type], COMPARES.has(sign) ? "i32" : type]);
	for (const type of ["f32", "f64"] as const)
		for (const [sign, word] of Object.entries(FLOAT_WORDS))
			instructions.push([`${type}.${word}`, [type, type], COMPARES.has(sign) ? "i32" : type]);
	const functions = instructions.map(
		([name, params, result]) =>
			`(func (export "${name}") (param ${params.join(" ")}) (result ${result})
				${params.map((_, at) => `local.get ${at}`).join(" ")} ${name})`,
	);
	const bytes = Uint8Array.from(await assemble(`(module ${functions.join("\n")})`));
	const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
	const known = new Map(
		instructions.map(([name, params, result]) => [
			name,
			{ params, result, run: instance.exports[name] as (...args: unknown[]) => number | bigint },
		]),
	);
	const run = (name: string, args: readonly Value[]): Value => {
		const found = known.get(name);
		if (found === undefined || found.params.length !== args.length) throw new Unsettled(`no ${name}`);
		return {
			type: found.result,
			number: found.run(...args.map((value, at) => as(found.params[at] ?? "i32", value).number)),
		};
	};
	return {
		as,
		binary(sign, a, b) {
			const type = a.isLoaded === true ? (b.type ?? a.type) : (a.type ?? b.type);
			if (type === undefined) return untyped(sign, a, b);
			const word = (type.startsWith("f") ? FLOAT_WORDS : INTEGER_WORDS)[sign];
			if (word === undefined) throw new Unsettled(`no ${sign} of ${type}`);
			return run(`${type}.${word}`, [a, b]);
		},
		address(a, b) {
			const sum = [a, b].reduce((total, value) => total + BigInt.asUintN(32, BigInt(value.number)), 0n);
			if (sum >= 2n ** 32n) throw new Unsettled("an address that wraps around, or does not");
			return { type: "i32", number: Number(BigInt.asIntN(32, sum)) };
		},
		not: ({ number }) => ({ type: "i32", number: Number(number) === 0 ? 1 : 0 }),
		isTrue: (value) => as("i32", value).number !== 0,
		selector: (value) => (as("i32", value).number as number) >>> 0,
		named(name, args, memory) {
			if (!name.startsWith("memory.")) return run(name, args);
			if (memory === undefined) throw new Unsettled("no memory");
			return ofMemory(
				name,
				args.map((value) => (as("i32", value).number as number) >>> 0),
				memory,
			);
		},
		loadFrom(memory, address, type) {
			const view = new DataView(memory.buffer);
			const at = placeOf(address, type, view);
			switch (type) {
				case "i32":
					return { type, number: view.getInt32(at, true), isLoaded: true };
				case "i64":
					return { type, number: view.getBigInt64(at, true) };
				case "f32":
					return { type, number: view.getFloat32(at, true) };
				case "f64":
					return { type, number: view.getFloat64(at, true) };
				case "u32":
					return { type: undefined, number: BigInt(view.getUint32(at, true)) };
				case "u16":
					return { type: undefined, number: BigInt(view.getUint16(at, true)) };
				case "i16":
					return { type: undefined, number: BigInt(view.getInt16(at, true)) };
				case "u8":
					return { type: undefined, number: BigInt(view.getUint8(at)) };
				default:
					return { type: undefined, number: BigInt(view.getInt8(at)) };
			}
		},
		storeTo(memory, address, type, value) {
			const view = new DataView(memory.buffer);
			const at = placeOf(address, type, view);
			if (type === "f32") return view.setFloat32(at, as("f32", value).number as number, true);
			if (type === "f64") return view.setFloat64(at, as("f64", value).number as number, true);
			const bits = BigInt(value.number);
			for (let byte = 0; byte < (SIZES[type] ?? 0); byte++)
				view.setUint8(at + byte, Number(BigInt.asUintN(8, bits >> BigInt(8 * byte))));
		},
		trap() {
			throw new WebAssembly.RuntimeError("unreachable");
		},
	};
}

function placeOf(address: Value, type: string, view: DataView): number {
	const size = SIZES[type] ?? fail(`memory of ${type}`);
	const at = BigInt(address.number);
	const place = Number(BigInt.asUintN(32, at));
	if (place + size > view.byteLength) throw new WebAssembly.RuntimeError("out of bounds");
	return place;
}

const PAGES_MAX = 64;

function ofMemory(name: string, [a = 0, b = 0, c = 0]: readonly number[], memory: WebAssembly.Memory): Value {
	const bytes = new Uint8Array(memory.buffer);
	const inside = (at: number) => {
		if (at + c > bytes.length) throw new WebAssembly.RuntimeError("out of bounds");
	};
	switch (name) {
		case "memory.size":
			return { type: "i32", number: bytes.length / 65_536 };
		case "memory.grow":
			if (a > PAGES_MAX) throw new Unsettled("much memory");
			try {
				return { type: "i32", number: memory.grow(a) };
			} catch {
				return { type: "i32", number: -1 };
			}
		case "memory.fill":
			inside(a);
			bytes.fill(b, a, a + c);
			break;
		case "memory.copy":
			inside(a);
			inside(b);
			bytes.copyWithin(a, b, b + c);
			break;
		default:
			throw new Unsettled(name);
	}
	return { type: undefined, number: 0n };
}

/** In which both widths agree, or it is said that they do not. */
function untyped(sign: string, a: Value, b: Value): Value {
	if (typeof a.number === "number" || typeof b.number === "number")
		throw new Unsettled("a width that is not known");
	const [x, y] = [a.number, b.number];
	const isSmall = (value: bigint) => value >= -(2n ** 31n) && value < 2n ** 31n;
	if (sign.endsWith("u")) {
		if (x < 0n || y < 0n) throw new Unsettled("a width that is not known");
		return untyped(sign.slice(0, -1), a, b);
	}
	const exact = (value: bigint): Value => ({ type: undefined, number: value });
	const truth = (is: boolean): Value => ({ type: "i32", number: is ? 1 : 0 });
	if (!isSmall(x) || !isSmall(y)) throw new Unsettled("a width that is not known");
	switch (sign) {
		case "+":
			return exact(x + y);
		case "-":
			return exact(x - y);
		case "*":
			return exact(x * y);
		case "&":
			return exact(x & y);
		case "|":
			return exact(x | y);
		case "^":
			return exact(x ^ y);
		case "<<":
			if (y < 0n || y > 31n) throw new Unsettled("a width that is not known");
			return exact(x << y);
		case ">>":
			if (y < 0n || y > 31n) throw new Unsettled("a width that is not known");
			return exact(x >> y);
		case "/":
		case "%":
			if (y === 0n) throw new WebAssembly.RuntimeError("divide by zero");
			return exact(sign === "/" ? x / y : x % y);
		case "==":
			return truth(x === y);
		case "!=":
			return truth(x !== y);
		case "<":
			return truth(x < y);
		case ">":
			return truth(x > y);
		case "<=":
			return truth(x <= y);
		case ">=":
			return truth(x >= y);
		default:
			throw new Unsettled("a width that is not known");
	}
}

function as(type: Type, { type: is, number, isLoaded }: Value): Value {
	if (is === type) return { type, number };
	if (is !== undefined && !(isLoaded === true && type === "i64"))
		throw new Error(`${is} stands where ${type} should`);
	if (type === "i32") return { type, number: Number(BigInt.asIntN(32, BigInt(number))) };
	if (type === "i64") return { type, number: BigInt.asIntN(64, BigInt(number)) };
	return { type, number: type === "f32" ? Math.fround(Number(number)) : Number(number) };
}

// ---- from lines to JavaScript ----

interface Compiled {
	readonly run: (env: Env, args: readonly Value[]) => readonly Value[];
	/** Indices of globals by what the function calls them. */
	readonly globals: ReadonlyMap<string, number>;
}

const compiledOf = new WeakMap<Scan, Map<number, Compiled>>();

function compiled(scan: Scan, index: number): Compiled {
	const all = compiledOf.get(scan) ?? new Map<number, Compiled>();
	compiledOf.set(scan, all);
	const known = all.get(index);
	if (known !== undefined) return known;
	const names = new CodeNames(scan, index, openBody(scan, index));
	const made = {
		run: compile(scan, index),
		globals: new Map(Array.from(scan.globals.keys(), (at) => [names.global(at), at])),
	};
	all.set(index, made);
	return made;
}

function compile(scan: Scan, index: number): Compiled["run"] {
	const lines = [...decompiledLines(scan, index)].map(({ text }) => text);
	const [, head = "", ...rest] = lines;
	const declared = new Map<string, string>();
	const params = /\((.*)\)(?:: [^()]*)? \{$/.exec(head)?.[1] ?? fail(head);
	for (const one of params === "" ? [] : params.split(", ")) declare(one, declared);
	const given = [...declared.keys()];
	const body = rest.slice(0, -1);
	if (body[0]?.startsWith("var ") === true) {
		const words = body.shift() ?? "";
		for (const one of words.slice("var ".length).split(", ")) declare(one, declared);
	}
	const js = new Writer(declared).body(body);
	const inner = new Set<string>(Array.from(js.matchAll(/\$([tra]\d+)\b/g), ([, name]) => name ?? ""));
	const variables = [
		...[...declared].map(([name, type]) =>
			given.includes(name) ? `$${name} = given[${given.indexOf(name)}]` : `$${name} = ${zero(type)}`,
		),
		...[...inner].filter((name) => !declared.has(name)).map((name) => `$${name}`),
	];
	const source = `${variables.length === 0 ? "" : `let ${variables.join(", ")};`}\n${js}\nreturn [];`;
	return compileFunction(source, ["env", "given"]) as Compiled["run"];
}

function declare(text: string, declared: Map<string, string>): void {
	const [name = "", type = ""] = text.split(": ");
	if (!/^[if](?:32|64)$/.test(type)) throw new Unsettled(`a local of type ${text}`);
	declared.set(name, type);
}

const zero = (type: string) => `{ type: "${type}", number: ${type === "i64" ? "0n" : "0"} }`;

class Writer {
	readonly #declared: ReadonlyMap<string, string>;
	constructor(declared: ReadonlyMap<string, string>) {
		this.#declared = declared;
	}

	body(lines: readonly string[]): string {
		return lines.map((line) => this.#line(line)).join("\n");
	}

	#line(line: string): string {
		const label = /^(L\d+): /.exec(line)?.[0] ?? "";
		const text = line.slice(label.length);
		if (text === "{" || text === "}" || text === "} else {" || text === "do {") return `${label}${text}`;
		if (text === "while (true) {") return `${label}while (env.step()) {`;
		const until = /^\} while \((.*)\)$/.exec(text)?.[1];
		if (until !== undefined) return `} while (env.step() && ${this.#truth(until)})`;
		const loop = /^while \((.*)\) \{$/.exec(text)?.[1];
		if (loop !== undefined) return `${label}while (env.step() && ${this.#truth(loop)}) {`;
		const head = /^if \((.*)\) \{$/.exec(text)?.[1];
		if (head !== undefined) return `${label}if (${this.#truth(head)}) {`;
		if (text.startsWith("if (")) return this.#jumpIf(text);
		const selector = /^switch \((.*)\) \{$/.exec(text)?.[1];
		if (selector !== undefined) return `switch (env.selector(${this.#expression(selector)})) {`;
		const one = /^(?:case (\d+)(?: to (\d+))?|default): (.*)$/.exec(text);
		if (one !== null) return this.#case(one[1], one[2], one[3] ?? "");
		return `${label}${this.#statement(text)};`;
	}

	#case(first: string | undefined, last: string | undefined, jump: string): string {
		const [from, to] = [Number(first), Number(last ?? first)];
		const heads =
			first === undefined
				? "default:"
				: Array.from({ length: to - from + 1 }, (_, at) => `case ${from + at}:`).join(" ");
		return `${heads} ${this.#statements(jump)}`;
	}

	/** `if (c) break L0`, `if (c) { r0 = 1; break L0 }` */
	#jumpIf(text: string): string {
		let depth = 0;
		for (let at = "if ".length; at < text.length; at++) {
			if (text[at] === "(") depth += 1;
			if (text[at] === ")") depth -= 1;
			if (depth > 0) continue;
			const jump = text.slice(at + 2).replace(/^\{ (.*) \}$/, "$1");
			return `if (${this.#truth(text.slice("if (".length, at))}) { ${this.#statements(jump)} }`;
		}
		return fail(text);
	}

	#statements(text: string): string {
		return text
			.split("; ")
			.map((one) => `${this.#statement(one)};`)
			.join(" ");
	}

	#statement(text: string): string {
		if (/^(?:break|continue)(?: L\d+)?$/.test(text)) return text;
		if (text === "unreachable") return "env.trap()";
		if (text === "return") return "return []";
		if (text.startsWith("return ")) return `return [${this.#list(text.slice("return ".length)).join(", ")}]`;
		if (text.startsWith("//")) return fail(text);
		const assigned = /^([\w$]+(?:, [\w$]+)*) = (.*)$/s.exec(text);
		if (assigned !== null) return this.#assign((assigned[1] ?? "").split(", "), assigned[2] ?? "");
		const parser = new Parser(text, this.#declared);
		const place = parser.place();
		if (place === undefined) return new Parser(text, this.#declared).callStatement();
		return `env.store(${place.address}, "${place.type}", ${this.#expression(parser.behind(" = "))})`;
	}

	#assign(names: readonly string[], text: string): string {
		if (names.length > 1) {
			const targets = names.map((name) => `$${name}`);
			return `[${targets.join(", ")}] = ${new Parser(text, this.#declared).callStatement()}`;
		}
		const [name = ""] = names;
		const value = this.#expression(text);
		const type = this.#declared.get(name);
		if (type !== undefined) return `$${name} = env.as("${type}", ${value})`;
		return isTemporary(name) ? `$${name} = ${value}` : `env.setGlobal("${name}", ${value})`;
	}

	#truth(text: string): string {
		return `env.isTrue(${this.#expression(text)})`;
	}
	#expression(text: string): string {
		return new Parser(text, this.#declared).whole();
	}
	#list(text: string): readonly string[] {
		return new Parser(text, this.#declared).wholeList();
	}
}

const isTemporary = (name: string) => /^[tra]\d+$/.test(name);

class Parser {
	readonly #text: string;
	readonly #declared: ReadonlyMap<string, string>;
	#at = 0;

	constructor(text: string, declared: ReadonlyMap<string, string>) {
		this.#text = text;
		this.#declared = declared;
	}

	whole(): string {
		const value = this.#expression();
		if (this.#at < this.#text.length) fail(`what is '${this.#text.slice(this.#at)}'?`);
		return value;
	}

	wholeList(): readonly string[] {
		const values = [this.#expression()];
		while (this.#eat(", ")) values.push(this.#expression());
		if (this.#at < this.#text.length) fail(`what is '${this.#text.slice(this.#at)}'?`);
		return values;
	}

	/** A call for its effect, or for several results. */
	callStatement(): string {
		const byTable = this.#callByTable();
		if (byTable !== undefined) return byTable;
		const name = this.#word();
		return `env.call(${JSON.stringify(name)}, [${this.#arguments().join(", ")}])`;
	}

	place(): { readonly address: string; readonly type: string } | undefined {
		if (!this.#text.startsWith("memory[", this.#at)) return undefined;
		this.#at += "memory[".length;
		const address = this.#expression("address");
		if (!this.#eat("]:")) fail("no ]");
		const type = /^\w+/.exec(this.#text.slice(this.#at))?.[0] ?? "";
		this.#at += type.length;
		return { address, type };
	}

	/** `table[3]:type1(a, b)` */
	#callByTable(): string | undefined {
		if (!this.#eat("table[")) return undefined;
		const index = this.#expression();
		const type = /^\]:type(\d+)/.exec(this.#text.slice(this.#at));
		if (type === null) return fail(`no type: ${this.#text}`);
		this.#at += type[0].length;
		return `env.callByTable(${index}, ${type[1]}, [${this.#arguments().join(", ")}])`;
	}

	behind(sign: string): string {
		if (!this.#eat(sign)) fail(`no ${sign}`);
		return this.#text.slice(this.#at);
	}

	#eat(text: string): boolean {
		if (!this.#text.startsWith(text, this.#at)) return false;
		this.#at += text.length;
		return true;
	}

	/** @param role as an address: what is added to one may be an instruction or an offset, and only the instruction wraps around */
	#expression(role: "value" | "address" = "value"): string {
		const first = this.#operand();
		if (this.#eat(" ? ")) {
			const one = this.#operand();
			if (!this.#eat(" : ")) fail("no :");
			return `(env.isTrue(${first}) ? ${one} : ${this.#operand()})`;
		}
		const sign = /^ ([-+*/%&|^<>=!]{1,2}u?) /.exec(this.#text.slice(this.#at));
		if (sign === null) return first;
		this.#at += sign[0].length;
		const second = this.#operand();
		if (role === "address" && sign[1] === "+") return `env.address(${first}, ${second})`;
		return `env.binary("${sign[1]}", ${first}, ${second})`;
	}

	#operand(): string {
		if (this.#eat("!")) return `env.not(${this.#operand()})`;
		if (this.#eat("(")) {
			const value = this.#expression();
			if (!this.#eat(")")) fail("no )");
			return value;
		}
		const place = this.place();
		if (place !== undefined) return `env.load(${place.address}, "${place.type}")`;
		const byTable = this.#callByTable();
		if (byTable !== undefined) return `${byTable}[0]`;
		const word = this.#word();
		if (this.#text[this.#at] === "(") {
			const name = JSON.stringify(word);
			return `env.call(${name}, [${this.#arguments().join(", ")}])[0]`;
		}
		if (/^-?\d+$/.test(word)) return `{ type: undefined, number: ${word}n }`;
		if (/^-?(?:\d|inf|nan$)/.test(word)) {
			const number = word.replace("inf", "Infinity").replace("nan", "NaN");
			return `{ type: undefined, number: ${number} }`;
		}
		if (this.#declared.has(word) || isTemporary(word)) return `$${word}`;
		return /^[\w$]+$/.test(word) ? `env.global("${word}")` : fail(word);
	}

	#arguments(): readonly string[] {
		if (!this.#eat("(")) fail(`no (: ${this.#text}`);
		const values: string[] = [];
		while (!this.#eat(")")) {
			if (values.length > 0 && !this.#eat(", ")) fail("no ,");
			values.push(this.#expression());
		}
		return values;
	}

	#word(): string {
		const word = /^[^\s()[\],]+/.exec(this.#text.slice(this.#at))?.[0] ?? fail(this.#text);
		this.#at += word.length;
		return word;
	}
}
