/** How a service's core modules are compiled: metered, and with memories that instances use one after the other. */
import type { PooledMemory } from "../../component/direct/plan.ts";
import type { CompiledCore } from "../../component/linked.ts";
import type { Core } from "../../guest/core.ts";
import { MemoryPool } from "../../host/node/memory-pool.ts";
import { type Meters, START_TICKS } from "../../serve/meters.ts";
import { importMemory } from "../../wasm/import-memory.ts";
import { PAGE_BYTES } from "../../wasm/limits.ts";
import { meterModule } from "../../wasm/meter.ts";
import { readModule } from "../../wasm/read-module.ts";

/** A core whose instances ask `meters` whether they may go on. */
export function meteredCore({ bytes, engage, module }: Core, meters: Meters): MeteredCore {
	const metered = meterModule(bytes, readModule(bytes), START_TICKS);
	if (metered === undefined) return { module, engage, bytes };
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
}

/** The same core, whose instances use one memory after the other. */
export function pooledCore(
	core: MeteredCore,
	kept: number,
): CompiledCore & { readonly memory?: PooledMemory } {
	const made = importMemory(core.bytes, readModule(core.bytes));
	// of pages of another size a host cannot make one
	if (made === undefined || made.type.pageSize_bytes !== PAGE_BYTES) return core;
	const { minimum, maximum } = made.type;
	const pool = new MemoryPool({ minimum, maximum, kept });
	return {
		...core,
		module: new WebAssembly.Module(made.bytes),
		memory: {
			module: made.module,
			name: made.name,
			take: () => pool.take(),
			give: (memory) => pool.give(memory),
		},
	};
}
