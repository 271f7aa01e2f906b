import type { Part } from "../programs.ts";
import type { Collector } from "./collector.ts";

/** What is told, of instructions within a function's loops: measured against hashes and ordinary programs. */
const INSTRUCTIONS_MIN = 200;
const MIXING_MIN = 60;
const MIXING_SHARE = 0.15;

/** Functions whose loops have the mix of instructions that hashes have. */
export function findHashLikeLoops({ path, start, scan }: Part, collector: Collector): void {
	if (scan === undefined) return;
	const { loopInstructions, loopMixing, bodyStart, module, names } = scan;
	for (let entry = 0; entry < loopInstructions.length; entry++) {
		const [instructions, mixing] = [loopInstructions[entry]!, loopMixing[entry]!];
		if (instructions <= INSTRUCTIONS_MIN || mixing <= MIXING_MIN) continue;
		if (mixing < instructions * MIXING_SHARE) continue;
		const index = module.importedFunctions + entry;
		const share = Math.round((100 * mixing) / instructions);
		collector.add(
			"hash-like-loops",
			{
				binary: path,
				function: index,
				functionName: names.get(index),
				offset: start + (bodyStart[entry] ?? 0),
			},
			`${instructions} instructions in loops, ${share} % of them xor, shifts and rotations`,
		);
	}
}
