/** Adding what was learnt to the text of a policy file, so that what a person wrote stays as it is. */
import { printable } from "../base/fault.ts";
import { commentText, tomlString } from "./policy-print.ts";

/** One line of a policy: an item of a list, a pair of a table, or a value of its own. */
export type LearntLine =
	| {
			readonly list: "mount" | "tmpfs" | "net" | "publish" | "keyvalue" | "copy-env";
			readonly item: string;
			readonly why: string;
	  }
	| { readonly table: "env" | "config"; readonly key: string; readonly value: string; readonly why: string }
	| { readonly key: string; readonly value: string; readonly why: string };

const WHY_LENGTH_MAX = 160;

/** The text with these lines in it. Whoever asks reads the result again: a policy can be spelled so that nothing can be added. */
export function withLearnt(text: string, lines: readonly LearntLine[]): string {
	let now = text === "" ? HEAD : text.endsWith("\n") ? text : `${text}\n`;
	for (const line of lines) {
		if ("list" in line) now = intoList(now, line.list, `\t${tomlString(line.item)},${comment(line.why)}`);
		else if ("table" in line)
			now = intoTable(
				now,
				line.table,
				`${tomlString(line.key)} = ${tomlString(line.value)}${comment(line.why)}`,
			);
		else now = beforeTables(now, `${line.key} = ${tomlString(line.value)}${comment(line.why)}\n`);
	}
	return now;
}

/** The text with one item of a list in the place of another, as `withLearnt` writes them; undefined: it is not there. */
export function withItemChanged(text: string, from: string, to: string, why: string): string | undefined {
	const line = text.split("\n").find((one) => one.trimStart().startsWith(`${tomlString(from)},`));
	return line === undefined ? undefined : text.replace(line, () => `\t${tomlString(to)},${comment(why)}`);
}

const HEAD = `# Written by wherry run --learn: what the program used. Read it before you trust it; edit it as you like.
# Paths of the host are relative to this file. The comment of a line says which call wanted it.
`;

function comment(why: string): string {
	const text = commentText(printable(why));
	return ` # ${text.length > WHY_LENGTH_MAX ? `${text.slice(0, WHY_LENGTH_MAX).toWellFormed()}...` : text}`;
}

/** Behind the last item that the list has on lines of its own; else in front of the first. */
function intoList(text: string, list: string, line: string): string {
	const lines = text.split("\n");
	const at = lines.findIndex((one) => new RegExp(String.raw`^\s*${list}\s*=\s*\[`).test(one));
	if (at < 0) return beforeTables(text, `${list} = [\n${line}\n]\n`);
	const end = /\[\s*(?:#.*)?$/.test(lines[at] ?? "")
		? lines.findIndex((one, index) => index > at && /^\s*\]/.test(one))
		: -1;
	const lastEndsInComma = end > at + 1 && /^\s*"(?:[^"\\]|\\.)*",/.test(lines[end - 1] ?? "");
	if (lastEndsInComma || end === at + 1) return lines.toSpliced(end, 0, line).join("\n");
	const opened = (lines[at] ?? "").replace("[", () => `[\n${line}\n`);
	return lines.toSpliced(at, 1, opened).join("\n");
}

function intoTable(text: string, table: string, line: string): string {
	const lines = text.split("\n");
	const at = lines.findIndex((one) => new RegExp(String.raw`^\s*\[\s*${table}\s*\]`).test(one));
	return at < 0 ? `${text}\n[${table}]\n${line}\n` : lines.toSpliced(at + 1, 0, line).join("\n");
}

/** TOML wants what belongs to no table in front of all tables. */
function beforeTables(text: string, added: string): string {
	const at = text.search(/^\s*\[+[^\]\n]+\]+\s*(?:#.*)?$/m);
	return at < 0 ? `${text}${added}` : `${text.slice(0, at)}${added}${text.slice(at)}`;
}
