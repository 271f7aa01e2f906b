import { Cursor } from "./cursor.ts";
import { type FunctionType, type Module, SectionId, sectionOf } from "./module.ts";

/**
 * The type of a function by its index, imported or defined here; undefined where the module has no
 * such function or its type could not be read. Reads the function section up to that function.
 */
export function functionTypeOf(bytes: Uint8Array, module: Module, index: number): FunctionType | undefined {
	if (index < module.importedFunctions) return importedType(module, index);
	const section = sectionOf(module, SectionId.FUNCTION);
	const place = index - module.importedFunctions;
	if (section === undefined || place >= module.definedFunctions) return undefined;
	const cursor = new Cursor(bytes, section.contents, section.end);
	cursor.u32("the number of functions");
	for (let skipped = 0; skipped < place; skipped += 1) cursor.u32("a function's type");
	const type = module.types[cursor.u32("a function's type")];
	return type?.kind === "function" ? type : undefined;
}

function importedType(module: Module, index: number): FunctionType | undefined {
	let at = 0;
	for (const { type } of module.imports) {
		if (type.kind !== "function") continue;
		if (at === index) return type.signature;
		at += 1;
	}
	return undefined;
}
