import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

import { parseChallenges } from "./challenge.ts";

type Simple = readonly [string, Readonly<Record<string, string>>];

const CASES: readonly (readonly [string, string | null, readonly Simple[]])[] = [
	["nothing", null, []],
	["an empty one", "", []],
	["a scheme alone", "Negotiate", [["negotiate", {}]]],
	["Basic", 'Basic realm="a registry"', [["basic", { realm: "a registry" }]]],
	[
		"Bearer as Docker Hub sends it",
		'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/a:pull,push"',
		[
			[
				"bearer",
				{
					realm: "https://auth.docker.io/token",
					service: "registry.docker.io",
					scope: "repository:library/a:pull,push",
				},
			],
		],
	],
	["a value without quotes", "Bearer realm=https://a/b", [["bearer", { realm: "https://a/b" }]]],
	["quotes within quotes", 'Basic realm="a \\"b\\" \\\\"', [["basic", { realm: 'a "b" \\' }]]],
	[
		"other letters and spaces",
		'BEARER   Realm = "a" ,\tSERVICE="b"',
		[["bearer", { realm: "a", service: "b" }]],
	],
	[
		"two in one header",
		'Basic realm="a, Bearer", Bearer realm="b"',
		[
			["basic", { realm: "a, Bearer" }],
			["bearer", { realm: "b" }],
		],
	],
	["a quote that never closes", 'Bearer realm="a', [["bearer", {}]]],
	["a name that objects have of themselves", 'Basic constructor="a"', [["basic", { constructor: "a" }]]],
];

for (const [title, header, expected] of CASES)
	test(`challenges: ${title}`, () => {
		const found = parseChallenges(header).slice(0, expected.length);
		assert.deepEqual(
			found.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]),
			expected,
		);
	});

test("any header is read, in time", () => {
	const character = fc.constantFrom("Basic", "Bearer", "=", ",", '"', "\\", " ", "\t", "\u0000", "é");
	fc.assert(
		fc.property(fc.string({ unit: character, maxLength: 20_000 }), (header) => {
			for (const { scheme } of parseChallenges(header)) assert.match(scheme, /^[a-z]/);
		}),
	);
});
