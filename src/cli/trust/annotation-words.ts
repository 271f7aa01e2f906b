import { Fault } from "../../base/fault.ts";

/** `NAME=VALUE` of --annotations. */
export function parseAnnotation(text: string, where: string): readonly [string, string] {
	const equals = text.indexOf("=");
	if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
	throw new Fault("FLAG_INVALID", `cannot read '${text}' as an annotation`, {
		note: `in ${where}; the form is NAME=VALUE`,
		help: "--annotations build=71",
	});
}
