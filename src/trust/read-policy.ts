/** Trust policies: our own form in TOML or JSON, or containers' policy.json. docs/trust.md has the reference. */
import { readToml } from "../base/toml.ts";
import { JsonObject, type JsonDocument, parseJson } from "../oci/json.ts";
import { isContainersPolicy, readContainersPolicy } from "./containers-policy.ts";
import { readOwnPolicy } from "./own-policy.ts";
import { policyFault, type PolicyText } from "./policy-text.ts";
import type { TrustPolicy } from "./trust-policy.ts";

export const POLICY_BYTES_MAX = 1 << 20;

/**
 * Reads a policy: JSON when the name ends in .json or the text starts with `{`, else TOML.
 *
 * @throws Fault TRUST_POLICY_INVALID for what cannot be read, is unknown, or names a key that is not there
 */
export async function readPolicy(bytes: Uint8Array, source: Omit<PolicyText, "text">): Promise<TrustPolicy> {
	const { file } = source;
	const text = new TextDecoder().decode(bytes);
	const document: JsonDocument = {
		what: `the trust policy '${file}'`,
		code: "TRUST_POLICY_INVALID",
		bytes_max: POLICY_BYTES_MAX,
	};
	const isJson = file.endsWith(".json") || /^\uFEFF?\s*\{/.test(text);
	const value = isJson ? parseJson(bytes, document) : await parseToml(text, file);
	const object = new JsonObject(value, document, "");
	const read = isJson && isContainersPolicy(object) ? readContainersPolicy : readOwnPolicy;
	return read(object, { ...source, text });
}

async function parseToml(text: string, file: string): Promise<unknown> {
	if (text.length > POLICY_BYTES_MAX) throw policyFault(file, "it is larger than 1 MiB");
	const reading = await readToml(text);
	if ("value" in reading) return reading.value;
	const { problem, line, column, cause } = reading;
	throw policyFault(`${file}:${line}`, `column ${column}: ${problem}`, cause);
}
