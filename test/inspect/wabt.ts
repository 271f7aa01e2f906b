/** wabt's readers as witnesses: what its tools say of a module, from their text. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { ROOT } from "../support/wherry.ts";

const OUTPUT_BYTES_MAX = 64 << 20;

export interface SectionSeen {
	/** `Type`, `Custom "name"`. */
	readonly name: string;
	/** After its id and size. */
	readonly start: number;
	readonly end: number;
	/** Entries; of the start section its function; of a custom section none. */
	readonly count: number | undefined;
}

/** Sections in the file's order, by `wasm-objdump -h`. */
export function sectionsSeen(file: string): SectionSeen[] {
	const line = /^ *(\w+) start=(0x\w+) end=(0x\w+) \(size=\w+\) (?:(?:count|start): (\d+)|(".*"))$/gm;
	return [...run("wasm-objdump", "-h", file).matchAll(line)].map(
		([, kind = "", start, end, count, label]) => ({
			name: label === undefined ? kind : `${kind} ${label}`,
			start: Number(start),
			end: Number(end),
			count: count === undefined ? undefined : Number(count),
		}),
	);
}

/** Bytes of each body that is defined, in order. */
export function bodySizesSeen(file: string): number[] {
	const lines = run("wasm-objdump", "-x", "-j", "Code", file).matchAll(/^ - func\[\d+\] size=(\d+)/gm);
	return [...lines].map(([, size]) => Number(size));
}

export interface SegmentSeen {
	readonly size: number;
	/** Undefined: passive, or computed. */
	readonly address: number | undefined;
	readonly isPassive: boolean;
}

export function dataSeen(file: string): SegmentSeen[] {
	const line = /^ - segment\[\d+\] (passive|memory=\d+) size=(\d+)(?: - init i32=(\d+))?/gm;
	return [...run("wasm-objdump", "-x", "-j", "Data", file).matchAll(line)].map(([, mode, size, address]) => ({
		size: Number(size),
		address: address === undefined ? undefined : Number(address),
		isPassive: mode === "passive",
	}));
}

/** How often each instruction occurs, those of initialisers among them, by `wasm-stats`. */
export function histogramSeen(file: string): Map<string, number> {
	const [, counts = ""] = run("wasm-stats", "--enable-all", file).split("Opcode counts:\n");
	const lines = (counts.split("\n\n")[0] ?? "").matchAll(/^([\w.]+): (\d+)$/gm);
	return new Map([...lines].map(([, name = "", count]) => [name, Number(count)]));
}

function run(tool: string, ...words: readonly string[]): string {
	const { status, stdout, stderr } = spawnSync(
		process.execPath,
		[join(ROOT, "node_modules/wabt/bin", tool), ...words],
		{ encoding: "utf8", maxBuffer: OUTPUT_BYTES_MAX },
	);
	assert.equal(status, 0, `${tool} ${words.join(" ")}\n${stderr}`);
	return stdout;
}
