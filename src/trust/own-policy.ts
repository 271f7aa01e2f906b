/** Our own form of a trust policy: rules by glob of names. */
import { orList } from "../base/near.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import type { JsonObject } from "../oci/json.ts";
import { globScope, type NameScope, SCOPE_LENGTH_MAX } from "./name-scope.ts";
import { demandKnown, keyOf, lineOf, policyFault, type PolicyText } from "./policy-text.ts";
import type { SignatureDemand, Terms, TrustKey, TrustPolicy, TrustRule } from "./trust-policy.ts";

const VERSION = 1;
const RULES_MAX = 10_000;
const KEYS_MAX = 100;
const DIGESTS_MAX = 1000;

/** What `default` and a rule's `trust` may be. */
export const TRUST_WORDS = ["first-use", "accept", "reject"] as const;
type TrustWord = (typeof TRUST_WORDS)[number];

const POLICY_KEYS = ["version", "default", "rule"];
const RULE_KEYS = [
	"name",
	"trust",
	"keys",
	"need",
	"attestations",
	"attestation-keys",
	"embedded-keys",
	"digests",
];

/** @throws Fault TRUST_POLICY_INVALID */
export function readOwnPolicy(document: JsonObject, source: PolicyText): TrustPolicy {
	const { file } = source;
	demandKnown(document, POLICY_KEYS, file, "a key of a trust policy");
	if (document.has("version") && document.value("version") !== VERSION)
		throw document.fault("version", `is another than ${VERSION}, which is what this wherry knows`);
	const fallback = trustWord(document, "default", file) ?? "first-use";
	const rules = document.objects("rule", RULES_MAX).map((rule) => readRule(rule, source));
	demandDistinct(rules, file);
	return {
		file,
		rules,
		otherwise: { where: `the default in ${file}`, scope: undefined, terms: plainTerms(fallback) },
	};
}

function readRule(rule: JsonObject, source: PolicyText): TrustRule {
	const scope = readScope(rule);
	const where = lineOf(source, JSON.stringify(scope.text));
	demandKnown(rule, RULE_KEYS, where, "a key of a rule");
	const trust = trustWord(rule, "trust", where);
	const demands = readDemands(rule, source, where);
	const digests = readDigests(rule);
	const isPlain = demands.length === 0 && digests.length === 0;
	if (isPlain && trust === undefined)
		throw policyFault(where, [
			`the rule for '${scope.text}' demands nothing`,
			"a rule has keys, attestations, embedded-keys or digests, or says trust = 'first-use', 'accept' or 'reject'",
		]);
	if (!isPlain && (trust === "accept" || trust === "reject"))
		throw policyFault(where, `the rule for '${scope.text}' says '${trust}', and demands something besides`);
	if (isPlain && trust !== undefined) return { where, scope, terms: plainTerms(trust) };
	const firstUse = trust === "first-use";
	return { where, scope, terms: { type: "demand", firstUse, digests, signatures: demands } };
}

function readScope(rule: JsonObject): NameScope {
	const name = rule.text("name");
	if (name === "" || name.length > SCOPE_LENGTH_MAX || /[^\w.:/@*[\]-]/.test(name))
		throw rule.fault("name", "is no glob of names: letters, digits, . - _ / : @ and *");
	return globScope(name);
}

function readDemands(rule: JsonObject, source: PolicyText, where: string): SignatureDemand[] {
	const keys = readKeys(rule, "keys", source);
	const attesters = readKeys(rule, "attestation-keys", source);
	const embedded = readKeys(rule, "embedded-keys", source);
	const predicates = rule.texts("attestations", KEYS_MAX);
	const need = readNeed(rule, where);
	const by = attesters.length > 0 ? attesters : keys;
	if (predicates.length > 0 && by.length === 0)
		throw policyFault(where, "it demands attestations, and names no keys to make them");
	if (predicates.length === 0 && attesters.length > 0)
		throw policyFault(where, "it names attestation-keys, and no attestations that they would make");
	return [
		...(keys.length > 0 ? [{ type: "image", keys, need } as const] : []),
		...predicates.map(
			(predicateType) => ({ type: "attestation", keys: by, need: "any", predicateType }) as const,
		),
		...(embedded.length > 0 ? [{ type: "embedded", keys: embedded, need } as const] : []),
	];
}

function readKeys(rule: JsonObject, name: string, source: PolicyText): TrustKey[] {
	const words = rule.texts(name, KEYS_MAX);
	if (rule.has(name) && words.length === 0) throw rule.fault(name, "is empty: nobody could sign");
	return words.map((word) => keyOf(source, word));
}

function readNeed(rule: JsonObject, where: string): "any" | "all" {
	const need = rule.optionalText("need") ?? "any";
	if (need !== "any" && need !== "all") throw rule.fault("need", "is neither 'any' nor 'all'");
	if (rule.has("need") && !rule.has("keys") && !rule.has("embedded-keys"))
		throw policyFault(where, "it says what it needs of keys, and names none");
	return need;
}

function readDigests(rule: JsonObject): Digest[] {
	const words = rule.texts("digests", DIGESTS_MAX);
	if (rule.has("digests") && words.length === 0) throw rule.fault("digests", "is empty: nothing could run");
	return words.map((word) => {
		if (!isDigest(word)) throw rule.fault("digests", `has '${word}', which is no digest`);
		return word;
	});
}

function trustWord(object: JsonObject, name: string, where: string): TrustWord | undefined {
	const word = object.optionalText(name);
	const known = TRUST_WORDS.find((candidate) => candidate === word);
	if (word === undefined || known !== undefined) return known;
	throw policyFault(where, `'${word}' is no ${name}: there are ${orList(TRUST_WORDS, "and")}`);
}

function plainTerms(word: TrustWord): Terms {
	if (word !== "first-use") return { type: word };
	return { type: "demand", firstUse: true, digests: [], signatures: [] };
}

/** Two rules for the same names would leave it open which one holds. */
function demandDistinct(rules: readonly TrustRule[], file: string): void {
	const seen = new Set<string>();
	for (const { scope } of rules) {
		const text = scope?.text ?? "";
		if (seen.has(text)) throw policyFault(file, `there are two rules for '${text}'`);
		seen.add(text);
	}
}
