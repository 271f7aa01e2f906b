import { Fault } from "../base/fault.ts";
import type {
	Alias,
	Component,
	CoreSort,
	Declaration,
	Sort,
	StringEncoding,
} from "../wasm/component/definitions.ts";
import type { FunctionType, ResourceType, ValueType } from "./types.ts";

/** What an index means. Aliases, arguments and exports are the very same object. */
export type Entity =
	| FunctionEntity
	| { readonly sort: "type"; readonly type: TypeEntity }
	| { readonly sort: "instance"; readonly exports: Exports }
	/** `component` is undefined for an imported one. */
	| { readonly sort: "component"; readonly component: Component | undefined; readonly scope: Scope }
	| { readonly sort: "value" }
	/** `bytes` is undefined for an imported one. */
	| { readonly sort: "core module"; readonly bytes: Uint8Array | undefined }
	| CoreInstance
	| { readonly sort: "core type" }
	| CoreItem;

export type Exports = ReadonlyMap<string, Entity>;

/** A core module's instance, by its step, or a collection of items. */
export type CoreInstance =
	| { readonly sort: "core instance"; readonly step: number; readonly exports?: undefined }
	| { readonly sort: "core instance"; readonly exports: Exports; readonly step?: undefined };

/** Something that a core module may import: an export of a core instance, or a function that the host makes. */
export type CoreItem = {
	readonly sort: "core func" | "core table" | "core memory" | "core global" | "core tag";
} & (
	| { readonly from: "instance"; readonly step: number; readonly name: string }
	| ({ readonly from: "canon" } & CanonItem)
);

/** A canonical built-in; `instance` is the component instance whose handles it uses. */
export type CanonItem = { readonly instance: number } & (
	| { readonly does: "lower"; readonly function: FunctionEntity; readonly options: Options }
	| { readonly does: "new" | "drop" | "rep"; readonly resource: Resource }
	| { readonly does: "unsupported" }
);

export type FunctionEntity = { readonly sort: "func"; readonly type: FunctionType } & (
	| { readonly origin: Origin; readonly lifted?: undefined }
	| { readonly lifted: Lifted; readonly origin?: undefined }
);

/** Where something is declared; `interface` is undefined for what stands in the world itself. */
export interface Origin {
	readonly interface: string | undefined;
	readonly name: string;
	readonly imported: boolean;
}

export interface Lifted {
	readonly core: CoreItem;
	readonly options: Options;
	/** The component instance that it enters. */
	readonly instance: number;
}

/** Canonical options, their indices followed. */
export interface Options {
	readonly encoding: StringEncoding;
	readonly memory: CoreItem | undefined;
	readonly realloc: CoreItem | undefined;
	readonly postReturn: CoreItem | undefined;
}

export type TypeEntity =
	| ValueType
	| FunctionType
	| Resource
	| {
			readonly kind: "instance type" | "component type";
			readonly declarations: readonly Declaration[];
			readonly scope: Scope;
	  };

export interface Resource extends ResourceType {
	name: string | undefined;
	/** The component instance that defines it; undefined for the host's. */
	readonly definedBy: number | undefined;
	readonly destructor: CoreItem | undefined;
}

/** The index spaces of a component instance, of an instance type or of a component type. */
export class Scope {
	readonly #outer: Scope | undefined;
	readonly #spaces = new Map<Sort, Entity[]>();
	/** The component instance that is being made. */
	readonly instance: number;

	constructor(outer: Scope | undefined, instance: number) {
		this.#outer = outer;
		this.instance = instance;
	}

	push(entity: Entity): void {
		const space = this.#spaces.get(entity.sort);
		if (space === undefined) this.#spaces.set(entity.sort, [entity]);
		else space.push(entity);
	}

	/** @throws Fault COMPONENT_INVALID where nothing has this index */
	get<Wanted extends Sort>(sort: Wanted, index: number): Extract<Entity, { sort: Wanted }> {
		const entity = this.#spaces.get(sort)?.[index];
		if (entity === undefined || !isOf(entity, sort)) throw invalid(`it has no ${sort} ${index}`);
		return entity;
	}

	alias(alias: Alias): Entity {
		if (alias.kind === "alias outer") return this.#outward(alias.outward).get(alias.sort, alias.index);
		if (alias.kind === "alias core export") return this.#coreExport(alias.sort, alias.instance, alias.name);
		const entity = this.get("instance", alias.instance).exports.get(alias.name);
		if (entity?.sort !== alias.sort) throw invalid(`an instance in it has no ${alias.sort} '${alias.name}'`);
		return entity;
	}

	#outward(scopes: number): Scope {
		// oxlint-disable-next-line typescript/no-this-alias -- the walk begins here
		let scope: Scope = this;
		for (let count = 0; count < scopes; count++) {
			if (scope.#outer === undefined) throw invalid(`an alias leads ${scopes} scopes outwards`);
			scope = scope.#outer;
		}
		return scope;
	}

	#coreExport(sort: CoreSort, instance: number, name: string): Entity {
		const { step, exports } = this.get("core instance", instance);
		if (sort === "type" || sort === "module" || sort === "instance")
			throw invalid(`an alias of a core ${sort} is not known`);
		if (exports === undefined) return { sort: `core ${sort}`, from: "instance", step, name };
		const entity = exports.get(name);
		if (entity?.sort !== `core ${sort}`) throw invalid(`a core instance in it has no ${sort} '${name}'`);
		return entity;
	}
}

function isOf<Wanted extends Sort>(
	entity: Entity,
	sort: Wanted,
): entity is Extract<Entity, { sort: Wanted }> {
	return entity.sort === sort;
}

export function invalid(what: string): Fault {
	return new Fault("COMPONENT_INVALID", `cannot read the component: ${what}`, {
		note: "a faulty toolchain made it, or it was changed afterwards",
		help: "build it again with a current toolchain",
	});
}
