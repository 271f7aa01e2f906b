import type { Component, Definition, Export, ExternType, NamedItem } from "../wasm/component/definitions.ts";
import { canonItem, liftedFunction } from "./elaborate-canon.ts";
import { type CoreInstance, type Entity, type Exports, invalid, type Origin, Scope } from "./entities.ts";
import { declareEntities, defineType } from "./elaborate-types.ts";

/** What a component comes to when its definitions are followed, nested components and all. */
export interface Elaborated {
	readonly imports: ReadonlyMap<string, Entity>;
	readonly exports: Exports;
	/** Core modules to instantiate, in this order: all that happens when the component is instantiated. */
	readonly steps: readonly Step[];
	/** For each instance of a component the one that it lies in; the first is the outermost. */
	readonly parents: readonly (number | undefined)[];
	/** What the component uses that has no meaning here, such as `canon task.return`. */
	readonly unsupported: string | undefined;
}

/** Instantiates a core module; it is the core instance `steps[index]`. */
export interface Step {
	readonly module: Uint8Array;
	readonly args: ReadonlyMap<string, CoreInstance>;
}

/** Components may instantiate each other twice, at each level: bounded by what it all comes to. */
const DEFINITIONS_MAX = 500_000;
const INSTANCES_MAX = 1000;
const DEPTH_MAX = 64;

/**
 * Follows a component's definitions: which item each index means, which type each value has, what is instantiated with what
 * (Explainer.md). Nothing of it depends on a run, because components cannot be instantiated by computing.
 *
 * Whether arguments fit what is imported is not checked: a wrong one is a trap or a TypeError when it is used.
 *
 * @throws Fault COMPONENT_INVALID
 */
export function elaborate(component: Component): Elaborated {
	return new Elaboration().run(component);
}

/** A plan in the making. */
export class Elaboration {
	readonly #imports = new Map<string, Entity>();
	readonly #steps: Step[] = [];
	readonly #parents: (number | undefined)[] = [];
	#unsupported: string | undefined;
	#definitions = 0;
	#depth = 0;

	run(component: Component): Elaborated {
		const scope = new Scope(undefined, this.#newInstance(undefined));
		const exports = this.#follow(component, scope, undefined);
		return {
			imports: this.#imports,
			exports,
			steps: this.#steps,
			parents: this.#parents,
			unsupported: this.#unsupported,
		};
	}

	/** Counts work, so that nesting cannot multiply it without end. */
	spend(definitions: number): void {
		this.#definitions += definitions;
		if (this.#definitions > DEFINITIONS_MAX)
			throw invalid(`its parts come to over ${DEFINITIONS_MAX} definitions`);
	}

	/** Runs what nests, unless it nests too deep. */
	nested<Value>(run: () => Value): Value {
		if (this.#depth === DEPTH_MAX) throw invalid(`its parts nest over ${DEPTH_MAX} levels deep`);
		this.#depth++;
		const value = run();
		this.#depth--;
		return value;
	}

	/** Notes that the component uses something that only its type can be told of. */
	unsupported(what: string): void {
		this.#unsupported ??= what;
	}

	#newInstance(parent: number | undefined): number {
		if (this.#parents.length === INSTANCES_MAX) throw invalid(`it has over ${INSTANCES_MAX} instances`);
		this.#parents.push(parent);
		return this.#parents.length - 1;
	}

	/** All definitions of a component; gives what it exports. `args` is undefined for the outermost. */
	#follow(component: Component, scope: Scope, args: Exports | undefined): Exports {
		return this.nested(() => {
			const exports = new Map<string, Entity>();
			for (const definition of component.definitions) {
				this.spend(1);
				this.#define(definition, scope, args, exports);
			}
			return exports;
		});
	}

	#define(
		definition: Definition,
		scope: Scope,
		args: Exports | undefined,
		exports: Map<string, Entity>,
	): void {
		switch (definition.kind) {
			case "export":
				this.#export(definition, scope, exports);
				break;
			case "import":
				scope.push(this.#import(definition.name, definition.type, scope, args));
				break;
			case "start":
				this.unsupported("a start function");
				this.spend(definition.results);
				for (let result = 0; result < definition.results; result++) scope.push({ sort: "value" });
				break;
			default:
				scope.push(this.#entity(definition, scope));
		}
	}

	#entity(definition: Exclude<Definition, { kind: "export" | "import" | "start" }>, scope: Scope): Entity {
		switch (definition.kind) {
			case "core module":
				return { sort: "core module", bytes: definition.bytes };
			case "core instantiate":
				return this.#instantiateCore(definition.module, definition.args, scope);
			case "core exports":
				return { sort: "core instance", exports: this.#collect(definition.exports, scope) };
			case "component":
				return { sort: "component", component: definition.component, scope };
			case "instantiate":
				return this.#instantiate(definition.component, definition.args, scope);
			case "exports":
				return { sort: "instance", exports: this.#collect(definition.exports, scope) };
			case "canon lift":
				return liftedFunction(definition, scope, this);
			case "core type":
				return { sort: "core type" };
			case "type":
				return { sort: "type", type: defineType(definition.type, scope, this) };
			case "value":
				this.unsupported("values");
				return { sort: "value" };
			case "alias export":
			case "alias core export":
			case "alias outer":
				return scope.alias(definition);
			default:
				return canonItem(definition, scope, this);
		}
	}

	#collect(items: readonly NamedItem[], scope: Scope): Exports {
		this.spend(items.length);
		return new Map(items.map(({ name, sort, index }) => [name, scope.get(sort, index)]));
	}

	#instantiateCore(module: number, args: readonly NamedItem[], scope: Scope): Entity {
		if (this.#steps.length === INSTANCES_MAX) throw invalid(`it has over ${INSTANCES_MAX} core instances`);
		const { bytes } = scope.get("core module", module);
		if (bytes === undefined) this.unsupported("an imported core module");
		this.spend(args.length);
		this.#steps.push({
			module: bytes ?? new Uint8Array(),
			args: new Map(args.map(({ name, index }) => [name, scope.get("core instance", index)])),
		});
		return { sort: "core instance", step: this.#steps.length - 1 };
	}

	#instantiate(component: number, args: readonly NamedItem[], scope: Scope): Entity {
		const { component: found, scope: outer } = scope.get("component", component);
		if (found === undefined) {
			this.unsupported("an imported component");
			return { sort: "instance", exports: new Map() };
		}
		const inner = new Scope(outer, this.#newInstance(scope.instance));
		return { sort: "instance", exports: this.#follow(found, inner, this.#collect(args, scope)) };
	}

	/** A component's import is its argument; the outermost one's is the host's to give. */
	#import(name: string, type: ExternType, scope: Scope, args: Exports | undefined): Entity {
		if (args !== undefined) {
			const given = args.get(name);
			if (given === undefined) throw invalid(`an instance inside it is not given '${name}'`);
			return given;
		}
		if (type.sort === "component" || type.sort === "core module" || type.sort === "value")
			this.unsupported(`an imported ${type.sort}`);
		const origin: Origin = { interface: undefined, name, imported: true };
		const entity = declareEntities(type, scope, origin, this);
		this.#imports.set(name, entity);
		return entity;
	}

	/** An export is a definition of its own: later ones may refer to it. */
	#export({ name, item, as }: Export, scope: Scope, exports: Map<string, Entity>): void {
		const entity = scope.get(item.sort, item.index);
		if (entity.sort === "type" && entity.type.kind === "resource") entity.type.name ??= name;
		if (as !== undefined && as.sort !== item.sort)
			throw invalid(`its export '${name}' is shown as another sort`);
		exports.set(name, entity);
		scope.push(entity);
	}
}
