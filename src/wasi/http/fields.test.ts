import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Field } from "../../sys/http.ts";
import { FIELD_LIMITS } from "./field-rules.ts";
import { HttpFields } from "./fields.ts";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const shown = (fields: HttpFields) =>
	fields.list.map(([name, value]) => `${name}=${Buffer.from(value).toString("latin1")}`);

const names: readonly (readonly [name: string, error: string | undefined])[] = [
	["x-name", undefined],
	["!#$%&'*+-.^_`|~1", undefined],
	["", "invalid-syntax"],
	["x name", "invalid-syntax"],
	["x:", "invalid-syntax"],
	["x\r\ny", "invalid-syntax"],
	["voilà", "invalid-syntax"],
	['"x"', "invalid-syntax"],
	["Connection", "forbidden"],
	["keep-alive", "forbidden"],
	["proxy-authenticate", "forbidden"],
	["PROXY-AUTHORIZATION", "forbidden"],
	["proxy-connection", "forbidden"],
	["te", "forbidden"],
	["Transfer-Encoding", "forbidden"],
	["upgrade", "forbidden"],
	["Host", "forbidden"],
	["http2-settings", "forbidden"],
	["content-length", undefined],
];
for (const [name, error] of names) {
	test(`the name ${JSON.stringify(name)}: ${error ?? "good"}`, () => {
		const fields = HttpFields.empty();
		assert.equal(fields.append(name, bytes("v")), error);
		assert.equal(fields.set(name, [bytes("v")]), error);
		const listed = HttpFields.fromList([[name, bytes("v")]]);
		assert.equal(typeof listed === "string" ? listed : undefined, error);
		assert.equal(fields.has(name), error === undefined);
	});
}

test("values hold any byte but control characters: none ends its line", () => {
	for (let byte = 0; byte < 256; byte += 1) {
		const isGood = byte === 9 || (byte >= 0x20 && byte !== 0x7f);
		const value = Uint8Array.of(0x61, byte, 0x62);
		assert.equal(
			HttpFields.empty().append("x", value),
			isGood ? undefined : "invalid-syntax",
			`byte ${byte}`,
		);
		assert.equal(HttpFields.empty().set("x", [value]), isGood ? undefined : "invalid-syntax", `byte ${byte}`);
	}
});

test("names are one whatever their case, and keep the first", () => {
	const fields = HttpFields.empty();
	fields.append("foo", bytes("1"));
	fields.append("FOO", bytes("2"));
	assert.deepEqual(shown(fields), ["foo=1", "foo=2"]);
	assert.deepEqual(fields.get("Foo").map(String), fields.get("foo").map(String));
	assert.deepEqual(fields.take("fOO"), [bytes("1"), bytes("2")]);
	fields.append("FOO", bytes("2"));
	assert.deepEqual(shown(fields), ["FOO=2"]);
});

test("set puts values where the name's were, and deletes it when there are none", () => {
	const fields = HttpFields.fromList([
		["a", bytes("1")],
		["b", bytes("2")],
		["a", bytes("3")],
	]);
	assert.ok(typeof fields !== "string");
	assert.equal(fields.set("A", [bytes("4"), bytes("5")]), undefined);
	assert.deepEqual(shown(fields), ["a=4", "a=5", "b=2"]);
	assert.equal(fields.set("a", []), undefined);
	assert.deepEqual(shown(fields), ["b=2"]);
});

test("fields of a message change no more, their copies do, and neither sees the other", () => {
	const fields = HttpFields.empty();
	fields.append("a", bytes("1"));
	const copy = fields.clone();
	fields.append("b", bytes("2"));
	fields.freeze();
	for (const change of [
		() => fields.append("c", bytes("")),
		() => fields.set("a", []),
		() => fields.delete("a"),
	])
		assert.equal(change(), "immutable");
	copy.append("c", bytes("3"));
	assert.deepEqual(shown(fields), ["a=1", "b=2"]);
	assert.deepEqual(shown(copy), ["a=1", "c=3"]);
});

test("what came in shows no field that is the host's", () => {
	const fields = HttpFields.received([
		["host", bytes("a")],
		["x", bytes("b")],
		["connection", bytes("close")],
	]);
	assert.deepEqual(shown(fields), ["x=b"]);
	assert.equal(fields.append("y", bytes("")), "immutable");
	assert.equal(fields.clone().append("y", bytes("")), undefined);
});

const growths: readonly {
	readonly name: string;
	readonly grow: (fields: HttpFields, step: number) => string | undefined;
}[] = [
	{ name: "empty values of one name", grow: (fields) => fields.append("a", bytes("")) },
	{ name: "many names", grow: (fields, step) => fields.append(`x-${step}`, bytes("")) },
	{ name: "long values", grow: (fields) => fields.append("a", new Uint8Array(10_000).fill(97)) },
	{
		name: "longer and longer lists",
		grow: (fields, step) =>
			fields.set(
				"a",
				Array.from({ length: step * 50 }, () => bytes("v")),
			),
	},
];
for (const { name, grow } of growths) {
	test(`fields have a limit: ${name}`, () => {
		const fields = HttpFields.empty();
		let error: string | undefined;
		for (let step = 0; step < 100_000 && error === undefined; step += 1) error = grow(fields, step);
		assert.equal(error, "size-exceeded");
		assert.ok(fields.list.length <= FIELD_LIMITS.count_max);
		const size_bytes = fields.list.reduce((sum, [field, value]) => sum + field.length + value.length, 0);
		assert.ok(size_bytes <= FIELD_LIMITS.section_bytes_max);
	});
}

test("a hundred thousand fields at once are refused, not kept", () => {
	const entries = Array.from({ length: 100_000 }, (_, index): Field => [`x-${index}`, bytes("v")]);
	assert.equal(HttpFields.fromList(entries), "size-exceeded");
});

test("property: whatever is done, a list of pairs says the same", () => {
	const name = fc.constantFrom("a", "A", "b", "x-y", "X-Y");
	const value = fc.string({ maxLength: 3 }).map((text) => bytes(text.replaceAll(/[^a-z]/g, "z")));
	const act = fc.oneof(
		fc.record({ act: fc.constant("append"), name, values: fc.tuple(value) }),
		fc.record({ act: fc.constant("set"), name, values: fc.array(value, { maxLength: 3 }) }),
		fc.record({ act: fc.constant("delete"), name, values: fc.constant([]) }),
	);
	fc.assert(
		fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
			const fields = HttpFields.empty();
			const model = new Map<string, string[]>();
			for (const { act: what, name: key, values } of acts) {
				const texts = values.map((one) => Buffer.from(one).toString());
				const known = model.get(key.toLowerCase()) ?? [];
				const [first] = values;
				if (what === "append" && first !== undefined) fields.append(key, first);
				else if (what === "set") fields.set(key, values);
				else fields.delete(key);
				model.set(key.toLowerCase(), what === "append" ? [...known, ...texts] : texts);
			}
			for (const [key, texts] of model)
				assert.deepEqual(
					fields.get(key).map((one) => Buffer.from(one).toString()),
					texts,
				);
			assert.equal(fields.list.length, [...model.values()].flat().length);
		}),
	);
});
