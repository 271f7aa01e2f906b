/**
 * Shims, as wit-component makes them: a lowered function needs the memory of the module that imports it, which is made
 * after its imports. So that module is given functions that call through a table (the shim), and another module puts the
 * lowered functions there afterwards (the fixup). Our functions find their memory when they are called: they are
 * given to the module at once, and the two are never instantiated, which is a third of what an instance costs.
 */
import { Cursor } from "../../wasm/cursor.ts";
import { type FunctionType, type Module, SectionId, sectionOf } from "../../wasm/module.ts";
import type { Source, StepPlan } from "./plan.ts";

/** What a core module is, if it is either; exactly: one byte otherwise, and it is instantiated as any other. */
export type Role = { readonly is: "shim" | "fixup"; readonly slots: number };

const TABLE = "$imports";

export function roleOf(bytes: Uint8Array, module: Module): Role | undefined {
	try {
		if (isShim(bytes, module)) return { is: "shim", slots: module.definedFunctions };
		return isFixup(bytes, module) ? { is: "fixup", slots: module.importedFunctions } : undefined;
	} catch {
		return undefined;
	}
}

const SHIM_SECTIONS = new Set<number>([
	SectionId.CUSTOM,
	SectionId.TYPE,
	SectionId.FUNCTION,
	SectionId.TABLE,
	SectionId.EXPORT,
	SectionId.CODE,
]);

const FIXUP_SECTIONS = new Set<number>([
	SectionId.CUSTOM,
	SectionId.TYPE,
	SectionId.IMPORT,
	SectionId.ELEMENT,
]);

/** Function `i` is exported as "i" and calls what is in slot `i` of its table. */
function isShim(bytes: Uint8Array, module: Module): boolean {
	const slots = module.definedFunctions;
	if (module.sections.some(({ id }) => !SHIM_SECTIONS.has(id)) || module.tables.length !== 1) return false;
	const named = module.exports.every(({ name, kind, index }) =>
		kind === "function" ? name === String(index) : kind === "table" && name === TABLE,
	);
	if (!named || module.exports.length !== slots + 1) return false;
	const types = readVector(bytes, module, SectionId.FUNCTION, (cursor) => cursor.u32("a type"));
	const slot = { index: 0 };
	const calls = readVector(bytes, module, SectionId.CODE, (cursor) => {
		const index = slot.index++;
		const typeIndex = types[index] ?? 0;
		const type = module.types[typeIndex];
		return type?.kind === "function" && callsSlot(cursor, index, typeIndex, type);
	});
	return calls.length === slots && calls.every(Boolean);
}

/** No locals; all parameters; `call_indirect` of the slot. */
function callsSlot(cursor: Cursor, slot: number, typeIndex: number, { params }: FunctionType): boolean {
	const end = cursor.u32("a body's size") + cursor.offset;
	const locals = cursor.u32("the number of locals");
	const gets = params.every((_, index) => cursor.byte("a code") === 0x20 && cursor.u32("a local") === index);
	const isCall =
		cursor.byte("a code") === 0x41 &&
		cursor.s33("a slot") === slot &&
		cursor.byte("a code") === 0x11 &&
		cursor.u32("a type") === typeIndex &&
		cursor.u32("a table") === 0 &&
		cursor.byte("a code") === 0x0b;
	return locals === 0 && gets && isCall && cursor.offset === end;
}

/** Puts the functions that it imports, in this order, into the slots from 0 on. */
function isFixup(bytes: Uint8Array, module: Module): boolean {
	const slots = module.importedFunctions;
	if (module.sections.some(({ id }) => !FIXUP_SECTIONS.has(id))) return false;
	const tables = module.imports.filter(({ name, type }) => type.kind === "table" && name === TABLE);
	if (tables.length !== 1 || module.imports.length !== slots + 1 || module.exports.length > 0) return false;
	const segments = readVector(bytes, module, SectionId.ELEMENT, (cursor) => {
		const isActive =
			cursor.byte("flags") === 0x00 &&
			cursor.byte("a code") === 0x41 &&
			cursor.byte("an offset") === 0x00 &&
			cursor.byte("a code") === 0x0b;
		const count = cursor.u32("the number of functions");
		for (let index = 0; index < count; index++) if (cursor.u32("a function") !== index) return false;
		return isActive && count === slots;
	});
	return segments.length === 1 && segments[0] === true;
}

function readVector<Entry>(
	bytes: Uint8Array,
	module: Module,
	id: number,
	read: (cursor: Cursor) => Entry,
): Entry[] {
	const section = sectionOf(module, id);
	if (section === undefined) return [];
	const cursor = new Cursor(bytes, section.contents, section.end);
	const count = cursor.count("the number of entries", 1, bytes.length);
	const entries: Entry[] = [];
	for (let entry = 0; entry < count; entry++) entries.push(read(cursor));
	cursor.finish("a section");
	return entries;
}

/**
 * The steps without the shims that only stand for functions of ours. Their places stay, empty. `used` is what else is
 * taken from core instances.
 */
export function withoutShims(
	steps: readonly StepPlan[],
	used: readonly (Source | undefined)[],
): readonly (StepPlan | undefined)[] {
	const left: (StepPlan | undefined)[] = [...steps];
	steps.forEach((fixup, index) => {
		const slots = fixup.role?.is === "fixup" ? slotsOf(fixup, steps) : undefined;
		if (slots === undefined || !isOnlyCalled(slots.shim, index, steps, used)) return;
		left[index] = undefined;
		left[slots.shim] = undefined;
		left.forEach((step, at) => {
			if (step !== undefined) left[at] = rerouted(step, slots);
		});
	});
	return left;
}

interface Slots {
	/** The shim's step. */
	readonly shim: number;
	readonly functions: readonly Source[];
}

/** Undefined where something else than our own functions is put into the slots. */
function slotsOf({ imports, role }: StepPlan, steps: readonly StepPlan[]): Slots | undefined {
	const functions = imports.filter(({ name }) => name !== TABLE).map(({ source }) => source);
	const shim = imports.find(({ name }) => name === TABLE)?.source.step;
	if (shim === undefined || functions.length !== role?.slots) return undefined;
	if (functions.some(({ trampoline }) => trampoline === undefined)) return undefined;
	const other = steps[shim]?.role;
	return other?.is === "shim" && other.slots === functions.length ? { shim, functions } : undefined;
}

/** Nothing but core modules' imports use the shim's functions, and nothing but the fixup its table. */
function isOnlyCalled(
	shim: number,
	fixup: number,
	steps: readonly StepPlan[],
	used: readonly (Source | undefined)[],
): boolean {
	if (used.some((source) => source?.step === shim)) return false;
	return steps.every(
		({ imports }, index) =>
			index === fixup || imports.every(({ source }) => source.step !== shim || source.name !== TABLE),
	);
}

function rerouted(step: StepPlan, { shim, functions }: Slots): StepPlan {
	const imports = step.imports.map((one) =>
		one.source.step === shim ? { ...one, source: functions[Number(one.source.name)] ?? one.source } : one,
	);
	return { ...step, imports };
}
