/** What a core module says of itself, as `readModule` found it. Offsets count from the file's first byte. */
export interface Module {
	readonly size_bytes: number;
	/** All sections in the file's order, custom ones among them. */
	readonly sections: readonly Section[];
	/**
	 * The type index space, recursion groups flattened. Shorter than the module's own where an entry could
	 * not be read: whether it is valid is the engine's to say.
	 */
	readonly types: readonly TypeDefinition[];
	readonly imports: readonly Import[];
	readonly exports: readonly Export[];
	/** Defined here; imported ones come before these in the index space. */
	readonly memories: readonly MemoryType[];
	readonly tables: readonly TableType[];
	/** How many functions the imports bring: the index of the first one defined here. */
	readonly importedFunctions: number;
	/** How many functions are defined here. */
	readonly definedFunctions: number;
	/** The start section's function, as an index. */
	readonly start: number | undefined;
	/** The data count section's figure. */
	readonly dataCount: number | undefined;
}

export interface Section {
	readonly id: number;
	/** A custom section's name; the others have "". */
	readonly name: string;
	/** Where its id byte stands. */
	readonly start: number;
	/** Where its contents begin: after id, size and, in a custom section, the name. */
	readonly contents: number;
	/** One past its last byte. */
	readonly end: number;
}

/** A value type in the text format's words: `i32`, `externref`, `(ref null 7)`. */
export type ValueType = string;

export interface FunctionType {
	readonly kind: "function";
	readonly params: readonly ValueType[];
	readonly results: readonly ValueType[];
}

/** Only functions' types are of use to a host; of the others it is known that they are there. */
export type TypeDefinition = FunctionType | { readonly kind: "struct" | "array" | "continuation" };

export interface Limits {
	/** In pages or elements; rounded where it is over 2^53. */
	readonly minimum: number;
	readonly maximum: number | undefined;
	readonly shared: boolean;
	/** Addressed by i64. */
	readonly is64: boolean;
	/** Where the limits stand in the file. */
	readonly start: number;
	readonly end: number;
}

export interface MemoryType extends Limits {
	readonly kind: "memory";
	/** 65,536 but for the custom page sizes proposal. */
	readonly pageSize_bytes: number;
}

export interface TableType extends Limits {
	readonly kind: "table";
	readonly element: ValueType;
}

export interface GlobalType {
	readonly kind: "global";
	readonly type: ValueType;
	readonly mutable: boolean;
}

export interface FunctionImport {
	readonly kind: "function";
	readonly typeIndex: number;
	/** Undefined where the index names no function type that could be read. */
	readonly signature: FunctionType | undefined;
}

export interface TagImport {
	readonly kind: "tag";
	readonly typeIndex: number;
}

export interface Import {
	readonly module: string;
	readonly name: string;
	readonly type: FunctionImport | MemoryType | TableType | GlobalType | TagImport;
}

export type ExternalKind = Import["type"]["kind"];

export interface Export {
	readonly name: string;
	readonly kind: ExternalKind;
	readonly index: number;
}

/** Section ids (core spec 5.5.2, and the exception handling proposal's tags). */
export const SectionId = {
	CUSTOM: 0,
	TYPE: 1,
	IMPORT: 2,
	FUNCTION: 3,
	TABLE: 4,
	MEMORY: 5,
	GLOBAL: 6,
	EXPORT: 7,
	START: 8,
	ELEMENT: 9,
	CODE: 10,
	DATA: 11,
	DATA_COUNT: 12,
	TAG: 13,
} as const;

/** The one section with this id, if the module has it. */
export function sectionOf(module: Module, id: number): Section | undefined {
	return module.sections.find((section) => section.id === id);
}

/** The first custom section of this name. */
export function customSection(module: Pick<Module, "sections">, name: string): Section | undefined {
	return module.sections.find((section) => section.id === SectionId.CUSTOM && section.name === name);
}
