import { Fault } from "../../base/fault.ts";
import { ComponentError, type Host } from "../../wasi/host-interface.ts";
import type { CompiledCore, ComponentInstance, Linked } from "../linked.ts";
import { importsFor } from "./imports.ts";
import { camelCase, pascalCase } from "./spelling.ts";
import type { Glue, Transpiled } from "./transpiled.ts";

export interface JcoOptions {
	/** Makes a core module: where limits are rewritten in. */
	readonly compile: (bytes: Uint8Array<ArrayBuffer>) => CompiledCore;
	/** Runs the script of a `Transpiled`; its value. */
	readonly evaluate: (script: string) => Glue;
}

/**
 * A component by the glue that jco made for it.
 *
 * @throws what `compile` and `evaluate` throw
 */
export function linkWithJco(
	component: Uint8Array<ArrayBuffer>,
	transpiled: Transpiled,
	{ compile, evaluate }: JcoOptions,
): Linked {
	const modules = new Map(
		transpiled.cores.map(({ name, code }) => [
			name,
			compile(code instanceof Uint8Array ? code : component.subarray(code.start, code.end)),
		]),
	);
	const glue = evaluate(transpiled.script);
	return {
		exports: transpiled.exports,
		instantiate: (host) => instantiate(glue, modules, transpiled, host),
	};
}

function instantiate(
	glue: Glue,
	modules: ReadonlyMap<string, CompiledCore>,
	{ needs }: Transpiled,
	host: Host,
): ComponentInstance | Promise<ComponentInstance> {
	const memories = new Set<WebAssembly.Memory>();
	const made = glue(
		(name) => modules.get(name) ?? missingModule(name),
		importsFor(needs, host),
		({ module, engage }, imports) => {
			const instance = new WebAssembly.Instance(module, imports === undefined ? {} : ownOnly(imports));
			engage?.(instance.exports);
			noteMemories(instance.exports, memories);
			return instance;
		},
		ComponentError,
	);
	// a component may export a function `then`: only a real promise is waited for
	return made instanceof Promise
		? made.then((exports) => new JcoInstance(exports, memories))
		: new JcoInstance(made, memories);
}

function missingModule(name: string): never {
	throw new Fault("BUG", `cannot find the core module '${name}' of a component`);
}

/** Without `Object.prototype`, whose members a module could import by name. */
function ownOnly(imports: Readonly<Record<string, Readonly<Record<string, WebAssembly.ImportValue>>>>) {
	const all = Object.create(null) as Record<string, Record<string, WebAssembly.ImportValue>>;
	for (const [name, members] of Object.entries(imports))
		all[name] = Object.assign(Object.create(null) as Record<string, WebAssembly.ImportValue>, members);
	return all;
}

function noteMemories(exports: WebAssembly.Exports, memories: Set<WebAssembly.Memory>): void {
	for (const value of Object.values(exports)) if (value instanceof WebAssembly.Memory) memories.add(value);
}

class JcoInstance implements ComponentInstance {
	readonly #exports: Readonly<Record<string, unknown>>;
	readonly #memories: ReadonlySet<WebAssembly.Memory>;

	constructor(exports: Readonly<Record<string, unknown>>, memories: ReadonlySet<WebAssembly.Memory>) {
		this.#exports = exports;
		this.#memories = memories;
	}

	call(interfaceName: string | undefined, name: string, values: readonly unknown[]): unknown {
		const from = interfaceName === undefined ? this.#exports : this.#interface(interfaceName);
		const [, form, path] = /^\[(constructor|method|static)\](.*)$/.exec(name) ?? [];
		if (form === undefined || path === undefined) return functionOf(from, camelCase(name), name)(...values);
		const [resource = "", method = ""] = path.split(".");
		const type = functionOf(from, pascalCase(resource), name);
		if (form === "constructor") return Reflect.construct(type, [...values]);
		if (form === "static") return functionOf(type, camelCase(method), name).apply(type, [...values]);
		const [self, ...rest] = values;
		return functionOf(type.prototype as object, camelCase(method), name).apply(self, rest);
	}

	memories(): ReadonlySet<WebAssembly.Memory> {
		return this.#memories;
	}

	memorySize(): number {
		let size = 0;
		for (const memory of this.#memories) size += memory.buffer.byteLength;
		return size;
	}

	#interface(name: string): object {
		const found = own(this.#exports, name) ?? own(this.#exports, camelCase(name));
		if (typeof found === "object" && found !== null) return found;
		throw new Fault("ENTRY_MISSING", `cannot find the interface '${name}' of a component`);
	}
}

function functionOf(
	from: object,
	name: string,
	shown: string,
): (this: unknown, ...values: unknown[]) => unknown {
	const found = own(from, name);
	if (typeof found === "function") return found as (this: unknown, ...values: unknown[]) => unknown;
	throw new Fault("ENTRY_MISSING", `cannot find the function '${shown}' of a component`);
}

function own(from: object, name: string): unknown {
	return Object.hasOwn(from, name) ? (from as Record<string, unknown>)[name] : undefined;
}
