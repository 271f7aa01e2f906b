/** `get-stdout` as JavaScript writes it: `getStdout`. */
export function camelCase(name: string): string {
	const [first = "", ...rest] = name.toLowerCase().split("-");
	return first + rest.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
}

/** `output-stream` as the name of a class: `OutputStream`. */
export function pascalCase(name: string): string {
	const camel = camelCase(name);
	return camel.slice(0, 1).toUpperCase() + camel.slice(1);
}
