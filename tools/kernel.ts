/**
 * Writes src/wasm/kernel/code.ts from tools/kernel/*.as. With `--check` it only says whether it is current. The compiler, of an exact version,
 * comes by `npm ci --prefix test/programs --ignore-scripts`.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const FILE = join(root, "src/wasm/kernel/code.ts");
const COMPILER = join(root, "test/programs/node_modules/assemblyscript/dist/asc.js");

const SOURCE = join(root, "tools/kernel");
const WORDS = [
	"kernel.ts",
	"-o",
	"kernel.wasm",
	"-O3",
	"--runtime",
	"stub",
	"--noAssert",
	"--use",
	"abort=",
	"--initialMemory",
	"8",
	"--enable",
	"simd",
];

if (import.meta.main) {
	const text = await codeOfKernel();
	if (!process.argv.includes("--check")) writeFileSync(FILE, text);
	else if (readFileSync(FILE, "utf8") !== text) {
		process.stderr.write("src/wasm/kernel/code.ts is out of date: node tools/kernel.ts\n");
		process.exitCode = 1;
	}
}

interface Compiler {
	main(
		words: readonly string[],
		host: {
			readFile(name: string): string | null;
			writeFile(name: string, contents: string | Uint8Array): void;
			listFiles(): string[];
			stderr: { write(text: string): void };
		},
	): Promise<{ readonly error: Error | null }>;
}

/** What src/wasm/kernel/code.ts is to say. */
export async function codeOfKernel(): Promise<string> {
	const compiler = (await import(COMPILER)) as Compiler;
	let compiled: Uint8Array | undefined;
	const said: string[] = [];
	const { error } = await compiler.main(WORDS, {
		readFile: (name) => sourceOf(name),
		writeFile: (_name, contents) => {
			if (typeof contents !== "string") compiled = contents;
		},
		listFiles: () => [],
		stderr: { write: (text) => said.push(text) },
	});
	if (error !== null || compiled === undefined)
		throw new Error(`cannot compile tools/kernel/:\n${said.join("")}`);
	return textOf(compiled);
}

/** The compiler takes files by one ending, which would make these TypeScript to every other tool. */
function sourceOf(name: string): string | null {
	const file = join(SOURCE, name.replace(/ts$/, "as"));
	return existsSync(file) ? readFileSync(file, "utf8") : null;
}

function textOf(compiled: Uint8Array): string {
	const code = Buffer.from(compiled).toString("base64");
	return `/** Written by tools/kernel.ts from tools/kernel/*.as. */
export const KERNEL_CODE =
	"${code}";
`;
}
