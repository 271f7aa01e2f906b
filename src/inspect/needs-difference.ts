/** What a program can ask of a host now that it could not before. */
import { printable } from "../base/fault.ts";
import { needsOf } from "./needs.ts";

export interface NeedsDifference {
	/** In plain words, each with the imports that are new: `network: opens connections (wasi:sockets/tcp@0.2.0)`. */
	readonly added: readonly string[];
	readonly removed: readonly string[];
}

/** So many imports are named of each need, and so many letters of each. */
const IMPORTS_SHOWN = 4;
const IMPORT_LENGTH_MAX = 120;

/** Between two lists of imports as wherry.lock has them: `module.name`, or the interfaces of a component. */
export function needsDifference(was: readonly string[], is: readonly string[]): NeedsDifference {
	const [before, after] = [new Set(was), new Set(is)];
	return {
		added: inWords(is.filter((one) => !before.has(one))),
		removed: inWords(was.filter((one) => !after.has(one))),
	};
}

function inWords(imports: readonly string[]): string[] {
	return needsOf(imports.map(wanted)).list.map(({ capability, says, imports: names }) => {
		const shown = names.slice(0, IMPORTS_SHOWN).map((name) => printable(name.slice(0, IMPORT_LENGTH_MAX)));
		const more = names.length > IMPORTS_SHOWN ? `, and ${names.length - IMPORTS_SHOWN} more` : "";
		return `${capability}: ${says} (${shown.join(", ")}${more})`.replaceAll(/[\n\t]/g, "?");
	});
}

function wanted(one: string): { module: string; name: string; calledBy: [] } {
	const dot = one.indexOf(".");
	const isInterface = /^[a-z0-9-]+:[a-z0-9-]+\//.test(one);
	if (isInterface || dot < 0) return { module: one, name: "", calledBy: [] };
	return { module: one.slice(0, dot), name: one.slice(dot + 1), calledBy: [] };
}
