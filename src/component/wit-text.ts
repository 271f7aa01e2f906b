import type {
	FunctionType,
	InterfaceType,
	Named,
	ResourceType,
	ValueType,
	World,
	WorldItem,
} from "./types.ts";

/** Types written out may be larger than any file: one that is longer is cut short. */
const TEXT_CHARACTERS_MAX = 4 << 20;
/** Of one type: what is over is three dots. */
const TYPE_CHARACTERS_MAX = 4000;

type Type = ValueType | ResourceType;

/**
 * A component's world as WIT (Component Model, WIT.md): what it imports and exports, and after it the interfaces that it
 * has of each package, with what of them it uses.
 */
export function worldText(world: World): string {
	const names = namesOf(world);
	const lines = ["package root:component;", "", "world root {"];
	for (const [verb, items] of [
		["import", world.imports],
		["export", world.exports],
	] as const) {
		if (verb === "export" && items.size > 0 && world.imports.size > 0) lines.push("");
		for (const [name, item] of items) lines.push(...indented(worldItem(verb, name, item, names)));
	}
	lines.push("}");
	for (const [name, interfaces] of packagesOf(world)) {
		lines.push("", `package ${name} {`);
		for (const [path, type] of interfaces)
			lines.push(...indented(interfaceLines(`interface ${worded(path.name)}`, type, path.full, names)));
		lines.push("}");
	}
	return bounded(`${lines.join("\n")}\n`);
}

function bounded(text: string): string {
	return text.length > TEXT_CHARACTERS_MAX ? `${text.slice(0, TEXT_CHARACTERS_MAX)}\n// cut short\n` : text;
}

/** Where a type got its name, and which. */
interface Home {
	readonly interface: string | undefined;
	readonly name: string;
}

interface Names {
	/** The first name of each type, by its identity: others that have it use that one. */
	readonly types: ReadonlyMap<Type, Home>;
	/** The same by what a type looks like: what a function takes may be another object than what is exported. */
	readonly shapes: ReadonlyMap<string, Home>;
}

function namesOf(world: World): Names {
	const named = new Map<Type, Home>();
	const shapes = new Map<string, Home>();
	for (const [path, item] of [...world.imports, ...world.exports]) {
		const types =
			item.kind === "interface" ? item.types : new Map(item.kind === "type" ? [[path, item.type]] : []);
		for (const [name, type] of types) {
			const home = { interface: item.kind === "interface" ? path : undefined, name };
			// primitive types are the same object everywhere
			if (!isPrimitive(type) && !named.has(type)) named.set(type, home);
			const shape = shapeOf(type);
			if (shape !== undefined && !shapes.has(shape)) shapes.set(shape, home);
		}
	}
	return { types: named, shapes };
}

const COMPOUND = new Set(
	"record tuple variant enum flags option result list map own borrow stream future resource".split(" "),
);

function isPrimitive({ kind }: Type): boolean {
	return !COMPOUND.has(kind);
}

/** Of types that WIT demands a name of: their kind and their labels. */
function shapeOf(type: Type): string | undefined {
	switch (type.kind) {
		case "record":
			return [type.kind, ...type.fields.map(({ name }) => name)].join(" ");
		case "variant":
			return [type.kind, ...type.cases.map(({ name }) => name)].join(" ");
		case "enum":
		case "flags":
			return [type.kind, ...type.names].join(" ");
		default:
			return undefined;
	}
}

interface Path {
	readonly full: string;
	readonly name: string;
}

/** `wasi:io@0.2.6` and its interfaces; those of the world itself, `foo: interface {...}`, are written there. */
function packagesOf(world: World): Map<string, [Path, InterfaceType][]> {
	const packages = new Map<string, [Path, InterfaceType][]>();
	const seen = new Set<string>();
	for (const [full, item] of [...world.imports, ...world.exports]) {
		const path = splitPath(full);
		if (item.kind !== "interface" || path === undefined || seen.has(full)) continue;
		seen.add(full);
		const interfaces = packages.get(path.key) ?? [];
		interfaces.push([{ full, name: path.name }, item]);
		packages.set(path.key, interfaces);
	}
	return packages;
}

function worldItem(verb: "import" | "export", name: string, item: WorldItem, names: Names): string[] {
	const scope: Scope = { interface: undefined, names, written: new Map() };
	switch (item.kind) {
		case "interface":
			return name.includes(":")
				? [`${verb} ${name};`]
				: interfaceLines(`${verb} ${worded(name)}: interface`, item, name, names);
		case "function":
			return [`${verb} ${worded(name)}: ${functionText(item, scope)};`];
		case "type":
			return typeLines(name, item.type, new Map(), scope);
		default:
			return [`// ${verb} ${worded(name)}: not of WIT`];
	}
}

/** In which interface a type is written. */
interface Scope {
	readonly interface: string | undefined;
	readonly names: Names;
	/** What was written already: types that share parts are walked once. */
	readonly written: Map<Type, string>;
}

function interfaceLines(head: string, type: InterfaceType, full: string, names: Names): string[] {
	const scope: Scope = { interface: full, names, written: new Map() };
	const lines: string[] = [];
	for (const [name, one] of type.types) lines.push(...typeLines(name, one, type.functions, scope));
	for (const [name, one] of type.functions)
		if (!name.startsWith("[")) lines.push(`${worded(name)}: ${functionText(one, scope)};`);
	return [`${head} {`, ...indented(lines), "}"];
}

function typeLines(
	name: string,
	type: Type,
	functions: ReadonlyMap<string, FunctionType>,
	scope: Scope,
): string[] {
	const home = scope.names.types.get(type);
	if (home !== undefined && (home.interface !== scope.interface || home.name !== name))
		return [otherName(name, home, scope)];
	switch (type.kind) {
		case "resource":
			return resourceLines(name, functions, scope);
		case "record":
			return block(
				`record ${worded(name)}`,
				type.fields.map((field) => `${labelled(field, scope)},`),
			);
		case "variant":
			return block(
				`variant ${worded(name)}`,
				type.cases.map((one) => `${caseText(one, scope)},`),
			);
		case "enum":
		case "flags":
			return block(
				`${type.kind} ${worded(name)}`,
				type.names.map((one) => `${worded(one)},`),
			);
		default:
			return [`type ${worded(name)} = ${written(type, scope)};`];
	}
}

/** A type that is some other's: one of another interface is used. */
function otherName(name: string, home: Home, scope: Scope): string {
	if (home.interface === scope.interface || home.interface === undefined)
		return `type ${worded(name)} = ${worded(home.name)};`;
	const renamed = home.name === name ? "" : ` as ${worded(name)}`;
	return `use ${pathFrom(scope.interface, home.interface)}.{${worded(home.name)}${renamed}};`;
}

/** An interface of one's own package goes by its name alone. */
function pathFrom(from: string | undefined, to: string): string {
	const { key, name } = splitPath(to) ?? { key: to, name: to };
	return from !== undefined && splitPath(from)?.key === key ? worded(name) : to;
}

/** `wasi:io/streams@0.2.6` is `streams` of `wasi:io@0.2.6`. */
function splitPath(full: string): { readonly key: string; readonly name: string } | undefined {
	const [, owner, name, version = ""] = /^([^/@]+)\/([^@]+)(@.*)?$/.exec(full) ?? [];
	return owner === undefined || name === undefined ? undefined : { key: owner + version, name };
}

function resourceLines(name: string, functions: ReadonlyMap<string, FunctionType>, scope: Scope): string[] {
	const methods: string[] = [];
	for (const [full, type] of functions) {
		const [, form, resource, method = ""] =
			/^\[(constructor|method|static)\]([^.]*)(?:\.(.*))?$/.exec(full) ?? [];
		if (resource !== name) continue;
		if (form === "constructor") methods.push(`constructor(${paramsText(type.params, scope)});`);
		// the first parameter of a method is the resource itself
		if (form === "method") methods.push(`${worded(method)}: ${functionText(type, scope, 1)};`);
		if (form === "static") methods.push(`${worded(method)}: static ${functionText(type, scope)};`);
	}
	return methods.length === 0 ? [`resource ${worded(name)};`] : block(`resource ${worded(name)}`, methods);
}

function functionText({ async, params, result }: FunctionType, scope: Scope, skipped = 0): string {
	const answer = result === undefined ? "" : ` -> ${textOf(result, scope)}`;
	return `${async ? "async " : ""}func(${paramsText(params.slice(skipped), scope)})${answer}`;
}

function paramsText(params: readonly Named<ValueType>[], scope: Scope): string {
	return params.map((param) => labelled(param, scope)).join(", ");
}

function labelled({ name, type }: Named<ValueType>, scope: Scope): string {
	return `${worded(name)}: ${textOf(type, scope)}`;
}

function caseText({ name, type }: Named<ValueType | undefined>, scope: Scope): string {
	return type === undefined ? worded(name) : `${worded(name)}(${textOf(type, scope)})`;
}

/** A type where it is used: by its name, if it has one. */
function textOf(type: Type, scope: Scope): string {
	const home = scope.names.types.get(type) ?? scope.names.shapes.get(shapeOf(type) ?? "");
	if (home !== undefined) return worded(home.name);
	const known = scope.written.get(type) ?? shortened(written(type, scope));
	scope.written.set(type, known);
	return known;
}

function shortened(text: string): string {
	return text.length > TYPE_CHARACTERS_MAX ? "..." : text;
}

function written(type: Type, scope: Scope): string {
	const inner = (one: Type) => textOf(one, scope);
	const filled = (name: string, ...parts: readonly (Type | undefined)[]) => {
		const texts = parts.map((part) => (part === undefined ? "_" : inner(part)));
		while (texts.at(-1) === "_") texts.pop();
		return texts.length === 0 ? name : `${name}<${texts.join(", ")}>`;
	};
	switch (type.kind) {
		case "tuple":
			return filled("tuple", ...type.items);
		case "option":
			return filled("option", type.some);
		case "result":
			return filled("result", type.ok, type.err);
		case "list":
			return type.length === undefined
				? filled("list", type.element)
				: `list<${inner(type.element)}, ${type.length}>`;
		case "map":
			return filled("map", type.key, type.value);
		case "stream":
		case "future":
			return filled(type.kind, type.element);
		case "own":
			return inner(type.resource);
		case "borrow":
			return `borrow<${inner(type.resource)}>`;
		case "resource":
			return worded(type.name ?? "resource");
		default:
			// of a record and its like only where a faulty component gave it no name
			return type.kind;
	}
}

/** WIT's own words are names with a sign before them. */
const WORDS = new Set(
	(
		"as async bool borrow char constructor enum error-context export f32 f64 flags from func future import include interface " +
		"list map option own package record resource result s16 s32 s64 s8 static stream string tuple type u16 u32 u64 u8 use variant with world"
	).split(" "),
);

function worded(name: string): string {
	return WORDS.has(name) ? `%${name}` : name;
}

function block(head: string, lines: readonly string[]): string[] {
	return [`${head} {`, ...indented(lines), "}"];
}

function indented(lines: readonly string[]): string[] {
	return lines.map((line) => `  ${line}`);
}
