import { Fault } from "../base/fault.ts";
import { Cursor } from "./cursor.ts";
import type { Section } from "./module.ts";
import { readSections } from "./sections.ts";

/** What a component says of itself at the top level: enough to name what it wants. */
export interface ComponentFacts {
	/** Names such as `wasi:cli/environment@0.2.3`, in the file's order. */
	readonly imports: readonly string[];
	readonly exports: readonly string[];
	/** The newest version of WASI among the names, such as `0.2.3`. */
	readonly wasiVersion: string | undefined;
}

/** More names than any real component has; what is over is not read. */
const NAMES_MAX = 1000;

/** Section ids of a component (Component Model, Binary.md). */
const IMPORT = 10;
const EXPORT = 11;

/** Reads the names at a component's top level. What cannot be read is left out: this serves a message. */
export function readComponent(bytes: Uint8Array): ComponentFacts {
	const imports: string[] = [];
	const exports: string[] = [];
	for (const section of topLevel(bytes)) {
		if (section.id === IMPORT) readNames(bytes, section, imports, skipDescription);
		if (section.id === EXPORT) readNames(bytes, section, exports, skipExported);
	}
	return { imports, exports, wasiVersion: newestWasi([...imports, ...exports]) };
}

function topLevel(bytes: Uint8Array): readonly Section[] {
	return orElse([], () => readSections(bytes, false));
}

function readNames(
	bytes: Uint8Array,
	section: Section,
	names: string[],
	skip: (cursor: Cursor) => void,
): void {
	const cursor = new Cursor(bytes, section.contents, section.end);
	orElse(undefined, () => {
		const count = cursor.count("the number of names", 2, NAMES_MAX);
		for (let entry = 0; entry < count && names.length < NAMES_MAX; entry++) {
			names.push(readExternName(cursor));
			skip(cursor);
		}
	});
}

/** A name after its form: plain (0), with a version suffix (1), or with options after it (2). */
function readExternName(cursor: Cursor): string {
	const form = cursor.byte("a name's form");
	const name = cursor.name("a name");
	if (form !== 2) return name;
	const options = cursor.count("the number of options", 1, NAMES_MAX);
	for (let option = 0; option < options; option++) {
		cursor.byte("an option");
		cursor.name("an option's value");
	}
	return name;
}

/** `externdesc`: a sort, for a core module one byte more, for values and types a bound, an index. */
function skipDescription(cursor: Cursor): void {
	const sort = cursor.byte("a description's sort");
	if (sort === 0x00) cursor.byte("a core sort");
	if (sort === 0x02) cursor.byte("a bound");
	if (sort === 0x03 && cursor.byte("a bound") === 0x01) return;
	cursor.s33("a description's index");
}

/** What is exported, and the description that it may be given. */
function skipExported(cursor: Cursor): void {
	if (cursor.byte("an export's sort") === 0x00) cursor.byte("a core sort");
	cursor.u32("an export's index");
	if (cursor.byte("whether a description follows") === 0x01) skipDescription(cursor);
}

function newestWasi(names: readonly string[]): string | undefined {
	const versions = names.flatMap((name) => /^wasi:[^@]*@(\d+\.\d+\.\d+[-.\w]*)$/.exec(name)?.[1] ?? []);
	return versions.sort(byVersion).at(-1);
}

function byVersion(one: string, other: string): number {
	const [ones, others] = [one.split(/[.-]/), other.split(/[.-]/)];
	for (let part = 0; part < 3; part++) {
		const difference = Number(ones[part]) - Number(others[part]);
		if (difference !== 0) return difference;
	}
	// a release candidate comes before its release
	return others.length - ones.length;
}

function orElse<Value>(otherwise: Value, attempt: () => Value): Value {
	try {
		return attempt();
	} catch (error) {
		if (error instanceof Fault) return otherwise;
		throw error;
	}
}
