import { Fault } from "../../base/fault.ts";
import { malformed } from "../cursor.ts";
import { HEADER_BYTES } from "../sections.ts";
import type { Component, Definition } from "./definitions.ts";
import { readCanon } from "./read-canon.ts";
import { readCoreType, readTypeDefinition } from "./read-component-types.ts";
import {
	readAlias,
	readArgument,
	readCoreArgument,
	readCoreInlineExport,
	readExternName,
	readExternType,
	readInlineExport,
	readItem,
} from "./read-items.ts";
import { Reader } from "./reader.ts";

/** `\0asm`, the version of today's drafts, the layer of components. */
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

/**
 * All that a component defines, nested components included, in time and memory that are linear in its size
 * (Component Model, Binary.md). Indices are not followed and core modules not looked into.
 *
 * @throws Fault COMPONENT_INVALID
 */
export function readDefinitions(bytes: Uint8Array): Component {
	try {
		return readComponent(new Reader(bytes, 0, bytes.length));
	} catch (error) {
		throw error instanceof Fault && error.code === "MODULE_INVALID" ? invalid(error) : error;
	}
}

function invalid(fault: Fault): Fault {
	const message = fault.message.replace("cannot read the module", "cannot read the component");
	return new Fault("COMPONENT_INVALID", message, { note: fault.notes, help: fault.helps });
}

function readComponent(reader: Reader): Component {
	const start = reader.offset;
	reader.skip(HEADER_BYTES, "a component's header");
	if (HEADER.some((byte, index) => reader.bytes[start + index] !== byte))
		throw malformed("something else than a component begins", start);
	const definitions: Definition[] = [];
	while (reader.remaining > 0) readSection(reader, definitions);
	return { definitions };
}

function readSection(reader: Reader, definitions: Definition[]): void {
	const id = reader.byte("a section's id");
	const section = reader.part(reader.u32("a section's size"), "a section");
	reader.spend(1);
	if (id === 0x00) return;
	for (const definition of readContents(section, id)) definitions.push(definition);
	section.finish("a section");
}

function readContents(section: Reader, id: number): readonly Definition[] {
	switch (id) {
		case 0x01:
			return [readModule(section)];
		case 0x02:
			return section.list("core instances", readCoreInstance);
		case 0x03:
			return section.list("core types", (reader) => ({ kind: "core type", type: readCoreType(reader) }));
		case 0x04:
			return [{ kind: "component", component: section.nested(readComponent) }];
		case 0x05:
			return section.list("instances", readInstance);
		case 0x06:
			return section.list("aliases", readAlias);
		case 0x07:
			return section.list("types", (reader) => ({ kind: "type", type: readTypeDefinition(reader) }));
		case 0x08:
			return section.list("canonical definitions", readCanon);
		case 0x09:
			return [readStart(section)];
		case 0x0a:
			return section.list("imports", readImport);
		case 0x0b:
			return section.list("exports", readExport);
		case 0x0c:
			return readValues(section);
		default:
			throw malformed(`a section of id ${id} is not known`, section.offset);
	}
}

function readModule(section: Reader): Definition {
	const bytes = section.bytes.subarray(section.offset, section.end);
	section.skip(section.remaining, "a core module");
	return { kind: "core module", bytes };
}

function readCoreInstance(reader: Reader): Definition {
	const form = reader.byte("a core instance");
	if (form === 0x01)
		return { kind: "core exports", exports: reader.list("core exports", readCoreInlineExport) };
	if (form !== 0x00) throw reader.unknown("a core instance", form);
	return {
		kind: "core instantiate",
		module: reader.u32("a core module"),
		args: reader.list("arguments", readCoreArgument),
	};
}

function readInstance(reader: Reader): Definition {
	const form = reader.byte("an instance");
	if (form === 0x01) return { kind: "exports", exports: reader.list("exports", readInlineExport) };
	if (form !== 0x00) throw reader.unknown("an instance", form);
	return {
		kind: "instantiate",
		component: reader.u32("a component"),
		args: reader.list("arguments", readArgument),
	};
}

function readStart(reader: Reader): Definition {
	reader.u32("a start function");
	reader.list("arguments", () => reader.u32("an argument"));
	return { kind: "start", results: reader.u32("the number of results") };
}

/** Values are not read: nothing that uses them is run. */
function readValues(section: Reader): readonly Definition[] {
	section.skip(section.remaining, "values");
	return [{ kind: "value" }];
}

function readImport(reader: Reader): Definition {
	return { kind: "import", name: readExternName(reader), type: readExternType(reader) };
}

function readExport(reader: Reader): Definition {
	return {
		kind: "export",
		name: readExternName(reader),
		item: readItem(reader),
		as: reader.optional("a description", readExternType),
	};
}
