import { appendEntries } from "./append.ts";
import { encodeName } from "./encode.ts";
import { type MemoryType, type Module, SectionId, sectionOf } from "./module.ts";
import { applyPatches } from "./patch.ts";

/** A module that is given its memory. */
export interface ImportedMemory {
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** The import's two names, which no other import has. */
	readonly module: string;
	readonly name: string;
	/** What a memory must be that is given. */
	readonly type: MemoryType;
}

const NAME = "memory";

/**
 * Makes a module's own memory one that it imports, so that instances can share memories one after another: to wipe one
 * and give it again costs a fifth of a new one (facts: engine.md 6). Exports of it stay, and no index changes: it is
 * the only memory.
 *
 * Undefined where there is no such memory: none, several, an imported or shared one, or one addressed by 64 bits.
 */
export function importMemory(bytes: Uint8Array<ArrayBuffer>, module: Module): ImportedMemory | undefined {
	const [type, ...others] = module.memories;
	const section = sectionOf(module, SectionId.MEMORY);
	if (type === undefined || section === undefined || others.length > 0) return undefined;
	if (module.imports.some((one) => one.type.kind === "memory")) return undefined;
	if (type.shared || type.is64) return undefined;
	const name = freshModule(module);
	const limits = bytes.subarray(type.start, type.end);
	const entry = [...encodeName(name), ...encodeName(NAME), MEMORY_KIND, ...limits];
	const patches = [
		...appendEntries(bytes, module, SectionId.IMPORT, [entry]),
		{ section: undefined, start: section.start, end: section.end, bytes: [] },
	];
	return { bytes: applyPatches(bytes, patches), module: name, name: NAME, type };
}

const MEMORY_KIND = 0x02;

/** Ends because there are finitely many imports. */
function freshModule({ imports }: Module): string {
	const taken = new Set(imports.map(({ module }) => module));
	let name = "wherry:pool";
	for (let attempt = 2; taken.has(name); attempt++) name = `wherry:pool-${attempt}`;
	return name;
}
