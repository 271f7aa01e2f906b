import type { Canon, CanonOptions } from "../wasm/component/definitions.ts";
import type { Elaboration } from "./elaborate.ts";
import { typeAt } from "./elaborate-types.ts";
import { type CoreItem, type Entity, invalid, type Options, type Resource, type Scope } from "./entities.ts";

type Lift = Extract<Canon, { kind: "canon lift" }>;

/** `canon lift`: a core function as a function of the component's. */
export function liftedFunction(canon: Lift, scope: Scope, elaboration: Elaboration): Entity {
	const type = typeAt(canon.type, scope);
	if (type.kind !== "function") throw invalid(`type ${canon.type} is no function's`);
	noteAsync(canon.options, elaboration);
	if (type.async) elaboration.unsupported("async functions");
	const lifted = {
		core: scope.get("core func", canon.function),
		options: optionsOf(canon.options, scope),
		instance: scope.instance,
	};
	return { sort: "func", type, lifted };
}

/** The other canonical definitions: core functions that the host makes. */
export function canonItem(canon: Exclude<Canon, Lift>, scope: Scope, elaboration: Elaboration): CoreItem {
	const base = { sort: "core func", from: "canon", instance: scope.instance } as const;
	switch (canon.kind) {
		case "canon lower": {
			noteAsync(canon.options, elaboration);
			const entity = scope.get("func", canon.function);
			if (entity.type.async) elaboration.unsupported("async functions");
			return { ...base, does: "lower", function: entity, options: optionsOf(canon.options, scope) };
		}
		case "canon resource.new":
			return { ...base, does: "new", resource: resourceAt(canon.type, scope) };
		case "canon resource.drop":
			return { ...base, does: "drop", resource: resourceAt(canon.type, scope) };
		case "canon resource.rep":
			return { ...base, does: "rep", resource: resourceAt(canon.type, scope) };
		default:
			elaboration.unsupported(`canon ${canon.name}`);
			return { ...base, does: "unsupported" };
	}
}

function noteAsync(options: CanonOptions, elaboration: Elaboration): void {
	if (options.async || options.callback !== undefined) elaboration.unsupported("the option async");
}

function optionsOf(options: CanonOptions, scope: Scope): Options {
	const functionAt = (index: number | undefined) =>
		index === undefined ? undefined : scope.get("core func", index);
	return {
		encoding: options.encoding,
		memory: options.memory === undefined ? undefined : scope.get("core memory", options.memory),
		realloc: functionAt(options.realloc),
		postReturn: functionAt(options.postReturn),
	};
}

function resourceAt(index: number, scope: Scope): Resource {
	const type = typeAt(index, scope);
	if (type.kind !== "resource") throw invalid(`type ${index} is no resource`);
	return type;
}
