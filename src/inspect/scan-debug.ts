import { Fault } from "../base/fault.ts";
import { Cursor } from "../wasm/cursor.ts";
import { customSection, type Module, SectionId } from "../wasm/module.ts";
import type { DebugFacts } from "./scan.ts";

/** What a module carries for debuggers (tool conventions, Debugging.md). */
export function readDebugFacts(bytes: Uint8Array, module: Module): DebugFacts {
	const dwarf = module.sections
		.filter(({ id, name }) => id === SectionId.CUSTOM && name.startsWith(".debug_"))
		.map(({ name }) => name);
	return {
		dwarf,
		sourceMap: readLabel(bytes, module, "sourceMappingURL"),
		external: readLabel(bytes, module, "external_debug_info"),
	};
}

function readLabel(bytes: Uint8Array, module: Module, name: string): string | undefined {
	const section = customSection(module, name);
	if (section === undefined) return undefined;
	try {
		return new Cursor(bytes, section.contents, section.end).label("an address");
	} catch (error) {
		if (error instanceof Fault) return undefined;
		throw error;
	}
}
