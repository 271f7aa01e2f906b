import type { RuleWords } from "../../trust/edit-policy.ts";
import type { Flag } from "../flags.ts";

/** What the flags of `wherry trust rule` write into. */
export interface RuleDraft {
	readonly keys: string[];
	readonly attesters: string[];
	readonly embedded: string[];
	readonly attestations: string[];
	readonly digests: string[];
	all: boolean;
	trust: "first-use" | "accept" | "reject" | undefined;
	otherwise: string | undefined;
	remove: boolean;
}

export function emptyRuleDraft(): RuleDraft {
	return {
		keys: [],
		attesters: [],
		embedded: [],
		attestations: [],
		digests: [],
		all: false,
		trust: undefined,
		otherwise: undefined,
		remove: false,
	};
}

const SIGNATURES = "Signatures that are demanded";
const OTHER = "What else is demanded";
const POLICY = "The policy";

export const RULE_FLAGS: readonly Flag<RuleDraft>[] = [
	{
		long: "key",
		short: "k",
		value: "FILE",
		completes: "file",
		group: SIGNATURES,
		doc: "Demand a signature by this public key; of several, one is enough",
		apply: (draft, value) => draft.keys.push(value),
	},
	{
		long: "all-keys",
		group: SIGNATURES,
		doc: "Demand a signature by each --key",
		apply: (draft, value) => (draft.all = value === "true"),
	},
	{
		long: "attestation",
		value: "TYPE",
		group: SIGNATURES,
		doc: "Demand an attestation of this predicate type, such as https://slsa.dev/provenance/v1",
		apply: (draft, value) => draft.attestations.push(value),
	},
	{
		long: "attestation-key",
		value: "FILE",
		completes: "file",
		group: SIGNATURES,
		doc: "Take attestations by this key, not by --key",
		apply: (draft, value) => draft.attesters.push(value),
	},
	{
		long: "embedded-key",
		value: "FILE",
		completes: "file",
		group: SIGNATURES,
		doc: "Demand a signature inside the module by this key",
		apply: (draft, value) => draft.embedded.push(value),
	},
	{
		long: "digest",
		value: "DIGEST",
		group: OTHER,
		doc: "Demand this digest; of several, any",
		apply: (draft, value) => draft.digests.push(value),
	},
	...trustFlags(),
	{
		long: "remove",
		group: POLICY,
		doc: "Remove the rule",
		apply: (draft, value) => (draft.remove = value === "true"),
	},
	{
		long: "default",
		value: "WORD",
		choices: ["first-use", "accept", "reject"],
		group: POLICY,
		doc: "Say what holds for names without a rule: first-use, accept or reject",
		apply: (draft, value) => (draft.otherwise = value),
	},
];

function trustFlags(): Flag<RuleDraft>[] {
	const docs = {
		"first-use": "Demand the digest that was first seen here",
		accept: "Demand nothing",
		reject: "Refuse all such images",
	};
	return (["first-use", "accept", "reject"] as const).map((word) => ({
		long: word,
		group: OTHER,
		doc: docs[word],
		apply: (draft, value) => (draft.trust = value === "true" ? word : undefined),
	}));
}

/** The rule as it will stand in the policy; `keyName` says how a key's file is called there. */
export function ruleWords(name: string, draft: RuleDraft, keyName: (file: string) => string): RuleWords {
	const { keys, attesters, embedded, attestations, digests, all, trust } = draft;
	return {
		name,
		...(trust === undefined ? {} : { trust }),
		...(keys.length === 0 ? {} : { keys: keys.map(keyName) }),
		...(all ? { need: "all" } : {}),
		...(attestations.length === 0 ? {} : { attestations }),
		...(attesters.length === 0 ? {} : { "attestation-keys": attesters.map(keyName) }),
		...(embedded.length === 0 ? {} : { "embedded-keys": embedded.map(keyName) }),
		...(digests.length === 0 ? {} : { digests }),
	};
}
