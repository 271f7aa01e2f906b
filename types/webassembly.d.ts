/**
 * The part of the WebAssembly JavaScript API that we use, for the compilation against Node's types,
 * which lack it (the compilation against the web's has it in lib.dom).
 */
declare namespace WebAssembly {
	// oxlint-disable-next-line typescript/no-explicit-any -- as in lib.dom
	type ImportValue = ((...args: any[]) => unknown) | Memory | Table | Global | number;
	type Imports = Record<string, Record<string, ImportValue>>;
	type Exports = Record<string, unknown>;

	class Module {
		constructor(bytes: Uint8Array | ArrayBuffer);
	}
	class Instance {
		constructor(module: Module, imports?: Imports);
		readonly exports: Exports;
	}
	class Memory {
		constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
		readonly buffer: ArrayBuffer;
		grow(delta: number): number;
	}
	class Table {
		readonly length: number;
		set(index: number, value: unknown): void;
	}
	class Global {
		value: unknown;
	}
	class CompileError extends Error {}
	class LinkError extends Error {}
	class RuntimeError extends Error {}
	class Exception extends Error {}
	function validate(bytes: Uint8Array | ArrayBuffer): boolean;
}
