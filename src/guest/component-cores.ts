import { Fault } from "../base/fault.ts";
import type { Module } from "../wasm/module.ts";
import { binariesIn } from "../wasm/nested.ts";
import { readModule } from "../wasm/read-module.ts";
import { shareOut } from "../wasm/share.ts";
import { type Core, compileCore, type CoreOptions } from "./core.ts";

/** What the memories that a module defines begin with and may have, in bytes. */
interface Wants {
	readonly minimum: number;
	readonly maximum: number;
}

/**
 * Compiles a component's core modules, as `compileCore` does. A limit is for the component: what all its memories,
 * and all its tables, may have together is shared out among its modules.
 *
 * @throws Fault MEMORY_LIMIT where the memories alone begin over the limit; and what `compileCore` throws
 */
export function coreCompiler(
	component: Uint8Array<ArrayBuffer>,
	options: Omit<CoreOptions, "exportStart">,
): (core: Uint8Array<ArrayBuffer>, source?: Module) => Core {
	const { file, limits } = options;
	const places = binariesIn(component)
		.filter(({ kind }) => kind === "module")
		.map(({ bytes }) => ({ place: placeOf(bytes), wants: wantsOf(readModule(bytes, file)) }))
		.filter(({ wants }) => wants.maximum > 0);
	const shares = shareOut(
		places.map(({ wants }) => ({ ...wants, unit: 1 })),
		limits.memory_bytes,
	);
	if (shares === undefined) throw overMemory(file, limits.memory_bytes);
	const budgets = new Map(places.map(({ place }, index) => [place, shares[index]]));
	return (core, source = readModule(core, file)) => {
		const memory_bytes = budgets.get(placeOf(core)) ?? limits.memory_bytes;
		return compileCore(core, source, {
			...options,
			limits: { ...limits, memory_bytes },
			exportStart: false,
			// what runs long is a program, and brings its memory; adapters and shims serve it
			plain: options.plain === true || source.memories.length === 0,
		});
	};
}

/** Core modules are views of the component's bytes, whoever reads them. */
function placeOf(bytes: Uint8Array): string {
	return `${bytes.byteOffset}+${bytes.byteLength}`;
}

function wantsOf({ memories, imports }: Module): Wants {
	// what is imported is another module's, but the cap that is written counts it in
	const imported = imports.flatMap(({ type }) => (type.kind === "memory" ? [type] : []));
	const all = memories.length === 0 ? [] : [...imported, ...memories];
	const sum = (pages: (memory: (typeof all)[number]) => number) =>
		all.reduce((bytes, memory) => bytes + pages(memory) * memory.pageSize_bytes, 0);
	const minimum = sum((memory) => memory.minimum);
	return {
		minimum,
		maximum: Math.max(
			minimum,
			sum((memory) => memory.maximum ?? 2 ** 16),
		),
	};
}

function overMemory(file: string, limit_bytes: number): Fault {
	return new Fault("MEMORY_LIMIT", `cannot give '${file}' the memory that it begins with`, {
		note: `the limit for all memories of its core modules is ${limit_bytes / 2 ** 20} MiB`,
		help: "-m 4g",
	});
}
