import type { Scan } from "../scan.ts";
import type { Signatures } from "./arity.ts";
import { importedFunction } from "./names.ts";

/** Types of a module's functions, by their indices; undefined where they cannot be read. */
export function signaturesOf(scan: Scan): Signatures {
	const { module } = scan;
	const type = (index: number) => {
		const found = module.types[index];
		return found?.kind === "function" ? found : undefined;
	};
	return {
		type,
		function(index) {
			const imported = importedFunction(module, index);
			if (imported?.type.kind === "function") return imported.type.signature;
			const typeIndex = scan.typeOf[index - module.importedFunctions];
			return typeIndex === undefined ? undefined : type(typeIndex);
		},
	};
}
