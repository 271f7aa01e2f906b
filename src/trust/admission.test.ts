import assert from "node:assert/strict";
import { test } from "node:test";
import { faultText, faultTextOf } from "../../test/support/fault.ts";
import type { Digest } from "../oci/digest.ts";
import { admit, admitByPin, type Candidate, type TrustState } from "./admission.ts";
import type { Evidence, ValidSignature } from "./demand-signatures.ts";
import { globScope } from "./name-scope.ts";
import type { Pin } from "./pins.ts";
import { DEFAULT_POLICY, type SignatureDemand, type Terms, type TrustKey } from "./trust-policy.ts";

const ONE = `sha256:${"1".repeat(64)}` as Digest;
const TWO = `sha256:${"2".repeat(64)}` as Digest;
const NAME = "docker.io/library/hello:latest";
const PIN: Pin = { digest: ONE, how: "pulled", since: "2026-11-22T10:00:00.000Z" };
const RUN: Candidate = { reference: NAME, shown: "hello:latest", digest: ONE, moment: "run" };
const FIRST_USE: Terms = { type: "demand", firstUse: true, digests: [], signatures: [] };

function stateOf(terms: Terms, pins: readonly (readonly [string, Pin])[] = []): TrustState {
	const rule = { where: "trust.toml:3", scope: globScope("hello"), terms };
	return { policy: { ...DEFAULT_POLICY, rules: [rule] }, pins: new Map(pins), lock: undefined };
}

const PINNED = [[NAME, PIN]] as const;

for (const [name, state, candidate, why] of [
	["what was pinned", stateOf(FIRST_USE, PINNED), RUN, "it is what was pulled on 2026-11-22"],
	[
		"what its digest names",
		stateOf(FIRST_USE),
		{ ...RUN, reference: `docker.io/library/hello@${ONE}` },
		"its digest was named",
	],
	["what its id names", stateOf(FIRST_USE), { ...RUN, reference: undefined }, "its digest was named"],
	["anything", stateOf({ type: "accept" }), RUN, "the rule accepts any image"],
	[
		"a digest of the rule's",
		stateOf({ ...FIRST_USE, firstUse: false, digests: [TWO, ONE] }),
		RUN,
		"its digest is one that the rule names",
	],
] as const)
	test(`a run is let in: ${name}`, () => {
		const admission = admitByPin(state, candidate);
		assert.equal(admission?.why, why);
		assert.equal(admission.pin, undefined);
	});

for (const moment of ["pull", "load"] as const)
	test(`a ${moment} of a new name is let in and pinned`, () => {
		const admission = admitByPin(stateOf(FIRST_USE), { ...RUN, moment });
		assert.equal(admission?.why, "it was first seen now, and is pinned");
		assert.equal(admission.pin?.digest, ONE);
		assert.equal(admission.pin.how, moment === "pull" ? "pulled" : "loaded");
	});

test("a pull of what is pinned already changes no pin", () => {
	assert.equal(admitByPin(stateOf(FIRST_USE, PINNED), { ...RUN, moment: "pull" })?.pin, undefined);
});

test("a rule that asks for no pin still records what came", () => {
	const admission = admitByPin(stateOf({ type: "accept" }, PINNED), { ...RUN, digest: TWO, moment: "pull" });
	assert.equal(admission?.pin?.digest, TWO);
});

for (const [name, state, candidate, code, says] of [
	[
		"a name never seen",
		stateOf(FIRST_USE),
		RUN,
		"UNTRUSTED",
		[`found    ${ONE}`, "trust.toml:3", "help: wherry trust accept hello:latest"],
	],
	[
		"a name of Object's own",
		stateOf(FIRST_USE),
		{ ...RUN, reference: "docker.io/library/hello:constructor" },
		"UNTRUSTED",
		[],
	],
	[
		"a run of a moved tag",
		stateOf(FIRST_USE, PINNED),
		{ ...RUN, digest: TWO },
		"PIN_CHANGED",
		[`expected ${ONE}, pulled on 2026-11-22`, `found    ${TWO}`, `help: wherry run hello@${ONE}`],
	],
	[
		"a pull of a moved tag",
		stateOf(FIRST_USE, PINNED),
		{ ...RUN, digest: TWO, moment: "pull" },
		"PIN_CHANGED",
		["help: wherry trust accept hello:latest"],
	],
	[
		"a rule that rejects",
		stateOf({ type: "reject" }, PINNED),
		RUN,
		"UNTRUSTED",
		["the rule for 'hello' at trust.toml:3 rejects it"],
	],
	[
		"a digest that the rule does not name",
		stateOf({ ...FIRST_USE, digests: [ONE] }, PINNED),
		{ ...RUN, digest: TWO },
		"UNTRUSTED",
		[`expected ${ONE}`, `found    ${TWO}`],
	],
] as const)
	test(`refused: ${name}`, () => {
		const told = faultText(() => admitByPin(state, candidate));
		for (const words of [`[${code}]`, ...says]) assert.ok(told.includes(words), told);
	});

const KEY: TrustKey = { content: Uint8Array.of(1), from: "one.pub" };
const OTHER: TrustKey = { content: Uint8Array.of(2), from: "two.pub" };
const SIGN = "https://sigstore.dev/cosign/sign/v1";
const SLSA = "https://slsa.dev/provenance/v1";

function signed(demands: readonly Partial<SignatureDemand>[], firstUse = false): TrustState {
	const signatures = demands.map(
		(demand) => ({ type: "image", keys: [KEY], need: "any", ...demand }) as const,
	);
	return stateOf({ type: "demand", firstUse, digests: [], signatures }, PINNED);
}

/** What stands beside an image: as `evidenceIn` finds it. */
function evidence(valid: readonly ValidSignature[], others = 0): Evidence {
	const found = {
		count: valid.length + others,
		valid,
		problems: others > 0 ? ["it was made with another key"] : [],
	};
	return { signatures: async () => found, embedded: async () => ({ count: 0, valid: [], problems: [] }) };
}

const BY_KEY: ValidSignature = { key: KEY, fingerprint: "sha256:one", predicateType: SIGN };
const BY_OTHER: ValidSignature = { key: OTHER, fingerprint: "sha256:two", predicateType: SIGN };

test("where signatures are demanded, pins alone let nothing in", () => {
	assert.equal(admitByPin(signed([{}]), RUN), undefined);
});

for (const [name, state, found, keys] of [
	["by the key", signed([{}]), evidence([BY_KEY]), ["sha256:one"]],
	["by one of two", signed([{ keys: [OTHER, KEY] }]), evidence([BY_KEY], 3), ["sha256:one"]],
	[
		"by both",
		signed([{ keys: [OTHER, KEY], need: "all" }]),
		evidence([BY_KEY, BY_OTHER]),
		["sha256:one", "sha256:two"],
	],
	[
		"with what it attests",
		signed([{}, { type: "attestation", predicateType: SLSA }]),
		evidence([BY_KEY, { ...BY_KEY, predicateType: SLSA }]),
		["sha256:one"],
	],
	[
		"for its own name",
		signed([{ identity: { type: "matchRepository" } }]),
		evidence([{ ...BY_KEY, identity: NAME }]),
		["sha256:one"],
	],
] as const)
	test(`a signed image is let in: ${name}`, async () => {
		assert.deepEqual((await admit(state, RUN, found)).keys, keys);
	});

test("a moved tag that is signed as demanded is let in, and pinned anew with its key", async () => {
	const admission = await admit(signed([{}]), { ...RUN, digest: TWO, moment: "pull" }, evidence([BY_KEY]));
	assert.equal(admission.pin?.digest, TWO);
	assert.equal(admission.pin.key, "sha256:one");
});

for (const [name, state, found, code, says] of [
	[
		"nobody signed",
		signed([{}]),
		evidence([]),
		"SIGNATURE_MISSING",
		"expected a signature by 'one.pub'; found none",
	],
	["others signed", signed([{}]), evidence([], 2), "SIGNATURE_INVALID", "it was made with another key"],
	[
		"one of two is missing",
		signed([{ keys: [KEY, OTHER], need: "all" }]),
		evidence([BY_KEY]),
		"SIGNATURE_INVALID",
		"by 'two.pub'",
	],
	[
		"it only attests",
		signed([{}]),
		evidence([{ ...BY_KEY, predicateType: SLSA }]),
		"SIGNATURE_INVALID",
		"'one.pub'",
	],
	[
		"it attests something else",
		signed([{ type: "attestation", predicateType: SLSA }]),
		evidence([BY_KEY]),
		"SIGNATURE_INVALID",
		SLSA,
	],
	[
		"signed for another name",
		signed([{ identity: { type: "matchRepository" } }]),
		evidence([{ ...BY_KEY, identity: "docker.io/library/other" }]),
		"SIGNATURE_INVALID",
		"",
	],
	[
		"signed without a name",
		signed([{ identity: { type: "matchRepository" } }]),
		evidence([BY_KEY]),
		"SIGNATURE_INVALID",
		"",
	],
	[
		"no signature inside",
		signed([{ type: "embedded" }]),
		evidence([BY_KEY]),
		"SIGNATURE_MISSING",
		"a signature in the module by 'one.pub'",
	],
] as const)
	test(`a run is refused where a rule demands signatures: ${name}`, async () => {
		const told = await faultTextOf(admit(state, RUN, found));
		assert.ok(told.includes(`[${code}]`) && told.includes(says) && told.includes("trust.toml:3"), told);
		assert.ok(told.includes(ONE), told);
	});

test("a rule may demand a signature and a pin: a moved tag is refused though it is signed", async () => {
	const told = await faultTextOf(admit(signed([{}], true), { ...RUN, digest: TWO }, evidence([BY_KEY])));
	assert.match(told, /\[PIN_CHANGED\]/);
});
