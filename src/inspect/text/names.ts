import { Fault, oneLine } from "../../base/fault.ts";
import { Cursor } from "../../wasm/cursor.ts";
import { customSection, type Module } from "../../wasm/module.ts";
import { plainName } from "../rust/plain-name.ts";
import type { Scan } from "../scan.ts";

/** Longer names are cut: they are for people. */
const NAME_CHARACTERS_MAX = 200;

/** Subsections of the name section (core spec appendix, and the extended-name-section proposal). */
const LOCALS = 2;
const GLOBALS = 7;
const NAMES_MAX = 1_000_000;

/** A name of others in one line of ours: controls escaped, cut where it is long. */
export function shownName(name: string): string {
	const line = oneLine(name.length > NAME_CHARACTERS_MAX ? `${name.slice(0, NAME_CHARACTERS_MAX)}...` : name);
	// a tab would break the columns, and a comment's end the comment
	return line.replaceAll("\t", "\\u{9}").replaceAll(";)", ";\\u{29}").replaceAll("(;", "(\\u{3b}");
}

/**
 * What a function is called: by what it is imported as, by the name section, by what it is exported as. What is imported is a fact;
 * the name section is the module's own claim, which could call `path_open` anything. Rust's mangling is undone.
 */
export function functionName(scan: Scan, index: number): string | undefined {
	const imported = index < scan.module.importedFunctions ? importedFunction(scan.module, index) : undefined;
	if (imported !== undefined) return `${imported.module}.${imported.name}`;
	const name = scan.names.get(index) || exportedNames(scan.module).get(index);
	return name === undefined ? undefined : plainName(name);
}

const importsOf = new WeakMap<Module, Module["imports"]>();
const exportsOf = new WeakMap<Module, ReadonlyMap<number, string>>();

/** The import that brings this function. */
export function importedFunction(module: Module, index: number): Module["imports"][number] | undefined {
	let imports = importsOf.get(module);
	if (imports === undefined) {
		imports = module.imports.filter(({ type }) => type.kind === "function");
		importsOf.set(module, imports);
	}
	return imports[index];
}

/** The first export of each exported function. */
function exportedNames(module: Module): ReadonlyMap<number, string> {
	let names = exportsOf.get(module);
	if (names === undefined) {
		const found = new Map<number, string>();
		for (const { kind, index, name } of module.exports)
			if (kind === "function" && !found.has(index)) found.set(index, name);
		names = found;
		exportsOf.set(module, names);
	}
	return names;
}

/** Names of one function's parameters and locals, by index. Takes time in proportion to them, after the first call for a scan. */
export function localNames(scan: Scan, functionIndex: number): ReadonlyMap<number, string> {
	const place = localPlaces(scan).get(functionIndex);
	if (place === undefined) return new Map();
	try {
		return readNameMap(new Cursor(scan.bytes, place.start, place.end), true);
	} catch (error) {
		if (error instanceof Fault) return new Map();
		throw error;
	}
}

interface Place {
	readonly start: number;
	readonly end: number;
}

const placesOf = new WeakMap<Scan, ReadonlyMap<number, Place>>();

/** Where the names of each function's locals stand: the subsection is read once, however many functions are asked for. */
function localPlaces(scan: Scan): ReadonlyMap<number, Place> {
	const known = placesOf.get(scan);
	if (known !== undefined) return known;
	const places = new Map<number, Place>();
	placesOf.set(scan, places);
	readSubsection(scan, LOCALS, (cursor) => {
		for (let left = cursor.u32("the number of functions"); left > 0; left--) {
			const index = cursor.u32("a function's index");
			const start = cursor.offset;
			readNameMap(cursor, false);
			if (!places.has(index)) places.set(index, { start, end: cursor.offset });
		}
	});
	return places;
}

const globalsOf = new WeakMap<Scan, ReadonlyMap<number, string>>();

/** Names of globals, by index. */
export function globalNames(scan: Scan): ReadonlyMap<number, string> {
	const known = globalsOf.get(scan);
	if (known !== undefined) return known;
	let names: ReadonlyMap<number, string> = new Map();
	readSubsection(scan, GLOBALS, (cursor) => (names = readNameMap(cursor, true)));
	globalsOf.set(scan, names);
	return names;
}

function readNameMap(cursor: Cursor, isWanted: boolean): ReadonlyMap<number, string> {
	const names = new Map<number, string>();
	for (let left = cursor.u32("the number of names"); left > 0; left--) {
		const index = cursor.u32("an index");
		if (isWanted && names.size < NAMES_MAX) names.set(index, cursor.label("a name"));
		else cursor.skip(cursor.u32("a name's length"), "a name");
	}
	return names;
}

/** Custom sections may hold anything: what is out of place ends the reading. */
function readSubsection({ bytes, module }: Scan, wanted: number, read: (cursor: Cursor) => void): void {
	const section = customSection(module, "name");
	if (section === undefined) return;
	const cursor = new Cursor(bytes, section.contents, section.end);
	try {
		while (cursor.remaining > 0) {
			const id = cursor.byte("a subsection's id");
			const size = cursor.u32("a subsection's size");
			const { offset } = cursor;
			cursor.skip(size, "a subsection");
			if (id === wanted) read(new Cursor(bytes, offset, offset + size));
		}
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
	}
}
