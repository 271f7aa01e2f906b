/** What names a resource; undefined for other objects. */
export interface Names {
	nameOf(value: object): string | undefined;
}

const STRING_CHARACTERS_MAX = 200;
const ITEMS_MAX = 16;
const DEPTH_MAX = 4;

/** The arguments of a call, separated by commas. */
export function valuesText(values: readonly unknown[], names: Names): string {
	return values.map((value) => valueText(value, names)).join(", ");
}

/** A value in JavaScript's form for it (host-interface.ts), in short: bytes are counted, long things cut. */
export function valueText(value: unknown, names: Names, depth = 0): string {
	switch (typeof value) {
		case "undefined":
			return "none";
		case "string":
			return JSON.stringify(
				value.length > STRING_CHARACTERS_MAX ? `${value.slice(0, STRING_CHARACTERS_MAX)}...` : value,
			);
		case "object":
			return value === null ? "none" : objectText(value, names, depth);
		case "function":
		case "symbol":
			return `<${typeof value}>`;
		default:
			return String(value);
	}
}

function objectText(value: object, names: Names, depth: number): string {
	const name = names.nameOf(value);
	if (name !== undefined) return name;
	if (value instanceof Uint8Array) return `<${value.length} bytes>`;
	if (Symbol.asyncIterator in value) return "<stream>";
	if ("then" in value) return "<future>";
	if (depth === DEPTH_MAX) return "...";
	const inner = (one: unknown) => valueText(one, names, depth + 1);
	if (Array.isArray(value) || ArrayBuffer.isView(value))
		return listText(Array.from(value as ArrayLike<unknown>), inner);
	const entries = Object.entries(value);
	if ("tag" in value && typeof value.tag === "string")
		return "val" in value && value.val !== undefined ? `${value.tag}(${inner(value.val)})` : value.tag;
	const flags = entries.every(([, one]) => typeof one === "boolean" || one === undefined);
	const shown = flags
		? entries.filter(([, one]) => one === true).map(([key]) => kebabCase(key))
		: entries.map(([key, one]) => `${kebabCase(key)}: ${inner(one)}`);
	return `{${shown.join(", ")}}`;
}

function listText(values: readonly unknown[], inner: (one: unknown) => string): string {
	const shown = values.slice(0, ITEMS_MAX).map(inner);
	return `[${shown.join(", ")}${values.length > ITEMS_MAX ? `, ... ${values.length} in all` : ""}]`;
}

/** `blockingWriteAndFlush` as WIT has it: `blocking-write-and-flush`. */
export function kebabCase(name: string): string {
	return name.replaceAll(/[A-Z]/g, (letter, at: number) => `${at === 0 ? "" : "-"}${letter.toLowerCase()}`);
}
