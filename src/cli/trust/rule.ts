import { existsSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { Fault } from "../../base/fault.ts";
import { nearMisses } from "../../base/near.ts";
import { configFolder } from "../../host/node/folders.ts";
import { type PolicyDraft, withDefault, withoutRule, withRule } from "../../trust/edit-policy.ts";
import { readEmbeddedKey } from "../../trust/embedded-keys.ts";
import { parsePublicKey } from "../../trust/keys.ts";
import { termsWords } from "../../trust/terms-words.ts";
import type { TrustPolicy } from "../../trust/trust-policy.ts";
import { demandWords } from "../images/each.ts";
import { printResult } from "../print.ts";
import { readText } from "../text-file.ts";
import { verb } from "../verb.ts";
import { readTrustPolicy, trustPolicyOf } from "./policy-file.ts";
import { replaceFile } from "./replace-file.ts";
import { emptyRuleDraft, RULE_FLAGS, type RuleDraft, ruleWords } from "./rule-flags.ts";
import { KEY_BYTES_MAX, policyFile, readBounded } from "./trust-files.ts";

const USAGE = "wherry trust rule [OPTIONS] NAMES";

/** `wherry trust rule`: writes a rule of the trust policy. */
export const TRUST_RULE_VERB = verb<RuleDraft>({
	name: "trust rule",
	usage: USAGE,
	about: [
		"Writes a rule for images whose names match: '*' stands for anything within one part of a path, '**' for anything. Of two rules the more specific one decides; one for the same NAMES is replaced.",
		"Rules stand in trust.toml, which can be edited by hand; keys are copied beside it. docs/trust.md describes it.",
	],
	flags: RULE_FLAGS,
	examples: [
		{
			says: "Let only what the team signed run",
			words: "wherry trust rule 'registry.example.com/team/*' --key team.pub",
		},
		{ says: "Refuse all that has no rule", words: "wherry trust rule --default reject" },
		{ says: "Take a rule back", words: "wherry trust rule --remove 'registry.example.com/team/*'" },
	],
	completes: "nothing",
	draft: emptyRuleDraft,
	async act(asked, words) {
		demandWords(words, asked.otherwise === undefined ? 1 : 0, 1, USAGE);
		const policy = await openPolicy();
		await demandKeys(asked);
		const keys = new Map<string, Uint8Array>();
		const text = changed(policy, asked, words[0], (file) => keyName(file, keys));
		// nothing is written before all of it can be read again
		const after = await trustPolicyOf({ ...policy, text }, keys);
		for (const [name, key] of keys) replaceFile(join(configFolder(), name), key);
		replaceFile(policy.file, text);
		printResult(ruleText(after, words[0], asked.format === "json"));
		return 0;
	},
});

/** The policy there is, which has to be right before it is changed; or a new one. */
async function openPolicy(): Promise<PolicyDraft> {
	const file = policyFile();
	if (file === undefined) return { file: join(configFolder(), "trust.toml"), text: "" };
	await readTrustPolicy(file);
	return { file, text: readText(file, "the trust policy") };
}

function changed(
	policy: PolicyDraft,
	asked: RuleDraft,
	name: string | undefined,
	nameKey: (file: string) => string,
): string {
	const { otherwise } = asked;
	const text = otherwise === undefined ? policy.text : withDefault(policy, otherwise);
	if (name === undefined) return text;
	if (!asked.remove) return withRule({ ...policy, text }, ruleWords(name, asked, nameKey));
	const left = withoutRule({ ...policy, text }, name);
	if (left !== undefined) return left;
	const names = [...text.matchAll(/"?name"?\s*[=:]\s*["']([^"']*)["']/g)].map((match) => match[1] ?? "");
	const near = nearMisses(name, names);
	throw new Fault("USAGE", `there is no rule for '${name}'`, {
		note: `looked in '${policy.file}'`,
		help: near.length > 0 ? near.map((one) => `wherry trust rule --remove '${one}'`) : "wherry trust show",
	});
}

/** Beside the policy, under its own name; another key of that name gets a number. */
function keyName(file: string, keys: Map<string, Uint8Array>): string {
	const content = readKeyFile(file);
	const extension = extname(file);
	const stem = basename(file, extension);
	for (let number = 1; ; number++) {
		const name = `keys/${stem}${number === 1 ? "" : `-${number}`}${extension}`;
		const path = join(configFolder(), name);
		const there = keys.get(name) ?? (existsSync(path) ? readKeyFile(path) : undefined);
		if (there !== undefined && Buffer.compare(there, content) !== 0) continue;
		keys.set(name, content);
		return name;
	}
}

/** @throws Fault KEY_INVALID */
async function demandKeys({ keys, attesters, embedded }: RuleDraft): Promise<void> {
	for (const key of [...keys, ...attesters])
		await parsePublicKey(new TextDecoder().decode(readKeyFile(key)), key);
	for (const key of embedded) await readEmbeddedKey(readKeyFile(key), key);
}

function readKeyFile(file: string): Uint8Array {
	const content = readBounded(file, KEY_BYTES_MAX, "KEY_INVALID");
	if (content !== undefined) return content;
	throw new Fault("KEY_INVALID", `cannot find the key '${file}'`, {
		note: `looked in ${process.cwd()}`,
		help: "wherry trust keygen    makes a pair",
	});
}

function ruleText(policy: TrustPolicy, name: string | undefined, json: boolean): string {
	const rule = policy.rules.find(({ scope }) => scope?.text === name) ?? policy.otherwise;
	const names = rule.scope?.text ?? "(all others)";
	const demands = termsWords(rule.terms);
	if (json) return `${JSON.stringify({ rule: names, demands, where: rule.where })}\n`;
	return `${names}: ${demands.join("; and ")}\n`;
}
