import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { withDefault, withoutRule, withRule } from "./edit-policy.ts";
import { readPolicy } from "./read-policy.ts";
import { ruleFor } from "./trust-policy.ts";

const TOML = `# ours
default = "reject" # nobody else

# the team
[[rule]]
name = "registry.example.com/team/*"
keys = [
	"team.pub",
]

[[rule]]
name = 'hello'
trust = "first-use"
`;
const toml = (text: string) => ({ file: "trust.toml", text });
const json = (text: string) => ({ file: "trust.json", text });

for (const [name, found, wanted] of [
	[
		"a rule more",
		withRule(toml(TOML), { name: "a", trust: "accept" }),
		`${TOML}\n[[rule]]\nname = "a"\ntrust = "accept"\n`,
	],
	[
		"a first rule",
		withRule(toml(""), { name: "a", keys: ["b", "c"] }),
		`[[rule]]\nname = "a"\nkeys = ["b", "c"]\n`,
	],
	[
		"a rule anew",
		withRule(toml(TOML), { name: "hello", trust: "accept" }),
		TOML.replace(/'hello'\n.*\n/, `"hello"\ntrust = "accept"\n`),
	],
	["a rule less", withoutRule(toml(TOML), "hello"), TOML.slice(0, TOML.lastIndexOf("[[rule]]"))],
	["a rule that is not there", withoutRule(toml(TOML), "team"), undefined],
	["another default", withDefault(toml(TOML), "accept"), TOML.replace(/^default.*$/m, `default = "accept"`)],
	[
		"a first default",
		withDefault(toml(`[[rule]]\nname = "a"\n`), "accept"),
		`default = "accept"\n\n[[rule]]\nname = "a"\n`,
	],
	[
		"a rule more in JSON",
		withRule(json(""), { name: "a", trust: "accept" }),
		`{\n\t"rule": [\n\t\t{\n\t\t\t"name": "a",\n\t\t\t"trust": "accept"\n\t\t}\n\t]\n}\n`,
	],
	[
		"a rule less in JSON",
		withoutRule(json(`{"default":"reject","rule":[{"name":"a"}]}`), "a"),
		`{\n\t"default": "reject",\n\t"rule": []\n}\n`,
	],
	["another default in JSON", withDefault(json("{}"), "accept"), `{\n\t"default": "accept"\n}\n`],
] as const)
	test(`a policy is edited: ${name}`, () => assert.equal(found, wanted));

test("what was added is read back, whatever its words, and taken away without a trace", async () => {
	const keys = fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 });
	await fc.assert(
		fc.asyncProperty(keys, fc.constantFrom("trust.toml", "trust.json"), async (words, file) => {
			const before = file.endsWith("json") ? `{\n\t"rule": []\n}\n` : TOML;
			const text = withRule({ file, text: before }, { name: "new", keys: words });
			const policy = await readPolicy(new TextEncoder().encode(text), {
				file,
				readKey: (word) => new TextEncoder().encode(word),
			});
			const { terms } = ruleFor(policy, "docker.io/library/new:1");
			assert.ok(terms.type === "demand");
			assert.deepEqual(
				terms.signatures[0]?.keys.map(({ from }) => from),
				words,
			);
			assert.equal(withoutRule({ file, text }, "new")?.trimEnd(), before.trimEnd());
		}),
		{ examples: [[[",", " "], "trust.toml"]] },
	);
});
