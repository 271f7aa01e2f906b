import { readU32 } from "../wasm/instructions.ts";
import { type FunctionType, type Module, SectionId, sectionOf, type ValueType } from "../wasm/module.ts";
import { afterNumber, type Body, entriesOf, skipNumbers } from "./profile-bodies.ts";

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

/** The constant that a local of a type begins with, as an instruction. */
export function zeroOf(type: number): readonly number[] {
	return ZEROS.get(type) ?? [0xd0, type];
}

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
const ZEROS = new Map([
	[0x7f, [0x41, 0]],
	[0x7e, [0x42, 0]],
	[0x7d, [0x43, ...zeros(4)]],
	[0x7c, [0x44, ...zeros(8)]],
	[0x7b, [0xfd, 0x0c, ...zeros(16)]],
]);

/** The types of functions by index. Few are asked for: each answer walks the function section up to it. */
export function functionTypes(
	bytes: Uint8Array,
	module: Module,
): (index: number) => FunctionType | undefined {
	const section = sectionOf(module, SectionId.FUNCTION);
	const first = section === undefined ? bytes.length : entriesOf(bytes, section).first;
	const imported = module.imports.flatMap(({ type }) => (type.kind === "function" ? [type.typeIndex] : []));
	return (index) => {
		const typeIndex = imported[index] ?? readU32(bytes, skipNumbers(bytes, first, index - imported.length));
		const type = module.types[typeIndex];
		return type?.kind === "function" ? type : undefined;
	};
}
