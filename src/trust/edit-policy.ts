/** Changes a policy of our own form without touching what else the person wrote there. */
import { policyFault } from "./policy-text.ts";

/** A rule as its words stand in the file. */
export interface RuleWords {
	readonly name: string;
	readonly trust?: string;
	readonly keys?: readonly string[];
	readonly need?: string;
	readonly attestations?: readonly string[];
	readonly "attestation-keys"?: readonly string[];
	readonly "embedded-keys"?: readonly string[];
	readonly digests?: readonly string[];
}

export interface PolicyDraft {
	readonly file: string;
	/** Whose end says whether it is JSON or TOML. Empty: a new one. */
	readonly text: string;
}

/** The text with a rule more, in the place of one for the same names. */
export function withRule(policy: PolicyDraft, rule: RuleWords): string {
	const rest = withoutRule(policy, rule.name) ?? policy.text;
	if (isJson(policy)) {
		const document = jsonOf({ ...policy, text: rest });
		return jsonText({ ...document, rule: [...rulesOf(document), rule] });
	}
	const lines = Object.entries(rule).map(([key, value]) => `${key} = ${tomlValue(value as TomlValue)}\n`);
	const gap = rest === "" || rest.endsWith("\n\n") ? "" : rest.endsWith("\n") ? "\n" : "\n\n";
	return `${rest}${gap}[[rule]]\n${lines.join("")}`;
}

/** The text without the rule for these names; undefined: there is none. */
export function withoutRule(policy: PolicyDraft, name: string): string | undefined {
	if (isJson(policy)) {
		const document = jsonOf(policy);
		const rules = rulesOf(document);
		const left = rules.filter((rule) => (rule as { name?: unknown }).name !== name);
		return left.length === rules.length ? undefined : jsonText({ ...document, rule: left });
	}
	const blocks = blocksOf(policy.text);
	const left = blocks.filter((block) => !isRuleFor(block, name));
	return left.length === blocks.length ? undefined : left.join("");
}

/** The text with what holds for names without a rule. */
export function withDefault(policy: PolicyDraft, word: string): string {
	if (isJson(policy)) return jsonText({ ...jsonOf(policy), default: word });
	const [top = "", ...blocks] = blocksOf(policy.text);
	const line = `default = ${JSON.stringify(word)}\n`;
	const changed = /^[ \t]*default[ \t]*=.*\n?/m.test(top)
		? top.replace(/^[ \t]*default[ \t]*=.*\n?/m, line)
		: `${line}${top === "" && blocks.length > 0 ? "\n" : ""}${top}`;
	return [changed, ...blocks].join("");
}

type TomlValue = string | readonly string[];

function tomlValue(value: TomlValue): string {
	return typeof value === "string" ? tomlString(value) : `[${value.map(tomlString).join(", ")}]`;
}

/** A basic string of TOML takes the escapes of JSON's; a DEL it wants escaped too. */
function tomlString(text: string): string {
	return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}

/** What stands before the first table, then each table with all up to the next. */
function blocksOf(text: string): string[] {
	const blocks = text.split(/^(?=[ \t]*\[)/m);
	return /^[ \t]*\[/.test(blocks[0] ?? "") ? ["", ...blocks] : blocks;
}

function isRuleFor(block: string, name: string): boolean {
	if (!/^[ \t]*\[\[[ \t]*rule[ \t]*\]\]/.test(block)) return false;
	const written = /^[ \t]*name[ \t]*=[ \t]*(?:"([^"\\]*)"|'([^']*)')/m.exec(block);
	return (written?.[1] ?? written?.[2]) === name;
}

function isJson({ file, text }: PolicyDraft): boolean {
	return file.endsWith(".json") || /^\uFEFF?\s*\{/.test(text);
}

type Document = Readonly<Record<string, unknown>>;

function jsonOf({ file, text }: PolicyDraft): Document {
	try {
		return (text === "" ? {} : JSON.parse(text)) as Document;
	} catch (cause) {
		throw policyFault(file, "it is no JSON", cause);
	}
}

function rulesOf({ rule }: Document): readonly unknown[] {
	return Array.isArray(rule) ? (rule as readonly unknown[]) : [];
}

function jsonText(document: Document): string {
	return `${JSON.stringify(document, undefined, "\t")}\n`;
}
