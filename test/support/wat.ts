import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** The part of wabt's JavaScript API that is used here; its own types are for an ES module it is not. */
interface Wabt {
	parseWat(name: string, text: string, features: Readonly<Record<string, boolean>>): WatModule;
}
interface WatModule {
	toBinary(options: { write_debug_names: boolean }): { buffer: Uint8Array };
	destroy(): void;
}

const FEATURES = {
	exceptions: true,
	threads: true,
	multi_memory: true,
	memory64: true,
	tail_call: true,
	reference_types: true,
};

let wabt: Promise<Wabt> | undefined;

/** Assembles one text module, names kept. It need not be valid: what is wrong with it may be the test. */
export async function assemble(text: string): Promise<Uint8Array> {
	wabt ??= load();
	const module = (await wabt).parseWat("module.wat", text, FEATURES);
	try {
		return module.toBinary({ write_debug_names: true }).buffer;
	} finally {
		module.destroy();
	}
}

/** The same, into a file of this name in `folder`; answers its path. */
export async function assembleInto(folder: string, name: string, text: string): Promise<string> {
	const path = join(folder, name);
	writeFileSync(path, await assemble(text));
	return path;
}

async function load(): Promise<Wabt> {
	const { default: start } = (await import("wabt")) as unknown as { default: () => Promise<Wabt> };
	return start();
}
