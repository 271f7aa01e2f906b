/** May this image be kept, or run? Every pull and every run asks here. */
import { Fault } from "../base/fault.ts";
import type { Digest } from "../oci/digest.ts";
import { demandSignatures, type Evidence } from "./demand-signatures.ts";
import type { Lock } from "./lock.ts";
import { demandLocked } from "./locked-to.ts";
import type { Pin, PinsLookup } from "./pins.ts";
import { ruleFor, type TrustPolicy, type TrustRule, type Terms } from "./trust-policy.ts";

/** All that decides, read once. */
export interface TrustState {
	readonly policy: TrustPolicy;
	readonly pins: PinsLookup;
	/** Only with --locked. */
	readonly lock: Lock | undefined;
}

/** What is to be let in. */
export interface Candidate {
	/**
	 * Canonical: `docker.io/library/hello:latest`, or with `@sha256:...` where the person named the
	 * digest. Undefined: named by its id alone.
	 */
	readonly reference: string | undefined;
	/** As people know the name: `hello:latest`. */
	readonly shown: string;
	/** Of what the name stands for: a manifest, or an index. Whoever asks has checked it. */
	readonly digest: Digest;
	/** Of an index: which of its manifests is meant, as `candidates` has it; absent: the best. */
	readonly platform?: string;
	/** Of its layers, where they are known already: held to the lock. */
	readonly layers?: readonly Digest[];
	/**
	 * "run" demands what came in before; the others bring it in, and what is first seen is pinned. When
	 * the digest was named by the person, no pin is asked.
	 */
	readonly moment: "run" | "pull" | "load";
}

/** It may, and why. */
export interface Admission {
	readonly reference: string | undefined;
	readonly digest: Digest;
	/** Which rule decided: `/home/me/.config/wherry/trust.toml:3`. */
	readonly rule: string;
	/** One sentence: "it is what was pulled on 2026-11-22". */
	readonly why: string;
	/** Fingerprints of the keys whose signatures were demanded and verified. */
	readonly keys: readonly string[];
	/** To be recorded once the image is kept; undefined: nothing changes. */
	readonly pin: Pin | undefined;
}

/**
 * Decides where names, digests, pins and the lock are enough: without waiting and without any
 * cryptography. Undefined: a rule demands signatures, and `admit` has to be asked.
 *
 * @throws Fault UNTRUSTED, PIN_CHANGED, LOCK_DRIFT
 */
export function admitByPin(state: TrustState, candidate: Candidate): Admission | undefined {
	demandLocked(state.lock, candidate);
	const rule = ruleFor(state.policy, candidate.reference);
	const { terms } = rule;
	if (terms.type === "demand" && terms.signatures.length > 0) return undefined;
	return settle(state, candidate, rule, []);
}

/**
 * Decides, with signatures where a rule demands them.
 *
 * @throws Fault UNTRUSTED, PIN_CHANGED, LOCK_DRIFT, SIGNATURE_MISSING, SIGNATURE_INVALID, KEY_INVALID
 */
export async function admit(state: TrustState, candidate: Candidate, evidence: Evidence): Promise<Admission> {
	const byPin = admitByPin(state, candidate);
	if (byPin !== undefined) return byPin;
	const rule = ruleFor(state.policy, candidate.reference);
	const keys = await demandSignatures(candidate, rule, evidence);
	demandLocked(state.lock, candidate, keys);
	return settle(state, candidate, rule, keys);
}

/** All but signatures. */
function settle(
	{ pins }: TrustState,
	candidate: Candidate,
	rule: TrustRule,
	keys: readonly string[],
): Admission {
	const { terms } = rule;
	const { reference, digest } = candidate;
	const admitted = { reference, digest, rule: rule.where, keys };
	if (terms.type === "reject") throw rejected(candidate, rule);
	if (terms.type === "demand") demandDigest(candidate, rule, terms);
	const isFirstUse = terms.type === "demand" && terms.firstUse && isTagged(candidate);
	if (isFirstUse) demandPin(pins, candidate, rule);
	return { ...admitted, why: why(pins, candidate, terms, keys), pin: freshPin(pins, candidate, keys) };
}

type Demands = Extract<Terms, { type: "demand" }>;

function why(pins: PinsLookup, candidate: Candidate, terms: Terms, keys: readonly string[]): string {
	if (terms.type !== "demand") return "the rule accepts any image";
	if (keys.length > 0) return `it is signed by ${keys.join(" and ")}`;
	if (terms.digests.length > 0) return "its digest is one that the rule names";
	const pin = isTagged(candidate) ? pins.get(candidate.reference) : undefined;
	if (pin !== undefined) return `it is what was ${pin.how} on ${dayOf(pin)}`;
	return isTagged(candidate) ? "it was first seen now, and is pinned" : "its digest was named";
}

/** What holds for a name from now on. A run changes nothing, and a digest stands for itself. */
function freshPin(pins: PinsLookup, candidate: Candidate, [key]: readonly string[]): Pin | undefined {
	const { digest, moment } = candidate;
	if (moment === "run" || !isTagged(candidate)) return undefined;
	if (pins.get(candidate.reference)?.digest === digest) return undefined;
	const how = moment === "load" ? "loaded" : "pulled";
	return { digest, how, since: new Date().toISOString(), ...(key === undefined ? {} : { key }) };
}

/** Whether a name stands for it that could come to stand for something else. */
function isTagged(candidate: Candidate): candidate is Candidate & { readonly reference: string } {
	return candidate.reference !== undefined && !candidate.reference.includes("@");
}

function demandDigest(candidate: Candidate, rule: TrustRule, { digests }: Demands): void {
	if (digests.length === 0 || digests.includes(candidate.digest)) return;
	throw new Fault("UNTRUSTED", `may not ${candidate.moment} '${candidate.shown}'`, {
		note: [
			`expected ${digests.join(" or ")}`,
			`found    ${candidate.digest}`,
			`the rule at ${rule.where} names the digests that it may have`,
		],
		help: `wherry trust show ${candidate.shown}`,
	});
}

function demandPin(pins: PinsLookup, candidate: Candidate, rule: TrustRule): void {
	const pin = pins.get(candidate.reference ?? "");
	if (pin === undefined && candidate.moment === "run") throw neverSeen(candidate, rule);
	if (pin !== undefined && pin.digest !== candidate.digest) throw changed(candidate, rule, pin);
}

function rejected(candidate: Candidate, rule: TrustRule): Fault {
	return new Fault("UNTRUSTED", `may not ${candidate.moment} '${candidate.shown}'`, {
		note: [
			rule.scope === undefined
				? `no rule is for this name, and ${rule.where} rejects such images`
				: `the rule for '${rule.scope.text}' at ${rule.where} rejects it`,
			`its digest is ${candidate.digest}`,
		],
		help: `wherry trust show ${candidate.shown}`,
	});
}

/** What did not come by a pull, a load or a build was put there by something else. */
function neverSeen(candidate: Candidate, rule: TrustRule): Fault {
	return new Fault("UNTRUSTED", `may not run '${candidate.shown}'`, {
		note: [
			"expected a digest that was pinned when the image was pulled, loaded or built here; there is none",
			`found    ${candidate.digest}`,
			`${rule.where} pins what is first seen, and this was put into the store by something else`,
		],
		help: `wherry trust accept ${candidate.shown}`,
	});
}

function changed(candidate: Candidate, rule: TrustRule, pin: Pin): Fault {
	return new Fault("PIN_CHANGED", `'${candidate.shown}' now stands for other bytes than it did`, {
		note: [
			`expected ${pin.digest}, ${pin.how} on ${dayOf(pin)}`,
			`found    ${candidate.digest}`,
			`${rule.where} refuses silent change`,
		],
		help: [
			`wherry trust accept ${candidate.shown}    if the change is expected`,
			`wherry run ${repositoryShown(candidate)}@${pin.digest}    for what it was`,
		],
	});
}

function repositoryShown({ shown }: Candidate): string {
	const [name = ""] = shown.split("@", 1);
	return name.replace(/:[^/:]*$/, "");
}

function dayOf({ since }: Pin): string {
	return since.slice(0, 10);
}
