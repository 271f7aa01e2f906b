import { Fault } from "../../base/fault.ts";
import type { Binary } from "../../wasm/nested.ts";
import { Cursor } from "../../wasm/cursor.ts";
import { customSection } from "../../wasm/module.ts";
import { type About, short } from "./part.ts";

/**
 * Custom sections whose content is one text, as `wkg` and `wasm-tools metadata` write them
 * (tool-conventions and the Component Model's packages).
 */
const SECTIONS = [
	"version",
	"description",
	"authors",
	"licenses",
	"source",
	"homepage",
	"revision",
] as const satisfies readonly (keyof About)[];

const TEXT_BYTES_MAX = 4096;

/** What the outermost binary says of itself; all of it is only said, nothing is proven. */
export function readAbout(binary: Binary): Omit<About, "properties"> {
	const name = nameOf(binary);
	const texts = SECTIONS.flatMap((section) => {
		const text = textOf(binary, section);
		return text === undefined ? [] : [[section, text] as const];
	});
	return { ...(name !== undefined && { name }), ...Object.fromEntries(texts) };
}

function textOf(binary: Binary, name: string): string | undefined {
	const section = customSection(binary, name);
	if (section === undefined || section.end - section.contents > TEXT_BYTES_MAX) return undefined;
	try {
		const text = new TextDecoder("utf-8", { fatal: true }).decode(
			binary.bytes.subarray(section.contents, section.end),
		);
		return text.trim() === "" ? undefined : short(text.trim());
	} catch {
		return undefined;
	}
}

/** Subsection 0 of both: the name of the module, or of the component. */
const OWN_NAME = 0;

function nameOf(binary: Binary): string | undefined {
	const section = customSection(binary, binary.kind === "module" ? "name" : "component-name");
	if (section === undefined) return undefined;
	const cursor = new Cursor(binary.bytes, section.contents, section.end);
	try {
		if (cursor.byte("a subsection's id") !== OWN_NAME) return undefined;
		cursor.u32("a subsection's size");
		const name = cursor.label("a name").trim();
		return name === "" ? undefined : short(name);
	} catch (error) {
		if (error instanceof Fault) return undefined;
		throw error;
	}
}
