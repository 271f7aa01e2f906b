/**
 * A component as its file has it: definitions in order, types and items by index (Component Model, Binary.md). What the
 * indices mean is worked out in `component/elaborate.ts`.
 */

/** One component: its definitions in the file's order. Those that define nothing (custom sections) are left out. */
export interface Component {
	readonly definitions: readonly Definition[];
}

export type CoreSort = "func" | "table" | "memory" | "global" | "tag" | "type" | "module" | "instance";
export type Sort = `core ${CoreSort}` | "func" | "value" | "type" | "component" | "instance";

/** Something by its index in an index space. */
export interface Item {
	readonly sort: Sort;
	readonly index: number;
}

export interface NamedItem extends Item {
	readonly name: string;
}

export type Definition =
	/** `bytes` is a view of the file, unread. */
	| { readonly kind: "core module"; readonly bytes: Uint8Array }
	| { readonly kind: "core instantiate"; readonly module: number; readonly args: readonly NamedItem[] }
	| { readonly kind: "core exports"; readonly exports: readonly NamedItem[] }
	| { readonly kind: "core type"; readonly type: CoreType }
	| { readonly kind: "component"; readonly component: Component }
	| { readonly kind: "instantiate"; readonly component: number; readonly args: readonly NamedItem[] }
	| { readonly kind: "exports"; readonly exports: readonly NamedItem[] }
	| Alias
	| { readonly kind: "type"; readonly type: TypeDefinition }
	| Canon
	/** Passes values: nothing that a known toolchain makes. `results` values come of it. */
	| { readonly kind: "start"; readonly results: number }
	| { readonly kind: "value" }
	| Declared<"import">
	| Export;

export interface Export {
	readonly kind: "export";
	readonly name: string;
	readonly item: Item;
	/** What it is shown as; undefined: as what it is. */
	readonly as: ExternType | undefined;
}

export type Alias =
	| { readonly kind: "alias export"; readonly sort: Sort; readonly instance: number; readonly name: string }
	| {
			readonly kind: "alias core export";
			readonly sort: CoreSort;
			readonly instance: number;
			readonly name: string;
	  }
	/** `outward` counts enclosing scopes, 0 is the scope itself. */
	| { readonly kind: "alias outer"; readonly sort: Sort; readonly outward: number; readonly index: number };

/** An import, or what a component type or an instance type says that there is. */
export interface Declared<Kind extends "import" | "export type"> {
	readonly kind: Kind;
	readonly name: string;
	readonly type: ExternType;
}

/** Types by index. */
export type ExternType =
	| { readonly sort: "core module" | "func" | "component" | "instance"; readonly index: number }
	| { readonly sort: "type"; readonly bound: "resource" }
	| { readonly sort: "type"; readonly bound: "equal"; readonly index: number }
	| { readonly sort: "value" };

/** Core types are only ever passed on. */
export type CoreType = { readonly kind: "module" } | { readonly kind: "other" };

export type Primitive =
	| "bool"
	| "s8"
	| "u8"
	| "s16"
	| "u16"
	| "s32"
	| "u32"
	| "s64"
	| "u64"
	| "f32"
	| "f64"
	| "char"
	| "string"
	| "error-context";

/** A primitive type, or the index of another. */
export type TypeReference = Primitive | number;

export interface Labelled<Type> {
	readonly name: string;
	readonly type: Type;
}

export type TypeDefinition =
	| { readonly kind: Primitive }
	| { readonly kind: "record"; readonly fields: readonly Labelled<TypeReference>[] }
	| { readonly kind: "variant"; readonly cases: readonly Labelled<TypeReference | undefined>[] }
	| { readonly kind: "list"; readonly element: TypeReference; readonly length: number | undefined }
	| { readonly kind: "tuple"; readonly items: readonly TypeReference[] }
	| { readonly kind: "flags" | "enum"; readonly names: readonly string[] }
	| { readonly kind: "option"; readonly some: TypeReference }
	| {
			readonly kind: "result";
			readonly ok: TypeReference | undefined;
			readonly err: TypeReference | undefined;
	  }
	| { readonly kind: "own" | "borrow"; readonly resource: number }
	| { readonly kind: "stream" | "future"; readonly element: TypeReference | undefined }
	| { readonly kind: "map"; readonly key: TypeReference; readonly value: TypeReference }
	| {
			readonly kind: "func";
			readonly async: boolean;
			readonly params: readonly Labelled<TypeReference>[];
			readonly result: TypeReference | undefined;
	  }
	| { readonly kind: "component type" | "instance type"; readonly declarations: readonly Declaration[] }
	/** `destructor` is a core function's index. */
	| { readonly kind: "resource"; readonly destructor: number | undefined };

export type Declaration =
	| Extract<
			Definition,
			{ kind: "core type" | "type" | "import" | "alias export" | "alias core export" | "alias outer" }
	  >
	| Declared<"export type">;

export type StringEncoding = "utf8" | "utf16" | "latin1+utf16";

/** Core items by index. */
export interface CanonOptions {
	readonly encoding: StringEncoding;
	readonly memory: number | undefined;
	readonly realloc: number | undefined;
	readonly postReturn: number | undefined;
	readonly async: boolean;
	readonly callback: number | undefined;
}

export type Canon =
	| {
			readonly kind: "canon lift";
			readonly function: number;
			readonly options: CanonOptions;
			readonly type: number;
	  }
	| { readonly kind: "canon lower"; readonly function: number; readonly options: CanonOptions }
	| {
			readonly kind: "canon resource.new" | "canon resource.drop" | "canon resource.rep";
			readonly type: number;
	  }
	/** Built-ins of tasks, streams, futures, threads and error contexts, by name: `task.return`. */
	| { readonly kind: "canon other"; readonly name: string };
