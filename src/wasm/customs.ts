import { Fault } from "../base/fault.ts";
import { Cursor } from "./cursor.ts";
import { customSection, type Module } from "./module.ts";
import { decodeLossy } from "./text.ts";

/** All that reading a custom section needs: a component has it too. */
type Sectioned = Pick<Module, "sections">;

/** One line of the producers section (tool conventions, ProducersSection.md). */
export interface Producer {
	/** `language`, `processed-by` or `sdk`. */
	readonly field: string;
	readonly name: string;
	readonly version: string;
}

/** No more than these are read, of a list that real toolchains keep under ten. */
const PRODUCERS_MAX = 100;
const FEATURES_MAX = 200;

/** Who says to have made the module. What cannot be read is left out, as of any custom section. */
export function readProducers(bytes: Uint8Array, module: Sectioned): readonly Producer[] {
	const producers: Producer[] = [];
	readCustom(bytes, module, "producers", (cursor) => {
		const fields = cursor.count("the number of fields", 2, PRODUCERS_MAX);
		for (let index = 0; index < fields; index++) {
			const field = cursor.label("a field's name");
			const values = cursor.count("the number of values", 2, PRODUCERS_MAX);
			for (let value = 0; value < values && producers.length < PRODUCERS_MAX; value++)
				producers.push({ field, name: cursor.label("a name"), version: cursor.label("a version") });
		}
	});
	return producers;
}

/** The features that the module says to use, such as `simd128` (tool conventions, Linking.md). */
export function readTargetFeatures(bytes: Uint8Array, module: Module): readonly string[] {
	const features: string[] = [];
	readCustom(bytes, module, "target_features", (cursor) => {
		const count = cursor.count("the number of features", 2, FEATURES_MAX);
		for (let index = 0; index < count; index++) {
			const prefix = String.fromCharCode(cursor.byte("a feature's prefix"));
			const name = cursor.label("a feature");
			if (prefix !== "-") features.push(name);
		}
	});
	return features;
}

const FUNCTION_NAMES = 1;

/**
 * Names of functions from the name section (core spec appendix, "Name Section"), by index.
 *
 * @param wanted only these are decoded; all others are skipped, so that a few names cost no memory
 */
export function readFunctionNames(
	bytes: Uint8Array,
	module: Module,
	wanted: ReadonlySet<number>,
): ReadonlyMap<number, string> {
	const names = new Map<number, string>();
	readCustom(bytes, module, "name", (cursor) => {
		while (cursor.remaining > 0) {
			const id = cursor.byte("a subsection's id");
			const size = cursor.u32("a subsection's size");
			const end = cursor.offset + size;
			if (id === FUNCTION_NAMES) readNameMap(new Cursor(bytes, cursor.offset, end), wanted, names);
			cursor.skip(size, "a subsection");
		}
	});
	return names;
}

/** Where the name of each function stands in the bytes. */
export interface FunctionNames {
	/** How many functions have one. */
	readonly count: number;
	get(functionIndex: number): string | undefined;
}

/**
 * All names of functions, none of them decoded before it is asked for: some eight bytes for each function. Of two names of one
 * function the first counts.
 */
export function readNames(bytes: Uint8Array, module: Module): FunctionNames {
	const functions = module.importedFunctions + module.definedFunctions;
	let starts: Uint32Array | undefined;
	const lengths = new Uint32Array(functions);
	let count = 0;
	readCustom(bytes, module, "name", (cursor) => {
		while (cursor.remaining > 0) {
			const id = cursor.byte("a subsection's id");
			const size = cursor.u32("a subsection's size");
			const end = cursor.offset + size;
			if (id === FUNCTION_NAMES && starts === undefined) {
				starts = new Uint32Array(functions);
				count = notePlaces(new Cursor(bytes, cursor.offset, end), starts, lengths);
			}
			cursor.skip(size, "a subsection");
		}
	});
	return {
		count,
		get: (index) => {
			const start = starts?.[index] ?? 0;
			return start === 0 ? undefined : decodeLossy(bytes, start, start + (lengths[index] ?? 0));
		},
	};
}

/** How many names there are; those before the first thing out of place count. */
function notePlaces(cursor: Cursor, starts: Uint32Array, lengths: Uint32Array): number {
	let count = 0;
	try {
		for (let left = cursor.u32("the number of names"); left > 0; left--) {
			const index = cursor.u32("a function's index");
			const length = cursor.u32("a name's length");
			const start = cursor.offset;
			cursor.skip(length, "a function's name");
			if (index >= starts.length || starts[index] !== 0) continue;
			starts[index] = start;
			lengths[index] = length;
			count += 1;
		}
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
	}
	return count;
}

function readNameMap(cursor: Cursor, wanted: ReadonlySet<number>, names: Map<number, string>): void {
	const count = cursor.u32("the number of names");
	for (let entry = 0; entry < count && names.size < wanted.size; entry++) {
		const index = cursor.u32("a function's index");
		if (wanted.has(index)) names.set(index, cursor.label("a function's name"));
		else cursor.skip(cursor.u32("a name's length"), "a function's name");
	}
}

/** Custom sections may hold anything: what was read before the first thing out of place is kept. */
function readCustom(
	bytes: Uint8Array,
	module: Sectioned,
	name: string,
	read: (cursor: Cursor) => void,
): void {
	const section = customSection(module, name);
	if (section === undefined) return;
	try {
		read(new Cursor(bytes, section.contents, section.end));
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
	}
}
