import { readProducers } from "../../wasm/customs.ts";
import { Patterns, textBytes } from "../../wasm/kernel/patterns.ts";
import { customSection } from "../../wasm/module.ts";
import { whoMadeIt } from "../../wasm/toolchain.ts";
import type { Part } from "../programs.ts";
import type { DataSegment, Scan } from "../scan.ts";
import type { Collector } from "./collector.ts";

/** A stack's top is at least so far up, and a multiple of this. */
const STACK_TOP_MIN = 1024;
const STACK_ALIGNMENT = 16;

/** What a toolchain could have done against faults of memory, and did not; and what others can change from outside. */
export function findMissingHardening(part: Part, collector: Collector): void {
	const { scan, path } = part;
	if (scan === undefined) return;
	findStackPlace(part, scan, collector);
	findNoProtector(part, scan, collector);
	// what a module within a component exports is for its other modules alone
	if (path !== "0") return;
	for (const { kind, name } of scan.module.exports)
		if (kind === "table") collector.add("exported-table", { binary: path }, `table '${name}'`);
	for (const { mutable, exported, type } of scan.globals)
		for (const name of mutable ? exported : [])
			collector.add("exported-mutable-global", { binary: path }, `global '${name}' of type ${type}`);
}

/** By the first number that can change, which linkers make the stack pointer, and where data begins. */
function findStackPlace(part: Part, scan: Scan, collector: Collector): void {
	const top = stackTop(part, scan);
	if (top === undefined || scan.data.length === 0) return;
	const place = { binary: part.path };
	const placed = scan.data.filter(({ memory, address }) => memory === 0 && address !== undefined);
	if (placed.length < scan.data.length) {
		collector.add("stack-place-unknown", place, `stack from ${top} down; data is placed when it starts`);
		return;
	}
	const [lowest, highest] = extentOf(placed);
	const shows = `stack from ${top} down; data from ${lowest} to ${highest}`;
	if (top >= highest && lowest < top) collector.add("stack-above-data", place, shows);
	else if (top > lowest) collector.add("stack-place-unknown", place, shows);
}

/** Undefined where there is no stack in memory, or none that is told by a global. */
function stackTop(part: Part, scan: Scan): number | undefined {
	const hasOwnStack = whoMadeIt(scan.module)?.name === "AssemblyScript" || isMadeBy(part, /^Go cmd/);
	const pointer = scan.globals.find(({ type, mutable }) => mutable && (type === "i32" || type === "i64"));
	const top = Number(pointer?.initial ?? 0);
	return hasOwnStack || top < STACK_TOP_MIN || top % STACK_ALIGNMENT !== 0 ? undefined : top;
}

function extentOf(segments: readonly DataSegment[]): [lowest: number, highest: number] {
	let lowest = Number.POSITIVE_INFINITY;
	let highest = 0;
	for (const { address = 0, start, end } of segments) {
		if (start === end) continue;
		lowest = Math.min(lowest, address);
		highest = Math.max(highest, address + end - start);
	}
	return [lowest, highest];
}

const PROTECTOR = new Patterns([{ bytes: textBytes("__stack_chk_") }]);

/** Only names can tell: of a module without names nothing is said. */
function findNoProtector(part: Part, scan: Scan, collector: Collector): void {
	const names = customSection(scan.module, "name");
	if (names === undefined || scan.names.count === 0 || !isMadeBy(part, /^(?:clang|C\d|C_plus_plus)/)) return;
	let isProtected = false;
	PROTECTOR.pass(scan.bytes, [{ start: names.contents, end: names.end }], {
		found: () => (isProtected = true),
	});
	if (!isProtected)
		collector.add(
			"no-stack-protector",
			{ binary: part.path },
			`no __stack_chk_fail among ${scan.names.count} names`,
		);
}

function isMadeBy({ binary }: Part, pattern: RegExp): boolean {
	return readProducers(binary.bytes, binary).some(({ name }) => pattern.test(name));
}
