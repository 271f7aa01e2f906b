import type { Linked } from "../../component/linked.ts";
import {
	type JcoLinkOptions,
	keyOf,
	linkCached,
	linkScript,
	scriptFrom,
	userFolders,
} from "./cached-component.ts";
import type { Progress } from "./progress.ts";

/**
 * A component by jco's glue, which is made and kept where the cache does not have it: what that takes is loaded then.
 *
 * @throws Fault COMPONENT_INVALID, LIMIT_REACHED, and what `compile` throws
 */
export async function linkByJco(
	component: Uint8Array<ArrayBuffer>,
	options: JcoLinkOptions,
	progress?: Progress,
): Promise<Linked> {
	const { folders = userFolders(), file, mode } = options;
	let isDamaged = false;
	const onDamage = () => (isDamaged = true);
	const cached = linkCached(component, { ...options, folders, onDamage });
	if (cached !== undefined) return cached;
	const { showProgress } = await import("./progress.ts");
	const shown = progress ?? showProgress(file);
	if (isDamaged) shown.damaged();
	const { transpile } = await import("./transpiler.ts");
	const transpiled = await transpile(component, { file, mode, onProgress: shown.at }).finally(shown.done);
	const script = scriptFrom(transpiled);
	const linked = linkScript(component, transpiled, script, options);
	if (folders === "none") return linked;
	const { keep } = await import("./component-cache.ts");
	const compiled = new Uint8Array(script.createCachedData());
	const reason = keep(folders, { key: keyOf(component, mode), transpiled, compiled });
	if (reason !== undefined) shown.notKept(reason);
	return linked;
}
