import type { Fault } from "../../base/fault.ts";
import type { Digest } from "../../oci/digest.ts";
import { readName } from "../../store/read.ts";
import type { Admission, TrustState } from "../../trust/admission.ts";
import type { Pin } from "../../trust/pins.ts";
import { termsWords } from "../../trust/terms-words.ts";
import { ruleFor, type TrustRule } from "../../trust/trust-policy.ts";
import { demandWords } from "../images/each.ts";
import { openStore, storeFolder } from "../images/open-store.ts";
import { tableText } from "../images/table.ts";
import { printResult } from "../print.ts";
import type { Format } from "../run-options.ts";
import { verb } from "../verb.ts";
import { mayRun, openTrust } from "./gate.ts";
import { parseTagged, shownReference, type TaggedName } from "./name-words.ts";
import { readPins } from "./trust-files.ts";
import { TRUST_FLAGS, type TrustDraft } from "./trust-flags.ts";

const USAGE = "wherry trust show [OPTIONS] [NAME[:TAG]]";

/** `wherry trust show`: what is trusted, or why one image is. */
export const TRUST_SHOW_VERB = verb<TrustDraft>({
	name: "trust show",
	usage: USAGE,
	about: [
		"Without a NAME: the rules that hold here, and what each name was pinned to. With one: which rule decides about it, what that demands, and whether the image in the store may run. Nothing is changed.",
	],
	flags: TRUST_FLAGS,
	examples: [
		{ says: "See whom this machine trusts", words: "wherry trust show" },
		{ says: "See why an image may run, or may not", words: "wherry trust show hello:latest" },
	],
	completes: "image",
	draft: () => ({ trustPolicy: undefined, locked: false }),
	async act({ format, trustPolicy, locked }, words) {
		demandWords(words, 0, 1, USAGE);
		const trust = await openTrust({ policy: trustPolicy, locked });
		const [word] = words;
		printResult(
			word === undefined ? allText(trust, format) : await oneText(trust, parseTagged(word), format),
		);
		return 0;
	},
});

function allText({ policy }: TrustState, format: Format): string {
	const pins = readPins();
	const rules = [...policy.rules, policy.otherwise];
	if (format === "json") {
		const rows = [
			...rules.map((rule) => ({ rule: globOf(rule), demands: termsWords(rule.terms), where: rule.where })),
			...Array.from(pins, ([name, pin]) => Object.assign({ name }, pin)),
		];
		return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
	}
	const ruleRows = rules.map((rule) => [globOf(rule), termsWords(rule.terms).join("; and "), rule.where]);
	const pinRows = [...pins].map(([name, pin]) => [shownReference(name), pin.digest, pin.how, pin.since]);
	const text = tableText(["NAMES", "DEMANDS", "WHERE"], ruleRows);
	return pinRows.length === 0
		? text
		: `${text}\n${tableText(["NAME", "PINNED TO", "HOW", "SINCE"], pinRows)}`;
}

function globOf({ scope }: TrustRule): string {
	return scope?.text ?? "(all others)";
}

async function oneText(trust: TrustState, name: TaggedName, format: Format): Promise<string> {
	const { reference } = name;
	const rule = ruleFor(trust.policy, reference);
	const pin = trust.pins.get(reference);
	const stored = name.digest ?? readName(storeFolder(), reference)?.digest;
	const answer = stored === undefined ? undefined : await ask(trust, name, stored);
	if (format === "json") return `${JSON.stringify(factsOf({ name, rule, pin, stored, answer }))}\n`;
	const lines: readonly (readonly [string, string])[] = [
		["name", reference],
		["rule", rule.where],
		...termsWords(rule.terms).map((words) => ["demands", words] as const),
		...pinLines(pin),
		["stored", stored ?? "no"],
		...answerLines(answer),
	];
	return lines.map(([label, text]) => `${label.padEnd(LABEL_WIDTH)}${text}\n`).join("");
}

const LABEL_WIDTH = 10;

interface Facts {
	readonly name: TaggedName;
	readonly rule: TrustRule;
	readonly pin: Pin | undefined;
	readonly stored: Digest | undefined;
	readonly answer: Admission | Fault | undefined;
}

function factsOf({ name, rule, pin, stored, answer }: Facts): object {
	const { where, terms } = rule;
	const refused = answer !== undefined && "code" in answer;
	return {
		name: name.reference,
		rule: where,
		demands: termsWords(terms),
		pin,
		stored,
		...(answer === undefined ? {} : { mayRun: !refused, why: refused ? answer.notes : answer.why }),
		...(refused ? { code: answer.code } : {}),
	};
}

async function ask(
	trust: TrustState,
	{ reference, shown }: TaggedName,
	digest: Digest,
): Promise<Admission | Fault> {
	const repository = reference.slice(0, reference.lastIndexOf(":"));
	return mayRun(trust, { reference, shown, digest, moment: "run" }, () => openStore().repository(repository));
}

function pinLines(pin: Pin | undefined): (readonly [string, string])[] {
	if (pin === undefined) return [["pinned", "no"]];
	return [
		["pinned", `${pin.digest}, ${pin.how} on ${pin.since.slice(0, 10)}`],
		...(pin.key === undefined ? [] : [["signed", `then by ${pin.key}`] as const]),
		...(pin.offered === undefined ? [] : [["offered", `${pin.offered}, and refused`] as const]),
	];
}

function answerLines(answer: Admission | Fault | undefined): (readonly [string, string])[] {
	if (answer === undefined) return [];
	if (!("code" in answer)) return [["may run", `yes: ${answer.why}`]];
	return [
		["may run", `no: ${answer.message} [${answer.code}]`],
		...answer.notes.map((note) => ["", note] as const),
	];
}
