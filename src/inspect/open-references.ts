import type { Module } from "../wasm/module.ts";
import type { Scan } from "./scan.ts";

/**
 * The name of what others can take functions out of, and call them: a table; a global that holds a reference; an import that is
 * given one, an export that answers one. Which functions these are nobody can tell from the bytes: any whose address is taken.
 */
export function openTo(scan: Scan): string | undefined {
	const known = made.get(scan) ?? { name: find(scan) };
	made.set(scan, known);
	return known.name;
}

const made = new WeakMap<Scan, { readonly name: string | undefined }>();

function find(scan: Scan): string | undefined {
	const { module, globals } = scan;
	const table = module.exports.find(({ kind }) => kind === "table");
	if (table !== undefined) return table.name;
	const taking = new Set(
		module.types.filter((type) => type.kind === "function" && type.params.some(isReference)),
	);
	const imported = module.imports.find(
		({ type }) =>
			type.kind === "table" ||
			(type.kind === "global" && type.mutable && isReference(type.type)) ||
			(type.kind === "function" && type.signature !== undefined && taking.has(type.signature)),
	);
	if (imported !== undefined) return imported.name;
	const global = globals.find(({ type, exported }) => exported.length > 0 && isReference(type));
	return global?.exported[0] ?? answering(scan)?.name;
}

/** An exported function that answers a reference. */
function answering({ module, typeOf }: Scan): Module["exports"][number] | undefined {
	const giving = new Set(
		module.types.filter((type) => type.kind === "function" && type.results.some(isReference)),
	);
	if (giving.size === 0) return undefined;
	const imported = module.imports.flatMap(({ type }) => (type.kind === "function" ? [type.typeIndex] : []));
	return module.exports.find(({ kind, index }) => {
		const type = module.types[imported[index] ?? typeOf[index - imported.length] ?? -1];
		return kind === "function" && type !== undefined && giving.has(type);
	});
}

const VALUES: ReadonlySet<string> = new Set([
	"i32",
	"i64",
	"f32",
	"f64",
	"v128",
	"externref",
	"nullexternref",
]);

/** What can hold a function, or something that does. What comes from the host (`externref`) is its own. */
function isReference(type: string): boolean {
	return !VALUES.has(type) && !type.endsWith("extern)");
}
