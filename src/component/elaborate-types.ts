import type {
	Declaration,
	ExternType,
	Labelled,
	Primitive,
	TypeDefinition,
	TypeReference,
} from "../wasm/component/definitions.ts";
import type { Elaboration } from "./elaborate.ts";
import { type Entity, invalid, type Origin, type Resource, Scope, type TypeEntity } from "./entities.ts";
import type { FunctionType, Named, ValueType } from "./types.ts";

/** Real types nest some ten deep; whoever walks them may do so by recursion. */
const TYPE_DEPTH_MAX = 100;

/** Depths of the types made so far: each is walked once. */
const depths = new WeakMap<ValueType, number>();

/** One object for each primitive type. */
const primitives = new Map<Primitive, ValueType>();

/** What a definition of a type comes to in its scope. */
export function defineType(definition: TypeDefinition, scope: Scope, elaboration: Elaboration): TypeEntity {
	switch (definition.kind) {
		case "instance type":
		case "component type":
			return { ...definition, scope };
		case "resource":
			return defineResource(definition.destructor, scope);
		case "func":
			elaboration.spend(definition.params.length);
			return {
				kind: "function",
				params: namedTypes(definition.params, scope),
				result: optionalType(definition.result, scope),
				async: definition.async,
			};
		default:
			return bounded(valueTypeOf(definition, scope, elaboration));
	}
}

function defineResource(destructor: number | undefined, scope: Scope): Resource {
	return {
		kind: "resource",
		name: undefined,
		from: undefined,
		imported: false,
		definedBy: scope.instance,
		destructor: destructor === undefined ? undefined : scope.get("core func", destructor),
	};
}

type ValueDefinition = Exclude<
	TypeDefinition,
	{ kind: "instance type" | "component type" | "resource" | "func" }
>;

function valueTypeOf(definition: ValueDefinition, scope: Scope, elaboration: Elaboration): ValueType {
	switch (definition.kind) {
		case "record":
			elaboration.spend(definition.fields.length);
			return { kind: "record", fields: namedTypes(definition.fields, scope) };
		case "variant":
			elaboration.spend(definition.cases.length);
			return {
				kind: "variant",
				cases: definition.cases.map(({ name, type }) => ({ name, type: optionalType(type, scope) })),
			};
		case "tuple":
			elaboration.spend(definition.items.length);
			return { kind: "tuple", items: definition.items.map((item) => typeOf(item, scope)) };
		case "list":
			return { ...definition, element: typeOf(definition.element, scope) };
		case "option":
			return { kind: "option", some: typeOf(definition.some, scope) };
		case "result":
			return {
				kind: "result",
				ok: optionalType(definition.ok, scope),
				err: optionalType(definition.err, scope),
			};
		case "map":
			return { kind: "map", key: typeOf(definition.key, scope), value: typeOf(definition.value, scope) };
		case "own":
		case "borrow":
			return { kind: definition.kind, resource: resourceOf(definition.resource, scope) };
		case "stream":
		case "future":
			return { kind: definition.kind, element: optionalType(definition.element, scope) };
		case "flags":
		case "enum":
			return definition;
		default:
			return primitive(definition.kind);
	}
}

function primitive(kind: Primitive): ValueType {
	const known = primitives.get(kind) ?? { kind };
	primitives.set(kind, known);
	return known;
}

function namedTypes(labelled: readonly Labelled<TypeReference>[], scope: Scope): Named<ValueType>[] {
	return labelled.map(({ name, type }) => ({ name, type: typeOf(type, scope) }));
}

function optionalType(reference: TypeReference | undefined, scope: Scope): ValueType | undefined {
	return reference === undefined ? undefined : typeOf(reference, scope);
}

function typeOf(reference: TypeReference, scope: Scope): ValueType {
	if (typeof reference === "string") return primitive(reference);
	const type = typeAt(reference, scope);
	if (!isValueType(type)) throw invalid(`type ${reference} is not one of values`);
	return type;
}

function resourceOf(index: number, scope: Scope): Resource {
	const type = typeAt(index, scope);
	if (type.kind !== "resource") throw invalid(`type ${index} is no resource`);
	return type;
}

export function typeAt(index: number, scope: Scope): TypeEntity {
	return scope.get("type", index).type;
}

export function isValueType(type: TypeEntity): type is ValueType {
	return (
		type.kind !== "function" &&
		type.kind !== "resource" &&
		type.kind !== "instance type" &&
		type.kind !== "component type"
	);
}

/** The type itself, its depth noted. */
function bounded(type: ValueType): ValueType {
	let depth = 1;
	for (const part of partsOf(type)) depth = Math.max(depth, 1 + (depths.get(part) ?? 1));
	if (depth > TYPE_DEPTH_MAX) throw invalid(`a type in it nests over ${TYPE_DEPTH_MAX} levels deep`);
	depths.set(type, depth);
	return type;
}

/** The types that a type is made of, one level down. */
export function partsOf(type: ValueType): readonly ValueType[] {
	switch (type.kind) {
		case "record":
			return type.fields.map((field) => field.type);
		case "variant":
			return type.cases.flatMap((one) => one.type ?? []);
		case "tuple":
			return type.items;
		case "list":
			return [type.element];
		case "option":
			return [type.some];
		case "result":
			return [type.ok, type.err].filter((part) => part !== undefined);
		case "map":
			return [type.key, type.value];
		case "stream":
		case "future":
			return type.element === undefined ? [] : [type.element];
		default:
			return [];
	}
}

/** What an import, or an export in an instance type, is of: nobody has made it yet. */
export function declareEntities(
	type: ExternType,
	scope: Scope,
	origin: Origin,
	elaboration: Elaboration,
): Entity {
	elaboration.spend(1);
	switch (type.sort) {
		case "func":
			return { sort: "func", type: functionAt(type.index, scope), origin };
		case "type":
			return {
				sort: "type",
				type: type.bound === "equal" ? typeAt(type.index, scope) : freshResource(origin),
			};
		case "instance":
			return { sort: "instance", exports: declareInstance(type.index, scope, origin, elaboration) };
		case "component":
			return { sort: "component", component: undefined, scope };
		case "core module":
			return { sort: "core module", bytes: undefined };
		case "value":
			return { sort: "value" };
	}
}

function functionAt(index: number, scope: Scope): FunctionType {
	const type = typeAt(index, scope);
	if (type.kind !== "function") throw invalid(`type ${index} is no function's`);
	return type;
}

function freshResource(origin: Origin): Resource {
	return {
		kind: "resource",
		name: origin.name,
		from: origin.interface,
		imported: origin.imported,
		definedBy: undefined,
		destructor: undefined,
	};
}

/** An instance of an instance type, its resources new. */
function declareInstance(
	index: number,
	outer: Scope,
	origin: Origin,
	elaboration: Elaboration,
): Map<string, Entity> {
	const type = typeAt(index, outer);
	if (type.kind !== "instance type") throw invalid(`type ${index} is no instance's`);
	return elaboration.nested(() => {
		const scope = new Scope(type.scope, outer.instance);
		const exports = new Map<string, Entity>();
		for (const declaration of type.declarations) declare(declaration, scope, exports, origin, elaboration);
		return exports;
	});
}

function declare(
	declaration: Declaration,
	scope: Scope,
	exports: Map<string, Entity>,
	origin: Origin,
	elaboration: Elaboration,
): void {
	elaboration.spend(1);
	switch (declaration.kind) {
		case "type":
			scope.push({ sort: "type", type: defineType(declaration.type, scope, elaboration) });
			break;
		case "core type":
			scope.push({ sort: "core type" });
			break;
		case "export type": {
			const inside: Origin = { ...origin, interface: origin.name, name: declaration.name };
			const entity = declareEntities(declaration.type, scope, inside, elaboration);
			exports.set(declaration.name, entity);
			scope.push(entity);
			break;
		}
		case "import":
			throw invalid("an instance's type imports something");
		default:
			scope.push(scope.alias(declaration));
	}
}
