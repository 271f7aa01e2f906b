import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addressBytes, addressText, parseAddress, withoutMapping } from "./ip-address.ts";

const byte = fc.nat(255);
const zeroes = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, byte);

test("the text of bytes is canonical, and read back to the same bytes", () => {
	const bytes = fc.oneof(
		fc.array(byte, { minLength: 4, maxLength: 4 }),
		fc.array(zeroes, { minLength: 16, maxLength: 16 }),
	);
	fc.assert(
		fc.property(bytes, (given) => {
			const text = addressText(given);
			assert.equal(parseAddress(text), text);
			assert.deepEqual(addressBytes(text), given);
		}),
	);
});

test("any text is an address in its canonical form, or none", () => {
	fc.assert(
		fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:.[\]]{0,50}$/)), (text) => {
			const address = parseAddress(text);
			if (address !== undefined) assert.equal(addressText(addressBytes(address)), address);
		}),
	);
});

const CASES: readonly (readonly [string, string | undefined])[] = [
	["1.2.3.4", "1.2.3.4"],
	["01.2.3.4", undefined],
	["1.2.3.256", undefined],
	["0:0:0:0:0:0:0:0", "::"],
	["[2001:DB8::0:1]", "2001:db8::1"],
	["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
	["1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"],
	["::ffff:1.2.3.4", "::ffff:102:304"],
	["fe80::1%eth0", undefined],
	["::1::", undefined],
];

for (const [text, expected] of CASES)
	test(`${text} is ${expected ?? "no address"}`, () => assert.equal(parseAddress(text), expected));

test("an address of IPv4 in the clothes of IPv6 is taken out of them, and no other", () => {
	const plain = (text: string) => addressText(withoutMapping(addressBytes(text)));
	assert.deepEqual(
		["::ffff:1.2.3.4", "::1.2.3.4", "1.2.3.4", "::fffe:1.2.3.4"].map((text) =>
			plain(parseAddress(text) ?? ""),
		),
		["1.2.3.4", "::102:304", "1.2.3.4", "::fffe:102:304"],
	);
});
