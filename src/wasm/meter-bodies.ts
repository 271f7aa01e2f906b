import { Fault } from "../base/fault.ts";
import { Cursor } from "./cursor.ts";
import { encodeUnsigned } from "./encode.ts";
import { bodySteps, Opcode, readU32, skipInstruction, Step, UNKNOWN } from "./instructions.ts";
import { askHelper, chargeHelper, type Helper, probeCode, roundCode, roundsHelper } from "./meter-code.ts";
import { type Module, type Section, SectionId, sectionOf } from "./module.ts";
import type { Patch } from "./patch.ts";
import { readValueType } from "./read-types.ts";

export interface MeterIndices {
	readonly counter: number;
	/** The index of a function that is added. */
	readonly indexOf: (helper: Helper) => number;
}

/**
 * What to put into the bodies of all functions.
 *
 * @throws Fault MODULE_INVALID, FEATURE_MISSING
 */
export function meterBodies(bytes: Uint8Array, module: Module, indices: MeterIndices): Patch[] {
	const section = sectionOf(module, SectionId.CODE);
	if (section === undefined) return [];
	const walk = new MeterWalk(bytes, module, section, indices);
	const paramsOf = paramsReader(bytes, module);
	const cursor = new Cursor(bytes, section.contents, section.end);
	for (let left = cursor.count("the number of bodies", 1, bytes.length); left > 0; left--) {
		const start = cursor.offset;
		const size = cursor.u32("a body's size");
		const contents = cursor.offset;
		cursor.skip(size, "a body");
		walk.body({ start, contents, end: cursor.offset, params: paramsOf() });
	}
	return walk.patches;
}

/** How many parameters the functions defined here have, one after another. */
function paramsReader(bytes: Uint8Array, { sections, types }: Module): () => number | undefined {
	const section = sections.find(({ id }) => id === SectionId.FUNCTION);
	if (section === undefined) return () => undefined;
	const cursor = new Cursor(bytes, section.contents, section.end);
	cursor.u32("the number of functions");
	return () => {
		const type = types[cursor.u32("a function's type")];
		return type?.kind === "function" ? type.params.length : undefined;
	};
}

/** One function's body: where its size stands, where what follows that begins, and its end. */
interface Body {
	readonly start: number;
	readonly contents: number;
	readonly end: number;
	readonly params: number | undefined;
}

/** V8's own limit (`kV8MaxWasmFunctionLocals`), parameters included. */
const LOCALS_MAX = 50_000;

/** What a body begins with: core spec 5.5.13, groups of locals, each a number and a type. */
interface Locals {
	readonly groups: number;
	/** Where the number of groups ends, and where the code begins. */
	readonly groupsStart: number;
	readonly code: number;
	/** All of them, parameters not included. */
	readonly count: number;
}

const MEMORY_GROW = 0x40;
const PREFIX_GC = 0xfb;
const PREFIX_BULK = 0xfc;

/** Instructions behind the prefix 0xfc that take as long as their length says. */
const Bulk = {
	MEMORY_INIT: 8,
	MEMORY_COPY: 10,
	MEMORY_FILL: 11,
	TABLE_INIT: 12,
	TABLE_COPY: 14,
	TABLE_GROW: 15,
	TABLE_FILL: 17,
} as const;

/** Those behind 0xfb: array.new, new_default, new_data, new_elem, fill, copy, init_data, init_elem. */
const GC_BULK: ReadonlySet<number> = new Set([6, 7, 9, 10, 16, 17, 18, 19]);

class MeterWalk {
	readonly patches: Patch[] = [];
	readonly #bytes: Uint8Array;
	readonly #section: Section;
	readonly #steps: Uint8Array;
	readonly #probe: Uint8Array;
	readonly #calls = new Map<Helper, Uint8Array>();
	/** By local. */
	readonly #rounds = new Map<number, Uint8Array>();
	readonly #indices: MeterIndices;
	/** By index, whether it is addressed by 64 bits. */
	readonly #memories: readonly boolean[];
	readonly #tables: readonly boolean[];

	constructor(bytes: Uint8Array, module: Module, section: Section, indices: MeterIndices) {
		this.#bytes = bytes;
		this.#section = section;
		this.#indices = indices;
		this.#probe = Uint8Array.from(probeCode(indices.counter, indices.indexOf(askHelper())));
		this.#steps = bodySteps();
		this.#steps[MEMORY_GROW] = Step.LOOK;
		const imported = module.imports.map(({ type }) => type);
		const wide = (kind: "memory" | "table") =>
			imported.flatMap((type) => (type.kind === kind ? [type.is64] : []));
		this.#memories = [...wide("memory"), ...module.memories.map(({ is64 }) => is64)];
		this.#tables = [...wide("table"), ...module.tables.map(({ is64 }) => is64)];
	}

	body({ start, contents, end, params }: Body): void {
		const at = this.patches.length;
		const section = this.#section;
		const locals = readLocals(this.#bytes, contents, end);
		const { code, groups, groupsStart } = locals;
		const rounds =
			params === undefined || params + locals.count >= LOCALS_MAX ? undefined : params + locals.count;
		const loop = rounds === undefined ? this.#probe : this.#roundOf(rounds);
		const { calls, loops, added } = this.#walk(code, end, loop);
		if (added === 0 && !calls) return;
		const head: Patch[] = [{ section, start: code, end: code, bytes: this.#probe }];
		let size = end - contents + added + this.#probe.length;
		if (loops && rounds !== undefined) {
			const count = encodeUnsigned(groups + 1);
			head.unshift({ section, start: code, end: code, bytes: ONE_MORE_LOCAL });
			head.unshift({ section, start: contents, end: groupsStart, bytes: count });
			size += ONE_MORE_LOCAL.length + count.length - (groupsStart - contents);
		}
		this.patches.splice(at, 0, { section, start, end: contents, bytes: encodeUnsigned(size) }, ...head);
	}

	#roundOf(local: number): Uint8Array {
		const known = this.#rounds.get(local);
		if (known !== undefined) return known;
		const code = Uint8Array.from(roundCode(local, this.#indices.indexOf(roundsHelper())));
		this.#rounds.set(local, code);
		return code;
	}

	/** Puts in what loops and long operations need. Tells how much that is, and whether the function calls any. */
	#walk(
		code: number,
		end: number,
		loop: Uint8Array,
	): { readonly calls: boolean; readonly loops: boolean; readonly added: number } {
		const bytes = this.#bytes;
		let calls = false;
		let loops = false;
		let added = 0;
		for (let offset = this.#passOver(code, end); offset < end; offset = this.#passOver(offset, end)) {
			const opcode = bytes[offset];
			const next = skipInstruction(bytes, offset);
			if (next === UNKNOWN || next > end) throw unknownInstruction(offset);
			if (opcode === Opcode.LOOP) {
				loops = true;
				added += this.#insert(next, loop);
			} else if (isCall(opcode)) calls = true;
			else {
				const helper = this.#chargeFor(offset);
				if (helper !== undefined) added += this.#insert(offset, this.#callOf(helper));
			}
			offset = next;
		}
		return { calls, loops, added };
	}

	/** The offset of the next instruction that may matter: most do not. */
	#passOver(start: number, end: number): number {
		const bytes = this.#bytes;
		const steps = this.#steps;
		let offset = start;
		while (offset < end) {
			const step = steps[bytes[offset]!]!;
			if (step === Step.LOOK) return offset;
			if (step === Step.OPEN && (bytes[offset + 1] === 0x63 || bytes[offset + 1] === 0x64)) return offset;
			if (step === Step.MEMORY && (bytes[offset + 1]! & 0x40) !== 0) return offset;
			offset += 1;
			for (let numbers = NUMBERS[step]!; numbers > 0; numbers--) {
				while (bytes[offset]! >= 0x80) offset += 1;
				offset += 1;
			}
		}
		if (offset !== end) throw unknownInstruction(offset);
		return offset;
	}

	#insert(offset: number, code: Uint8Array): number {
		this.patches.push({ section: this.#section, start: offset, end: offset, bytes: code });
		return code.length;
	}

	#callOf(helper: Helper): Uint8Array {
		const known = this.#calls.get(helper);
		if (known !== undefined) return known;
		const call = Uint8Array.from([Opcode.CALL, ...encodeUnsigned(this.#indices.indexOf(helper))]);
		this.#calls.set(helper, call);
		return call;
	}

	/** All that take a length have it on top of the stack. */
	#chargeFor(offset: number): Helper | undefined {
		const bytes = this.#bytes;
		const opcode = bytes[offset];
		if (opcode === MEMORY_GROW)
			return chargeHelper("pages", this.#memories[readU32(bytes, offset + 1)] ?? false);
		if (opcode === PREFIX_GC)
			return GC_BULK.has(readU32(bytes, offset + 1)) ? chargeHelper("elements", false) : undefined;
		return opcode === PREFIX_BULK ? this.#bulkCharge(offset + 1) : undefined;
	}

	#bulkCharge(offset: number): Helper | undefined {
		const cursor = new Cursor(this.#bytes, offset, this.#section.end);
		const operation = cursor.u32("an instruction");
		switch (operation) {
			case Bulk.MEMORY_INIT:
				return chargeHelper("bytes", false);
			case Bulk.MEMORY_FILL:
				return chargeHelper("bytes", this.#memories[cursor.u32("a memory")] ?? false);
			case Bulk.MEMORY_COPY:
				return chargeHelper("bytes", bothWide(this.#memories, cursor));
			case Bulk.TABLE_INIT:
				return chargeHelper("elements", false);
			case Bulk.TABLE_COPY:
				return chargeHelper("elements", bothWide(this.#tables, cursor));
			case Bulk.TABLE_GROW:
			case Bulk.TABLE_FILL:
				return chargeHelper("elements", this.#tables[cursor.u32("a table")] ?? false);
			default:
				return undefined;
		}
	}
}

/** By step: how many LEB128 numbers follow the opcode. */
const NUMBERS: Readonly<Record<number, number>> = {
	[Step.NEXT]: 0,
	[Step.CLOSE]: 0,
	[Step.ONE_LEB]: 1,
	[Step.OPEN]: 1,
	[Step.MEMORY]: 2,
};

/** A copy's length is as narrow as the narrower of the two. */
function bothWide(wide: readonly boolean[], cursor: Cursor): boolean {
	const to = wide[cursor.u32("where to")] ?? false;
	const from = wide[cursor.u32("where from")] ?? false;
	return to && from;
}

function isCall(opcode: number | undefined): boolean {
	switch (opcode) {
		case Opcode.CALL:
		case Opcode.CALL_INDIRECT:
		case Opcode.CALL_REF:
		case Opcode.RETURN_CALL:
		case Opcode.RETURN_CALL_INDIRECT:
		case Opcode.RETURN_CALL_REF:
			return true;
		default:
			return false;
	}
}

/** A group of one i32. */
const ONE_MORE_LOCAL = [0x01, 0x7f];

function readLocals(bytes: Uint8Array, start: number, end: number): Locals {
	const cursor = new Cursor(bytes, start, end);
	const groups = cursor.count("the number of locals", 2, end - start);
	const groupsStart = cursor.offset;
	let count = 0;
	for (let left = groups; left > 0; left--) {
		count += cursor.u32("a number of locals");
		readValueType(cursor);
	}
	return { groups, groupsStart, code: cursor.offset, count };
}

function unknownInstruction(offset: number): Fault {
	return new Fault("FEATURE_MISSING", `cannot meter an instruction at byte 0x${offset.toString(16)}`, {
		note: "it is of a proposal that wherry does not know, or the module is damaged",
	});
}
