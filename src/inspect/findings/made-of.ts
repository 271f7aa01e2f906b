import type { Inventory } from "../../trust/sbom/part.ts";
import type { Dependency } from "../report.ts";
import type { Collector } from "./collector.ts";

const SOURCES: Readonly<Record<string, string>> = {
	"go-modinfo": "Go's build information",
	"cargo-auditable": "cargo-auditable's list (.dep-v0)",
	producers: "the producers section",
	"panic-paths": "paths in panic messages",
};
const OUTERMOST = { binary: "0" };

/** What it says of its licences, and from what its dependencies are known. */
export function findWhatItIsMadeOf({ about, parts, libraries }: Inventory, collector: Collector): void {
	if (about.licenses !== undefined)
		collector.addOnce("licence-facts", OUTERMOST, `itself: ${about.licenses}`);
	const counts = new Map<string, number>();
	for (const { kind, name, origin, properties } of parts) {
		const licence = properties["license"];
		if (licence !== undefined) collector.addOnce("licence-facts", OUTERMOST, `${name}: ${licence}`);
		if (kind === "library") counts.set(origin, (counts.get(origin) ?? 0) + 1);
	}
	for (const [origin, count] of counts) {
		const isAll = libraries === "complete" && (origin === "go-modinfo" || origin === "cargo-auditable");
		const among = `${count} ${count === 1 ? "dependency" : "dependencies"}`;
		collector.add(
			"dependency-facts",
			OUTERMOST,
			`${SOURCES[origin] ?? origin}: ${among}${isAll ? ", all of them" : ""}`,
		);
	}
}

const SUMMARY_CHARACTERS_MAX = 100;

export function findVulnerable(dependencies: readonly Dependency[], collector: Collector): void {
	for (const { name, version, vulnerabilities } of dependencies)
		for (const { id, aliases, summary, fixed } of vulnerabilities) {
			const also = aliases.length === 0 ? "" : ` (${aliases.slice(0, 3).join(", ")})`;
			const remedy = fixed === undefined ? "" : `, fixed in ${fixed}`;
			const words = summary === undefined ? "" : `: ${summary.slice(0, SUMMARY_CHARACTERS_MAX)}`;
			collector.add(
				"vulnerable-dependency",
				OUTERMOST,
				`${id}${also}: ${name} ${version ?? ""}${remedy}${words}`,
			);
		}
}
