/** `--invoke 'INTERFACE#FUNCTION(ARGUMENTS)'`: which export of a component is meant, and what it is given. */
import { Fault } from "../../base/fault.ts";
import { nearMisses, orList } from "../../base/near.ts";
import { shellWord } from "../../base/shell.ts";
import type { FunctionType, ValueType, World } from "../types.ts";
import { exampleOf } from "./example.ts";
import { readValue } from "./parse.ts";
import { Problem, Reader } from "./reader.ts";
import { signatureText } from "./type-text.ts";

/** A call that can be made: what `ComponentInstance.call` takes. */
export interface Invocation {
	/** As the component exports it, with its version; undefined: of the world itself. */
	readonly interfaceName: string | undefined;
	readonly name: string;
	readonly type: FunctionType;
	readonly values: readonly unknown[];
}

const CHARACTERS_MAX = 1024 ** 2;

/**
 * Reads a call in WAVE. The interface may be named in full, without its version, or by its last name, or be left out, as
 * long as one is meant only; a function without parameters needs no parentheses.
 *
 * @param program what was typed for the component, for the words of help
 * @throws Fault ENTRY_MISSING where there is no such function, or several; INVOKE_INVALID for arguments that are none
 */
export function parseInvocation(text: string, world: World, program: string): Invocation {
	if (text.length > CHARACTERS_MAX)
		throw new Fault("INVOKE_INVALID", "cannot read so long a call", {
			note: `a call has ${CHARACTERS_MAX} characters at most`,
		});
	const open = text.indexOf("(");
	const head = (open < 0 ? text : text.slice(0, open)).trim();
	const callable = find(head, callables(world), program);
	const reader = new Reader(text, open < 0 ? text.length : open);
	const values = readArguments(reader, callable, { program, bare: open < 0 });
	const { interfaceName, name, type } = callable;
	return { interfaceName, name, type, values };
}

type Callable = Omit<Invocation, "values">;

/** Every exported function but those of resources, which need one to be called on. */
function callables({ exports }: World): Callable[] {
	const found: Callable[] = [];
	for (const [name, item] of exports) {
		if (item.kind === "function") found.push({ interfaceName: undefined, name, type: item });
		if (item.kind !== "interface") continue;
		for (const [inner, type] of item.functions)
			if (!inner.startsWith("[")) found.push({ interfaceName: name, name: inner, type });
	}
	return found;
}

function find(head: string, all: readonly Callable[], program: string): Callable {
	const hash = head.lastIndexOf("#");
	const [wanted, name] = hash < 0 ? [undefined, head] : [head.slice(0, hash), head.slice(hash + 1)];
	const named = all.filter((one) => one.name === name);
	const fits = named.filter(({ interfaceName }) => isMeant(wanted, interfaceName));
	// the world's own goes before those of interfaces, the exact name before others
	const exact = fits.filter(({ interfaceName }) => interfaceName === wanted);
	const [only, ...others] = exact.length > 0 ? exact : fits;
	if (only === undefined) throw notFound({ head, name, wanted, program }, all);
	if (others.length > 0) throw ambiguous(head, fits, program);
	return only;
}

function isMeant(wanted: string | undefined, interfaceName: string | undefined): boolean {
	if (wanted === undefined || interfaceName === wanted) return true;
	if (interfaceName === undefined) return false;
	const plain = interfaceName.replace(/@.*$/, "");
	return wanted === plain || wanted === plain.slice(plain.lastIndexOf("/") + 1);
}

function fullName({ interfaceName, name }: Callable): string {
	return interfaceName === undefined ? name : `${interfaceName}#${name}`;
}

const SHOWN_MAX = 12;

interface Sought {
	readonly head: string;
	readonly name: string;
	readonly wanted: string | undefined;
	readonly program: string;
}

function notFound({ head, name, wanted, program }: Sought, all: readonly Callable[]): Fault {
	const elsewhere = all.filter((one) => one.name === name);
	const near = nearMisses(name, new Set(all.map((one) => one.name)));
	const like = elsewhere.length > 0 ? elsewhere : all.filter((one) => near.includes(one.name));
	const names = all.map(fullName);
	const more = names.length > SHOWN_MAX ? ` and ${names.length - SHOWN_MAX} more` : "";
	return new Fault("ENTRY_MISSING", `cannot invoke '${head}': the component exports no such function`, {
		note: [
			names.length === 0
				? "it exports no functions that can be called so"
				: `it exports ${orList(names.slice(0, SHOWN_MAX), "and")}${more}`,
			...(wanted !== undefined && elsewhere.length > 0 ? [`'${wanted}' is none of its interfaces`] : []),
			...(head.includes("[") ? ["functions of resources cannot be called from the command line"] : []),
		],
		help:
			like.length > 0
				? like.slice(0, 3).map((one) => wordsFor(one, program))
				: `wherry wit ${shellWord(program)}`,
	});
}

function ambiguous(head: string, fits: readonly Callable[], program: string): Fault {
	return new Fault("ENTRY_MISSING", `cannot invoke '${head}': more than one function is meant`, {
		note: `${orList(fits.slice(0, SHOWN_MAX).map(fullName), "and")} go by that name`,
		help: fits.slice(0, 3).map((one) => wordsFor(one, program)),
	});
}

/** What to type to call one of its functions; undefined where none can be called so. */
export function exampleInvocation(world: World, program: string): string | undefined {
	const [first] = callables(world);
	return first === undefined ? undefined : wordsFor(first, program);
}

function wordsFor(callable: Callable, program: string): string {
	const values = callable.type.params.map(({ type }) => exampleOf(type));
	return `wherry run --invoke ${shellWord(`${fullName(callable)}(${values.join(", ")})`)} ${shellWord(program)}`;
}

function readArguments(
	reader: Reader,
	callable: Callable,
	{ program, bare }: { readonly program: string; readonly bare: boolean },
): unknown[] {
	try {
		const values = bare ? [] : readGiven(reader, callable.type);
		const missing = callable.type.params.slice(values.length);
		for (const { name, type } of missing) {
			if (type.kind !== "option") throw reader.problem(`the argument '${name}' is missing`, reader.at);
			values.push(omitted(type));
		}
		return values;
	} catch (error) {
		if (!(error instanceof Problem)) throw error;
		throw invalid(reader.text, error, callable, program);
	}
}

function readGiven(reader: Reader, { params }: FunctionType): unknown[] {
	const values: unknown[] = [];
	reader.demand("(");
	while (!reader.takes(")")) {
		const param = params[values.length];
		if (param === undefined) throw reader.problem(`there are ${params.length} arguments, and no more`);
		values.push(readValue(reader, param.type));
		if (reader.takes(",")) continue;
		reader.demand(")", "',' or ')'");
		break;
	}
	if (reader.next !== "") throw reader.problem(`the call ends before ${reader.found()}`);
	return values;
}

/** Options at the end may be left out. */
function omitted(type: ValueType): unknown {
	return readValue(new Reader("none"), type);
}

function invalid(text: string, { at, message }: Problem, callable: Callable, program: string): Fault {
	return new Fault("INVOKE_INVALID", `cannot read the arguments of '${fullName(callable)}'`, {
		note: [`at character ${at + 1} of '${text}': ${message}`, signatureText(callable.name, callable.type)],
		help: wordsFor(callable, program),
	});
}
