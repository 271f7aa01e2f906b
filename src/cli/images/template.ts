import { Fault } from "../../base/fault.ts";

const ACTION = /\{\{\s*(json\s+)?\.([\w.]*)\s*\}\}/g;

/**
 * A template of docker's (Go's text/template) as far as scripts use them for lists: `{{.Name}}`,
 * `{{.Config.Env}}` and `{{json .Config}}`, `\t` and `\n`.
 *
 * @throws Fault FLAG_INVALID for anything else in double braces, and for fields that there are not
 */
export function fillTemplate(template: string, value: unknown): string {
	const text = template.replaceAll("\\t", "\t").replaceAll("\\n", "\n");
	const left = text.replaceAll(ACTION, "");
	if (left.includes("{{"))
		throw new Fault("FLAG_INVALID", `cannot read '${template}' as a template`, {
			note: "of docker's templates there are {{.Field}}, {{.Field.Field}} and {{json .Field}}",
			help: "--format json    for what has to be taken apart by another program",
		});
	return text.replaceAll(ACTION, (_, json: string | undefined, path: string) => {
		const field = fieldOf(value, path, template);
		return typeof field === "string" && json === undefined ? field : JSON.stringify(field);
	});
}

function fieldOf(value: unknown, path: string, template: string): unknown {
	let field = value;
	for (const name of path.split(".").filter((one) => one !== "")) {
		const isThere = typeof field === "object" && field !== null && Object.hasOwn(field, name);
		if (!isThere) throw noField(name, field, template);
		field = (field as Readonly<Record<string, unknown>>)[name];
	}
	return field;
}

function noField(name: string, value: unknown, template: string): Fault {
	const names = typeof value === "object" && value !== null ? Object.keys(value) : [];
	return new Fault("FLAG_INVALID", `there is no field '${name}' for '${template}'`, {
		note: names.length === 0 ? "it has no fields" : `there are ${names.join(", ")}`,
	});
}
