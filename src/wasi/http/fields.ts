import type { Field } from "../../sys/http.ts";
import { checkFieldName, FIELD_LIMITS, type HeaderError, isFieldValue, isForbidden } from "./field-rules.ts";

/**
 * Headers or trailers as a guest holds them. Names are compared without case and keep the case in which they were first
 * given; fields stand in the order in which they were. Immutable where they belong to a message.
 */
export class HttpFields {
	#fields: readonly Field[];
	#isMutable: boolean;
	/** Whether `#fields` is our own list: those of a message are shared until the first change. */
	#isOwn: boolean;
	#size_bytes: number;

	private constructor(fields: readonly Field[], isMutable: boolean, size_bytes: number) {
		this.#fields = fields;
		this.#isMutable = isMutable;
		this.#isOwn = false;
		this.#size_bytes = size_bytes;
	}

	/** Empty and mutable. */
	static empty(): HttpFields {
		return new HttpFields(NONE, true, 0);
	}

	/** What came with a message, without the fields that are the host's: immutable. They are not checked again. */
	static received(fields: readonly Field[]): HttpFields {
		const isHosts = fields.some(([name]) => isForbidden(name));
		return new HttpFields(isHosts ? fields.filter(([name]) => !isForbidden(name)) : fields, false, 0);
	}

	/** Mutable, or the first error. */
	static fromList(entries: readonly Field[]): HttpFields | HeaderError {
		const fields = HttpFields.empty();
		for (const [name, value] of entries) {
			const error = fields.append(name, value);
			if (error !== undefined) return error;
		}
		return fields;
	}

	/** What there is, in order; for the wire. */
	get list(): readonly Field[] {
		return this.#fields;
	}

	/** What a guest that holds them makes the host keep, in KiB; nothing of a message that came in. */
	get weight(): number {
		return Math.ceil(this.#size_bytes / 1024);
	}

	/** The values of a name, in order; none where there is no such name, or no such name can be. */
	get(name: string): Uint8Array[] {
		const lower = name.toLowerCase();
		return this.#fields.filter((field) => field[0].toLowerCase() === lower).map((field) => field[1]);
	}

	has(name: string): boolean {
		const lower = name.toLowerCase();
		return this.#fields.some((field) => field[0].toLowerCase() === lower);
	}

	/** Puts these values where those of the name were, or at the end; no values: it is deleted. */
	set(name: string, values: readonly Uint8Array[]): HeaderError | undefined {
		const error = this.#checkChange(name) ?? (values.every(isFieldValue) ? undefined : "invalid-syntax");
		if (error !== undefined) return error;
		const lower = name.toLowerCase();
		const first = this.#fields.findIndex((field) => field[0].toLowerCase() === lower);
		const spelled = this.#fields[first]?.[0] ?? name;
		const kept = this.#fields.filter((field) => field[0].toLowerCase() !== lower);
		const place = first < 0 ? kept.length : first;
		return this.#replace(kept.toSpliced(place, 0, ...values.map((value): Field => [spelled, value])));
	}

	/** Deletes all values of the name; none is no error. */
	delete(name: string): HeaderError | undefined {
		const removed = this.take(name);
		return typeof removed === "string" ? removed : undefined;
	}

	/** Deletes all values of the name and answers them. */
	take(name: string): Uint8Array[] | HeaderError {
		const error = this.#checkChange(name);
		if (error !== undefined) return error;
		const values = this.get(name);
		const lower = name.toLowerCase();
		if (values.length > 0) this.#replace(this.#fields.filter((field) => field[0].toLowerCase() !== lower));
		return values;
	}

	append(name: string, value: Uint8Array): HeaderError | undefined {
		const error = this.#checkChange(name) ?? (isFieldValue(value) ? undefined : "invalid-syntax");
		if (error !== undefined) return error;
		const size_bytes = this.#size_bytes + sizeOf(name, value);
		if (!isWithinLimits(this.#fields.length + 1, size_bytes)) return "size-exceeded";
		const lower = name.toLowerCase();
		const same = this.#fields.find((field) => field[0].toLowerCase() === lower);
		this.#own().push([same?.[0] ?? name, value]);
		this.#size_bytes = size_bytes;
		return undefined;
	}

	/** A copy that is mutable. */
	clone(): HttpFields {
		this.#isOwn = false;
		return new HttpFields(this.#fields, true, sizeOfAll(this.#fields));
	}

	/** From now on it belongs to a message: nothing changes it any more. */
	freeze(): this {
		this.#isMutable = false;
		return this;
	}

	#checkChange(name: string): HeaderError | undefined {
		return this.#isMutable ? checkFieldName(name) : "immutable";
	}

	#replace(fields: Field[]): HeaderError | undefined {
		const size_bytes = sizeOfAll(fields);
		if (!isWithinLimits(fields.length, size_bytes)) return "size-exceeded";
		this.#fields = fields;
		this.#isOwn = true;
		this.#size_bytes = size_bytes;
		return undefined;
	}

	/** The list to write to. It grows in place: a guest that appends a thousand fields copies nothing a thousand times. */
	#own(): Field[] {
		const own = this.#isOwn ? (this.#fields as Field[]) : [...this.#fields];
		this.#fields = own;
		this.#isOwn = true;
		return own;
	}
}

const NONE: readonly Field[] = [];

function sizeOf(name: string, value: Uint8Array): number {
	return name.length + value.length + FIELD_LIMITS.overhead_bytes;
}

function sizeOfAll(fields: readonly Field[]): number {
	let size_bytes = 0;
	for (const [name, value] of fields) size_bytes += sizeOf(name, value);
	return size_bytes;
}

function isWithinLimits(count: number, size_bytes: number): boolean {
	return count <= FIELD_LIMITS.count_max && size_bytes <= FIELD_LIMITS.section_bytes_max;
}
