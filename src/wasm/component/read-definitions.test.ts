/** Whatever the bytes: a component or a Fault, in bounded time. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../../base/fault.ts";
import { worldOf } from "../../component/world.ts";
import { readDefinitions } from "./read-definitions.ts";

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
const GUESTS = new URL("../../../guests/components/", import.meta.url);
const REAL = readdirSync(GUESTS)
	.filter((name) => name.endsWith(".wasm"))
	.map((name) => new Uint8Array(readFileSync(new URL(name, GUESTS))));

/** The fault's code, or "read". */
function reading(bytes: Uint8Array): string {
	try {
		worldOf(readDefinitions(bytes));
		return "read";
	} catch (error) {
		assert.ok(error instanceof Fault, String(error));
		return error.code;
	}
}

const component = (...sections: readonly (readonly number[])[]) =>
	Uint8Array.from([...HEADER, ...sections.flatMap((section) => section)]);

const section = (id: number, ...contents: readonly number[]) => [id, contents.length, ...contents];

/** A type's index below 128, as a signed LEB128. */
const index = (value: number) => (value < 64 ? [value] : [0x80 | value, 0]);

test("real components are read", () => {
	assert.ok(REAL.length > 0);
	for (const bytes of REAL) assert.equal(reading(bytes), "read");
});

test("any bytes after a header give a component or a fault", () => {
	const bytes = fc.uint8Array({ maxLength: 200 }).map((tail) => Uint8Array.from([...HEADER, ...tail]));
	fc.assert(fc.property(bytes, (hostile) => ["read", "COMPONENT_INVALID"].includes(reading(hostile))));
});

test("sections of any contents give a component or a fault", () => {
	const one = fc
		.tuple(fc.integer({ min: 0, max: 13 }), fc.array(fc.integer({ min: 0, max: 127 }), { maxLength: 60 }))
		.map(([id, contents]) => section(id, ...contents));
	const bytes = fc.array(one, { maxLength: 6 }).map((sections) => component(...sections));
	fc.assert(
		fc.property(bytes, (hostile) => ["read", "COMPONENT_INVALID"].includes(reading(hostile))),
		{
			numRuns: 1000,
		},
	);
});

test("real components with bytes changed or cut off give a component or a fault", () => {
	const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
	const damaged = fc
		.tuple(fc.constantFrom(...REAL), fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat())
		.map(([real, changes, cut]) => {
			const bytes = cut % 4 === 0 ? real.slice(0, cut % real.length) : real.slice();
			for (const [at, value] of changes) bytes[at % bytes.length] = value;
			return bytes;
		});
	fc.assert(
		fc.property(damaged, (bytes) => ["read", "COMPONENT_INVALID"].includes(reading(bytes))),
		{
			numRuns: 500,
		},
	);
});

const REFUSED: Readonly<Record<string, Uint8Array>> = {
	nothing: new Uint8Array(),
	"a module's header": Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
	"an unknown section": component(section(13)),
	"a section that is cut off": component([7, 5, 1]),
	"bytes left over in a section": component(section(7, 1, 0x7f, 0)),
	"more types than the section has bytes": component(section(7, 100, 0x7f)),
	"an unknown type": component(section(7, 1, 0x50)),
	"a record without fields": component(section(7, 1, 0x72, 0)),
	"flags without names": component(section(7, 1, 0x6e, 0)),
	"33 flags": component(section(7, 1, 0x6e, 33, ...Array.from({ length: 33 }, () => [1, 0x61]).flat())),
	"a label with an underscore": component(section(7, 1, 0x6d, 1, 2, 0x5f, 0x5f)),
	"a label in mixed case": component(section(7, 1, 0x6d, 1, 2, 0x61, 0x42)),
	"an unknown canonical definition": component(section(8, 1, 0x70)),
	"a type that is not there": component(section(7, 1, 0x70, 5)),
	"a list of a function": component(section(7, 2, 0x40, 0, 1, 0, 0x70, 0)),
	"a handle of a type that is no resource": component(section(7, 2, 0x70, 0x7f, 0x69, 0)),
	"an alias out of the file": component(section(6, 1, 0x03, 0x02, 1, 0)),
	"an export of what is not there": component(section(11, 1, 0, 1, 0x61, 0x01, 0, 0)),
	"an import of an instance of a value's type": component(
		section(7, 1, 0x70, 0x7f),
		section(10, 1, 0, 1, 0x61, 0x05, 0),
	),
};

for (const [name, bytes] of Object.entries(REFUSED)) {
	test(`${name} is refused`, () => {
		assert.equal(reading(bytes), "COMPONENT_INVALID");
	});
}

/** A component in a component, so many times. */
function nested(levels: number): readonly number[] {
	if (levels === 0) return HEADER;
	const inner = nested(levels - 1);
	const size = [0x80 | (inner.length & 0x7f), 0x80 | ((inner.length >> 7) & 0x7f), inner.length >> 14];
	return [...HEADER, 4, ...size, ...inner];
}

test("components nest so deep and no deeper", () => {
	assert.equal(reading(Uint8Array.from(nested(30))), "read");
	assert.equal(reading(Uint8Array.from(nested(40))), "COMPONENT_INVALID");
});

test("a type that doubles at each level is one object a level", () => {
	const levels = 90;
	// tuple<u8, u8>, then tuples of two of the one before
	const types = [0x6f, 2, 0x7d, 0x7d];
	for (let level = 0; level < levels - 1; level++) types.push(0x6f, 2, ...index(level), ...index(level));
	const definitions = [levels, ...types];
	const bytes = component([7, 0x80 | (definitions.length & 0x7f), definitions.length >> 7, ...definitions]);
	assert.equal(reading(bytes), "read");
});

test("types nest so deep and no deeper", () => {
	const levels = 120;
	const types = [0x70, 0x7d];
	for (let level = 0; level < levels - 1; level++) types.push(0x70, ...index(level));
	const definitions = [levels, ...types];
	const bytes = component([7, 0x80 | (definitions.length & 0x7f), definitions.length >> 7, ...definitions]);
	assert.equal(reading(bytes), "COMPONENT_INVALID");
});

test("instances of instances that double at each level are refused", () => {
	// component 0 is empty, each further one instantiates the one before twice
	const outer = (level: number) => section(6, 1, 0x04, 0x02, 1, level);
	const twice = section(5, 2, 0x00, 0, 0, 0x00, 0, 0);
	const components = [section(4, ...HEADER)];
	for (let level = 0; level < 24; level++) components.push(section(4, ...HEADER, ...outer(level), ...twice));
	const bytes = component(...components, section(5, 1, 0x00, 24, 0));
	assert.equal(reading(bytes), "COMPONENT_INVALID");
});

test("an instance's type that holds itself is refused", () => {
	// type 0: (instance (alias outer 1 0 (type)) (export "a" (instance (type 0))))
	const type = [0x42, 2, 0x02, 0x03, 0x02, 1, 0, 0x04, 0, 1, 0x61, 0x05, 0];
	const bytes = component(section(7, 1, ...type), section(10, 1, 0, 1, 0x61, 0x05, 0));
	assert.equal(reading(bytes), "COMPONENT_INVALID");
});
