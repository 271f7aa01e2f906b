import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultText } from "../../test/support/fault.ts";
import { Fault } from "../base/fault.ts";
import type { Digest } from "../oci/digest.ts";
import { lookUpPins, parsePins, type Pin, type Pins, printPins } from "./pins.ts";

const DIGEST = `sha256:${"a".repeat(64)}` as Digest;
const PIN: Pin = { digest: DIGEST, how: "pulled", since: "2026-11-22T10:00:00.000Z" };

const names = fc.oneof(
	fc.string(),
	fc.constantFrom("__proto__", "constructor", "docker.io/library/hello:latest"),
);
const pins: fc.Arbitrary<Pins> = fc
	.uniqueArray(names, { maxLength: 5 })
	.map(
		(list) =>
			new Map(
				list.map((name, index) => [name, index % 2 === 0 ? PIN : { ...PIN, offered: DIGEST, key: DIGEST }]),
			),
	);

test("pins that are printed are read back the same, whatever the names", () => {
	fc.assert(
		fc.property(pins, (all) => assert.deepEqual(parsePins(printPins(all), "pins.json"), sorted(all))),
	);
});

test("any text is pins or a Fault", () => {
	fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => isPinsOrFault(text)));
});

test("any change of one byte is read as other pins, or refused", () => {
	const text = printPins(new Map([["docker.io/library/hello:latest", PIN]]));
	fc.assert(
		fc.property(fc.nat(text.length - 1), fc.nat(255), (at, byte) => {
			isPinsOrFault(text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1));
		}),
	);
});

for (const [name, text, says] of [
	["no JSON", "{", "JSON"],
	["a list", "[]", "it is no object"],
	["a version of the future", `{"version":2,"pins":{}}`, "'version' is another than 1"],
	["no version", `{"pins":{}}`, "'version' is another than 1"],
	["no pins", `{"version":1}`, "'pins' is missing"],
	["a pin that is a text", `{"version":1,"pins":{"a":"b"}}`, "'pins.a' is no object"],
	["no digest", json({ ...PIN, digest: "sha256:12" }), "'pins.a.digest' is 'sha256:12', no digest"],
	["an unknown way", json({ ...PIN, how: "stolen" }), "'pins.a.how' is not known"],
	["no time", json({ ...PIN, since: "yesterday" }), "'pins.a.since' is no time"],
	["an unknown key", json({ ...PIN, digset: DIGEST }), "'pins.a.digset' is not known"],
	["an offer that is no digest", json({ ...PIN, offered: "x" }), "'pins.a.offered' is 'x', no digest"],
] as const)
	test(`a file of pins is refused: ${name}`, () => {
		const told = faultText(() => parsePins(text, "pins.json"));
		assert.equal(
			faultText(() => lookUpPins(text, "pins.json").get("a")),
			told,
		);
		assert.match(told, /^error: cannot read the pins in 'pins\.json' \[STORE_INVALID\]/);
		assert.ok(told.includes(says), told);
	});

function json(pin: object): string {
	return JSON.stringify({ version: 1, pins: { a: pin } });
}

function isPinsOrFault(text: string): void {
	try {
		parsePins(text, "pins.json");
	} catch (error) {
		assert.ok(error instanceof Fault);
	}
}

function sorted(all: Pins): Pins {
	return new Map([...all].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
