import type { BinaryReport, Need, Report } from "../../src/inspect/report.ts";

/**
 * What a report says that stays when its program is built anew, in another version: no sizes, no versions, no places, and
 * no names that a linker or minifier makes anew each time. As text for a golden file.
 */
export function factsOf(report: Report): string {
	const { kind, is, hosts, binaries, needs, findings, madeBy, dependencies } = report;
	const facts = {
		kind,
		is: withoutVersions(is).replaceAll(/\b(wasi \d+\.\d+)(?:, \1)+/g, "$1"),
		hosts: unique(hosts.map(withoutVersions)),
		needs: needs.map((need) => needFacts(need, kind === "component" ? binaries[0] : undefined)),
		binaries: binaries.map(binaryFacts),
		findings: findings.map(({ level, id }) => `${level}: ${id}`),
		madeBy: unique(madeBy.map(({ field, name, source }) => `${field} ${name} (${source})`)),
		dependencies: unique(
			dependencies.map(({ name, ecosystem, source }) => `${ecosystem} ${name} (${source})`),
		),
	};
	return `${JSON.stringify(facts, undefined, "\t")}\n`;
}

/** Of a component, with those of its exports that reach it: through its modules, whatever these are named. */
function needFacts(need: Need, component: BinaryReport | undefined): object {
	const { capability, says, grant, imports, reached, reachedFrom } = need;
	const roots = new Set(reachedFrom.map((root) => root.export));
	const own = component?.exports.map(({ name }) => name).filter((name) => roots.has(name));
	return {
		need: `${capability}: ${says}`,
		...(grant !== undefined && { grant }),
		imports: unique(imports.map((name) => stable(withoutVersions(name)))).toSorted(),
		isReached: reached.length > 0,
		...(own !== undefined && { from: own.map(withoutVersions) }),
	};
}

function binaryFacts(binary: BinaryReport): object {
	const { path, kind, sections, imports, exports, memories, tables, functions, features, debug } = binary;
	return {
		path,
		kind,
		sections: unique(sections.map(({ name }) => withoutVersions(name))),
		imports: unique(imports.map((one) => one.kind)),
		exports: unique(exports.map((one) => one.kind)),
		...(kind === "module" && {
			memories: memories.map(({ maximum_bytes, imported, shared, is64 }) => ({
				isBounded: maximum_bytes !== undefined,
				imported,
				shared,
				is64,
			})),
			tables: tables.map(({ maximum, imported, exported }) => ({
				isBounded: maximum !== undefined,
				imported,
				isExported: exported.length > 0,
			})),
			hasCode: functions.defined > 0,
			hasNames: functions.named > 0,
			features: features.toSorted(),
			debug: { ...debug, sourceMap: debug.sourceMap !== undefined },
		}),
	};
}

/** Of WASI the minor version stays: 0.3 is not 0.2. */
function withoutVersions(text: string): string {
	return text
		.replaceAll(/(?<=@|\bwasi )(\d+\.\d+)\.\d+(?:-[\w.]+)?/g, "$1")
		.replaceAll(/\b\d+\.\d+\.\d+/g, "VERSION");
}

/** wasm-bindgen hashes what a name stands for, and a minifier counts its names. */
function stable(name: string): string {
	return name.replace(/(?<=^wbg __wbg_\w+_)[0-9a-f]{16}$/, "HASH").replace(/^a [\w$]{1,2}$/, "a ?");
}

function unique(texts: readonly string[]): string[] {
	return [...new Set(texts)];
}
