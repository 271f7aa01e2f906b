/** Adding what was learnt to the text of a policy file, so that what a person wrote stays as it is. */
import { commentText, tomlString } from "./policy-print.ts";

/** One line of a policy: a mount, an item of another list, a pair of a table, or a value of its own. */
export type LearntLine =
	| { readonly mount: LearntMount; readonly why: string }
	| {
			readonly list: "tmpfs" | "net" | "publish" | "keyvalue" | "copy-env";
			readonly item: string;
			readonly why: string;
	  }
	| { readonly table: "config"; readonly key: string; readonly value: string; readonly why: string }
	| { readonly key: "workdir"; readonly value: string; readonly why: string };

export interface LearntMount {
	/** On the host, relative to the policy. */
	readonly source: string;
	readonly target: string;
	readonly readOnly: boolean;
	/** Nothing of the host: an empty folder. */
	readonly isEmpty?: boolean;
}

const WHY_LENGTH_MAX = 160;

/** The least that a folder in memory may hold. Nobody may write there. */
export const EMPTY_BYTES = 1;

/** A mount in the words of `--mount`. */
export function mountItem({ source, target, readOnly, isEmpty }: LearntMount): string {
	const fields =
		isEmpty === true
			? ["type=tmpfs", `target=${target}`, `tmpfs-size=${EMPTY_BYTES}`, "readonly"]
			: ["type=bind", `source=${source}`, `target=${target}`, ...(readOnly ? ["readonly"] : [])];
	return fields.map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(",");
}

/** The text with these lines in it. Whoever asks reads the result again: a policy can be spelled so that nothing can be added. */
export function withLearnt(text: string, lines: readonly LearntLine[]): string {
	const isDos = /\r\n/.test(text) && !/(?<!\r)\n/.test(text);
	let now = isDos ? text.replaceAll("\r\n", "\n") : text;
	now = now === "" ? HEAD : now.endsWith("\n") ? now : `${now}\n`;
	for (const line of lines) now = withLine(now, line);
	return isDos ? now.replaceAll("\n", "\r\n") : now;
}

function withLine(text: string, line: LearntLine): string {
	if ("mount" in line)
		// TOML has either a list or tables of this name
		return /^[ \t]*\[\[[ \t]*mount[ \t]*\]\]/m.test(text)
			? `${text}${mountTable(line)}`
			: intoList(text, "mount", itemLine(mountItem(line.mount), line.why));
	if ("list" in line) return intoList(text, line.list, itemLine(line.item, line.why));
	const value = `${tomlString(line.value)}${comment(line.why)}`;
	if ("table" in line) return intoTable(text, line.table, `${tomlString(line.key)} = ${value}`);
	return beforeTables(text, `${line.key} = ${value}\n`);
}

/**
 * The text with a mount in the place of all items for which `isReplaced` answers true: in that of the first. Undefined:
 * no line holds one.
 */
export function withMountReplaced(
	text: string,
	isReplaced: (item: string) => boolean,
	{ mount, why }: Extract<LearntLine, { readonly mount: LearntMount }>,
): string | undefined {
	const lines = text.split("\n");
	const replaced = lines.flatMap((line, index) => {
		const item = itemOf(line);
		return item !== undefined && isReplaced(item) ? [index] : [];
	});
	const [first] = replaced;
	if (first === undefined) return undefined;
	const end = lines[first]?.endsWith("\r") === true ? "\r" : "";
	return lines
		.with(first, `${itemLine(mountItem(mount), why)}${end}`)
		.filter((_, index) => index === first || !replaced.includes(index))
		.join("\n");
}

/** What a line says that is an item of a list and nothing else, as `withLearnt` writes them. */
function itemOf(line: string): string | undefined {
	const [, string = ""] = /^\s*("(?:[^"\\]|\\.)*"),\s*(?:#.*)?$/.exec(line) ?? [];
	try {
		// TOML has one escape that JSON has not
		return JSON.parse(
			string.replaceAll(/\\(?:U([0-9a-fA-F]{8})|(.))/gs, (escape, digits: string | undefined) =>
				digits === undefined ? escape : String.fromCodePoint(Number.parseInt(digits, 16)),
			),
		) as string;
	} catch {
		return undefined;
	}
}

const HEAD = `# Written by --learn: what the program used. Read it before you trust it; edit it as you like.
# Paths of the host are relative to this file. The comment of a line says which call wanted it.
`;

function itemLine(item: string, why: string): string {
	return `\t${tomlString(item)},${comment(why)}`;
}

function mountTable({ mount, why }: Extract<LearntLine, { readonly mount: LearntMount }>): string {
	return [
		"",
		`[[mount]]${comment(why)}`,
		...(mount.isEmpty === true
			? [`type = "tmpfs"`, `tmpfs-size = ${EMPTY_BYTES}`]
			: [`type = "bind"`, `source = ${tomlString(mount.source)}`]),
		`target = ${tomlString(mount.target)}`,
		`readonly = ${mount.readOnly}`,
		"",
	].join("\n");
}

function comment(why: string): string {
	const text = commentText(why);
	return ` # ${text.length > WHY_LENGTH_MAX ? `${text.slice(0, WHY_LENGTH_MAX).toWellFormed()}...` : text}`;
}

/** Behind the last item that the list has on lines of its own; else in front of the first. */
function intoList(text: string, list: string, line: string): string {
	const lines = text.split("\n");
	const at = lines.findIndex((one) => new RegExp(String.raw`^\s*(["']?)${list}\1\s*=\s*\[`).test(one));
	if (at < 0) return beforeTables(text, `${list} = [\n${line}\n]\n`);
	const end = /\[\s*(?:#.*)?$/.test(lines[at] ?? "")
		? lines.findIndex((one, index) => index > at && /^\s*\]/.test(one))
		: -1;
	const lastEndsInComma = end > at + 1 && /^\s*"(?:[^"\\]|\\.)*",/.test(lines[end - 1] ?? "");
	if (lastEndsInComma || end === at + 1) return lines.toSpliced(end, 0, line).join("\n");
	// what stands behind the bracket, an item or a comment, comes after the new one
	const [, head = "", rest = ""] = /^([^[]*\[)[ \t]*(.*)$/.exec(lines[at] ?? "") ?? [];
	const opened =
		rest === "" ? [head, line] : rest.startsWith("#") ? [`${head} ${rest}`, line] : [head, line, rest];
	return lines.toSpliced(at, 1, ...opened).join("\n");
}

function intoTable(text: string, table: string, line: string): string {
	const lines = text.split("\n");
	const at = lines.findIndex((one) => new RegExp(String.raw`^\s*\[\s*${table}\s*\]`).test(one));
	return at < 0 ? `${text}\n[${table}]\n${line}\n` : lines.toSpliced(at + 1, 0, line).join("\n");
}

/** TOML wants what belongs to no table in front of all tables. */
function beforeTables(text: string, added: string): string {
	const at = text.search(/(?<=^|\n)[ \t]*\[+[^\]\n]+\]+[ \t]*(?:#[^\n]*)?(?=\n|$)/);
	return at < 0 ? `${text}${added}` : `${text.slice(0, at)}${added}${text.slice(at)}`;
}
