import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toHex } from "../base/hex.ts";
import { signatureFromAsn1, signatureToAsn1 } from "./ecdsa.ts";

test("any signature survives ASN.1, numbers with zeros in front too", () => {
	const number = fc
		.tuple(fc.nat({ max: 32 }), fc.uint8Array({ minLength: 32, maxLength: 32 }))
		.map(([zeros, bytes]) => bytes.fill(0, 0, zeros));
	fc.assert(
		fc.property(number, number, (r, s) => {
			const raw = Uint8Array.of(...r, ...s);
			assert.deepEqual(signatureFromAsn1(signatureToAsn1(raw)), raw);
		}),
	);
});

test("any bytes that are taken are the one form of what they say", () => {
	fc.assert(
		fc.property(nearSignature(), (bytes) => {
			const raw = signatureFromAsn1(bytes);
			if (raw !== undefined) assert.equal(toHex(signatureToAsn1(raw)), toHex(bytes));
		}),
		{ numRuns: 2000 },
	);
});

const one = "020101";
const rows: readonly (readonly [string, string])[] = [
	["nothing", ""],
	["no sequence", `3106${one}${one}`],
	["one number", `3003${one}`],
	["three numbers", `3009${one}${one}${one}`],
	["a byte behind the end", `3006${one}${one}00`],
	["an end that is missing", `3007${one}${one}`],
	["a length in long form", `308106${one}${one}`],
	["a length without bytes", "3080"],
	["a length of four bytes", "308400000006"],
	["a negative number", `3006020181${one}`],
	["a number with a zero too many", `300702020001${one}`],
	["an empty number", `30050200${one}`],
	["a number of 33 bytes", `3026022101${"00".repeat(32)}${one}`],
	["text for a number", `3006040101${one}`],
];
for (const [name, hex] of rows)
	test(`no signature: ${name}`, () => {
		assert.equal(signatureFromAsn1(Buffer.from(hex, "hex")), undefined);
	});

/** Two small numbers in a sequence, with some bytes changed: what a reader that is too kind would take. */
function nearSignature(): fc.Arbitrary<Uint8Array> {
	const change = fc.tuple(fc.nat({ max: 8 }), fc.integer({ min: 0, max: 255 }));
	return fc.array(change, { maxLength: 3 }).map((changes) => {
		const bytes = Buffer.from("300702010102020081", "hex");
		for (const [at, byte] of changes) bytes[at] = byte;
		return bytes;
	});
}
