import type { Difference, Examined } from "../diff.ts";
import { differenceText } from "../diff-text.ts";
import { plural } from "../phrases.ts";
import type { BinaryReport, Finding, Need, Reach, Report } from "../report.ts";
import { escaped, escapedName, sizeText } from "./escape.ts";
import { importGraphs, type ImportGraph } from "./graph-data.ts";

/** A page has so many rows of a kind; all are in the JSON form. */
const ROWS_MAX = 500;
const IMPORTS_MAX = 100;
const EVIDENCE_MAX = 12;
/** Lists of makers and hosts are as long as the program likes. */
const FACT_CHARACTERS_MAX = 1000;

/** What it is, in a few lines. */
export function headOf({ file, is, kind, size_bytes, digest, hosts, madeBy }: Report): string {
	const makers = madeBy.map(({ name, version }) => `${name} ${version}`.trim()).join(", ");
	const shown = (value: string) =>
		escaped(value.length > FACT_CHARACTERS_MAX ? `${value.slice(0, FACT_CHARACTERS_MAX)}...` : value);
	const facts: readonly (readonly [string, string])[] = [
		["kind", kind],
		["size", `${sizeText(size_bytes)} (${size_bytes} bytes)`],
		["made for", hosts.join(", ") || "any host"],
		["made by", makers || "nobody who says so"],
		["digest", digest],
	];
	const rows = facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${shown(value)}</dd></div>`);
	return `<header><p class="kicker">wherry inspect</p><h1>${escapedName(file)}</h1><p class="is">${shown(is)}</p><dl class="facts">${rows.join("")}</dl></header>`;
}

/** Each need in plain words, and the ways that lead to it. */
export function needsOf({ needs }: Report): string {
	if (needs.length === 0) return `<p>Nothing: it may only compute.</p>`;
	return `<div class="cards">${needs.slice(0, ROWS_MAX).map(need).join("")}</div>`;
}

function need({ capability, says, imports, reachedFrom, grant }: Need): string {
	const shown = imports.slice(0, IMPORTS_MAX).map((name) => `<li><code>${escapedName(name)}</code></li>`);
	const granted = grant === undefined ? "" : `<p class="grant">granted by <code>${escaped(grant)}</code></p>`;
	return `<article class="card"><h3>${escaped(capability)}</h3><p>${escaped(says)}</p>${granted}<details><summary>${imports.length} ${imports.length === 1 ? "import" : "imports"}</summary><ul>${shown.join("")}${more(imports.length, IMPORTS_MAX)}</ul></details>${rootsOf(reachedFrom)}</article>`;
}

/** What can reach it. */
function rootsOf(reachedFrom: Need["reachedFrom"]): string {
	if (reachedFrom.length === 0) return "";
	const rows = reachedFrom
		.slice(0, IMPORTS_MAX)
		.map(
			(root) =>
				`<li>${root.possible ? `<span class="possible">possibly</span> ` : ""}${
					root.from === "start"
						? "the start function"
						: `${root.from === "table" ? "what others can call out of " : ""}<code>${escapedName(root.export)}</code>`
				}</li>`,
		);
	return `<details><summary>reached from ${plural(reachedFrom.length, "export")}</summary><ul>${rows.join("")}${more(reachedFrom.length, IMPORTS_MAX)}</ul></details>`;
}

/**
 * What can reach an import that the reader chooses, as a picture that the page's script draws, and all ways as a list, which needs no
 * script.
 */
export function waysOf(examined: Examined): string {
	const ways = examined.report.needs.flatMap(({ reached }) => reached).slice(0, ROWS_MAX);
	const graphs = importGraphs(examined);
	const rows = ways.map((way) => `<li>${wayOf(way)}</li>`);
	const list =
		ways.length === 0
			? `<p>No way is known from an export to an import.</p>`
			: `<details class="table"><summary>${plural(ways.length, "way")} as a list</summary><ol class="ways">${rows.join("")}</ol></details>`;
	return `${graphs.length === 0 ? "" : pictureOf(graphs)}${list}`;
}

function pictureOf(graphs: readonly ImportGraph[]): string {
	const groups = new Map<string, string[]>();
	for (const [at, { in: path, capability, name, nodes }] of graphs.entries()) {
		const options = groups.get(capability) ?? [];
		const shown = `${path === "0" ? "" : `${path}: `}${name}${nodes.length > 1 ? "" : " (nothing calls it)"}`;
		options.push(`<option value="${at}">${escaped(shown)}</option>`);
		groups.set(capability, options);
	}
	const listed = [...groups].map(
		([capability, options]) => `<optgroup label="${escaped(capability)}">${options.join("")}</optgroup>`,
	);
	return `<div id="picture" hidden><label for="import">Calls that lead to</label> <select id="import">${listed.join("")}</select><p class="hint">Exports stand above, the import below. A broken line is a call through a table that may lead there.</p><div id="graph" class="graph"></div><p id="graph-more" class="hint"></p><p id="told" class="told" role="status"></p><pre id="graph-data" hidden>${escaped(JSON.stringify(graphs))}</pre></div>`;
}

function wayOf({ export: root, from, import: target, path, leftOut = 0 }: Reach): string {
	const steps = path.map(({ function: index, name, possible }, at) => {
		const isLast = at === path.length - 1;
		const shown = isLast ? target : (name ?? `function ${index}`);
		const mark = possible ? `<span class="possible">possibly</span> ` : "";
		return `<li>${mark}<code${isLast ? ` class="target"` : ""}>${escapedName(shown)}</code></li>`;
	});
	if (leftOut > 0) steps.splice(path.length / 2, 0, `<li>(${leftOut} more)</li>`);
	const word = from === "table" ? "what others can call out of" : from;
	const begin = from === "start" ? "the start function" : `${word} <code>${escapedName(root)}</code>`;
	return `<span class="from">${begin}</span><ol class="steps">${steps.join("")}</ol>`;
}

/** What is worth a look, warnings first. `texts`: places of the functions whose text the page has. */
export function findingsOf({ findings }: Report, texts: ReadonlySet<string>): string {
	if (findings.length === 0) return `<p>Nothing stood out. That is no verdict.</p>`;
	const order = ["warning", "notice", "info"];
	const sorted = findings.toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
	return sorted
		.slice(0, ROWS_MAX)
		.map((one) => finding(one, texts))
		.join("");
}

function finding({ title, why, level, evidence, more: untold }: Finding, texts: ReadonlySet<string>): string {
	const shown = evidence.slice(0, EVIDENCE_MAX);
	const rows = shown.map(({ binary, functionName, function: index, offset, bytes, shows }) => {
		const name = escapedName(functionName ?? (index === undefined ? "" : `function ${index}`));
		const where = texts.has(`${binary} ${index}`) ? `<a href="#text-${binary}-${index}">${name}</a>` : name;
		const at =
			offset === undefined ? "" : ` at 0x${offset.toString(16)}${bytes === undefined ? "" : `: ${bytes}`}`;
		return `<li><code>${escapedName(shows)}</code> <span class="where">${binary === "0" ? "" : `${binary} `}${where}${at}</span></li>`;
	});
	const rest = evidence.length - shown.length + untold;
	return `<details class="finding ${level}"><summary><span class="level">${level}</span> ${escaped(title)}</summary><p>${escaped(why)}</p><ul>${rows.join("")}${rest > 0 ? `<li>and ${rest} more</li>` : ""}</ul></details>`;
}

/** Imports and exports of each binary, and what it is made of. */
export function tablesOf({ binaries, dependencies }: Report): string {
	const listed = binaries.slice(0, ROWS_MAX).filter((one) => one.imports.length + one.exports.length > 0);
	let left = ROWS_MAX * 4;
	const tables = listed.map((binary) => {
		if (left <= 0) return "";
		left -= Math.min(binary.imports.length, ROWS_MAX) + Math.min(binary.exports.length, ROWS_MAX);
		return interfaceTables(binary);
	});
	const made = dependencies.map(({ name, version, licence, ecosystem, source, vulnerabilities }) => [
		name,
		version ?? "",
		licence ?? "",
		`${ecosystem}, ${source}`,
		vulnerabilities
			.map(({ id, fixed }) => (fixed === undefined ? id : `${id} (fixed in ${fixed})`))
			.join(", "),
	]);
	return `${tables.join("")}${table("dependencies", ["name", "version", "licence", "known from", "advisories"], made)}`;
}

function interfaceTables({ path, kind, imports, exports }: BinaryReport): string {
	const of = path === "0" ? "" : ` of ${kind} ${path}`;
	return [
		table(
			`imports${of}`,
			["from", "name", "kind", "type"],
			imports.map(({ module, name, kind: what, type }) => [module, name, what, type ?? ""]),
		),
		table(
			`exports${of}`,
			["name", "kind", "type"],
			exports.map(({ name, kind: what, type }) => [name, what, type ?? ""]),
		),
	].join("");
}

function table(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
	if (rows.length === 0) return "";
	// a column that says nothing is left out
	const told = heads.map((_, at) => rows.some((cells) => (cells[at] ?? "") !== ""));
	const head = heads
		.filter((_, at) => told[at])
		.map((name) => `<th scope="col">${name}</th>`)
		.join("");
	const shown = rows
		.slice(0, ROWS_MAX)
		.map((cells) => cells.filter((_, at) => told[at]).map((cell) => `<td>${escapedName(cell)}</td>`))
		.map((cells) => `<tr>${cells.join("")}</tr>`);
	const rest =
		rows.length > ROWS_MAX ? `<p>and ${rows.length - ROWS_MAX} more: --format json lists them</p>` : "";
	return `<details class="table"><summary>${rows.length} ${title}</summary><div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${shown.join("")}</tbody></table></div>${rest}</details>`;
}

/** The page of `wherry diff`, coloured by what is new and gone. */
export function differenceOf(difference: Difference): string {
	const rows = differenceText(difference)
		.trimEnd()
		.split("\n")
		.map((line) => {
			const sign = /^\s*([-+~]) /.exec(line)?.[1];
			const className = sign === "+" ? "new" : sign === "-" ? "gone" : sign === "~" ? "other" : "";
			return `<span class="${className}">${escaped(line)}</span>`;
		});
	return `<pre class="difference" tabindex="0">${rows.join("\n")}</pre>`;
}

function more(count: number, shown: number): string {
	return count > shown ? `<li>and ${count - shown} more</li>` : "";
}
