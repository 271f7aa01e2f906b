import type { Field } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { ComponentError } from "../host-interface.ts";
import type { HeaderError } from "../http/field-rules.ts";
import { HttpFields } from "../http/fields.ts";
import { Resource } from "../resource.ts";

/** `fields` of wasi:http/types, and so `headers` and `trailers`. */
export class Fields extends Resource {
	readonly #fields: HttpFields;

	constructor(guest: ComponentGuest, fields: HttpFields) {
		super(guest, 1 + fields.weight);
		this.#fields = fields;
	}

	static listed(guest: ComponentGuest, entries: readonly Field[]): Fields {
		return new Fields(guest, passed(HttpFields.fromList(entries)));
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
		passed(this.#fields.set(name, values));
		this.weigh(1 + this.weight);
	}

	delete(name: string): void {
		passed(this.#fields.delete(name));
		this.weigh(1 + this.weight);
	}

	getAndDelete(name: string): Uint8Array[] {
		const values = passed(this.#fields.take(name));
		this.weigh(1 + this.weight);
		return values;
	}

	append(name: string, value: Uint8Array): void {
		passed(this.#fields.append(name, value));
		this.weigh(1 + this.weight);
	}

	copyAll(): readonly Field[] {
		return this.#fields.list;
	}

	clone(): Fields {
		return new Fields(this.guest, this.#fields.clone());
	}
}

function passed<T extends object | undefined>(answer: T | HeaderError): T {
	if (typeof answer === "string") throw new ComponentError({ tag: answer });
	return answer;
}
