import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { inspectProgram } from "./assemble.ts";
import { compare, examine } from "./diff.ts";

const read = (name: string): unknown =>
	JSON.parse(readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8"));
const REPORT = "inspect-report.schema.json";
const GUESTS = new URL("../../guests/", import.meta.url);
const files = readdirSync(GUESTS, { recursive: true, encoding: "utf8" }).filter(
	(file) => file.endsWith(".wasm") && !file.includes("node_modules"),
);

/** As published, but that no field may be there which it does not name. */
function closed(schema: unknown): unknown {
	if (Array.isArray(schema)) return schema.map(closed);
	if (typeof schema !== "object" || schema === null) return schema;
	const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
	return "properties" in schema ? { ...inner, additionalProperties: false } : inner;
}

const ajv = new Ajv2020({ strict: true, allErrors: true }).addSchema(closed(read(REPORT)) as object, REPORT);
const validate = ajv.getSchema(REPORT)!;
const validateDifference = ajv.compile(closed(read("diff.schema.json")) as object);

for (const file of files)
	test(`the report of guests/${file} is as its schema says`, async () => {
		const report = await inspectProgram(new Uint8Array(readFileSync(new URL(file, GUESTS))), file);
		const printed: unknown = JSON.parse(JSON.stringify(report));
		assert.ok(validate(printed), JSON.stringify(validate.errors));
	});

const PAIRS = [
	["c/wc.wasm", "components/fetch.wasm"],
	["components/fetch.wasm", "components/hello.wasm"],
	["wat/start.wasm", "wat/hello.wasm"],
	["c/tour.wasm", "zig/tour.wasm"],
	["rust/tour.wasm", "assemblyscript/tour.wasm"],
] as const;

for (const [old, now] of PAIRS)
	test(`the difference of guests/${old} and ${now} is as its schema says`, async () => {
		const examined = async (file: string) =>
			examine(new Uint8Array(readFileSync(new URL(file, GUESTS))), file);
		const difference = compare(await examined(old), await examined(now));
		const printed: unknown = JSON.parse(JSON.stringify(difference));
		assert.ok(validateDifference(printed), JSON.stringify(validateDifference.errors));
	});
