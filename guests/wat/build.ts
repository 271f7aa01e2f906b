import { readFileSync, writeFileSync } from "node:fs";

/** The part of wabt's JavaScript API that is used here; its own types are for an ES module it is not. */
interface Wabt {
	parseWat(name: string, text: string): WatModule;
}
interface WatModule {
	toBinary(options: { write_debug_names: boolean }): { buffer: Uint8Array };
	destroy(): void;
}

/** Assembles one text module, names kept: backtraces are part of what these guests are for. */
export async function buildWat(source: string, target: string): Promise<void> {
	const { default: load } = (await import("wabt")) as unknown as { default: () => Promise<Wabt> };
	const wabt = await load();
	const module = wabt.parseWat(source, readFileSync(source, "utf8"));
	writeFileSync(target, module.toBinary({ write_debug_names: true }).buffer);
	module.destroy();
}
