import { printResult } from "../print.ts";
import { type CommonDraft } from "../common-flags.ts";
import { verb } from "../verb.ts";
import { demandWords } from "./each.ts";
import { familiarNames } from "./find-image.ts";
import { type ListFilter, parseFilter } from "./list-filter.ts";
import { type ListRow, listRows } from "./list-rows.ts";
import { openStore } from "./open-store.ts";
import { tableText } from "./table.ts";
import { fillTemplate } from "./template.ts";

interface Draft {
	all: boolean;
	quiet: boolean;
	digests: boolean;
	whole: boolean;
	filters: ListFilter[];
	form: string;
}

const GROUP = "Options";
const USAGE = "wherry images [OPTIONS] [NAME[:TAG]]";

/** `wherry images`: what is here. */
export const IMAGES_VERB = verb<Draft>({
	name: "images",
	usage: USAGE,
	about: [
		"The IMAGE ID is the beginning of the manifest's digest: what runs, is signed and is pinned. SIZE is what the image takes in the store.",
		"PROFILE is artifact for a lone module or component, image for a program with files, other for what does not run here, damaged for what was changed on disk.",
	],
	flags: [
		{
			long: "all",
			short: "a",
			group: GROUP,
			doc: "Show also what is attached to images: signatures, SBOMs, attestations",
			apply: (draft, value) => (draft.all = value === "true"),
		},
		{
			long: "quiet",
			short: "q",
			group: GROUP,
			doc: "Only print image IDs",
			apply: (draft, value) => (draft.quiet = value === "true"),
		},
		{
			long: "digests",
			group: GROUP,
			doc: "Show digests",
			apply: (draft, value) => (draft.digests = value === "true"),
		},
		{
			long: "no-trunc",
			group: GROUP,
			doc: "Do not cut IDs short",
			apply: (draft, value) => (draft.whole = value === "true"),
		},
		{
			long: "filter",
			short: "f",
			value: "KEY=VALUE",
			group: GROUP,
			doc: "Only those with reference=PATTERN, dangling=true|false, before=IMAGE, since=IMAGE or label=KEY[=VALUE]",
			apply: (draft, value) => draft.filters.push(parseFilter(value)),
		},
		{
			long: "format",
			value: "table|json|names|TEMPLATE",
			group: GROUP,
			doc: "Write a table, one JSON object each, names alone, or docker's {{.Field}} filled in, with 'table ' before it as a table",
			apply: (draft, value) => (draft.form = value),
		},
	],
	examples: [
		{ says: "What is here", words: "wherry images" },
		{ says: "The digests of all tags of one image", words: "wherry images --digests hello" },
		{ says: "Names for a script", words: "wherry images --format '{{.Repository}}:{{.Tag}}'" },
	],
	completes: "image",
	draft: () => ({ all: false, quiet: false, digests: false, whole: false, filters: [], form: "table" }),
	async act(asked, words) {
		demandWords(words, 0, 1, USAGE);
		const store = openStore();
		// completions wait for this: no image is looked into
		if (asked.form === "names" && asked.filters.length === 0 && words.length === 0)
			printResult(
				familiarNames(store)
					.map((name) => `${name}\n`)
					.join(""),
			);
		else printResult(listText(await listRows(store, asked, words[0]), asked));
		return 0;
	},
});

function listText(rows: readonly ListRow[], asked: Draft & CommonDraft): string {
	const { form, quiet, digests } = asked;
	if (quiet) return [...new Set(rows.map(({ ID }) => ID))].map((id) => `${id}\n`).join("");
	if (form === "names") return rows.map(({ Repository, Tag }) => `${Repository}:${Tag}\n`).join("");
	if (form === "json") return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
	if (form.startsWith("table ")) return templateTable(form.slice("table ".length), rows);
	if (form !== "table" && form !== "text") return rows.map((row) => `${fillTemplate(form, row)}\n`).join("");
	const headings = [
		"REPOSITORY",
		"TAG",
		...(digests ? ["DIGEST"] : []),
		"IMAGE ID",
		"CREATED",
		"SIZE",
		"PROFILE",
	];
	return tableText(
		headings,
		rows.map((row) => [
			row.Repository,
			row.Tag,
			...(digests ? [row.Digest] : []),
			row.ID,
			row.CreatedSince,
			row.Size,
			row.Profile,
		]),
	);
}

/** Docker's headings of the fields that are not called as they are. */
const FIELD_HEADINGS: Readonly<Record<string, string>> = {
	ID: "IMAGE ID",
	CreatedSince: "CREATED",
	CreatedAt: "CREATED AT",
};

/** `table {{.Repository}}\t{{.Size}}`: a column for each part between tabs. */
function templateTable(template: string, rows: readonly ListRow[]): string {
	const columns = template.split(/\t|\\t/);
	const headings = columns.map((column) =>
		column.replaceAll(/\{\{\s*(?:json\s+)?\.(\w+)\s*\}\}/g, (_, field: string) => headingOf(field)),
	);
	return tableText(
		headings,
		rows.map((row) => columns.map((column) => fillTemplate(column, row))),
	);
}

function headingOf(field: string): string {
	return (Object.hasOwn(FIELD_HEADINGS, field) && FIELD_HEADINGS[field]) || field.toUpperCase();
}
