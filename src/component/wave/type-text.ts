import type { FunctionType, ValueType } from "../types.ts";

/** A type as WIT writes it, without the names that files give to types; cut where it is long. */
export function typeText(type: ValueType): string {
	return new TypeWriter().written(type);
}

/** A function of thousands of parameters is told by the first. */
const SIGNATURE_CHARACTERS_MAX = 2000;

/** `f: func(a: u32) -> string`; cut where it is long. */
export function signatureText(name: string, { params, result, async }: FunctionType): string {
	const words: string[] = [];
	let length = 0;
	for (const param of params) {
		const word = length > SIGNATURE_CHARACTERS_MAX ? "..." : `${param.name}: ${typeText(param.type)}`;
		words.push(word);
		length += word.length;
		if (word === "...") break;
	}
	const answer = result === undefined ? "" : ` -> ${typeText(result)}`;
	return `${name}: ${async ? "async " : ""}func(${words.join(", ")})${answer}`;
}

/** Written out, a small file's types can be larger than any machine. */
const CHARACTERS_MAX = 160;

class TypeWriter {
	#length = 0;

	written(type: ValueType): string {
		if (this.#length > CHARACTERS_MAX) return "...";
		switch (type.kind) {
			case "record":
				return this.#block(
					type.kind,
					type.fields.map((field) => () => `${field.name}: ${this.written(field.type)}`),
				);
			case "variant":
				return this.#block(
					type.kind,
					type.cases.map(
						(one) => () => (one.type === undefined ? one.name : `${one.name}(${this.written(one.type)})`),
					),
				);
			case "enum":
			case "flags":
				return this.#block(
					type.kind,
					type.names.map((name) => () => name),
				);
			case "tuple":
				return this.#of("tuple", type.items);
			case "option":
				return this.#of("option", [type.some]);
			case "result":
				return type.ok === undefined && type.err === undefined ? "result" : this.#result(type.ok, type.err);
			case "list":
				return this.#list(type.element, type.length);
			case "map":
				return this.#of("map", [type.key, type.value]);
			case "own":
			case "borrow":
				return `${type.kind}<${type.resource.name ?? "resource"}>`;
			case "stream":
			case "future":
				return type.element === undefined ? type.kind : this.#of(type.kind, [type.element]);
			default:
				return this.#count(type.kind);
		}
	}

	#of(kind: string, types: readonly ValueType[]): string {
		return `${this.#count(kind)}<${this.#joined(types.map((type) => () => this.written(type)))}>`;
	}

	#result(ok: ValueType | undefined, err: ValueType | undefined): string {
		const good = ok === undefined ? "_" : this.written(ok);
		return `result<${good}${err === undefined ? "" : `, ${this.written(err)}`}>`;
	}

	#list(element: ValueType, length: number | undefined): string {
		return `list<${this.written(element)}${length === undefined ? "" : `, ${length}`}>`;
	}

	#block(kind: string, parts: readonly (() => string)[]): string {
		return `${this.#count(kind)} { ${this.#joined(parts)} }`;
	}

	#joined(parts: readonly (() => string)[]): string {
		const written: string[] = [];
		for (const part of parts) {
			if (this.#length > CHARACTERS_MAX) {
				written.push("...");
				break;
			}
			written.push(this.#count(part()));
		}
		return written.join(", ");
	}

	#count(text: string): string {
		this.#length += text.length;
		return text;
	}
}
