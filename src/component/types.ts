import type { Primitive } from "../wasm/component/definitions.ts";

/**
 * Types as WIT speaks of them: what a component's imports and exports take and give.
 *
 * Types that a component uses several times are one object here as well: walk them with a memory of what was seen, because
 * written out a small file's types can be larger than any machine.
 */

export interface Named<Value> {
	/** In kebab-case, as the file has it; checked to be a label of the Component Model. */
	readonly name: string;
	readonly type: Value;
}

export type ValueType =
	| { readonly kind: Primitive }
	| { readonly kind: "record"; readonly fields: readonly Named<ValueType>[] }
	| { readonly kind: "tuple"; readonly items: readonly ValueType[] }
	| { readonly kind: "variant"; readonly cases: readonly Named<ValueType | undefined>[] }
	| { readonly kind: "enum"; readonly names: readonly string[] }
	| { readonly kind: "flags"; readonly names: readonly string[] }
	| { readonly kind: "option"; readonly some: ValueType }
	| { readonly kind: "result"; readonly ok: ValueType | undefined; readonly err: ValueType | undefined }
	/** `length` where it is fixed. */
	| { readonly kind: "list"; readonly element: ValueType; readonly length: number | undefined }
	| { readonly kind: "map"; readonly key: ValueType; readonly value: ValueType }
	| { readonly kind: "own"; readonly resource: ResourceType }
	| { readonly kind: "borrow"; readonly resource: ResourceType }
	| { readonly kind: "stream"; readonly element: ValueType | undefined }
	| { readonly kind: "future"; readonly element: ValueType | undefined };

/** A resource is the same as another only if it is this very object. */
export interface ResourceType {
	readonly kind: "resource";
	/** In kebab-case; the first name that it goes by. */
	readonly name: string | undefined;
	/** The interface that it is imported from; undefined for one of the component's own, or of the world itself. */
	readonly from: string | undefined;
	readonly imported: boolean;
}

export interface FunctionType {
	readonly kind: "function";
	readonly params: readonly Named<ValueType>[];
	readonly result: ValueType | undefined;
	/** An `async func` of WASI 0.3. */
	readonly async: boolean;
}

/** What an imported or exported interface holds, by kebab-case name: `get-stdout`, `[method]pollable.block`. */
export interface InterfaceType {
	readonly kind: "interface";
	readonly functions: ReadonlyMap<string, FunctionType>;
	/** The types that it names; resources among them. */
	readonly types: ReadonlyMap<string, ValueType | ResourceType>;
}

/** What a component wants and gives, by the names in the file: `wasi:cli/run@0.2.6`, or a plain name. */
export interface World {
	readonly imports: ReadonlyMap<string, WorldItem>;
	readonly exports: ReadonlyMap<string, WorldItem>;
}

export type WorldItem =
	| InterfaceType
	| FunctionType
	| { readonly kind: "type"; readonly type: ValueType | ResourceType }
	/** Components, core modules, values: nothing that a host of WASI gives or calls. */
	| { readonly kind: "other" };
