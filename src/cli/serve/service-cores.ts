/** How a service's core modules are compiled: metered, and so that instances can be put back to their beginning. */
import type { PooledMemory } from "../../component/direct/plan.ts";
import type { CompiledCore } from "../../component/linked.ts";
import type { Core } from "../../guest/core.ts";
import { MemoryPool } from "../../host/node/memory-pool.ts";
import { type Meters, START_TICKS } from "../../serve/meters.ts";
import { importMemory } from "../../wasm/import-memory.ts";
import { PAGE_BYTES } from "../../wasm/limits.ts";
import { meterModule } from "../../wasm/meter.ts";
import { readModule } from "../../wasm/read-module.ts";
import { mutableState } from "../../wasm/renewable.ts";
import { rewriteModule } from "../../wasm/rewrite.ts";

/** A core whose instances ask `meters` whether they may go on. For any linker. */
export function meteredCore({ bytes, engage }: Pick<Core, "bytes" | "engage">, meters: Meters): MeteredCore {
	const metered = meterModule(bytes, readModule(bytes), START_TICKS);
	if (metered === undefined) return { module: new WebAssembly.Module(bytes), engage, bytes };
	return {
		module: new WebAssembly.Module(metered.bytes),
		bytes: metered.bytes,
		engage: (exports) => {
			engage(exports);
			meters.engage(exports, metered.names);
		},
	};
}

interface MeteredCore extends CompiledCore {
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly engage: (exports: WebAssembly.Exports) => void;
}

/** The same, for our own linker: what is made of it can be renewed, and borrows its memory where it has one. */
export function renewableCore(
	core: Core,
	meters: Meters,
	kept: number,
): CompiledCore & { readonly memory?: PooledMemory } {
	const source = readModule(core.bytes);
	const state = mutableState(core.bytes, source);
	const { bytes, globalExports } = rewriteModule(core.bytes, source, { exportGlobals: state?.globals ?? [] });
	const names = [...globalExports.values()];
	const first = { values: undefined };
	const metered = meteredCore({ bytes, engage: core.engage }, meters);
	const engage = (exports: WebAssembly.Exports): void => {
		metered.engage(exports);
		if (state === undefined) meters.renewal?.forbid();
		else
			meters.renewal?.addGlobals({
				globals: names.map((name) => exports[name] as WebAssembly.Global),
				first,
			});
	};
	return withPooledMemory({ ...metered, engage }, meters, kept);
}

function withPooledMemory(
	core: MeteredCore,
	meters: Meters,
	kept: number,
): CompiledCore & { readonly memory?: PooledMemory } {
	const source = readModule(core.bytes);
	const made = importMemory(core.bytes, source);
	// of pages of another size a host cannot make one
	if (made === undefined || made.type.pageSize_bytes !== PAGE_BYTES) {
		if (source.memories.length === 0) return core;
		return {
			...core,
			engage: (exports) => {
				core.engage(exports);
				meters.renewal?.forbid();
			},
		};
	}
	const { minimum, maximum } = made.type;
	const pool = new MemoryPool({ minimum, maximum, kept });
	const first = { image: undefined };
	return {
		...core,
		module: new WebAssembly.Module(made.bytes),
		memory: {
			module: made.module,
			name: made.name,
			take: () => {
				const memory = pool.take();
				meters.renewal?.addMemory({ memory, clear: (one) => pool.clear(one), first });
				return memory;
			},
			give: (memory) => pool.give(memory),
		},
	};
}
