import type { ValueType } from "../types.ts";
import { KEYWORDS } from "./values.ts";

/** Of values within each other, so many are shown. */
const DEPTH_MAX = 4;

/** Some value of a type, as WAVE writes it: for a person to change. Cut where it lies deep. */
export function exampleOf(type: ValueType, depth = 0): string {
	if (depth > DEPTH_MAX) return "...";
	const inner = (one: ValueType) => exampleOf(one, depth + 1);
	const payload = (one: ValueType | undefined) => (one === undefined ? "" : `(${inner(one)})`);
	switch (type.kind) {
		case "bool":
			return "true";
		case "f32":
		case "f64":
			return "1.5";
		case "char":
			return "'a'";
		case "string":
			return '"text"';
		case "record": {
			const fields = type.fields.filter((field) => field.type.kind !== "option").slice(0, ITEMS_MAX);
			return fields.length === 0
				? "{:}"
				: `{${fields.map((field) => `${field.name}: ${inner(field.type)}`).join(", ")}}`;
		}
		case "tuple":
			return `(${type.items.slice(0, ITEMS_MAX).map(inner).join(", ")})`;
		case "list":
			return `[${inner(type.element)}]`;
		case "map":
			return `[(${inner(type.key)}, ${inner(type.value)})]`;
		case "variant":
			return `${caseOf(type.cases[0]?.name)}${payload(type.cases[0]?.type)}`;
		case "enum":
			return caseOf(type.names[0]);
		case "flags":
			return `{${type.names[0] ?? ""}}`;
		case "option":
			return `some(${inner(type.some)})`;
		case "result":
			return `ok${payload(type.ok)}`;
		case "own":
		case "borrow":
		case "stream":
		case "future":
		case "error-context":
			return "...";
		default:
			return "1";
	}
}

const ITEMS_MAX = 8;

function caseOf(name = ""): string {
	return KEYWORDS.has(name) ? `%${name}` : name;
}
