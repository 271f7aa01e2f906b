import { Fault } from "../../base/fault.ts";
import { limitedHandles } from "./handles.ts";
import { slim } from "./slim.ts";
import { bounded, unpolled } from "./streams.ts";
import type { Need } from "./transpiled.ts";

/**
 * jco's module as a script whose value is a `Glue`: the same code, given its errors by the host, that writes nothing
 * to the console and renames no trap. What is not found as version 0.15.0 writes it is refused.
 *
 * @throws Fault BUG
 */
export function scriptOf(module: string): string {
	let text = module;
	for (const [what, pattern, replacement] of ONCE) text = replaceOnce(text, what, pattern, replacement);
	if (text.includes("class ComponentError"))
		text = replaceOnce(text, "the class of errors", ERROR_CLASS, "\n");
	return slim(limitedHandles(unpolled(bounded(text.replaceAll(CONSOLE, "")))));
}

const ONCE: readonly (readonly [what: string, pattern: RegExp, replacement: string])[] = [
	[
		"the beginning",
		/^"use components";\nexport function instantiate\(getCoreModule, imports, instantiateCore = [^\n]*\) \{\n/,
		'"use strict";\n(function (getCoreModule, imports, instantiateCore, ComponentError) {\n',
	],
	// what it offers there, a class for futures of hosts, is nobody's need
	["the end", /\n *\};\n *\n *export const _util = \{\n[^]*\}\n\s*$/, "\n})\n"],
	[
		"the names of traps",
		/const message = CORE_TRAP_MESSAGES\.get\(err\.message\);\n\s*if \(message !== undefined\) \{ err\.message = message; \}\n/,
		"",
	],
];

/** There only where a function exported may fail. */
const ERROR_CLASS = /\n( *)class ComponentError extends Error \{\n[^]*?\n\1\}\n/;

const CONSOLE = /^\s*console\.(?:error|warn|log)\([^\n]*\);$/gm;

function replaceOnce(text: string, what: string, pattern: RegExp, replacement: string): string {
	const match = pattern.exec(text);
	if (match === null)
		throw new Fault("BUG", `cannot find ${what} in what the transpiler made`, {
			note: "it is another version than wherry knows",
		});
	return text.slice(0, match.index) + replacement + text.slice(match.index + match[0].length);
}

const CALL = /'\[iface="([^"\n]*)", function="([^"\n]*)"\] ?\[Instruction::Call(Interface|Wasm)\]/g;
const TAKE = /^\s*const \{ ([^}]*) \} = imports\['([^'\n]*)'\];$/gm;

const TAKE_WORLD = /^\s*const [\w$]+ = imports\['([^'\n]*)'\]\.default;$/gm;

/** What the glue asks of its host, read off its text. */
export function needsOf(module: string): Need[] {
	const functions = new Map<string, Set<string>>();
	const classes = new Map<string, Set<string>>();
	for (const [, taken = "", from = ""] of module.matchAll(TAKE))
		for (const one of taken.split(/,\s*/)) {
			const name = one.split(":")[0] ?? "";
			if (/^[A-Z]/.test(name)) add(classes, from, name);
			else add(functions, from, "");
		}
	// a function of the world itself is taken as the only one of an interface of its own
	const ofWorld = new Set(Array.from(module.matchAll(TAKE_WORLD), ([, from = ""]) => from));
	for (const from of ofWorld) add(functions, from, "default");
	for (const [from, name] of callsIn(module, "Interface")) if (!ofWorld.has(from)) add(functions, from, name);
	return [...new Set([...functions.keys(), ...classes.keys()])].sort().map((name) => ({
		interface: name,
		functions: [...(functions.get(name) ?? [])].filter((one) => one !== "").sort(),
		classes: [...(classes.get(name) ?? [])].sort(),
	}));
}

/** The functions that may be called from outside, as jco's options name them: `wasi:cli/run@0.2.0#run`. */
export function entriesOf(module: string): string[] {
	return callsIn(module, "Wasm").map(([from, name]) => (from === "$root" ? name : `${from}#${name}`));
}

function callsIn(module: string, kind: "Interface" | "Wasm"): [string, string][] {
	const calls = new Map<string, [string, string]>();
	for (const [, from = "", name = "", of] of module.matchAll(CALL))
		if (of === kind) calls.set(`${from}#${name}`, [from, name]);
	return [...calls.values()];
}

function add(to: Map<string, Set<string>>, key: string, value: string): void {
	to.set(key, (to.get(key) ?? new Set()).add(value));
}
