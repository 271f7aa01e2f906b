/** JavaScript values from the host or a caller, taken for what their type says. Each throws a TypeError for another kind. */

export function numberOf(value: unknown): number {
	if (typeof value === "number") return value;
	throw wrong("a number", value);
}

export function bigintOf(value: unknown): bigint {
	if (typeof value === "bigint") return value;
	throw wrong("a bigint", value);
}

export function stringOf(value: unknown): string {
	if (typeof value === "string") return value;
	throw wrong("a string", value);
}

/** An array, or a typed one. */
export function listOf(value: unknown): ArrayLike<unknown> {
	if (Array.isArray(value)) return value;
	if (ArrayBuffer.isView(value) && "length" in value) return value as unknown as ArrayLike<unknown>;
	throw wrong("a list", value);
}

export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
	if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
	throw wrong("an object", value);
}

export function wrong(wanted: string, value: unknown): TypeError {
	return new TypeError(`${wanted} was wanted, not ${value === null ? "null" : `a ${typeof value}`}`);
}
