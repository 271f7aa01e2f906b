import type { Field } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { ComponentError } from "../host-interface.ts";
import { HttpFields } from "../http/fields.ts";
import { FIELD_LIMITS, type HeaderError } from "../http/field-rules.ts";
import { Resource } from "../resource.ts";

/** wasi:http/types `fields`, and so `headers` and `trailers`. */
export class Fields extends Resource {
	readonly #fields: HttpFields;

	constructor(guest: ComponentGuest, fields: HttpFields) {
		super(guest, 1 + fields.weight);
		this.#fields = fields;
	}

	static listed(guest: ComponentGuest, entries: readonly Field[]): Fields {
		const fields = HttpFields.fromList(entries);
		if (typeof fields === "string") throw headerError(guest, fields);
		return new Fields(guest, fields);
	}

	get weight(): number {
		return this.#fields.weight;
	}

	/** What it holds, given away with the handle: it is dropped, and does not change any more. */
	give(): HttpFields {
		this[Symbol.dispose]();
		return this.#fields.freeze();
	}

	get(name: string): Uint8Array[] {
		return this.#fields.get(name);
	}

	has(name: string): boolean {
		return this.#fields.has(name);
	}

	set(name: string, values: readonly Uint8Array[]): void {
		this.#pass(this.#fields.set(name, values));
	}

	delete(name: string): void {
		this.#pass(this.#fields.delete(name));
	}

	append(name: string, value: Uint8Array): void {
		this.#pass(this.#fields.append(name, value));
	}

	entries(): readonly Field[] {
		return this.#fields.list;
	}

	clone(): Fields {
		return new Fields(this.guest, this.#fields.clone());
	}

	#pass(error: HeaderError | undefined): void {
		if (error !== undefined) throw headerError(this.guest, error);
		this.weigh(1 + this.weight);
	}
}

/** 0.2 has no word for fields that are too many or too large: there, as in other hosts, they end the guest. */
function headerError(guest: ComponentGuest, error: HeaderError): ComponentError {
	if (error === "size-exceeded")
		guest.trap(
			`it put more than ${FIELD_LIMITS.count_max} fields, or ${FIELD_LIMITS.section_bytes_max} bytes, into one message of HTTP`,
		);
	return new ComponentError({ tag: error });
}
