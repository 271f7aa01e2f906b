import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultTextOf } from "../../test/support/fault.ts";
import { Fault } from "../base/fault.ts";
import { readPolicy } from "./read-policy.ts";
import { ruleFor, type TrustPolicy } from "./trust-policy.ts";

const PEM = "-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n";
const FILES: Readonly<Record<string, string>> = { "team.pub": PEM, "ci.pub": PEM, "/etc/keys/team.pub": PEM };

async function read(text: string, file = "trust.toml"): Promise<TrustPolicy> {
	return readPolicy(new TextEncoder().encode(text), {
		file,
		readKey: (name) => {
			const key = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
			if (key === undefined) throw new Fault("TRUST_POLICY_INVALID", `there is no '${name}'`);
			return new TextEncoder().encode(key);
		},
	});
}

const OWN = `
default = "reject"

[[rule]]
name = "registry.example.com/team/*"
keys = ["team.pub"]
attestations = ["https://slsa.dev/provenance/v1"]
attestation-keys = ["ci.pub"]

[[rule]]
name = "hello"
trust = "first-use"

[[rule]]
name = "registry.example.com/team/old"
digests = ["sha256:${"1".repeat(64)}"]
`;

test("our own form: which rule decides, and where it stands", async () => {
	const policy = await read(OWN);
	const where = (reference: string) => ruleFor(policy, reference).where;
	assert.equal(where("registry.example.com/team/app:1"), "trust.toml:5");
	assert.equal(where("registry.example.com/team/old:1"), "trust.toml:15");
	assert.equal(where("docker.io/library/hello:latest"), "trust.toml:11");
	assert.equal(where("quay.io/x:1"), "the default in trust.toml");
	assert.deepEqual(policy.otherwise.terms, { type: "reject" });
});

test("our own form: what a rule demands", async () => {
	const { terms } = ruleFor(await read(OWN), "registry.example.com/team/app:1");
	assert.ok(terms.type === "demand" && !terms.firstUse);
	assert.deepEqual(
		terms.signatures.map(({ type, keys, predicateType }) => [
			type,
			keys.map(({ from }) => from),
			predicateType,
		]),
		[
			["image", ["team.pub"], undefined],
			["attestation", ["ci.pub"], "https://slsa.dev/provenance/v1"],
		],
	);
});

test("our own form says the same in JSON", async () => {
	const json = { default: "reject", rule: [{ name: "hello", keys: [PEM], need: "all", trust: "first-use" }] };
	const policy = await read(JSON.stringify(json), "trust.json");
	assert.equal(ruleFor(policy, "docker.io/library/hello:1").where, "trust.json:1");
	const { terms } = ruleFor(policy, "docker.io/library/hello:1");
	assert.ok(terms.type === "demand" && terms.firstUse && terms.signatures[0]?.need === "all");
});

test("an empty policy is that of a new install", async () => {
	assert.deepEqual((await read("")).otherwise.terms, {
		type: "demand",
		firstUse: true,
		digests: [],
		signatures: [],
	});
});

const RULE = `[[rule]]\nname = "a"\n`;

for (const [name, text, says] of [
	["no TOML", `rule = [`, "trust.toml:1'"],
	[
		"an unknown key",
		`defualt = "reject"`,
		"'defualt' is not a key of a trust policy; did you mean 'default'?",
	],
	[
		"an unknown key of a rule",
		`${RULE}key = ["team.pub"]`,
		"trust.toml:2' [TRUST_POLICY_INVALID]\nnote: 'key' is not a key of a rule; did you mean 'keys'?",
	],
	[
		"an unknown default",
		`default = "maybe"`,
		"'maybe' is no default: there are 'first-use', 'accept' and 'reject'",
	],
	["a version of the future", `version = 2`, "'version' is another than 1"],
	["a rule without a name", `[[rule]]\nkeys = ["team.pub"]`, "'rule[0].name' is missing"],
	["a rule that demands nothing", RULE, "the rule for 'a' demands nothing"],
	[
		"a rule that accepts and demands",
		`${RULE}trust = "accept"\nkeys = ["team.pub"]`,
		"says 'accept', and demands something besides",
	],
	["no keys at all", `${RULE}keys = []`, "'rule[0].keys' is empty"],
	["a key that is not there", `${RULE}keys = ["gone.pub"]`, "there is no 'gone.pub'"],
	["a key named __proto__", `${RULE}keys = ["__proto__"]`, "there is no '__proto__'"],
	["attestations by nobody", `${RULE}attestations = ["x"]`, "names no keys to make them"],
	["keys that attest nothing", `${RULE}attestation-keys = ["ci.pub"]`, "no attestations"],
	["a need without keys", `${RULE}need = "all"\ntrust = "first-use"`, "names none"],
	["another need", `${RULE}need = "most"\nkeys = ["team.pub"]`, "neither 'any' nor 'all'"],
	["no digest", `${RULE}digests = ["latest"]`, "has 'latest', which is no digest"],
	["two rules for one name", `${RULE}trust = "accept"\n${RULE}trust = "reject"`, "two rules for 'a'"],
	["a name that is none", `[[rule]]\nname = "a b"\ntrust = "accept"`, "is no glob of names"],
	["a rule that is a text", `rule = ["a"]`, "'rule[0]' is no object"],
] as const)
	test(`our own form refuses ${name}`, async () => {
		const told = await faultTextOf(read(text));
		assert.ok(told.includes("TRUST_POLICY_INVALID") && told.includes(says), told);
	});

const CONTAINERS = JSON.stringify(
	{
		default: [{ type: "reject" }],
		transports: {
			docker: {
				"": [{ type: "insecureAcceptAnything" }],
				"registry.example.com": [{ type: "reject" }],
				"registry.example.com/team": [{ type: "sigstoreSigned", keyPath: "/etc/keys/team.pub" }],
				"*.example.com": [
					{ type: "sigstoreSigned", keyData: btoa(PEM), signedIdentity: { type: "matchRepository" } },
				],
			},
			"docker-daemon": { "": [{ type: "insecureAcceptAnything" }] },
		},
	},
	undefined,
	2,
);

for (const [reference, where, type] of [
	["registry.example.com/team/app:1", "policy.json:19", "demand"],
	["registry.example.com/app:1", "policy.json:14", "reject"],
	["other.example.com/app:1", "policy.json:25", "demand"],
	["docker.io/library/hello:latest", "policy.json:9", "accept"],
] as const)
	test(`policy.json decides about ${reference}`, async () => {
		const rule = ruleFor(await read(CONTAINERS, "policy.json"), reference);
		assert.equal(rule.where, where);
		assert.equal(rule.terms.type, type);
	});

test("policy.json: the identity that is demanded where none is named", async () => {
	const { terms } = ruleFor(await read(CONTAINERS, "policy.json"), "registry.example.com/team/app:1");
	assert.ok(terms.type === "demand");
	assert.deepEqual(terms.signatures[0]?.identity, { type: "matchRepoDigestOrExact" });
});

const one = (requirement: object) => JSON.stringify({ default: [requirement] });
const SIGNED = { type: "sigstoreSigned", keyPath: "team.pub" };

for (const [name, text, says] of [
	["no default", `{"transports":{}}`, "'default' is missing"],
	["an unknown key", `{"default":[{"type":"reject"}],"transport":{}}`, "did you mean 'transports'?"],
	[
		"an unknown transport",
		`{"default":[{"type":"reject"}],"transports":{"dokcer":{}}}`,
		"did you mean 'docker'?",
	],
	["an empty list", `{"default":[]}`, "its list of requirements is empty"],
	["an unknown requirement", one({ type: "accept" }), "'accept' is no requirement"],
	["GPG", one({ type: "signedBy", keyType: "GPGKeys", keyPath: "x" }), "which wherry cannot verify"],
	["Fulcio", one({ ...SIGNED, fulcio: {} }), "which wherry does not verify"],
	["Rekor", one({ ...SIGNED, rekorPublicKeyPath: "x" }), "which wherry does not verify"],
	["two keys", one({ ...SIGNED, keyData: "AA==" }), "exactly one of"],
	["no key", one({ type: "sigstoreSigned" }), "exactly one of"],
	["an empty list of keys", one({ type: "sigstoreSigned", keyPaths: [] }), "names no key"],
	["keyData that is no base64", one({ type: "sigstoreSigned", keyData: "!" }), "no base64"],
	["a key that is null", one({ ...SIGNED, signedIdentity: null }), "'signedIdentity' is null"],
	["an unknown identity", one({ ...SIGNED, signedIdentity: { type: "any" } }), "'any' is no signedIdentity"],
	[
		"a key too many in an identity",
		one({ ...SIGNED, signedIdentity: { type: "matchExact", prefix: "x" } }),
		"'prefix' is not a key of matchExact",
	],
	["a key too many in a requirement", one({ type: "insecureAcceptAnything", keyPath: "x" }), "'keyPath'"],
	[
		"a scope with a star inside",
		JSON.stringify({
			default: [{ type: "reject" }],
			transports: { docker: { "a*/b": [{ type: "reject" }] } },
		}),
		"is no scope",
	],
] as const)
	test(`policy.json is refused: ${name}`, async () => {
		const told = await faultTextOf(read(text, "policy.json"));
		assert.ok(told.includes("TRUST_POLICY_INVALID") && told.includes(says), told);
	});

test("any text is a policy or a Fault", async () => {
	const pieces = fc.array(
		fc.oneof(fc.string(), fc.constantFrom(OWN, CONTAINERS, RULE, "[[rule]]", "default", "{", "keys = ")),
	);
	const texts = fc.oneof(
		pieces.map((all) => all.join("\n")),
		fc.json(),
	);
	await fc.assert(
		fc.asyncProperty(texts, fc.constantFrom("trust.toml", "trust.json"), async (text, file) => {
			try {
				await read(text, file);
			} catch (error) {
				assert.ok(error instanceof Fault && error.code === "TRUST_POLICY_INVALID", String(error));
			}
		}),
	);
});
