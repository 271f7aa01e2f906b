import { Fault } from "../base/fault.ts";
import { appendEntries } from "./append.ts";
import { encodeName, encodeUnsigned } from "./encode.ts";
import { readGlobals } from "./globals.ts";
import { meterBodies } from "./meter-bodies.ts";
import { HELPERS, type Helper, helperBody } from "./meter-code.ts";
import { type Module, SectionId, sectionOf } from "./module.ts";
import { Cursor } from "./cursor.ts";
import { applyPatches } from "./patch.ts";
import { readTypes } from "./read-types.ts";

/** A module that counts what it does, and asks when it has used up what it was given. */
export interface Metered {
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** What the host reaches it by: names of exports that no other export has. */
	readonly names: MeterNames;
}

export interface MeterNames {
	/** A mutable i32: the ticks that are left; below zero, the guest asks. */
	readonly counter: string;
	/** A mutable i32 that the host chooses: what it asks with, so that one function can answer for many instances. */
	readonly id: string;
	/** A table of one function, `(i32) -> ()`, that is called then. Null until the host sets it: asking is a trap. */
	readonly hook: string;
}

/**
 * Rewrites a module so that it cannot run on forever without asking: where a function begins that calls or loops, a tick is
 * taken off a counter, and each 64 rounds of its loops take 64. Below zero the hook is called; it gives the counter a new
 * value of at least zero, or the guest ends in a trap, which it cannot catch. The hook may suspend. It may throw, too, but
 * that a guest can catch, and ask again at once.
 *
 * What takes time by its operands (memory.fill, table.copy, array.new, memory.grow and the like) is charged before it is
 * done: a tick for 16 bytes, for an element, 64 for a page. Between two ticks there is at most the code that stands
 * between two such places.
 *
 * No index changes: all that is added stands behind what is there. A valid module stays valid, but one at V8's limits.
 * Branch hints and compilation hints go, because they are offsets into the code.
 *
 * @param initial the ticks that an instance begins with, which its start function may use up: 0 to 2^31 - 1
 * @returns undefined where nothing can run: a module without functions
 * @throws Fault MODULE_INVALID, FEATURE_MISSING where an instruction is not known
 */
export function meterModule(
	bytes: Uint8Array<ArrayBuffer>,
	module: Module,
	initial: number,
): Metered | undefined {
	if (module.definedFunctions === 0) return undefined;
	const names = freshNames(module);
	const globals = countImports(module, "global") + readGlobals(bytes, module).length;
	const tables = countImports(module, "table") + module.tables.length;
	const types = countTypes(bytes, module);
	const place = { counter: globals, id: globals + 1, table: tables, hookType: types };
	const firstHelper = module.importedFunctions + module.definedFunctions;
	const helpers: readonly Helper[] = HELPERS;
	const bodies = meterBodies(bytes, module, {
		counter: place.counter,
		indexOf: (helper) => firstHelper + helpers.indexOf(helper),
	});
	const append = (id: number, entries: readonly (readonly number[])[]) =>
		appendEntries(bytes, module, id, entries);
	return {
		names,
		bytes: applyPatches(bytes, [
			...withoutHints(module),
			...append(SectionId.TYPE, [HOOK_TYPE, ...HELPERS.map(({ type }) => type)]),
			...append(
				SectionId.FUNCTION,
				HELPERS.map((_, index) => encodeUnsigned(types + 1 + index)),
			),
			...append(SectionId.TABLE, [[FUNCREF, 0x01, 0x01, 0x01]]),
			...append(SectionId.GLOBAL, [
				[I32, MUTABLE, 0x41, ...encodeSigned(initial), 0x0b],
				[I32, MUTABLE, 0x41, 0x00, 0x0b],
			]),
			...append(SectionId.EXPORT, [
				[...encodeName(names.counter), 0x03, ...encodeUnsigned(place.counter)],
				[...encodeName(names.id), 0x03, ...encodeUnsigned(place.id)],
				[...encodeName(names.hook), 0x01, ...encodeUnsigned(place.table)],
			]),
			...bodies,
			...append(
				SectionId.CODE,
				HELPERS.map((helper) => sized(helperBody(helper, place, firstHelper))),
			),
		]),
	};
}

const FUNCREF = 0x70;
const I32 = 0x7f;
const MUTABLE = 0x01;
/** `(i32) -> ()` */
const HOOK_TYPE = [0x60, 0x01, I32, 0x00];

function sized(body: readonly number[]): number[] {
	return [...encodeUnsigned(body.length), ...body];
}

function countImports({ imports }: Module, kind: "global" | "table"): number {
	return imports.filter(({ type }) => type.kind === kind).length;
}

/** All of them: `module.types` may be short of some. */
function countTypes(bytes: Uint8Array, module: Module): number {
	const section = sectionOf(module, SectionId.TYPE);
	if (section === undefined) return 0;
	const types: Module["types"][number][] = [];
	readTypes(new Cursor(bytes, section.contents, section.end), types);
	return types.length;
}

function withoutHints({ sections }: Module) {
	return sections
		.filter(({ id, name }) => id === SectionId.CUSTOM && name.startsWith("metadata.code."))
		.map(({ start, end }) => ({ section: undefined, start, end, bytes: [] }));
}

function freshNames({ exports }: Module): MeterNames {
	const taken = new Set(exports.map(({ name }) => name));
	const fresh = (wish: string) => {
		let name = wish;
		for (let attempt = 2; taken.has(name); attempt++) name = `${wish}-${attempt}`;
		return name;
	};
	return { counter: fresh("wherry:ticks"), id: fresh("wherry:meter-id"), hook: fresh("wherry:meter-hook") };
}

/** A number from 0 to 2^31 - 1 as signed LEB128. */
function encodeSigned(value: number): number[] {
	if (!Number.isInteger(value) || value < 0 || value >= 2 ** 31)
		throw new Fault("BUG", `cannot begin with ${value} ticks`);
	const bytes = encodeUnsigned(value);
	const last = bytes.at(-1) ?? 0;
	// the sign is the last byte's bit 6
	return last < 0x40 ? bytes : [...bytes.slice(0, -1), last | 0x80, 0x00];
}
