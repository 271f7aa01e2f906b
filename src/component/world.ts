import type { Component } from "../wasm/component/definitions.ts";
import { elaborate, type Elaborated } from "./elaborate.ts";
import { isValueType } from "./elaborate-types.ts";
import type { Entity, Exports, TypeEntity } from "./entities.ts";
import type { FunctionType, ResourceType, ValueType, World, WorldItem } from "./types.ts";

/**
 * What a component imports and exports, types resolved. Takes `readDefinitions`' answer, or what was made of it.
 *
 * @throws Fault COMPONENT_INVALID
 */
export function worldOf(component: Component | Elaborated): World {
	const { imports, exports } = "definitions" in component ? elaborate(component) : component;
	return { imports: itemsOf(imports), exports: itemsOf(exports) };
}

function itemsOf(entities: Exports): ReadonlyMap<string, WorldItem> {
	return new Map([...entities].map(([name, entity]) => [name, itemOf(entity)]));
}

function itemOf(entity: Entity): WorldItem {
	if (entity.sort === "func") return entity.type;
	if (entity.sort === "instance") return interfaceOf(entity.exports);
	const type = entity.sort === "type" ? shownType(entity.type) : undefined;
	return type === undefined ? { kind: "other" } : { kind: "type", type };
}

function interfaceOf(exports: Exports): WorldItem {
	const functions = new Map<string, FunctionType>();
	const types = new Map<string, ValueType | ResourceType>();
	for (const [name, entity] of exports) {
		if (entity.sort === "func") functions.set(name, entity.type);
		const type = entity.sort === "type" ? shownType(entity.type) : undefined;
		if (type !== undefined) types.set(name, type);
	}
	return { kind: "interface", functions, types };
}

function shownType(type: TypeEntity): ValueType | ResourceType | undefined {
	return isValueType(type) || type.kind === "resource" ? type : undefined;
}
