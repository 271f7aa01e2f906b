/** Names, sorts, aliases and descriptions: what sections and types are both made of. */
import type { Alias, CoreSort, ExternType, Item, NamedItem, Sort } from "./definitions.ts";
import type { Reader } from "./reader.ts";

const CORE_SORTS: Readonly<Record<number, CoreSort>> = {
	0x00: "func",
	0x01: "table",
	0x02: "memory",
	0x03: "global",
	0x04: "tag",
	0x10: "type",
	0x11: "module",
	0x12: "instance",
};

const SORTS: Readonly<Record<number, Sort>> = {
	0x01: "func",
	0x02: "value",
	0x03: "type",
	0x04: "component",
	0x05: "instance",
};

export function readCoreSort(reader: Reader): CoreSort {
	const code = reader.byte("a core sort");
	const sort = CORE_SORTS[code];
	if (sort === undefined) throw reader.unknown("a core sort", code);
	return sort;
}

export function readSort(reader: Reader): Sort {
	const code = reader.byte("a sort");
	if (code === 0x00) return `core ${readCoreSort(reader)}`;
	const sort = SORTS[code];
	if (sort === undefined) throw reader.unknown("a sort", code);
	return sort;
}

export function readItem(reader: Reader): Item {
	return { sort: readSort(reader), index: reader.u32("an item's index") };
}

/** `instantiatearg`: its name has no attributes. */
export function readArgument(reader: Reader): NamedItem {
	return { name: reader.name("an argument's name"), ...readItem(reader) };
}

/** `inlineexport` */
export function readInlineExport(reader: Reader): NamedItem {
	return { name: readExternName(reader), ...readItem(reader) };
}

/** `core:instantiatearg`: instances only, so far. */
export function readCoreArgument(reader: Reader): NamedItem {
	const name = reader.name("an argument's name");
	reader.demand(0x12, "an argument's sort");
	return { name, sort: "core instance", index: reader.u32("an instance's index") };
}

/** `core:inlineexport` */
export function readCoreInlineExport(reader: Reader): NamedItem {
	const name = reader.name("an export's name");
	return { name, sort: `core ${readCoreSort(reader)}`, index: reader.u32("an export's index") };
}

/** `nameattributes`: the attributes only tell more about the name. */
export function readExternName(reader: Reader): string {
	const form = reader.byte("a name's form");
	if (form > 2) throw reader.unknown("a name", form);
	const name = reader.name("a name");
	if (form === 2) reader.list("attributes", skipAttribute);
	return name;
}

function skipAttribute(reader: Reader): void {
	const form = reader.byte("an attribute");
	if (form > 2) throw reader.unknown("an attribute", form);
	reader.name("an attribute's value");
}

export function readAlias(reader: Reader): Alias {
	const sort = readSort(reader);
	const form = reader.byte("an alias");
	if (form === 0x00)
		return { kind: "alias export", sort, instance: reader.u32("an instance"), name: reader.name("a name") };
	if (form === 0x01) return readCoreExportAlias(reader, sort);
	if (form !== 0x02) throw reader.unknown("an alias", form);
	return {
		kind: "alias outer",
		sort,
		outward: reader.u32("a count of scopes"),
		index: reader.u32("an item's index"),
	};
}

function readCoreExportAlias(reader: Reader, sort: Sort): Alias {
	if (!sort.startsWith("core ")) throw reader.unknown("an alias of a core export", 0x01);
	return {
		kind: "alias core export",
		// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what follows "core " in a sort is a core sort
		sort: sort.slice("core ".length) as CoreSort,
		instance: reader.u32("a core instance"),
		name: reader.name("a name"),
	};
}

/** `externtype` */
export function readExternType(reader: Reader): ExternType {
	const sort = readSort(reader);
	switch (sort) {
		case "core module":
		case "func":
		case "component":
		case "instance":
			return { sort, index: reader.u32("a type's index") };
		case "type":
			return readTypeBound(reader);
		case "value":
			return readValueBound(reader);
		default:
			throw reader.unknown(`a description of a ${sort}`, 0x00);
	}
}

function readTypeBound(reader: Reader): ExternType {
	if (reader.flag("a type's bound")) return { sort: "type", bound: "resource" };
	return { sort: "type", bound: "equal", index: reader.u32("a type's index") };
}

/** `(eq i)` or a type, which is an index or a primitive's code: a signed LEB128 either way. */
function readValueBound(reader: Reader): ExternType {
	reader.flag("a value's bound");
	reader.s33("a value's type");
	return { sort: "value" };
}
