import { printable } from "../../base/fault.ts";

/** Names are shown up to this length. */
const NAME_CHARACTERS_MAX = 160;

/** Text as HTML, in an element or a quoted attribute. The one way by which a program's own words come into a page. */
export function escaped(text: string): string {
	return printable(text).replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The same of a name, shortened. */
export function escapedName(name: string): string {
	return escaped(name.length > NAME_CHARACTERS_MAX ? `${name.slice(0, NAME_CHARACTERS_MAX)}...` : name);
}

/** `12.3 kB`. */
export function sizeText(size_bytes: number): string {
	if (size_bytes < 1000) return `${size_bytes} B`;
	const [value, unit] = size_bytes < 1e6 ? [size_bytes / 1e3, "kB"] : [size_bytes / 1e6, "MB"];
	return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
}
