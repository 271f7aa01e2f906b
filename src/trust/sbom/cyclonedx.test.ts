import assert from "node:assert/strict";
import { test } from "node:test";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import fc from "fast-check";
import { digestOf } from "../../oci/digest.ts";
import type { Bill } from "./bill.ts";
import { writeCycloneDx } from "./cyclonedx.ts";
import type { About, Inventory, Part } from "./part.ts";
import { billTable } from "./table.ts";

const DIGEST = digestOf(new Uint8Array([1]));
const OTHER = digestOf(new Uint8Array([2]));

const SERDE = part({
	name: "serde",
	version: "1.0.0",
	purl: "pkg:cargo/serde@1.0.0",
	dependsOn: ["pkg:cargo/core@1"],
});
const CORE = part({
	name: "core",
	version: "1",
	purl: "pkg:cargo/core@1",
	evidence: "inferred",
	dependsOn: ["gone"],
});
const RUSTC = part({
	kind: "tool",
	name: "rustc",
	version: "1.90.0",
	properties: { "wasm:producer": "processed-by" },
});

const INVENTORY: Inventory = {
	about: {
		name: "tour",
		version: "1.2.3",
		description: "Looks around",
		authors: "Ann <ann@example.com>",
		licenses: "Apache-2.0 WITH LLVM-exception",
		source: "https://example.com/tour.git",
		homepage: "no address",
		revision: "0123",
		properties: [["wit:import", "wasi:io/poll@0.2.3"]],
	},
	parts: [SERDE, CORE, RUSTC],
	libraries: "incomplete",
};

const ALONE: Bill = {
	name: "tour.wasm",
	version: undefined,
	digest: DIGEST,
	programs: [{ path: undefined, digest: DIGEST, inventory: INVENTORY }],
	packages: [],
	timestamp: undefined,
	toolVersion: "0.1.0",
};
const IMAGE: Bill = {
	...ALONE,
	name: "docker.io/library/app",
	version: "1.0",
	programs: [
		{ path: "/app.wasm", digest: OTHER, inventory: INVENTORY },
		{ path: "/copy.wasm", digest: OTHER, inventory: { ...INVENTORY, parts: [SERDE] } },
	],
	packages: [part({ name: "requests", version: "2.0", purl: "pkg:pypi/requests@2.0" })],
	timestamp: "2026-01-01T00:00:00Z",
};

test("a program alone is the bill's subject, with what it says of itself", () => {
	const { metadata, components, dependencies, compositions } = written(ALONE);
	assert.deepEqual(metadata.component, {
		type: "application",
		"bom-ref": DIGEST,
		name: "tour.wasm",
		version: "1.2.3",
		hashes: [{ alg: "SHA-256", content: DIGEST.slice(7) }],
		authors: [{ name: "Ann <ann@example.com>" }],
		description: "Looks around",
		licenses: [{ expression: "Apache-2.0 WITH LLVM-exception" }],
		externalReferences: [{ type: "vcs", url: "https://example.com/tour.git" }],
		properties: [
			{ name: "wherry:name", value: "tour" },
			{ name: "wherry:revision", value: "0123" },
			{ name: "wherry:wit:import", value: "wasi:io/poll@0.2.3" },
		],
	});
	assert.deepEqual(components[0], {
		type: "library",
		"bom-ref": "pkg:cargo/core@1",
		name: "core",
		version: "1",
		scope: "required",
		purl: "pkg:cargo/core@1",
		properties: [
			{ name: "wherry:evidence", value: "inferred" },
			{ name: "wherry:origin", value: "cargo-auditable" },
		],
	});
	assert.deepEqual(dependencies, [
		{ ref: DIGEST, dependsOn: ["pkg:cargo/serde@1.0.0"] },
		{ ref: "pkg:cargo/core@1", dependsOn: [] },
		{ ref: "pkg:cargo/serde@1.0.0", dependsOn: ["pkg:cargo/core@1"] },
	]);
	assert.deepEqual(compositions, [{ aggregate: "incomplete", dependencies: [DIGEST] }]);
});

test("tools are marked as not in what runs, and libraries as in it", () => {
	assert.deepEqual(
		written(ALONE).components.map(({ type, scope }) => [type, scope]),
		[
			["library", "required"],
			["library", "required"],
			["application", "excluded"],
		],
	);
});

test("a licence that is no SPDX expression is only a name", () => {
	const inventory = { ...INVENTORY, about: { licenses: "see LICENSE, please", properties: [] } };
	const { metadata } = written({ ...ALONE, programs: [{ path: undefined, digest: DIGEST, inventory }] });
	assert.deepEqual(metadata.component.licenses, [{ license: { name: "see LICENSE, please" } }]);
});

test("an image has its programs as components, and each part once", () => {
	const { metadata, components, dependencies } = written(IMAGE);
	assert.equal(metadata.timestamp, "2026-01-01T00:00:00Z");
	assert.deepEqual(
		components.map((component) => component["bom-ref"]),
		[
			"file:/app.wasm",
			"file:/copy.wasm",
			"pkg:cargo/core@1",
			"pkg:cargo/serde@1.0.0",
			"pkg:pypi/requests@2.0",
			"tool:rustc@1.90.0",
		],
	);
	assert.deepEqual(dependencies[0], {
		ref: DIGEST,
		dependsOn: ["file:/app.wasm", "file:/copy.wasm", "pkg:pypi/requests@2.0"],
	});
});

test("the same bill makes the same bytes, another one another serial number", () => {
	assert.deepEqual(writeCycloneDx(ALONE), writeCycloneDx(structuredClone(ALONE)));
	const other = written({ ...ALONE, version: "2" }).serialNumber;
	assert.match(other, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
	assert.notEqual(other, written(ALONE).serialNumber);
});

for (const [title, bill] of Object.entries({
	"a program alone": ALONE,
	"an image": IMAGE,
	"nothing at all": { ...ALONE, programs: [] },
}))
	test(`the bill of ${title} holds to CycloneDX's own schema, strictly`, async () => assertValid(bill));

test("the bill of whatever a program says holds to the schema", async () => {
	const text = fc.string({ unit: "binary", maxLength: 20 });
	const about = fc.record<About>(
		{
			name: text,
			version: text,
			licenses: text,
			source: fc.oneof(text, fc.webUrl()),
			authors: text,
			properties: fc.array(fc.tuple(text, text)),
		},
		{ requiredKeys: ["properties"], noNullPrototype: true },
	);
	const parts = fc.array(fc.record({ name: text, version: text, dependsOn: fc.array(text) }).map(part), {
		maxLength: 4,
	});
	await fc.assert(
		fc.asyncProperty(about, parts, async (said, some) => {
			const inventory: Inventory = { about: said, parts: some, libraries: "unknown" };
			await assertValid({ ...ALONE, programs: [{ path: undefined, digest: DIGEST, inventory }] });
		}),
		{ numRuns: 40 },
	);
});

test("the table for people has a line for each part, and says what is not known", () => {
	assert.equal(
		billTable(ALONE),
		`NAME    VERSION   KIND      EVIDENCE   ORIGIN
core    1         library   inferred   cargo-auditable
serde   1.0.0     library   declared   cargo-auditable
rustc   1.90.0    tool      declared   cargo-auditable
tour.wasm: there may be more libraries: its toolchain left no list, or not for all of it
`,
	);
});

test("a name in the table cannot move the cursor or begin a line of its own", () => {
	const hostile = part({ name: "a\u001b[2J\nerror: b", version: "x".repeat(100) });
	const table = billTable({ ...ALONE, packages: [hostile] });
	assert.ok(table.includes(String.raw`a\u{1b}[2J error: b`));
	assert.ok(!table.includes("x".repeat(60)));
});

interface Component {
	readonly "bom-ref": string;
	readonly type: string;
	readonly scope?: string;
	readonly licenses?: unknown;
}

interface Written {
	readonly serialNumber: string;
	readonly metadata: { readonly timestamp?: string; readonly component: Component };
	readonly components: readonly Component[];
	readonly dependencies: readonly unknown[];
	readonly compositions: readonly unknown[];
}

function written(bill: Bill): Written {
	return JSON.parse(new TextDecoder().decode(writeCycloneDx(bill))) as Written;
}

async function assertValid(bill: Bill): Promise<void> {
	const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
	const problems = await validator.validate(new TextDecoder().decode(writeCycloneDx(bill)));
	assert.equal(problems, null, JSON.stringify(problems));
}

function part(given: Partial<Part> & { readonly name: string }): Part {
	return {
		kind: "library",
		version: undefined,
		purl: undefined,
		evidence: "declared",
		origin: "cargo-auditable",
		properties: {},
		dependsOn: undefined,
		...given,
	};
}
