import { Fault } from "../base/fault.ts";
import type { Component, Definition, TypeDefinition } from "../wasm/component/definitions.ts";
import { readModule } from "../wasm/read-module.ts";

/**
 * What toolchains write: `wasi:cli/run@0.2.6#run`, `[method]descriptor.stat`, `_ZN4core3fmt17h0E`, `$imports`, `GOT.mem`. No
 * quote, no backslash, no brace, no star, nothing that is not ASCII: jco writes these names into its JavaScript as they are.
 */
const CORE_NAME = /^[\w$.:/#@[\]<>()=+,;|&^%~!? -]*$/;

const LABEL = String.raw`[a-zA-Z][a-zA-Z0-9]*(?:-[a-zA-Z0-9]+)*`;

/** A plain name, a name of a function of a resource, or of an interface. None of the forms that fetch from elsewhere. */
const NAME = new RegExp(
	`^(?:${LABEL}|\\[constructor\\]${LABEL}|\\[(?:method|static)\\]${LABEL}\\.${LABEL}|` +
		`${LABEL}(?::${LABEL})+(?:/${LABEL})+(?:@[0-9][0-9a-zA-Z.+-]*)?)$`,
);

/** Longer than any that compilers mangle. */
const NAME_CHARACTERS_MAX = 10_000;

/**
 * Holds every name in a component, at every depth, to what toolchains write. Those that jco would write into its
 * JavaScript are among them, and it escapes none.
 *
 * @param component as `readDefinitions` has it
 * @throws Fault COMPONENT_INVALID, MODULE_INVALID
 */
export function checkNames(component: Component): void {
	for (const definition of component.definitions) checkDefinition(definition);
}

function checkDefinition(definition: Definition): void {
	switch (definition.kind) {
		case "core module":
			checkModule(definition.bytes);
			break;
		case "core instantiate":
			for (const { name } of definition.args) checkCore(name);
			break;
		case "core exports":
			for (const { name } of definition.exports) checkCore(name);
			break;
		case "component":
			checkNames(definition.component);
			break;
		case "instantiate":
			for (const { name } of definition.args) check(name);
			break;
		case "exports":
			for (const { name } of definition.exports) check(name);
			break;
		case "alias export":
		case "import":
		case "export":
			check(definition.name);
			break;
		case "alias core export":
			checkCore(definition.name);
			break;
		case "type":
			checkType(definition.type);
			break;
		default:
	}
}

/** The labels in types are held to kebab-case where they are read. */
function checkType(type: TypeDefinition): void {
	if (type.kind !== "component type" && type.kind !== "instance type") return;
	for (const declaration of type.declarations) {
		if (declaration.kind === "export type") check(declaration.name);
		else checkDefinition(declaration);
	}
}

function checkModule(bytes: Uint8Array): void {
	const { imports, exports } = readModule(bytes);
	for (const { module, name } of imports) {
		checkCore(module);
		checkCore(name);
	}
	for (const { name } of exports) checkCore(name);
}

/** A property of this name would be no property, but the object's prototype. */
const PROTOTYPE = "__proto__";

function checkCore(name: string): void {
	if (!CORE_NAME.test(name) || name.length > NAME_CHARACTERS_MAX || name === PROTOTYPE) throw refused(name);
}

function check(name: string): void {
	if (!NAME.test(name) || name.length > NAME_CHARACTERS_MAX) throw refused(name);
}

function refused(name: string): Fault {
	const shown = name.length > 100 ? `${name.slice(0, 100)}...` : name;
	return new Fault(
		"COMPONENT_INVALID",
		`cannot use a component with the name ${JSON.stringify(shown)} in it`,
		{
			note: "no toolchain writes such names; they are refused because code is made of them",
			help: "build it again with a current toolchain",
		},
	);
}
