import { readU32 } from "../wasm/instructions.ts";
import { type FunctionType, type Module, SectionId, sectionOf, type ValueType } from "../wasm/module.ts";
import { afterNumber, type Body, entriesOf } from "./profile-bodies.ts";
import type { Writer } from "./profile-writer.ts";

/** The value types that a local may have to become a parameter, as they are written: no types of the module's own. */
const CODES: ReadonlyMap<ValueType, number> = new Map([
	["i32", 0x7f],
	["i64", 0x7e],
	["f32", 0x7d],
	["f64", 0x7c],
	["v128", 0x7b],
	["funcref", 0x70],
	["externref", 0x6f],
]);
const KNOWN = new Set(CODES.values());

/** The types as they are written; undefined where one is not among the plain ones. */
export function typeCodes(types: readonly ValueType[]): number[] | undefined {
	const codes = types.map((type) => CODES.get(type));
	return codes.includes(undefined) ? undefined : (codes as number[]);
}

/** The types of a body's locals, parameters not among them; undefined where they are too many or not plain. */
export function localTypes(bytes: Uint8Array, { contents, end }: Body, most: number): number[] | undefined {
	const types: number[] = [];
	let offset = afterNumber(bytes, contents);
	for (let group = readU32(bytes, contents); group > 0 && offset < end; group--) {
		const count = readU32(bytes, offset);
		offset = afterNumber(bytes, offset);
		const type = bytes[offset] ?? 0;
		if (!KNOWN.has(type) || types.length + count > most) return undefined;
		for (let local = 0; local < count; local++) types.push(type);
		offset += 1;
	}
	return types;
}

/** Where a body's code begins, after the declarations of locals. */
export function codeStart(bytes: Uint8Array, { contents, end }: Body): number {
	let offset = afterNumber(bytes, contents);
	for (let group = readU32(bytes, contents); group > 0 && offset < end; group--) {
		offset = afterNumber(bytes, offset);
		const code = bytes[offset];
		// (ref ht) and (ref null ht) take a heap type after them
		offset = afterNumber(bytes, code === 0x63 || code === 0x64 ? offset + 1 : offset);
	}
	return offset;
}

/** Writes the constant that a local begins with. */
export function writeZero(out: Writer, type: number): void {
	switch (type) {
		case 0x7f:
			out.put(0x41, 0);
			break;
		case 0x7e:
			out.put(0x42, 0);
			break;
		case 0x7d:
			out.put(0x43, 0, 0, 0, 0);
			break;
		case 0x7c:
			out.put(0x44).append(new Uint8Array(8));
			break;
		case 0x7b:
			out.put(0xfd, 0x0c).append(new Uint8Array(16));
			break;
		default:
			out.put(0xd0, type);
	}
}

/** The types of functions by index, read once and only when first asked for. */
export function functionTypes(
	bytes: Uint8Array,
	module: Module,
): (index: number) => FunctionType | undefined {
	let known: Uint32Array | undefined;
	return (index) => {
		known ??= readTypeIndices(bytes, module);
		const type = module.types[known[index] ?? module.types.length];
		return type?.kind === "function" ? type : undefined;
	};
}

function readTypeIndices(bytes: Uint8Array, module: Module): Uint32Array {
	const { importedFunctions, definedFunctions } = module;
	const indices = new Uint32Array(importedFunctions + definedFunctions);
	let next = 0;
	for (const { type } of module.imports) if (type.kind === "function") indices[next++] = type.typeIndex;
	const section = sectionOf(module, SectionId.FUNCTION);
	if (section === undefined) return indices;
	let offset = entriesOf(bytes, section).first;
	for (; next < indices.length; next++) {
		indices[next] = readU32(bytes, offset);
		offset = afterNumber(bytes, offset);
	}
	return indices;
}
