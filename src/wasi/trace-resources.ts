import type { HostInterface } from "./host-interface.ts";
import type { TraceSink } from "./p1/trace.ts";
import { type Call, type Shadows, tracedCall } from "./trace-call.ts";
import { kebabCase, valueText } from "./trace-values.ts";

type Class = new (...values: unknown[]) => object;

/**
 * Stand-ins for the resources of a host: the guest holds them, and each call on one is told and made on the resource
 * behind it.
 */
export class ResourceShadows implements Shadows {
	readonly #sink: TraceSink;
	/** By the prototype of the host's own class. */
	readonly #classes = new Map<object, Class>();
	readonly #shadowOf = new WeakMap<object, object>();
	readonly #realOf = new WeakMap<object, object>();
	readonly #names = new WeakMap<object, string>();
	readonly #counts = new Map<string, number>();

	constructor(sink: TraceSink) {
		this.#sink = sink;
	}

	/** Takes over the classes of an interface. */
	learn(given: HostInterface): void {
		for (const [name, value] of Object.entries(given)) {
			if (typeof value !== "function" || !/^[A-Z]/.test(name)) continue;
			const prototype = value.prototype as object;
			if (!this.#classes.has(prototype))
				this.#classes.set(prototype, this.#shadowClass(name, value as Class));
		}
	}

	/** The class that the guest is shown instead; undefined for what is no class that was learnt. */
	classFor(value: unknown): Class | undefined {
		return typeof value === "function" ? this.#classes.get(value.prototype as object) : undefined;
	}

	/** `output-stream#1`; undefined for what is no resource. */
	nameOf(value: object): string | undefined {
		return this.#names.get(value);
	}

	/** A value of the host's as the guest is shown it: the same where no resource is in it. */
	before(value: unknown): unknown {
		return replaced(value, (object) => this.#shadow(object));
	}

	/** A value of the guest's as the host knows it. */
	behind(value: unknown): unknown {
		return replaced(value, (object) => this.#realOf.get(object));
	}

	#shadow(real: object): object | undefined {
		const known = this.#shadowOf.get(real);
		if (known !== undefined) return known;
		const Shadow = this.#classes.get(Object.getPrototypeOf(real) as object);
		return Shadow === undefined
			? undefined
			: this.#tie(Object.create(Shadow.prototype as object) as object, real);
	}

	#tie(shadow: object, real: object): object {
		this.#shadowOf.set(real, shadow);
		this.#realOf.set(shadow, real);
		const name = kebabCase(shadow.constructor.name);
		const count = (this.#counts.get(name) ?? 0) + 1;
		this.#counts.set(name, count);
		this.#names.set(shadow, `${name}#${count}`);
		return shadow;
	}

	#shadowClass(name: string, Real: Class): Class {
		const label = kebabCase(name);
		const make = (shadow: object, values: readonly unknown[]) => {
			const real = new Real(...values.map((value) => this.behind(value)));
			this.#tie(shadow, real);
			const words = values.map((value) => valueText(value, this));
			const result = this.#names.get(shadow) ?? "";
			this.#sink(`${label}(${words.join(", ")}) = ${result}`, {
				interface: label,
				function: "constructor",
				arguments: words,
				result,
				denied: false,
			});
		};
		const Shadow = function (this: object, ...values: unknown[]): void {
			make(this, values);
		};
		Object.defineProperty(Shadow, "name", { value: name });
		for (const [method, call] of methodsOf(Real.prototype as object))
			Object.defineProperty(Shadow.prototype, method, { value: this.#method(method, call) });
		for (const [method, call] of staticsOf(Real)) {
			const traced = tracedCall(`${label}.${kebabCase(method)}`, call.bind(Real), this, this.#sink);
			Object.defineProperty(Shadow, method, { value: traced });
		}
		return Shadow as unknown as Class;
	}

	#method(method: string | symbol, call: Call): Call {
		const real = (shadow: object) => this.#realOf.get(shadow) ?? shadow;
		const told = (shadow: object, values: unknown[]) => {
			const own: Call = (...given) => call.apply(real(shadow), given);
			const name = this.#names.get(shadow) ?? "";
			return tracedCall(`${name}.${kebabCase(String(method))}`, own, this, this.#sink)(...values);
		};
		const dropped = (shadow: object) => {
			const name = this.#names.get(shadow) ?? "";
			this.#sink(`${name}.drop()`, { interface: name, function: "drop", arguments: [], denied: false });
			call.apply(real(shadow));
		};
		return function (this: object, ...values) {
			return typeof method === "symbol" ? dropped(this) : told(this, values);
		};
	}
}

/** Of a class and those that it extends, nearest first; and how it is dropped. */
function methodsOf(prototype: object): Map<string | symbol, Call> {
	const methods = new Map<string | symbol, Call>();
	for (let from = prototype; from !== Object.prototype; from = Object.getPrototypeOf(from) as object) {
		for (const key of [...Object.getOwnPropertyNames(from), Symbol.dispose]) {
			const value: unknown = Object.getOwnPropertyDescriptor(from, key)?.value;
			if (typeof value === "function" && key !== "constructor" && !methods.has(key))
				methods.set(key, value as Call);
		}
	}
	return methods;
}

function staticsOf(Real: Class): [string, Call][] {
	const descriptors = Object.entries(Object.getOwnPropertyDescriptors(Real));
	return descriptors.flatMap(([name, { value }]): [string, Call][] =>
		typeof value === "function" ? [[name, value as Call]] : [],
	);
}

/** A value with the resources in it replaced; the very same where there are none. */
function replaced(value: unknown, replace: (object: object) => object | undefined): unknown {
	if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
	const other = replace(value);
	if (other !== undefined) return other;
	if (Array.isArray(value))
		return same(
			value,
			value.map((one) => replaced(one, replace)),
		);
	const prototype: unknown = Object.getPrototypeOf(value);
	if (prototype !== Object.prototype && prototype !== null) return value;
	const entries = Object.entries(value).map(([name, one]) => [name, replaced(one, replace)] as const);
	return entries.every(([name, one]) => (value as Record<string, unknown>)[name] === one)
		? value
		: Object.fromEntries(entries);
}

function same(values: readonly unknown[], others: readonly unknown[]): readonly unknown[] {
	return others.every((other, index) => other === values[index]) ? values : others;
}
