export type TomlReading =
	| { readonly value: Readonly<Record<string, unknown>> }
	/** Lines and columns count from one. */
	| { readonly problem: string; readonly line: number; readonly column: number; readonly cause: unknown };

/** TOML nests no deeper than this in any file of ours. */
const DEPTH_MAX = 8;

/** Reads TOML 1.0. The reader is loaded only now: what needs no TOML pays nothing for it. */
export async function readToml(text: string): Promise<TomlReading> {
	const { parse, TomlError } = await import("smol-toml");
	try {
		return { value: parse(text.replace(/^\uFEFF/, ""), { maxDepth: DEPTH_MAX }) };
	} catch (cause) {
		if (!(cause instanceof TomlError)) throw cause;
		const [first = ""] = cause.message.split("\n", 1);
		const problem = first.replace("Invalid TOML document: ", "");
		return { problem, line: cause.line, column: cause.column, cause };
	}
}
