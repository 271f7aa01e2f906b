import { Cursor } from "../../wasm/cursor.ts";
import { customSection, type Module } from "../../wasm/module.ts";
import { decodeLossy } from "../../wasm/text.ts";
import { Fault } from "../../base/fault.ts";
import { fixed } from "./numbers.ts";

/** A file with sections of DWARF. */
export interface DwarfHolder {
	readonly bytes: Uint8Array;
	readonly module: Pick<Module, "sections">;
}

/** What a line table says of itself before its program (DWARF section 6.2.4). */
export interface LineHeader {
	readonly opcodeBase: number;
	readonly lineBase: number;
	readonly lineRange: number;
	readonly instruction_bytes: number;
	/** How many operands each standard instruction has. */
	readonly operands: readonly number[];
	/** Stands at the program's begin; its end is the unit's. */
	readonly program: Cursor;
	/** The path of a file; names are read when one is asked for. */
	file(index: number): string;
}

const FILES_MAX = 100_000;
const PATH_BYTES_MAX = 1024;

/** Undefined for a version that is not known. @throws Fault MODULE_INVALID */
export function readLineHeader(holder: DwarfHolder, unit: Cursor): LineHeader | undefined {
	const version = fixed(unit, 2);
	if (version < 2 || version > 5) return undefined;
	if (version === 5) unit.skip(2, "an address's size");
	const size = fixed(unit, 4);
	const start = unit.offset;
	unit.skip(size, "a line table's head");
	const program = new Cursor(unit.bytes, unit.offset, unit.end);
	const head = new Cursor(unit.bytes, start, unit.offset);
	const instruction_bytes = head.byte("an instruction's size");
	if (version >= 4) head.skip(1, "operations");
	head.skip(1, "a default");
	const lineBase = (head.byte("a line's base") << 24) >> 24;
	const lineRange = Math.max(1, head.byte("a range of lines"));
	const opcodeBase = head.byte("an opcode's base");
	const operands = Array.from({ length: Math.max(0, opcodeBase - 1) }, () => head.byte("operands"));
	let files: Files | undefined;
	return {
		opcodeBase,
		lineBase,
		lineRange,
		instruction_bytes,
		operands,
		program,
		file(index) {
			files ??= readFiles(holder, head, version);
			return files.paths[index - files.first]?.() ?? "?";
		},
	};
}

type Path = () => string;

interface Files {
	/** The index of the first: 1 before version 5. */
	readonly first: number;
	/** Looked up when they are asked for: a hostile table could name one long text many times. */
	readonly paths: readonly Path[];
}

function readFiles(holder: DwarfHolder, head: Cursor, version: number): Files {
	const paths: Path[] = [];
	try {
		if (version < 5) readOldFiles(head, paths);
		else readNewFiles(holder, head, paths);
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
	}
	return { first: version < 5 ? 1 : 0, paths };
}

function readOldFiles(head: Cursor, paths: Path[]): void {
	const folders = [""];
	for (let name = text(head); name !== ""; name = text(head))
		if (folders.length < FILES_MAX) folders.push(name);
	for (let name = text(head); name !== "" && paths.length < FILES_MAX; name = text(head)) {
		const folder = folders[head.u32("a folder")] ?? "";
		head.u64("a time");
		head.u64("a size");
		paths.push(() => joined(folder, name));
	}
}

function readNewFiles(holder: DwarfHolder, head: Cursor, paths: Path[]): void {
	const folders = readEntries(holder, head).map(({ path }) => path);
	for (const { path, folder } of readEntries(holder, head))
		paths.push(() => joined(folder === 0 ? "" : (folders[folder]?.() ?? ""), path()));
}

function joined(folder: string, name: string): string {
	return folder === "" || name.startsWith("/") ? name : `${folder}/${name}`;
}

const Content = { PATH: 1, FOLDER: 2 } as const;

function readEntries(holder: DwarfHolder, head: Cursor): { path: Path; folder: number }[] {
	const formats = Array.from({ length: head.byte("formats") }, () => ({
		content: head.u32("a content"),
		form: head.u32("a form"),
	}));
	const count = head.count("the number of files", 1, FILES_MAX);
	return Array.from({ length: count }, () => {
		const entry: { path: Path; folder: number } = { path: () => "?", folder: 0 };
		for (const { content, form } of formats) {
			const value = readForm(holder, head, form);
			if (content === Content.PATH && typeof value === "function") entry.path = value;
			if (content === Content.FOLDER && typeof value === "number") entry.folder = value;
		}
		return entry;
	});
}

/** Forms of fixed size that files are told of in. */
const SIZES: ReadonlyMap<number, number> = new Map([
	[0x0b, 1],
	[0x05, 2],
	[0x06, 4],
	[0x07, 8],
]);

function readForm(holder: DwarfHolder, head: Cursor, form: number): Path | number {
	const size = SIZES.get(form);
	if (size !== undefined) return fixed(head, size);
	if (form === 0x08) {
		const own = text(head);
		return () => own;
	}
	if (form === 0x1f || form === 0x0e) {
		const offset = fixed(head, 4);
		return () => textOf(holder, form === 0x0e ? ".debug_str" : ".debug_line_str", offset);
	}
	if (form === 0x0f) return head.u64("a number");
	// a digest, or a block of some bytes
	head.skip(form === 0x1e ? 16 : head.u32("a block's size"), "a value");
	return 0;
}

function textOf({ bytes, module }: DwarfHolder, name: string, offset: number): string {
	const section = customSection(module, name);
	if (section === undefined || offset >= section.end - section.contents) return "?";
	const start = section.contents + offset;
	const found = endOf(bytes, start, section.end);
	return decodeLossy(bytes, start, found ?? start + PATH_BYTES_MAX);
}

/** Bytes up to a zero. @throws Fault MODULE_INVALID where there is none near */
function text(cursor: Cursor): string {
	const { bytes, offset, end } = cursor;
	const found = endOf(bytes, offset, end) ?? end;
	cursor.skip(found + 1 - offset, "a text");
	return decodeLossy(bytes, offset, found);
}

function endOf(bytes: Uint8Array, start: number, end: number): number | undefined {
	const found = bytes.subarray(start, Math.min(end, start + PATH_BYTES_MAX)).indexOf(0);
	return found < 0 ? undefined : start + found;
}
