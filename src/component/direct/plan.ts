import type { StringEncoding } from "../../wasm/component/definitions.ts";
import type { Module } from "../../wasm/module.ts";
import { readModule } from "../../wasm/read-module.ts";
import type { Elaborated } from "../elaborate.ts";
import {
	type CoreInstance,
	type CoreItem,
	type Entity,
	type FunctionEntity,
	invalid,
	type Options,
	type Resource,
} from "../entities.ts";
import type { CompiledCore } from "../linked.ts";
import { Codecs } from "./codecs.ts";
import { type HostName, hostNameOf } from "./host-function.ts";
import { type Role, roleOf, withoutShims } from "./shim.ts";
import { type Signature, signatureOf } from "./signature.ts";
import { Unsupported } from "./trap.ts";

/** A core module, compiled; its memory may be a pool's. */
export interface PooledCore extends CompiledCore {
	/** The import that its memory was made into; undefined: it makes its own. */
	readonly memory?: PooledMemory | undefined;
}

/** Makes a core module; `source` is what it says of itself. */
export type Compile = (bytes: Uint8Array, source: Module) => PooledCore;

/** A memory that an instance borrows. */
export interface PooledMemory {
	/** The import's two names. */
	readonly module: string;
	readonly name: string;
	/** One whose bytes are all zero, of the size that the module's memory begins with. */
	take(): WebAssembly.Memory;
	/** Given back as it was left. */
	give(memory: WebAssembly.Memory): void;
}

/** Something that a core instance exports, or a function that the host makes. */
export type Source =
	| { readonly step: number; readonly name: string; readonly trampoline?: undefined }
	| { readonly trampoline: number; readonly step?: undefined };

/** What `Context`s are made of: one for each set of options that is used. */
export interface ContextPlan {
	readonly instance: number;
	readonly memory: Source | undefined;
	readonly realloc: Source | undefined;
}

/** A function that the host makes for each instance. */
export type TrampolinePlan =
	| {
			readonly does: "call host";
			readonly name: HostName;
			/** It may answer with a promise. */
			readonly mayWait: boolean;
			readonly signature: Signature;
			readonly context: number;
	  }
	| {
			readonly does: "call guest";
			readonly lift: number;
			readonly signature: Signature;
			readonly context: number;
			readonly enters: readonly number[];
	  }
	| {
			readonly does: "new" | "rep" | "drop";
			readonly resource: Resource;
			readonly instance: number;
			readonly enters: readonly number[];
	  };

/** A function that a component instance exports. */
export interface LiftPlan {
	readonly signature: Signature;
	readonly context: number;
	readonly core: Source;
	readonly postReturn: Source | undefined;
	/** The component instances that a call from outside comes into. */
	readonly enters: readonly number[];
}

export interface StepPlan {
	readonly core: PooledCore;
	/** By module, then name. */
	readonly imports: readonly { readonly module: string; readonly name: string; readonly source: Source }[];
	readonly memories: readonly string[];
	readonly role: Role | undefined;
}

/** All that instantiating takes, worked out once. */
export interface Plan {
	/** Calls of exports answer with promises. */
	readonly promising: boolean;
	readonly parents: readonly (number | undefined)[];
	/** By step; undefined for one that nothing needs. */
	readonly steps: readonly (StepPlan | undefined)[];
	readonly contexts: readonly ContextPlan[];
	readonly trampolines: readonly TrampolinePlan[];
	readonly lifts: readonly LiftPlan[];
	/** Indices of lifts: of each interface's functions, and of the world's own. */
	readonly interfaces: ReadonlyMap<string, ReadonlyMap<string, number>>;
	readonly functions: ReadonlyMap<string, number>;
	readonly exports: readonly string[];
	/** Where destructors are, by resource. */
	readonly destructors: ReadonlyMap<Resource, Source>;
}

export interface DirectOptions {
	/** Makes a core module: where limits are rewritten in, and memories made imports. */
	readonly compile: Compile;
	/**
	 * Whether an import may answer with a promise, by track and name: `wasi:io/poll@0.2#[method]pollable.block`. Undefined:
	 * none does. Otherwise calls of exports answer with promises (JSPI), and several instances may wait at once.
	 */
	readonly mayWait?: ((name: string) => boolean) | undefined;
}

/** @throws Unsupported, Fault COMPONENT_INVALID, and what `compile` throws */
export function planOf(elaborated: Elaborated, options: DirectOptions): Plan {
	return new Planner(elaborated, options).run();
}

interface Compiled {
	readonly source: Module;
	readonly core: PooledCore;
	readonly role: Role | undefined;
}

class Planner {
	readonly #elaborated: Elaborated;
	readonly #options: DirectOptions;
	readonly #codecs = new Map<StringEncoding, Codecs>();
	readonly #contexts: ContextPlan[] = [];
	readonly #contextsByKey = new Map<string, number>();
	readonly #trampolines: TrampolinePlan[] = [];
	readonly #trampolinesByItem = new Map<CoreItem, number>();
	readonly #lifts: LiftPlan[] = [];
	readonly #liftsByEntity = new Map<FunctionEntity, number>();
	readonly #destructors = new Map<Resource, Source>();
	readonly #compiled = new Map<Uint8Array, Compiled>();
	readonly #exported: ReadonlySet<string>[] = [];

	constructor(elaborated: Elaborated, options: DirectOptions) {
		this.#elaborated = elaborated;
		this.#options = options;
	}

	run(): Plan {
		const { steps, exports, parents } = this.#elaborated;
		const planned = steps.map(({ module, args }) => this.#step(module, args));
		const interfaces = new Map<string, ReadonlyMap<string, number>>();
		const functions = new Map<string, number>();
		for (const [name, entity] of exports) {
			if (entity.sort === "instance") interfaces.set(name, this.#interface(entity.exports));
			if (entity.sort === "func") functions.set(name, this.#lift(entity));
		}
		return {
			promising: this.#options.mayWait !== undefined,
			parents,
			steps: withoutShims(planned, this.#used()),
			contexts: this.#contexts,
			trampolines: this.#trampolines,
			lifts: this.#lifts,
			interfaces,
			functions,
			exports: [...exports]
				.filter(([, { sort }]) => sort === "instance" || sort === "func")
				.map(([name]) => name),
			destructors: this.#destructors,
		};
	}

	/** What is taken from core instances, but for imports of core modules. */
	#used(): readonly (Source | undefined)[] {
		return [
			...this.#contexts.flatMap(({ memory, realloc }) => [memory, realloc]),
			...this.#lifts.flatMap(({ core, postReturn }) => [core, postReturn]),
			...this.#destructors.values(),
		];
	}

	#interface(exports: ReadonlyMap<string, Entity>): ReadonlyMap<string, number> {
		const functions = new Map<string, number>();
		for (const [name, entity] of exports) {
			if (entity.sort === "func") functions.set(name, this.#lift(entity));
			if (entity.sort === "type" && entity.type.kind === "resource") this.#destructor(entity.type);
		}
		return functions;
	}

	/** Core modules that are instantiated twice are compiled once. */
	#step(bytes: Uint8Array, args: ReadonlyMap<string, CoreInstance>): StepPlan {
		const { source, core, role } = this.#compiled.get(bytes) ?? this.#compileOnce(bytes);
		const imports = source.imports.map(({ module, name }) => ({
			module,
			name,
			source: this.#argument(args, module, name),
		}));
		// only now: a module is not given its own exports
		this.#exported.push(new Set(source.exports.map(({ name }) => name)));
		const memories = source.exports.filter(({ kind }) => kind === "memory").map(({ name }) => name);
		return { core, imports, memories, role };
	}

	#compileOnce(bytes: Uint8Array): Compiled {
		const source = readModule(bytes);
		const compiled = { source, core: this.#options.compile(bytes, source), role: roleOf(bytes, source) };
		this.#compiled.set(bytes, compiled);
		return compiled;
	}

	#argument(args: ReadonlyMap<string, CoreInstance>, module: string, name: string): Source {
		const instance = args.get(module);
		if (instance === undefined) throw invalid(`a core module in it is not given '${module}'`);
		if (instance.exports === undefined) return this.#export(instance.step, name);
		const item = instance.exports.get(name);
		if (item === undefined || !isCoreItem(item))
			throw invalid(`a core module in it is not given '${module}' '${name}'`);
		return this.#source(item);
	}

	#source(item: CoreItem): Source {
		if (item.from === "instance") return this.#export(item.step, item.name);
		const known = this.#trampolinesByItem.get(item);
		if (known !== undefined) return { trampoline: known };
		const plan = this.#trampoline(item);
		this.#trampolines.push(plan);
		this.#trampolinesByItem.set(item, this.#trampolines.length - 1);
		return { trampoline: this.#trampolines.length - 1 };
	}

	#export(step: number, name: string): Source {
		if (this.#exported[step]?.has(name) !== true) throw invalid(`a core instance in it has no '${name}'`);
		return { step, name };
	}

	#optional(item: CoreItem | undefined): Source | undefined {
		return item === undefined ? undefined : this.#source(item);
	}

	#trampoline(item: Extract<CoreItem, { from: "canon" }>): TrampolinePlan {
		const { instance } = item;
		switch (item.does) {
			case "lower":
				return this.#lower(item.function, item.options, instance);
			case "new":
			case "rep":
			case "drop": {
				const { resource } = item;
				if (item.does !== "drop" && resource.definedBy !== instance)
					throw invalid("it makes a resource that it does not define");
				this.#destructor(resource);
				const into = resource.definedBy ?? instance;
				return { does: item.does, resource, instance, enters: this.#enters(into, instance) };
			}
			default:
				throw new Unsupported("an asynchronous built-in");
		}
	}

	#lower(entity: FunctionEntity, options: Options, instance: number): TrampolinePlan {
		const signature = signatureOf(entity.type, this.#codecsOf(options));
		const context = this.#context(options, instance);
		if (entity.lifted === undefined) {
			const name = hostNameOf(entity.origin);
			const mayWait = this.#options.mayWait?.(name.full) === true;
			return { does: "call host", name, mayWait, signature, context };
		}
		const enters = this.#enters(entity.lifted.instance, instance);
		return { does: "call guest", lift: this.#lift(entity), signature, context, enters };
	}

	#lift(entity: FunctionEntity): number {
		const known = this.#liftsByEntity.get(entity);
		if (known !== undefined) return known;
		if (entity.lifted === undefined) throw new Unsupported("an import that is exported again");
		const { core, options, instance } = entity.lifted;
		this.#lifts.push({
			signature: signatureOf(entity.type, this.#codecsOf(options)),
			context: this.#context(options, instance),
			core: this.#source(core),
			postReturn: this.#optional(options.postReturn),
			enters: this.#enters(instance, undefined),
		});
		this.#liftsByEntity.set(entity, this.#lifts.length - 1);
		return this.#lifts.length - 1;
	}

	#codecsOf({ encoding }: Options): Codecs {
		const codecs = this.#codecs.get(encoding) ?? new Codecs(encoding);
		this.#codecs.set(encoding, codecs);
		return codecs;
	}

	#context(options: Options, instance: number): number {
		const plan = {
			instance,
			memory: this.#optional(options.memory),
			realloc: this.#optional(options.realloc),
		};
		const key = JSON.stringify(plan);
		const known = this.#contextsByKey.get(key);
		if (known !== undefined) return known;
		this.#contexts.push(plan);
		this.#contextsByKey.set(key, this.#contexts.length - 1);
		return this.#contexts.length - 1;
	}

	#destructor(resource: Resource): void {
		if (resource.destructor === undefined || this.#destructors.has(resource)) return;
		this.#destructors.set(resource, this.#source(resource.destructor));
	}

	/** The instances that a call comes into: those around the callee that are not around the caller too. */
	#enters(callee: number, caller: number | undefined): readonly number[] {
		const around = new Set(this.#around(caller));
		return this.#around(callee).filter((instance) => !around.has(instance));
	}

	#around(instance: number | undefined): number[] {
		const around: number[] = [];
		for (let at = instance; at !== undefined; at = this.#elaborated.parents[at]) around.push(at);
		return around;
	}
}

function isCoreItem(entity: Entity): entity is CoreItem {
	return "from" in entity;
}
