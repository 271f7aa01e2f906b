/** Puts wasm binaries together by hand, for tests: what no text format can say, too. */
import { encodeName, encodeUnsigned } from "./encode.ts";
import { SectionId } from "./module.ts";

export const I32 = 0x7f;
export const I64 = 0x7e;
export const FUNCREF = 0x70;

type Bytes = readonly number[];

/** Magic, version and these sections. */
export function wasm(...sections: readonly Bytes[]): Uint8Array<ArrayBuffer> {
	return Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...sections.flat()]);
}

export function section(id: number, contents: Bytes): number[] {
	return [id, ...encodeUnsigned(contents.length), ...contents];
}

export function custom(name: string, contents: Bytes): number[] {
	return section(SectionId.CUSTOM, [...encodeName(name), ...contents]);
}

/** The names of functions, of which none stands for no section. */
export function functionNames(entries: readonly (readonly [index: number, name: string])[]): number[] {
	const names = vector(entries.map(([index, name]) => [...encodeUnsigned(index), ...encodeName(name)]));
	return entries.length === 0 ? [] : custom("name", section(FUNCTION_NAMES, names));
}

/** A subsection of the name section (core spec, appendix). */
const FUNCTION_NAMES = 1;

export function vector(entries: readonly Bytes[]): number[] {
	return [...encodeUnsigned(entries.length), ...entries.flat()];
}

export function types(...entries: readonly Bytes[]): number[] {
	return section(SectionId.TYPE, vector(entries));
}

export function functionType(params: Bytes, results: Bytes): number[] {
	return [0x60, ...encodeUnsigned(params.length), ...params, ...encodeUnsigned(results.length), ...results];
}

export function imports(...entries: readonly Bytes[]): number[] {
	return section(SectionId.IMPORT, vector(entries));
}

/** `description` is the kind's byte and what follows it. */
export function importOf(module: string, name: string, ...description: Bytes): number[] {
	return [...encodeName(module), ...encodeName(name), ...description];
}

export function functions(...typeIndices: readonly number[]): number[] {
	return section(SectionId.FUNCTION, vector(typeIndices.map((index) => encodeUnsigned(index))));
}

export function exports(
	...entries: readonly (readonly [name: string, kind: number, index: number])[]
): number[] {
	return section(
		SectionId.EXPORT,
		vector(entries.map(([name, kind, index]) => encodeName(name).concat(kind, encodeUnsigned(index)))),
	);
}

export interface LimitsShape {
	readonly minimum: number;
	readonly maximum?: number | undefined;
	readonly shared?: boolean;
	readonly is64?: boolean;
}

export function limits({ minimum, maximum, shared = false, is64 = false }: LimitsShape): number[] {
	const flags = (maximum === undefined ? 0 : 1) | (shared ? 2 : 0) | (is64 ? 4 : 0);
	return [flags, ...encodeUnsigned(minimum), ...(maximum === undefined ? [] : encodeUnsigned(maximum))];
}

export function memories(...shapes: readonly LimitsShape[]): number[] {
	return section(SectionId.MEMORY, vector(shapes.map(limits)));
}

export function tables(...entries: readonly Bytes[]): number[] {
	return section(SectionId.TABLE, vector(entries));
}

/** Bodies without locals; `end` is added. */
export function code(...bodies: readonly Bytes[]): number[] {
	return section(
		SectionId.CODE,
		vector(bodies.map((body) => encodeUnsigned(body.length + 2).concat(0x00, body, 0x0b))),
	);
}
