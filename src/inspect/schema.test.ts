import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { inspectProgram } from "./assemble.ts";

const SCHEMA = JSON.parse(
	readFileSync(new URL("../../docs/inspect-report.schema.json", import.meta.url), "utf8"),
);
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

const validate = new Ajv2020({ strict: true, allErrors: true }).compile(closed(SCHEMA) as object);

for (const file of files)
	test(`the report of guests/${file} is as its schema says`, async () => {
		const report = await inspectProgram(new Uint8Array(readFileSync(new URL(file, GUESTS))), file);
		const printed: unknown = JSON.parse(JSON.stringify(report));
		assert.ok(validate(printed), JSON.stringify(validate.errors));
	});
