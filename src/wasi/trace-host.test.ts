import assert from "node:assert/strict";
import { test } from "node:test";
import { ComponentError, type Host, type HostInterface } from "./host-interface.ts";
import { tracedHost } from "./trace-host.ts";

class Failure {
	toDebugString(): string {
		return "broken";
	}
}

class Base {
	inherited(): string {
		return "from the base";
	}
}

class Thing extends Base {
	readonly name: string;
	dropped = false;

	constructor(name: string) {
		super();
		this.name = name;
	}

	static make(name: string): Thing {
		return new Thing(name);
	}

	writeAll(bytes: Uint8Array, other: Thing | undefined): string {
		return `${this.name} ${bytes.length} ${other?.name}`;
	}

	fails(): never {
		throw new ComponentError({ tag: "last-operation-failed", val: new Failure() });
	}

	later(): Promise<number> {
		return Promise.resolve(7);
	}

	[Symbol.dispose](): void {
		this.dropped = true;
	}
}

function host(things: readonly Thing[]): Host {
	const functions = {
		getThings: () => things.map((thing, index) => [thing, `n${index}`]),
		isSame: (a: Thing, b: Thing) => a === b && a instanceof Thing,
		flagged: () => ({ readIt: true, writeIt: false }),
		stat: () => ({ type: "directory", linkCount: 2n, when: undefined }),
		nothing: () => {},
		bug: () => {
			throw new TypeError("ours");
		},
		bytes: () => new Uint8Array(3),
	};
	return new Map<string, HostInterface>([
		["a:b/functions@0.2", functions],
		["a:b/types@0.2", { Thing, Failure }],
	]);
}

interface Traced {
	readonly functions: Record<string, (...values: unknown[]) => unknown>;
	readonly types: {
		readonly Thing: typeof Thing;
		readonly Failure: typeof Failure;
	};
	readonly lines: string[];
}

function traced(...things: Thing[]): Traced {
	const lines: string[] = [];
	const made = tracedHost(host(things), (line) => lines.push(line));
	return {
		functions: made.get("a:b/functions@0.2") as Traced["functions"],
		types: made.get("a:b/types@0.2") as unknown as Traced["types"],
		lines,
	};
}

function firstThing(functions: Traced["functions"]): Thing {
	const things = functions["getThings"]?.() as [[Thing, string]];
	return things[0][0];
}

test("values in short, in kebab-case", () => {
	const { functions, lines } = traced();
	for (const name of ["flagged", "stat", "nothing", "bytes"]) functions[name]?.("a\n", 5n, [1, 2], undefined);
	assert.deepEqual(lines, [
		'a:b/functions.flagged("a\\n", 5, [1, 2], none) = {read-it}',
		'a:b/functions.stat("a\\n", 5, [1, 2], none) = {type: "directory", link-count: 2, when: none}',
		'a:b/functions.nothing("a\\n", 5, [1, 2], none) = ()',
		'a:b/functions.bytes("a\\n", 5, [1, 2], none) = <3 bytes>',
	]);
});

test("resources are known by name, whichever way they go, and stay what they are", () => {
	const real = new Thing("x");
	const { functions, types, lines } = traced(real);
	const shown = firstThing(functions);
	assert.ok(shown instanceof types.Thing);
	assert.equal(shown.writeAll(new Uint8Array(2), shown), "x 2 x");
	assert.equal(firstThing(functions), shown);
	assert.equal(shown.inherited(), "from the base");
	assert.equal(functions["isSame"]?.(shown, shown), true);
	shown[Symbol.dispose]();
	assert.equal(real.dropped, true);
	assert.deepEqual(lines, [
		'a:b/functions.get-things() = [[thing#1, "n0"]]',
		'thing#1.write-all(<2 bytes>, thing#1) = "x 2 x"',
		'a:b/functions.get-things() = [[thing#1, "n0"]]',
		'thing#1.inherited() = "from the base"',
		"a:b/functions.is-same(thing#1, thing#1) = true",
		"thing#1.drop()",
	]);
});

test("constructors and static functions make resources of the same kind", () => {
	const { types, lines } = traced();
	const made = new types.Thing("a");
	const other = types.Thing.make("b");
	assert.ok(other instanceof types.Thing);
	assert.equal(made.writeAll(new Uint8Array(), other), "a 0 b");
	assert.deepEqual(lines, [
		'thing("a") = thing#1',
		'thing.make("b") = thing#2',
		'thing#1.write-all(<0 bytes>, thing#2) = "a 0 b"',
	]);
});

test("errors of results are told, with the resources in them, and others pass", () => {
	const { functions, types, lines } = traced(new Thing("x"));
	const shown = firstThing(functions);
	assert.throws(
		() => shown.fails(),
		(error) => {
			assert.ok(error instanceof ComponentError);
			const { val } = error.payload as { val: Failure };
			assert.ok(val instanceof types.Failure);
			assert.equal(val.toDebugString(), "broken");
			return true;
		},
	);
	assert.throws(() => functions["bug"]?.(), TypeError);
	assert.deepEqual(lines.slice(1), [
		"thing#1.fails() = error last-operation-failed(failure#1)",
		'failure#1.to-debug-string() = "broken"',
	]);
});

test("what waits is told twice", async () => {
	const { functions, lines } = traced(new Thing("x"));
	const shown = firstThing(functions);
	assert.equal(await shown.later(), 7);
	assert.deepEqual(lines.slice(1), ["thing#1.later() = (waits)", "thing#1.later() = 7"]);
});
