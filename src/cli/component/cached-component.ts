/** Components that were transpiled before: what a start needs of all this, and no more. */
import { Script } from "node:vm";
import { within } from "../../base/within.ts";
import { type JcoOptions, linkWithJco } from "../../component/jco/link.ts";
import { GLUE_VERSION, TRANSPILER_VERSION } from "../../component/jco/options.ts";
import type { Glue, Mode, Transpiled } from "../../component/jco/transpiled.ts";
import type { Linked } from "../../component/linked.ts";
import { cacheFolder, dataFolder } from "../../host/node/folders.ts";
import { sha256Of } from "../../store/hash.ts";
import { type CacheFolders, lookUp } from "./component-cache.ts";

export interface JcoLinkOptions extends Pick<JcoOptions, "compile"> {
	/** As errors name it. */
	readonly file: string;
	readonly mode: Mode;
	/** The user's own where none are given. */
	readonly folders?: CacheFolders | "none" | undefined;
	/** Called where an entry was not what had been written. */
	readonly onDamage?: (() => void) | undefined;
}

/**
 * A component by the glue that the cache has for it; undefined where it has none, or none that can be trusted.
 *
 * @throws what `compile` throws
 */
export function linkCached(component: Uint8Array<ArrayBuffer>, options: JcoLinkOptions): Linked | undefined {
	const folders = options.folders ?? userFolders();
	if (folders === "none") return undefined;
	const looked = lookUp(folders, keyOf(component, options.mode));
	if (looked.type === "bad") options.onDamage?.();
	if (looked.type !== "found") return undefined;
	const { transpiled, compiled } = looked.entry;
	return linkScript(component, transpiled, scriptFrom(transpiled, compiled), options);
}

/** Where entries and their secret are; nowhere if the user has no home. */
export function userFolders(): CacheFolders | "none" {
	try {
		return { cache: within(cacheFolder(), "wherry", "components"), data: dataFolder() };
	} catch {
		return "none";
	}
}

/** All that the result depends on. */
export function keyOf(component: Uint8Array, mode: Mode): string {
	return [
		sha256Of(component),
		`jco-transpile ${TRANSPILER_VERSION}`,
		`glue ${GLUE_VERSION}`,
		mode,
		`node ${process.version} ${process.arch}`,
	].join("; ");
}

export function scriptFrom({ script }: Transpiled, compiled?: Uint8Array<ArrayBuffer>): Script {
	return new Script(script, { filename: "wherry:component", cachedData: compiled });
}

export function linkScript(
	component: Uint8Array<ArrayBuffer>,
	transpiled: Transpiled,
	script: Script,
	{ compile }: Pick<JcoOptions, "compile">,
): Linked {
	return linkWithJco(component, transpiled, { compile, evaluate: () => script.runInThisContext() as Glue });
}
