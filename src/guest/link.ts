import { Fault } from "../base/fault.ts";
import { nearMisses } from "../base/near.ts";
import { type HostFunction, wasmParams } from "../wasi/p1/function.ts";
import { findFunction, functionNames, isWasiModule } from "../wasi/p1/functions.ts";
import type { Wanted } from "../wasi/p1/imports.ts";
import type { FunctionImport, Import, Module } from "../wasm/module.ts";
import { whoMadeIt } from "../wasm/toolchain.ts";

/** What a module's imports come to. */
export interface Link {
	readonly wanted: readonly Wanted[];
	/** Functions that nobody provides, and that trap when they are called. */
	readonly trapping: readonly Import[];
}

const NAMED_MAX = 6;

/**
 * Checks every import of a module against the host's functions, before anything is compiled: by
 * name, by kind and by signature. JavaScript would let a wrong signature through, and the host
 * would be called with values of types that it never expects.
 *
 * @param unknown what to do about functions that nobody provides
 * @throws Fault IMPORT_UNKNOWN, IMPORT_MISMATCH
 */
export function linkImports(module: Module, unknown: "refuse" | "trap"): Link {
	const wanted: Wanted[] = [];
	const trapping: Import[] = [];
	for (const wish of module.imports) {
		const host = findFunction(wish.module, wish.name);
		if (host === undefined || wish.type.kind !== "function") trapping.push(wish);
		else wanted.push({ module: wish.module, name: wish.name, host: checkSignature(wish, wish.type, host) });
	}
	const refused = unknown === "refuse" ? trapping : trapping.filter(({ type }) => type.kind !== "function");
	if (refused.length > 0) throw unknownImports(module, refused, unknown);
	return { wanted, trapping };
}

function checkSignature(wish: Import, type: FunctionImport, host: HostFunction): HostFunction {
	const params = wasmParams(host.params).join(" ");
	const results = host.returns === "errno" ? "i32" : "";
	const found = type.signature;
	if (found !== undefined && found.params.join(" ") === params && found.results.join(" ") === results)
		return host;
	throw new Fault("IMPORT_MISMATCH", `cannot link '${wish.module}' '${wish.name}': its type is not WASI's`, {
		note: [
			`WASI has (${params}) -> (${results}); the module imports ${
				found === undefined
					? "no function type"
					: `(${found.params.join(" ")}) -> (${found.results.join(" ")})`
			}`,
			"the module was made by a faulty toolchain, or by hand to confuse the host",
		],
	});
}

function unknownImports(module: Module, refused: readonly Import[], unknown: "refuse" | "trap"): Fault {
	const names = refused.map((wish) => `'${wish.module}' '${wish.name}'${kindNote(wish)}`);
	const more = names.length > NAMED_MAX ? `, and ${names.length - NAMED_MAX} more` : "";
	const maker = whoMadeIt(module);
	const allFunctions = refused.every(({ type }) => type.kind === "function");
	return new Fault(
		"IMPORT_UNKNOWN",
		`cannot link ${refused.length === 1 ? "an import" : `${refused.length} imports`} that nobody provides: ${names.slice(0, NAMED_MAX).join(", ")}${more}`,
		{
			note: [...wrongInWasi(refused), ...(maker === undefined ? [] : [maker.note])],
			help: [
				...(maker === undefined ? [] : [maker.help]),
				...(allFunctions && unknown === "refuse"
					? [
							"wherry run --unknown-imports trap ...    to start it all the same; a call of one of them then traps",
						]
					: []),
			],
		},
	);
}

function kindNote({ type }: Import): string {
	return type.kind === "function" ? "" : ` (a ${type.kind})`;
}

function nearOf({ name }: Import): string {
	const [near] = nearMisses(name, functionNames());
	return near === undefined ? "" : `; there is '${near}'`;
}

function wrongInWasi(refused: readonly Import[]): string[] {
	const wrong = refused.find(({ module }) => isWasiModule(module));
	if (wrong === undefined) return ["a guest is given WASI preview1, and nothing of any other host"];
	return wrong.type.kind === "function"
		? [`'${wrong.name}' is no function of WASI preview1, which has ${functionNames().length}${nearOf(wrong)}`]
		: [`WASI preview1 has only functions; '${wrong.name}' is imported as a ${wrong.type.kind}`];
}
