import { encodeUnsigned } from "../wasm/encode.ts";
import { type Module, type Section, SectionId, sectionOf } from "../wasm/module.ts";
import type { Patch } from "../wasm/patch.ts";
import { type Body, bodiesOver, entriesOf } from "./profile-bodies.ts";
import { type Cells, type Late, writeDoor, writeGlobals, writeRoom } from "./profile-door.ts";
import type { Signatures } from "./profile-effect.ts";
import { mainLoop } from "./profile-loop.ts";
import { functionTypes, localTypes, typeCodes } from "./profile-types.ts";
import { Writer } from "./profile-writer.ts";

/** Long functions of a module put off: how its bytes change, and what the host has to know of it. */
export interface Deferral {
	readonly patches: readonly Patch[];
	/** The global that takes the host's hook, a function `(i32) -> ()`; null until the host sets it. */
	readonly hookGlobal: number;
	/** Which function the code of an added one was, by index. */
	readonly origins: ReadonlyMap<number, number>;
}

/** TurboFan takes one to ten milliseconds for this much, and Liftoff's code for it is charged as if all of it ran. */
export const LATE_BODY_BYTES = 4096;
/** Of the longest bodies, so many are looked at for a main loop. */
const RESUMABLE_MAX = 12;
/** Locals become parameters; V8 allows 1,000, and each costs something at every call. */
const LOCALS_MAX = 200;
/** V8's own limit (`wasm-limits.h`). */
const FUNCTIONS_MAX = 1_000_000;

/**
 * Puts off the optimisation of a module's long functions, and makes the longest able to enter optimised code in the
 * middle of their main loop. What the module computes stays the same.
 *
 * V8 counts down a budget of 13 million for each function, by the bytes of machine code that a jump back or a
 * return passes over. A long function, which runs through a hundredth of its code at each turn, is so taken for hot at once:
 * an interpreter's after 50 instructions, for 0.1 to 1 second of TurboFan. And it knows no on-stack replacement: an
 * interpreter that is in its loop by then stays in Liftoff's code for good.
 *
 * So each long function becomes two. The door keeps the index; the room, added at the end, has the body. At the first call
 * the door calls the host's hook, which caps what V8 will charge in the code that it compiles next, and the room's first
 * instructions call it again, to restore that. A room with a main loop takes its locals as parameters, and enters
 * itself anew every `TURNS` turns, by a tail call.
 *
 * @returns undefined where nothing is long, or where the module is not understood
 * @throws Fault MODULE_INVALID
 */
export function deferLongBodies(
	bytes: Uint8Array,
	module: Module,
	least_bytes = LATE_BODY_BYTES,
): Deferral | undefined {
	const sections = sectionsOf(module);
	if (sections === undefined) return undefined;
	const late = lateFunctions(bytes, module, bodiesOver(bytes, module, least_bytes));
	const first = module.importedFunctions + module.definedFunctions;
	if (late.length === 0 || first + late.length > FUNCTIONS_MAX) return undefined;
	const types = new AddedTypes(module.types.length);
	const globals = entriesOf(bytes, sections.global);
	const cells = cellsAt(importedGlobals(module) + globals.count, types.indexOf([0x7f], []));
	const code = splitBodies(bytes, sections.code, late, { first, cells, types });
	const append = (section: Section, count: number, entries: readonly number[]): Patch[] =>
		appendEntries(bytes, section, count, entries);
	return {
		patches: [
			...append(sections.type, types.count, types.bytes),
			...append(sections.function, late.length, code.types),
			...append(sections.global, cells.count + late.length, writeGlobals(cells, late.length)),
			...code.doors,
			...append(sections.code, late.length, []),
			...code.rooms,
		],
		hookGlobal: cells.hook,
		origins: new Map(late.map(({ body }, entry) => [first + entry, body.index])),
	};
}

interface Sections {
	readonly type: Section;
	readonly function: Section;
	readonly global: Section;
	readonly code: Section;
}

/** A module with much code has all of these; one that has not is left alone. */
function sectionsOf(module: Module): Sections | undefined {
	const [type, functions, global, code] = [
		SectionId.TYPE,
		SectionId.FUNCTION,
		SectionId.GLOBAL,
		SectionId.CODE,
	].map((id) => sectionOf(module, id));
	return type && functions && global && code && { type, function: functions, global, code };
}

function lateFunctions(bytes: Uint8Array, module: Module, bodies: readonly Body[]): Late[] {
	const longestFirst = bodies.toSorted((one, other) => size_bytes(other) - size_bytes(one));
	const longest = new Set(longestFirst.slice(0, RESUMABLE_MAX));
	const signatures = { types: module.types, functionType: functionTypes(bytes, module) };
	return bodies.flatMap((body) => {
		const type = module.types[body.typeIndex];
		if (type?.kind !== "function") return [];
		const parameters = type.params.length;
		if (!longest.has(body)) return [{ body, parameters, resumable: undefined }];
		return lateOrResumable(bytes, body, signatures, type) ?? [];
	});
}

/** A function that has a main loop and cannot be made resumable is left alone: put off, it might stay slow for good. */
function lateOrResumable(
	bytes: Uint8Array,
	body: Body,
	signatures: Signatures,
	{ params, results }: { readonly params: readonly string[]; readonly results: readonly string[] },
): Late | undefined {
	const loop = mainLoop(bytes, body, signatures);
	if (loop === undefined) return undefined;
	if (loop === "none") return { body, parameters: params.length, resumable: undefined };
	const locals = localTypes(bytes, body, LOCALS_MAX - params.length);
	const [parameterTypes, resultTypes] = [typeCodes(params), typeCodes(results)];
	if (locals === undefined || parameterTypes === undefined || resultTypes === undefined) return undefined;
	return {
		body,
		parameters: params.length,
		resumable: { loop, locals, parameterTypes, resultTypes },
	};
}

function size_bytes({ contents, end }: Body): number {
	return end - contents;
}

function importedGlobals(module: Module): number {
	return module.imports.filter(({ type }) => type.kind === "global").length;
}

function cellsAt(firstGlobal: number, hookType: number): Cells {
	return { hook: firstGlobal, armed: firstGlobal + 1, seen: firstGlobal + 2, count: 2, hookType };
}

/** Function types that are put behind the module's own, each once. */
class AddedTypes {
	readonly #first: number;
	readonly #indices = new Map<string, number>();
	readonly #out = new Writer();

	constructor(first: number) {
		this.#first = first;
	}

	get count(): number {
		return this.#indices.size;
	}

	indexOf(params: readonly number[], results: readonly number[]): number {
		const key = `${params.join(" ")}:${results.join(" ")}`;
		const known = this.#indices.get(key);
		if (known !== undefined) return known;
		const index = this.#first + this.#indices.size;
		this.#indices.set(key, index);
		this.#out.op(0x60, params.length).append(params).unsigned(results.length).append(results);
		return index;
	}

	get bytes(): readonly number[] {
		return this.#out.bytes;
	}
}

interface Added {
	/** The first added function's index. */
	readonly first: number;
	readonly cells: Cells;
	readonly types: AddedTypes;
}

function splitBodies(bytes: Uint8Array, section: Section, late: readonly Late[], added: Added) {
	const { first, cells, types } = added;
	const typeIndices = new Writer();
	const doors: Patch[] = [];
	const rooms: Patch[] = [];
	const { end } = section;
	for (const [entry, one] of late.entries()) {
		const index = first + entry;
		const door = sized(writeDoor(one, index, cells.seen + entry, cells));
		doors.push({ section, start: one.body.start, end: one.body.end, bytes: door });
		const { head, rest } = writeRoom(bytes, one, index, cells);
		rooms.push({ section, start: end, end, bytes: head });
		rooms.push({ section, start: end, end, bytes: bytes.subarray(rest, one.body.end) });
		typeIndices.unsigned(roomType(one, types));
	}
	return { types: typeIndices.bytes, doors, rooms };
}

function roomType({ body, resumable }: Late, types: AddedTypes): number {
	if (resumable === undefined) return body.typeIndex;
	const { parameterTypes, locals, resultTypes } = resumable;
	return types.indexOf([...parameterTypes, ...locals, 0x7f], resultTypes);
}

function sized(body: readonly number[]): readonly number[] {
	return new Writer().unsigned(body.length).append(body).bytes;
}

function appendEntries(
	bytes: Uint8Array,
	section: Section,
	more: number,
	entries: readonly number[],
): Patch[] {
	const { count, first } = entriesOf(bytes, section);
	return [
		{ section, start: section.contents, end: first, bytes: encodeUnsigned(count + more) },
		{ section, start: section.end, end: section.end, bytes: entries },
	];
}
