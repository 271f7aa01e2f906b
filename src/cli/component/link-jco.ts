import type { Linked } from "../../component/linked.ts";
import {
	type JcoLinkOptions,
	keyOf,
	linkCached,
	linkScript,
	scriptFrom,
	userFolders,
} from "./cached-component.ts";
import { keep } from "./component-cache.ts";
import { showProgress, type Progress } from "./progress.ts";
import { transpile } from "./transpiler.ts";

/**
 * A component by jco's glue, which is made and kept where the cache does not have it.
 *
 * @throws Fault COMPONENT_INVALID, LIMIT_REACHED, and what `compile` throws
 */
export async function linkByJco(
	component: Uint8Array<ArrayBuffer>,
	options: JcoLinkOptions,
	progress: Progress = showProgress(options.file),
): Promise<Linked> {
	const { folders = userFolders(), file, mode } = options;
	const cached = linkCached(component, { ...options, folders, onDamage: progress.damaged });
	if (cached !== undefined) return cached;
	const transpiled = await transpile(component, { file, mode, onProgress: progress.at }).finally(
		progress.done,
	);
	const script = scriptFrom(transpiled);
	const linked = linkScript(component, transpiled, script, options);
	if (folders === "none") return linked;
	const compiled = new Uint8Array(script.createCachedData());
	const reason = keep(folders, { key: keyOf(component, mode), transpiled, compiled });
	if (reason !== undefined) progress.notKept(reason);
	return linked;
}
