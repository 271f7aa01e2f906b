import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../../base/fault.ts";
import type { Dependency } from "../report.ts";
import { parseAdvisories } from "./advisories.ts";
import { withAdvisories } from "./match-advisories.ts";

const advisory = (id: string, ecosystem: string, name: string, affected: object) => ({
	id,
	affected: [{ package: { ecosystem, name }, ...affected }],
});
const semver = (...events: readonly object[]) => ({ ranges: [{ type: "SEMVER", events }] });
const fixedIn = (version: string) => semver({ introduced: "0" }, { fixed: version });

const dependency = (ecosystem: string, name: string, version?: string): Dependency => ({
	name,
	version,
	ecosystem,
	licence: undefined,
	source: "declared",
	advisories: [],
	vulnerabilities: [],
});

const cases: readonly (readonly [
	name: string,
	advisory: object,
	dependency: Dependency,
	isCovered: boolean,
])[] = [
	[
		"before the fix",
		advisory("A", "crates.io", "time", fixedIn("0.2.23")),
		dependency("cargo", "time", "0.1.44"),
		true,
	],
	[
		"the fix itself",
		advisory("A", "crates.io", "time", fixedIn("0.2.23")),
		dependency("cargo", "time", "0.2.23"),
		false,
	],
	[
		"a candidate of the fix",
		advisory("A", "crates.io", "time", fixedIn("1.0.0")),
		dependency("cargo", "time", "1.0.0-rc.1"),
		true,
	],
	[
		"before it was introduced",
		advisory("A", "npm", "x", semver({ introduced: "2.0.0" })),
		dependency("npm", "x", "1.9.9"),
		false,
	],
	[
		"introduced, never fixed",
		advisory("A", "npm", "x", semver({ introduced: "2.0.0" })),
		dependency("npm", "x", "9.0.0"),
		true,
	],
	[
		"events out of order",
		advisory("A", "npm", "x", semver({ fixed: "1.5.0" }, { introduced: "1.0.0" })),
		dependency("npm", "x", "1.2.0"),
		true,
	],
	[
		"events out of order, after the fix",
		advisory("A", "npm", "x", semver({ fixed: "1.5.0" }, { introduced: "1.0.0" })),
		dependency("npm", "x", "1.6.0"),
		false,
	],
	[
		"between two ranges",
		advisory(
			"A",
			"Go",
			"m",
			semver({ introduced: "0" }, { fixed: "1.21.8" }, { introduced: "1.22.0-0" }, { fixed: "1.22.1" }),
		),
		dependency("golang", "m", "1.21.9"),
		false,
	],
	[
		"in the second range",
		advisory(
			"A",
			"Go",
			"m",
			semver({ introduced: "0" }, { fixed: "1.21.8" }, { introduced: "1.22.0-0" }, { fixed: "1.22.1" }),
		),
		dependency("golang", "m", "1.22.0"),
		true,
	],
	[
		"Go's own library",
		advisory("GO-2024-2598", "Go", "stdlib", fixedIn("1.21.8")),
		dependency("golang", "stdlib", "1.21.3"),
		true,
	],
	[
		"a version of Go with v",
		advisory("A", "Go", "golang.org/x/net", fixedIn("0.17.0")),
		dependency("golang", "golang.org/x/net", "v0.16.0"),
		true,
	],
	[
		"the last that is affected",
		advisory("A", "npm", "x", semver({ introduced: "0" }, { last_affected: "1.2.0" })),
		dependency("npm", "x", "1.2.0"),
		true,
	],
	[
		"after the last that is affected",
		advisory("A", "npm", "x", semver({ introduced: "0" }, { last_affected: "1.2.0" })),
		dependency("npm", "x", "1.2.1"),
		false,
	],
	[
		"at a limit",
		advisory("A", "npm", "x", semver({ introduced: "0" }, { limit: "2.0.0" })),
		dependency("npm", "x", "2.0.0"),
		false,
	],
	[
		"below a limit",
		advisory("A", "npm", "x", semver({ introduced: "0" }, { limit: "2.0.0" })),
		dependency("npm", "x", "1.0.0"),
		true,
	],
	[
		"in the list of versions",
		advisory("A", "PyPI", "A_b", { versions: ["1.0"] }),
		dependency("pypi", "a-B", "1.0"),
		true,
	],
	[
		"not in the list of versions",
		advisory("A", "PyPI", "a-b", { versions: ["1.0"] }),
		dependency("pypi", "a-b", "1.1"),
		false,
	],
	[
		"a range of the ecosystem's versions",
		advisory("A", "PyPI", "a", {
			ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "1.0" }] }],
		}),
		dependency("pypi", "a", "1.0rc1"),
		true,
	],
	[
		"a range of commits",
		advisory("A", "npm", "x", { ranges: [{ type: "GIT", events: [{ introduced: "0" }] }] }),
		dependency("npm", "x", "1.0.0"),
		false,
	],
	[
		"another ecosystem",
		advisory("A", "npm", "time", fixedIn("9.0.0")),
		dependency("cargo", "time", "0.1.0"),
		false,
	],
	["another name", advisory("A", "npm", "x", fixedIn("9.0.0")), dependency("npm", "y", "0.1.0"), false],
	["no version known", advisory("A", "npm", "x", fixedIn("9.0.0")), dependency("npm", "x"), false],
	[
		"withdrawn",
		{ ...advisory("A", "npm", "x", fixedIn("9.0.0")), withdrawn: "2026-01-01T00:00:00Z" },
		dependency("npm", "x", "1.0.0"),
		false,
	],
	[
		"what names an object's own fields",
		advisory("A", "npm", "__proto__", fixedIn("9.0.0")),
		dependency("npm", "constructor", "1.0.0"),
		false,
	],
];
for (const [name, entry, part, isCovered] of cases)
	test(`an advisory ${isCovered ? "covers" : "does not cover"}: ${name}`, () => {
		const [{ advisories } = part] = withAdvisories(
			[part],
			parseAdvisories(JSON.stringify(entry), "osv.json"),
		);
		assert.deepEqual(advisories, isCovered ? [(entry as { id: string }).id] : []);
	});

/** As vuln.go.dev and RustSec write them. */
const GO = {
	schema_version: "1.3.1",
	id: "GO-2024-2598",
	modified: "0001-01-01T00:00:00Z",
	aliases: ["CVE-2024-24783"],
	summary: "Verify panics on certificates\nwith an unknown public key",
	severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N" }],
	affected: [
		{
			package: { name: "stdlib", ecosystem: "Go" },
			ranges: [
				{
					type: "SEMVER",
					events: [{ introduced: "0" }, { fixed: "1.21.8" }, { introduced: "1.22.0-0" }, { fixed: "1.22.1" }],
				},
			],
			ecosystem_specific: { imports: [{ path: "crypto/x509", symbols: ["Certificate.Verify"] }] },
		},
	],
	database_specific: { url: "https://pkg.go.dev/vuln/GO-2024-2598" },
};
const RUST = {
	id: "RUSTSEC-2024-0402",
	aliases: [],
	details: "Borsh serialization of HashMap is non-canonical",
	affected: [
		{
			package: { ecosystem: "crates.io", name: "hashbrown", purl: "pkg:cargo/hashbrown" },
			ranges: [{ type: "SEMVER", events: [{ introduced: "0.15.0" }, { fixed: "0.15.1" }] }],
			versions: [],
		},
	],
};

const REAL: readonly (readonly [part: Dependency, fixed: string | undefined])[] = [
	[dependency("golang", "stdlib", "1.21.0"), "1.21.8"],
	[dependency("golang", "stdlib", "1.22.0"), "1.22.1"],
	[dependency("golang", "stdlib", "1.21.8"), undefined],
	[dependency("golang", "stdlib", "1.25.5"), undefined],
	[dependency("cargo", "hashbrown", "0.15.0"), "0.15.1"],
	[dependency("cargo", "hashbrown", "0.14.5"), undefined],
];
for (const [part, fixed] of REAL)
	test(`${part.name} ${part.version} is ${fixed === undefined ? "not covered" : `fixed in ${fixed}`}`, () => {
		const [{ vulnerabilities } = part] = withAdvisories(
			[part],
			parseAdvisories(JSON.stringify([GO, RUST]), "osv.json"),
		);
		assert.deepEqual(
			vulnerabilities.map((found) => found.fixed),
			fixed === undefined ? [] : [fixed],
		);
	});

test("what an advisory is also called, and says, is told", () => {
	const [found] = withAdvisories(
		[dependency("golang", "stdlib", "1.21.0")],
		parseAdvisories(JSON.stringify(GO), "osv.json"),
	);
	assert.deepEqual(found?.vulnerabilities, [
		{
			id: "GO-2024-2598",
			aliases: ["CVE-2024-24783"],
			summary: "Verify panics on certificates with an unknown public key",
			fixed: "1.21.8",
		},
	]);
});

const one = advisory("ONE", "npm", "x", fixedIn("2.0.0"));
const other = advisory("OTHER", "npm", "x", fixedIn("2.0.0"));
const forms: readonly (readonly [name: string, text: string, ids: readonly string[]])[] = [
	["one object", JSON.stringify(one, undefined, 2), ["ONE"]],
	["an array", JSON.stringify([one, other]), ["ONE", "OTHER"]],
	["one a line", `${JSON.stringify(one)}\n\n${JSON.stringify(other)}\n`, ["ONE", "OTHER"]],
	["the answer of osv.dev to a question", JSON.stringify({ vulns: [one, other] }), ["ONE", "OTHER"]],
	["nothing", "[]", []],
];
for (const [name, text, ids] of forms)
	test(`a file of ${name} is read`, () =>
		assert.deepEqual(
			parseAdvisories(text, "osv.json").map(({ id }) => id),
			ids,
		));

for (const [name, text, note] of [
	["no JSON", "id: A", "line 1 is no JSON"],
	["a line that is no JSON", `${JSON.stringify(one)}\n{`, "line 2 is no JSON"],
	["an entry without an id", "[{}]", "entry 1 has no 'id'"],
	["a number", "7", "entry 1 has no 'id'"],
] as const)
	test(`a file of ${name} is refused`, () =>
		assert.throws(
			() => parseAdvisories(text, "osv.json"),
			(error) => error instanceof Fault && error.code === "FLAG_INVALID" && error.notes[0] === note,
		));

test("any JSON gives advisories or a Fault, and matching ends", () => {
	const json = fc.oneof(
		fc.json(),
		fc.jsonValue().map((affected) => JSON.stringify({ id: "A", affected })),
	);
	fc.assert(
		fc.property(json, fc.string(), (text, version) => {
			try {
				withAdvisories([dependency("npm", "x", version)], parseAdvisories(text, "osv.json"));
			} catch (error) {
				if (!(error instanceof Fault)) throw error;
			}
		}),
		{ numRuns: 300 },
	);
});

test("ten thousand versions of one package end in an answer or a fault, in bounded work", () => {
	const named = Array.from({ length: 10_000 }, (_, at) => dependency("golang", "stdlib", `1.${at}.0`));
	const known = (count: number) =>
		parseAdvisories(
			JSON.stringify(
				Array.from({ length: count }, (_, at) => advisory(`A-${at}`, "Go", "stdlib", fixedIn("1.5.0"))),
			),
			"osv.json",
		);
	assert.equal(
		withAdvisories(named, known(10)).filter(({ advisories }) => advisories.length === 10).length,
		5,
	);
	assert.throws(
		() => withAdvisories(named, known(200)),
		(error) => error instanceof Fault && error.code === "MODULE_TOO_LARGE",
	);
});

test("a list of more objects than any real one has is not taken apart", () => {
	assert.throws(
		() => parseAdvisories(`[${"{},".repeat(6_000_001)}{}]`, "osv.json"),
		(error) => error instanceof Fault && error.notes.some((note) => note.includes("objects")),
	);
});
