import { Fault } from "../../base/fault.ts";

/**
 * jco's code without what says nothing to anybody here: calls of its log, which build their arguments each time and
 * would print them where JCO_DEBUG is set; for each import the way of calling it that is not taken; comments and
 * indentation.
 */
export function slim(text: string): string {
	return withoutMargins(chooseLowerings(withoutLogs(text)));
}

const LOG = /^[ \t]*_debugLog\(/gm;

function withoutLogs(text: string): string {
	const kept: string[] = [];
	let copied = 0;
	for (const match of text.matchAll(LOG)) {
		if (match.index < copied) continue;
		const end = afterCall(text, match.index + match[0].length);
		if (!/^(?:;|\n)$/.test(text[end] ?? "")) throw unknown("the end of a call of the log");
		// an empty statement, in case one must stand there
		kept.push(text.slice(copied, match.index), ";");
		copied = end + 1;
	}
	kept.push(text.slice(copied));
	return kept.join("");
}

const CHOICE = /= (_trampoline\d+)\.manuallyAsync \? /g;

/** A trampoline either waits, which is written after it, or does not: both ways of binding it are written out. */
function chooseLowerings(text: string): string {
	const kept: string[] = [];
	let copied = 0;
	for (const match of text.matchAll(CHOICE)) {
		const first = match.index + match[0].length;
		const between = afterExpression(text, first);
		if (!text.startsWith(" : ", between)) throw unknown("the two ways of calling an import");
		const second = between + 3;
		const end = afterExpression(text, second);
		const waits = text.includes(` ${match[1]}.manuallyAsync = true;`);
		kept.push(
			text.slice(copied, match.index),
			"= ",
			waits ? text.slice(first, between) : text.slice(second, end),
		);
		copied = end;
	}
	kept.push(text.slice(copied));
	return kept.join("");
}

function withoutMargins(text: string): string {
	return text.replaceAll(/^[ \t]+/gm, "").replaceAll(/^(?:\/\/[^\n]*)?\n/gm, "");
}

/** After names, dots and calls, such as `new WebAssembly.Suspending(...)` or `lower.bind(null, {...})`. */
function afterExpression(text: string, start: number): number {
	let at = start;
	while (at < text.length) {
		if (text[at] === "(") at = afterCall(text, at + 1);
		else if (/[\w.$ ]/.test(text[at] ?? "") && !text.startsWith(" : ", at)) at += 1;
		else return at;
	}
	throw unknown("the end of an expression");
}

/** After the parenthesis that closes the one before `start`. What stands in strings and comments does not count. */
function afterCall(text: string, start: number): number {
	const tokens = /[()]|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\/\/[^\n]*|\/\*[^]*?\*\//g;
	tokens.lastIndex = start;
	let depth = 1;
	for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
		if (match[0] === "(") depth += 1;
		if (match[0] === ")") depth -= 1;
		if (depth === 0) return tokens.lastIndex;
	}
	throw unknown("the end of a call");
}

function unknown(what: string): Fault {
	return new Fault("BUG", `cannot find ${what} in what the transpiler made`, {
		note: "it is another version than wherry knows",
	});
}
