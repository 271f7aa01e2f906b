import { Fault } from "../../base/fault.ts";
import { camelCase } from "../jco/spelling.ts";
import type { FunctionType, Named, ValueType } from "../types.ts";
import { floatText } from "./numbers.ts";
import { quoted } from "./quoted.ts";
import { typeText } from "./type-text.ts";
import { isPlain, KEYWORDS, type Tagged } from "./values.ts";

/** What is printed of one value, at most. */
const CHARACTERS_MAX = 64 * 1024 ** 2;

/**
 * A value of `type` as WAVE writes it, on one line.
 *
 * @throws Fault LIMIT_REACHED where that is over 64 Mi characters
 */
export function formatValue(type: ValueType, value: unknown): string {
	const writer = new Writer();
	writer.put(type, value);
	return writer.text;
}

/** What a function answered, a line each; nothing where it answers nothing. */
export function formatAnswer({ result }: FunctionType, answer: unknown): string {
	return result === undefined ? "" : `${formatValue(result, answer)}\n`;
}

type Of<Kind extends ValueType["kind"]> = Extract<ValueType, { kind: Kind }>;

class Writer {
	text = "";

	put(type: ValueType, value: unknown): void {
		if (this.text.length > CHARACTERS_MAX)
			throw new Fault("LIMIT_REACHED", "cannot print the value: it is too long", {
				note: `a value is printed in ${CHARACTERS_MAX} characters at most`,
			});
		switch (type.kind) {
			case "f32":
			case "f64":
				this.text += floatText(value as number, type.kind);
				return;
			case "char":
				this.text += quoted(value as string, "'");
				return;
			case "string":
				this.text += quoted(value as string, '"');
				return;
			case "record":
				return this.#record(type.fields, value as Readonly<Record<string, unknown>>);
			case "tuple":
				return this.#items("(", type.items, value as readonly unknown[], ")");
			case "list":
				return this.#items("[", type.element, value as readonly unknown[], "]");
			case "map":
				return this.#map(type, value as ReadonlyMap<unknown, unknown>);
			case "variant":
				return this.#variant(type, value as Tagged);
			case "enum":
				this.text += caseName(value as string);
				return;
			case "flags":
				return this.#flags(type.names, value as Readonly<Record<string, boolean | undefined>>);
			case "option":
				return this.#option(type, value);
			case "result":
				return this.#result(type, value as Tagged);
			case "own":
			case "borrow":
			case "stream":
			case "future":
			case "error-context":
				// WAVE has no form for them: the type in brackets, which no value is
				this.text += `<${typeText(type)}>`;
				return;
			default:
				this.text += String(value);
		}
	}

	#items(
		open: string,
		types: ValueType | readonly ValueType[],
		values: Iterable<unknown>,
		close: string,
	): void {
		this.text += open;
		let index = 0;
		for (const value of values) {
			if (index > 0) this.text += ", ";
			const type = isList(types) ? types[index] : types;
			if (type !== undefined) this.put(type, value);
			index += 1;
		}
		this.text += close;
	}

	#map({ key, value }: Of<"map">, map: ReadonlyMap<unknown, unknown>): void {
		this.#items("[", { kind: "tuple", items: [key, value] }, map, "]");
	}

	/** Without the fields that are none. */
	#record(fields: readonly Named<ValueType>[], record: Readonly<Record<string, unknown>>): void {
		const start = this.text.length;
		this.text += "{";
		for (const { name, type } of fields) {
			const value = record[camelCase(name)];
			if (type.kind === "option" && isNone(type, value)) continue;
			this.text += `${this.text.length > start + 1 ? ", " : ""}${name}: `;
			this.put(type, value);
		}
		this.text += this.text.length === start + 1 ? ":}" : "}";
	}

	#flags(names: readonly string[], flags: Readonly<Record<string, boolean | undefined>>): void {
		this.text += `{${names.filter((name) => flags[camelCase(name)] === true).join(", ")}}`;
	}

	#variant({ cases }: Of<"variant">, { tag, val }: Tagged): void {
		this.#case(caseName(tag), cases.find(({ name }) => name === tag)?.type, val);
	}

	#option(type: Of<"option">, value: unknown): void {
		if (isNone(type, value)) this.text += "none";
		else this.#case("some", type.some, isPlain(type) ? value : (value as Tagged).val);
	}

	#result({ ok, err }: Of<"result">, { tag, val }: Tagged): void {
		this.#case(tag, tag === "ok" ? ok : err, val);
	}

	#case(name: string, payload: ValueType | undefined, value: unknown): void {
		this.text += name;
		if (payload === undefined) return;
		this.text += "(";
		this.put(payload, value);
		this.text += ")";
	}
}

function isList(types: ValueType | readonly ValueType[]): types is readonly ValueType[] {
	return Array.isArray(types);
}

function isNone(type: Of<"option">, value: unknown): boolean {
	return isPlain(type) ? value === undefined : (value as Tagged).tag === "none";
}

function caseName(name: string): string {
	return KEYWORDS.has(name) ? `%${name}` : name;
}
