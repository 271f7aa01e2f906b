/** Guests that break the canonical ABI: a trap, by both linkers but where jco's lets it pass. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Script } from "node:vm";
import { transpile } from "../../cli/component/transpiler.ts";
import type { Host } from "../../wasi/host-interface.ts";
import { readModule } from "../../wasm/read-module.ts";
import { linkWithJco } from "../jco/link.ts";
import type { Glue } from "../jco/transpiled.ts";
import type { ComponentInstance } from "../linked.ts";
import { ALLOCATOR, assembled, componentOf } from "./echo.contract.ts";
import { linkDirect } from "./link.ts";

const WIT = `package test:hostile;
	interface host {
		enum three { a, b, c }
		variant two { one(u32), other(string) }
		flags few { x, y }
		record wide { a: list<u64>, b: list<u64>, c: list<u64>, d: list<u64>, e: list<u64>, f: list<u64>, g: list<u64>, h: list<u64>, i: u8 }
		resource thing { constructor(); touch: func(); }
		resource stuff { constructor(); }
		take-string: func(s: string);
		take-list: func(l: list<u32>);
		take-strings: func(l: list<string>);
		take-enum: func(e: three);
		take-enums: func(l: list<three>);
		take-variant: func(v: two);
		take-option: func(o: option<u8>);
		take-result: func(r: result<u8, u8>);
		take-char: func(c: char);
		take-wide: func(w: wide);
		give-string: func() -> string;
		give-list: func() -> list<u64>;
		call-back: func();
		take-thing: func(t: thing);
		take-both: func(t: thing, b: borrow<thing>);
		take-lent: func(b: borrow<thing>, t: thing);
		take-bools: func(l: list<bool>);
	}
	world w {
		import host;
		export run: func();
		export answer: func() -> string;
		export answer-enum: func() -> option<option<bool>>;
	}`;

/** Names and types of what the core modules import. */
const IMPORTS = [
	["take-string", "i32 i32", ""],
	["take-list", "i32 i32", ""],
	["take-strings", "i32 i32", ""],
	["take-enum", "i32", ""],
	["take-enums", "i32 i32", ""],
	["take-variant", "i32 i32 i32", ""],
	["take-option", "i32 i32", ""],
	["take-result", "i32 i32", ""],
	["take-char", "i32", ""],
	["take-wide", "i32", ""],
	["give-string", "i32", ""],
	["give-list", "i32", ""],
	["call-back", "", ""],
	["[constructor]thing", "", "i32"],
	["[constructor]stuff", "", "i32"],
	["[method]thing.touch", "i32", ""],
	["[resource-drop]thing", "i32", ""],
	["take-thing", "i32", ""],
	["take-both", "i32 i32", ""],
	["take-lent", "i32 i32", ""],
	["take-bools", "i32 i32", ""],
] as const;

interface Core {
	readonly run?: string;
	readonly answer?: string;
	readonly answerEnum?: string;
	readonly postReturn?: string;
	readonly allocator?: string;
}

function coreOf({
	run = "",
	answer = "i32.const 0",
	answerEnum = "i32.const 0",
	postReturn = "",
	allocator = ALLOCATOR,
}: Core): string {
	const imports = IMPORTS.map(
		([name, params, results]) =>
			`(import "test:hostile/host" "${name}" (func $${name.replaceAll(/[[\]]/g, "!")} (param ${params}) (result ${results})))`,
	);
	return `(module ${imports.join("\n")} ${allocator}
		(data (i32.const 100) "\\ff\\fe abc")
		(data (i32.const 200) "\\00\\01\\03")
		(data (i32.const 300) "\\64\\00\\00\\00\\05\\00\\00\\00")
		(data (i32.const 400) "\\ff\\ff\\ff\\ff\\05\\00\\00\\00")
		(data (i32.const 500) "\\01\\02\\01")
		(func (export "run") (local $h i32) ${run})
		(func (export "answer") (result i32) ${answer})
		(func (export "cabi_post_answer") (param i32) ${postReturn})
		(func (export "answer-enum") (result i32) ${answerEnum}))`;
}

const ALLOCATES = (body: string) => `(memory (export "memory") 1)
	(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) ${body})`;

interface Case {
	readonly core: Core;
	readonly call?: "run" | "answer" | "answer-enum";
	readonly encoding?: "utf8" | "utf16";
	/** Why jco's glue lets it pass. */
	readonly jcoAllows?: string;
}

const REPLACES = "it replaces what it cannot decode";
const CUTS = "it takes what there is";
const ANYWHERE = "it reads and writes at any address";
const LENDS = "it counts no loans to calls of the host";
const MAKES = "it makes an object of the class for any number";

const CASES: Readonly<Record<string, Case>> = {
	"a string that is not UTF-8": {
		core: { run: "i32.const 100 i32.const 2 call $take-string" },
		jcoAllows: REPLACES,
	},
	"a string past the end": { core: { run: "i32.const 65535 i32.const 2 call $take-string" } },
	"a string that wraps around": { core: { run: "i32.const -1 i32.const 2 call $take-string" } },
	"a string of 2 GiB": { core: { run: "i32.const 0 i32.const 0x7fffffff call $take-string" } },
	"a string of 4 GiB": { core: { run: "i32.const 0 i32.const -1 call $take-string" } },
	"half a pair in UTF-16": {
		core: { run: "i32.const 1000 i32.const 0xd800 i32.store16 i32.const 1000 i32.const 1 call $take-string" },
		encoding: "utf16",
		jcoAllows: REPLACES,
	},
	"UTF-16 at an odd address": {
		core: { run: "i32.const 1001 i32.const 1 call $take-string" },
		encoding: "utf16",
	},
	"UTF-16 past the end": {
		core: { run: "i32.const 65534 i32.const 2 call $take-string" },
		encoding: "utf16",
	},
	"a list past the end": { core: { run: "i32.const 65532 i32.const 2 call $take-list" }, jcoAllows: CUTS },
	"a list at an odd address": { core: { run: "i32.const 2 i32.const 1 call $take-list" } },
	"a list whose size wraps around": {
		core: { run: "i32.const 0 i32.const 0x40000000 call $take-list" },
		jcoAllows: CUTS,
	},
	"a list of 4 Gi elements": { core: { run: "i32.const 0 i32.const -1 call $take-list" }, jcoAllows: CUTS },
	"a list of strings, one not UTF-8": {
		core: { run: "i32.const 300 i32.const 1 call $take-strings" },
		jcoAllows: REPLACES,
	},
	"a list of strings, one past the end": { core: { run: "i32.const 400 i32.const 1 call $take-strings" } },
	"an enum's fourth of three": { core: { run: "i32.const 3 call $take-enum" } },
	"an enum's last number": { core: { run: "i32.const -1 call $take-enum" } },
	"an enum's fourth of three, in memory": { core: { run: "i32.const 200 i32.const 3 call $take-enums" } },
	"a variant's third of two": { core: { run: "i32.const 2 i32.const 0 i32.const 0 call $take-variant" } },
	"a variant's string past the end": {
		core: { run: "i32.const 1 i32.const -1 i32.const 9 call $take-variant" },
	},
	"an option's third of two": { core: { run: "i32.const 2 i32.const 0 call $take-option" } },
	"a result's third of two": { core: { run: "i32.const 2 i32.const 0 call $take-result" } },
	"a surrogate": { core: { run: "i32.const 0xd800 call $take-char" } },
	"a character past the last": { core: { run: "i32.const 0x110000 call $take-char" } },
	"many parameters past the end": { core: { run: "i32.const 65480 call $take-wide" } },
	"many parameters at an odd address": {
		core: { run: "i32.const 1020 i32.const 2 i32.add call $take-wide" },
		jcoAllows: ANYWHERE,
	},
	"a result put past the end": { core: { run: "i32.const 65532 call $give-string" } },
	"a result put at an odd address": {
		core: { run: "i32.const 1001 call $give-string" },
		jcoAllows: ANYWHERE,
	},
	"an allocator that gives what it has not": {
		core: { allocator: ALLOCATES("i32.const -16"), run: "i32.const 16 call $give-string" },
	},
	"an allocator that gives the last byte": {
		core: { allocator: ALLOCATES("i32.const 65535"), run: "i32.const 16 call $give-string" },
	},
	"an allocator that does not align": {
		core: { allocator: ALLOCATES("i32.const 1001"), run: "i32.const 16 call $give-list" },
		jcoAllows: ANYWHERE,
	},
	"an allocator that calls outwards": {
		core: {
			allocator: ALLOCATES("i32.const 65 call $take-char i32.const 1024"),
			run: "i32.const 16 call $give-string",
		},
		jcoAllows: "it lets allocators call",
	},
	"an allocator that traps": {
		core: { allocator: ALLOCATES("unreachable"), run: "i32.const 16 call $give-string" },
	},
	"an answer past the end": { core: { answer: "i32.const 65532" }, call: "answer" },
	"an answer at an odd address": { core: { answer: "i32.const 1001" }, call: "answer", jcoAllows: ANYWHERE },
	"an answer's string past the end": { core: { answer: "i32.const 400" }, call: "answer" },
	"an answer's third case of two": { core: { answerEnum: "i32.const 500" }, call: "answer-enum" },
	"a call outwards after the return": {
		core: { postReturn: "i32.const 65 call $take-char" },
		call: "answer",
	},
	"a call back into it while it calls": { core: { run: "call $call-back" } },
	"a handle that is not open": { core: { run: "i32.const 7 call $!method!thing.touch" }, jcoAllows: MAKES },
	"handle 0": { core: { run: "i32.const 0 call $!method!thing.touch" }, jcoAllows: MAKES },
	"a handle of another resource": {
		core: { run: "call $!constructor!stuff call $!method!thing.touch" },
		jcoAllows: MAKES,
	},
	"a handle that was dropped": {
		core: {
			run: "call $!constructor!thing local.tee $h call $!resource-drop!thing local.get $h call $!method!thing.touch",
		},
		jcoAllows: MAKES,
	},
	"a handle dropped twice": {
		core: {
			run: "call $!constructor!thing local.tee $h call $!resource-drop!thing local.get $h call $!resource-drop!thing",
		},
	},
	"a handle given away twice": {
		core: { run: "call $!constructor!thing local.tee $h call $take-thing local.get $h call $take-thing" },
	},
	"a handle lent and given away in one call": {
		core: { run: "call $!constructor!thing local.tee $h local.get $h call $take-lent" },
		jcoAllows: LENDS,
	},
	"a list that would be fifty times as large in the host": {
		core: {
			run: "(drop (memory.grow (i32.const 400))) i32.const 0 i32.const 0x1800000 call $take-bools",
		},
	},
	"a handle given away and lent in one call": {
		core: { run: "call $!constructor!thing local.tee $h local.get $h call $take-both" },
		jcoAllows: LENDS,
	},
};

/** Functions of the world itself are of no interface. */
const WORLD = undefined;

class Thing {
	touch(): void {}
}

class Stuff {
	readonly kind = "stuff";
}

/** Takes anything, and keeps nothing. */
function host(instance: () => ComponentInstance | undefined): Host {
	const take = () => undefined;
	const functions = {
		takeString: take,
		takeList: take,
		takeStrings: take,
		takeEnum: take,
		takeEnums: take,
		takeVariant: take,
		takeOption: take,
		takeResult: take,
		takeChar: take,
		takeWide: take,
		takeThing: take,
		takeBoth: take,
		takeLent: take,
		takeBools: take,
		giveString: () => "a string",
		giveList: () => [1n, 2n],
		callBack: () => instance()?.call(WORLD, "run", []),
		Thing,
		Stuff,
	};
	return new Map([["test:hostile/host", functions]]);
}

/** The component without a fault; its core module is changed for another as it is compiled. */
async function prepared(encoding: "utf8" | "utf16") {
	const bytes = await componentOf(coreOf({}), WIT, encoding);
	return { bytes, transpiled: await transpile(bytes, { mode: "sync", file: "x.wasm" }) };
}

const prepareds = { utf8: await prepared("utf8"), utf16: await prepared("utf16") };

test("a guest that keeps to the canonical ABI is not stopped", async () => {
	const run = `call $!constructor!thing local.tee $h call $!method!thing.touch
		local.get $h call $!resource-drop!thing i32.const 1 i32.const 102 i32.const 4 call $take-variant
		i32.const 1024 call $give-string i32.const 0xffff call $take-char`;
	const { direct, jco } = await bothOf({ core: { run } });
	for (const instance of [direct, jco]) {
		instance.call(WORLD, "run", []);
		instance.call(WORLD, "run", []);
		assert.equal(instance.call(WORLD, "answer", []), "");
	}
});

for (const [name, one] of Object.entries(CASES)) {
	test(`${name} is a trap`, async () => {
		const { direct, jco } = await bothOf(one);
		const { call: entry = "run", jcoAllows } = one;
		assert.throws(() => direct.call(WORLD, entry, []), WebAssembly.RuntimeError);
		assert.throws(() => direct.call(WORLD, "run", []), WebAssembly.RuntimeError, "it was not given up");
		if (jcoAllows === undefined) assert.throws(() => jco.call(WORLD, entry, []));
		else jco.call(WORLD, entry, []);
	});
}

async function bothOf({ core, encoding = "utf8" }: Case) {
	const { bytes, transpiled } = prepareds[encoding];
	const other = await assembled(coreOf(core));
	const compile = (found: Uint8Array) => {
		const isMain = readModule(found).exports.some(({ name }) => name === "cabi_realloc");
		return { module: new WebAssembly.Module(isMain ? other : found) };
	};
	const linked = linkDirect(bytes, { compile });
	assert.ok(linked !== undefined);
	const evaluate = (script: string) => new Script(script).runInThisContext() as Glue;
	let direct: ComponentInstance | undefined;
	let jco: ComponentInstance | undefined;
	direct = linked.instantiate(host(() => direct));
	jco = await linkWithJco(bytes, transpiled, { compile, evaluate }).instantiate(host(() => jco));
	return { direct, jco };
}
