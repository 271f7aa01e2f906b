import type { Inventory } from "../../trust/sbom/part.ts";
import type { Part } from "../programs.ts";
import type { Dependency, Finding } from "../report.ts";
import { findCodeConstants } from "./code-constants.ts";
import { Collector } from "./collector.ts";
import { findInData } from "./data.ts";
import { findMissingHardening } from "./hardening.ts";
import { findHashLikeLoops } from "./loops.ts";
import { findVulnerable, findWhatItIsMadeOf } from "./made-of.ts";
import { findInShape } from "./shape.ts";

/**
 * What is worth a look in a program, each with its evidence; never a verdict. Takes time in proportion to the bytes: data and code
 * are passed over once for each, and evidence is bounded.
 *
 * @param inventory of the same program, where it was taken
 * @param dependencies with the advisories that name them
 */
export function findingsOf(
	parts: readonly Part[],
	inventory?: Inventory,
	dependencies: readonly Dependency[] = [],
): Finding[] {
	const collector = new Collector();
	findVulnerable(dependencies, collector);
	for (const part of parts) {
		findInData(part, collector);
		findCodeConstants(part, collector);
		findHashLikeLoops(part, collector);
		findMissingHardening(part, collector);
		findInShape(part, collector);
	}
	if (inventory !== undefined) findWhatItIsMadeOf(inventory, collector);
	return collector.findings();
}
