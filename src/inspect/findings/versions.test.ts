import assert from "node:assert/strict";
import { test } from "node:test";
import { compareVersions, type Order } from "./versions.ts";

const ordered: readonly (readonly [name: string, order: Order, ascending: readonly string[]])[] = [
	[
		"semver.org's own example",
		"semver",
		[
			"1.0.0-alpha",
			"1.0.0-alpha.1",
			"1.0.0-alpha.beta",
			"1.0.0-beta",
			"1.0.0-beta.2",
			"1.0.0-beta.11",
			"1.0.0-rc.1",
			"1.0.0",
			"1.0.1",
			"1.1.0",
			"1.10.0",
			"2.0.0",
		],
	],
	["Go's candidates", "semver", ["1.21.13", "1.22rc1", "1.22rc2", "1.22.0", "1.22.1"]],
	[
		"Go's pseudo-versions",
		"semver",
		["v0.0.0-20200101000000-aaaaaaaaaaaa", "v0.0.0-20210101000000-000000000000", "v0.0.1"],
	],
	["PyPI's", "ecosystem", ["1.0.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0.post1", "1.0.1", "1!0.1"]],
	["numbers beyond what is exact", "semver", ["1.9007199254740993.0", "1.9007199254740994.0"]],
];
for (const [name, order, ascending] of ordered)
	test(`versions are in order: ${name}`, () => {
		for (const [index, one] of ascending.entries())
			for (const [at, other] of ascending.entries())
				assert.equal(
					Math.sign(compareVersions(one, other, order) ?? Number.NaN),
					Math.sign(index - at),
					`${one} ${other}`,
				);
	});

const equal: readonly (readonly [string, string, Order])[] = [
	["v1.2.3", "1.2.3", "semver"],
	["1.2.3+one", "1.2.3+other", "semver"],
	["1.2", "1.2.0", "semver"],
	["1.0alpha1", "1.0a1", "ecosystem"],
];
for (const [one, other, order] of equal)
	test(`'${one}' is '${other}'`, () => assert.equal(compareVersions(one, other, order), 0));

for (const none of ["", "latest", "x.1", `1.${"1".repeat(300)}`])
	test(`'${none.slice(0, 20)}' is no version`, () =>
		assert.equal(compareVersions(none, "1.0.0", "semver"), undefined));
