/** Functions that are valid, end, and do what compilers seldom do: values wait on the stack across everything. */

type Type = "i32" | "i64";

/** What is chosen, from a list of numbers: a shorter list makes a smaller function. */
class Choices {
	readonly #numbers: readonly number[];
	#at = 0;
	constructor(numbers: readonly number[]) {
		this.#numbers = numbers;
	}
	get isOver(): boolean {
		return this.#at >= this.#numbers.length;
	}
	below(count: number): number {
		return (this.#numbers[this.#at++] ?? 0) % count;
	}
	of<Item>(items: readonly Item[]): Item {
		return items[this.below(items.length)] as Item;
	}
}

const TYPES: readonly Type[] = ["i32", "i64"];
/** Of the function: two parameters, four locals, and what is left of the loops' turns. */
const LOCALS: readonly Type[] = ["i32", "i64", "i32", "i32", "i64", "i64"];
const TURNS = LOCALS.length;
/** None that traps: what is not used of such a value is not written down. */
const BINARY = ["add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl"];
const COMPARES = ["eq", "ne", "lt_s", "lt_u", "ge_s", "gt_u"];

/** Modules with functions that do things, and at their end one more, `(param i32 i64) (result i32 i64)`. */
export function randomModule(numbers: readonly number[]): string {
	const body = new Body(new Choices(numbers));
	return `(module
		(memory 1)
		(global (mut i32) (i32.const 7))
		(global (mut i64) (i64.const 9))
		(table 2 funcref)
		(elem (i32.const 0) 0 0)
		(func (param i32) (result i32)
			global.get 0 local.get 0 i32.add global.set 0
			i32.const 40 global.get 0 i32.store
			global.get 0)
		(func (param i64 i32) (result i64 i32)
			global.get 1 local.get 0 i64.xor global.set 1
			global.get 1 local.get 1 i32.const 3 i32.mul)
		(func global.get 0 i32.const 1 i32.add global.set 0)
		(func (param i32 i64) (result i32 i64) (local i32 i32 i64 i64 i32)
			i32.const 40 local.set ${TURNS}
			${body.function(["i32", "i64"])}))`;
}

/** What a branch carries. */
type Label = readonly Type[];

const STEPS_MAX = 14;
const DEPTH_MAX = 4;

class Body {
	readonly #choices: Choices;
	readonly #code: string[] = [];
	/** The stack of the innermost block. */
	#stack: Type[] = [];
	/** The innermost first. */
	#labels: readonly Label[] = [];
	#results: readonly Type[] = [];

	constructor(choices: Choices) {
		this.#choices = choices;
	}

	function(results: readonly Type[]): string {
		this.#labels = [results];
		this.#results = results;
		this.#sequence(results, 0);
		return this.#code.join("\n");
	}

	#say(...words: readonly string[]): void {
		this.#code.push(...words);
	}

	/** Steps, and then what the block is to leave. */
	#sequence(results: readonly Type[], depth: number): void {
		const steps = this.#choices.below(STEPS_MAX);
		for (let count = 0; count < steps && !this.#choices.isOver; count++) if (this.#step(depth)) return;
		this.#leave(results);
	}

	/** Takes away what is too much, and puts what is missing. */
	#leave(results: readonly Type[]): void {
		while (!this.#stack.every((type, at) => results[at] === type)) this.#drop();
		while (this.#stack.length > results.length) this.#drop();
		for (const type of results.slice(this.#stack.length)) this.#put(type);
	}

	#drop(): void {
		this.#say("drop");
		this.#stack.pop();
	}

	/** Something that makes a value of this type. */
	#put(type: Type): void {
		const local = this.#choices.of([...LOCALS.keys()].filter((index) => LOCALS[index] === type));
		switch (this.#choices.below(5)) {
			case 0:
				this.#say(`${type}.const ${this.#choices.below(2000) - 1000}`);
				break;
			case 1:
				this.#say(`global.get ${TYPES.indexOf(type)}`);
				break;
			case 2:
				this.#address();
				this.#say(`${type}.load${this.#choices.of(["", "8_u", "16_s"])} offset=${this.#choices.below(60)}`);
				break;
			default:
				this.#say(`local.get ${local}`);
		}
		this.#stack.push(type);
	}

	#address(): void {
		this.#say(`local.get ${this.#choices.of([0, 2, 3])}`, "i32.const 63", "i32.and");
	}

	/** The types on top, if they are there, are these. */
	#hasOnTop(...types: readonly Type[]): boolean {
		const from = this.#stack.length - types.length;
		return from >= 0 && types.every((type, at) => this.#stack[from + at] === type);
	}

	/** What is not on top is put there. */
	#want(...types: readonly Type[]): void {
		if (!this.#hasOnTop(...types)) for (const type of types) this.#put(type);
	}

	#take(count: number): void {
		this.#stack.length -= count;
	}

	/** True: what comes behind it is not reached. */
	#step(depth: number): boolean {
		const { below, of } = {
			below: (n: number) => this.#choices.below(n),
			of: <T>(all: readonly T[]) => this.#choices.of(all),
		};
		const type = of(TYPES);
		switch (below(depth < DEPTH_MAX ? 19 : 14)) {
			case 0:
			case 1:
				this.#put(type);
				return false;
			case 2:
				this.#want(type, type);
				this.#say(`${type}.${of(BINARY)}`);
				this.#take(1);
				return false;
			case 3:
				this.#want(type, type);
				this.#say(`${type}.${of(COMPARES)}`);
				this.#take(2);
				this.#stack.push("i32");
				return false;
			case 4:
				this.#want(type);
				this.#say(of([`${type}.eqz`, type === "i32" ? "i64.extend_i32_u" : "i32.wrap_i64"]));
				this.#take(1);
				this.#stack.push(this.#code.at(-1)?.startsWith("i64.extend") === true ? "i64" : "i32");
				return false;
			case 5: {
				const local = below(LOCALS.length);
				const its = LOCALS[local] ?? "i32";
				this.#want(its);
				const isTee = below(2) === 1;
				this.#say(`local.${isTee ? "tee" : "set"} ${local}`);
				if (!isTee) this.#take(1);
				return false;
			}
			case 6:
				this.#want(type);
				this.#say(`global.set ${TYPES.indexOf(type)}`);
				this.#take(1);
				return false;
			case 7: {
				// an address is put below the value by way of a local
				const local = type === "i32" ? 3 : 5;
				this.#want(type);
				this.#say(`local.set ${local}`);
				this.#take(1);
				this.#address();
				this.#say(`local.get ${local}`, `${type}.store${of(["", "8"])} offset=${below(60)}`);
				return false;
			}
			case 8:
				this.#want("i32");
				this.#say(...of([["call 0"], ["i32.const 1", "call_indirect (param i32) (result i32)"]]));
				return false;
			case 9:
				this.#want("i64", "i32");
				this.#say("call 1");
				return false;
			case 10:
				this.#say("call 2");
				return false;
			case 11:
				this.#want(type, type, "i32");
				this.#say("select");
				this.#take(2);
				return false;
			case 12: {
				const label = below(this.#labels.length);
				this.#want(...(this.#labels[label] ?? []), "i32");
				this.#say(`br_if ${label}`);
				this.#take(1);
				return false;
			}
			case 13:
				if (this.#stack.length > 0) this.#drop();
				return false;
			case 14:
				return this.#end();
			default:
				this.#block(of(["block", "loop", "if"]), depth);
				return false;
		}
	}

	/** A branch, a table of them, or a return. */
	#end(): boolean {
		const label = this.#choices.below(this.#labels.length + 1);
		const carried = this.#labels[label];
		if (carried === undefined) {
			this.#want(...this.#results);
			this.#say("return");
			return true;
		}
		const alike = [...this.#labels.keys()].filter((at) => this.#labels[at]?.join() === carried.join());
		if (this.#choices.below(2) === 0) {
			this.#want(...carried);
			this.#say(`br ${label}`);
		} else {
			this.#want(...carried, "i32");
			this.#say(`br_table ${[...alike, ...alike.toReversed()].join(" ")} ${label}`);
		}
		return true;
	}

	#block(kind: "block" | "loop" | "if", depth: number): void {
		if (kind === "if") this.#want("i32");
		if (kind === "if") this.#take(1);
		const taken = this.#choices.below(Math.min(3, this.#stack.length + 1));
		const params = this.#stack.slice(this.#stack.length - taken);
		const results = Array.from({ length: this.#choices.below(3) }, () => this.#choices.of(TYPES));
		const outer = this.#stack.slice(0, this.#stack.length - taken);
		const labels = this.#labels;
		this.#labels = [kind === "loop" ? params : results, ...labels];
		this.#say(`${kind} (param ${params.join(" ")}) (result ${results.join(" ")})`);
		if (kind === "loop") this.#say(...TURN);
		this.#stack = [...params];
		this.#sequence(results, depth + 1);
		const needsElse = kind === "if" && params.join() !== results.join();
		if (needsElse || (kind === "if" && this.#choices.below(2) === 1)) {
			this.#say("else");
			this.#stack = [...params];
			this.#sequence(results, depth + 1);
		}
		this.#say("end");
		this.#labels = labels;
		this.#stack = [...outer, ...results];
	}
}

/** A loop that turns too often traps. */
const TURN = [
	`local.get ${TURNS}`,
	"i32.const 1",
	"i32.sub",
	`local.tee ${TURNS}`,
	"i32.eqz",
	"if",
	"unreachable",
	"end",
];
