import { toBase64 } from "../../base/base64.ts";
import { shellWord } from "../../base/shell.ts";
import { Sha256 } from "../../oci/sha256.ts";
import { compare, type Examined } from "../diff.ts";
import { changedTexts } from "./changed-texts.ts";
import { escaped } from "./escape.ts";
import { functionTexts } from "./function-texts.ts";
import { PAGE_SCRIPT } from "./script.ts";
import { differenceOf, findingsOf, headOf, needsOf, tablesOf, waysOf } from "./sections.ts";
import { sizeGroups } from "./size-tree.ts";
import { PAGE_STYLE } from "./style.ts";
import { treemap } from "./treemap.ts";

/**
 * A report as one HTML file that needs nothing beside it and asks for nothing. Its policy lets only its own style and script run, by their
 * hashes; whatever the program says of itself is escaped. At most some 3 MB, however large the program is.
 *
 * @param against an older program, whose difference is shown as well
 */
export function htmlReport(examined: Examined, against?: Examined): string {
	const { report } = examined;
	const groups = sizeGroups(examined);
	const maps = `${treemap(groups, 1040, 520, "wide")}${treemap(groups, 360, 560, "tall")}`;
	const texts = functionTexts(examined);
	const sections = [
		section("What changed", against === undefined ? "" : changesOf(against, examined)),
		section("What it asks for", needsOf(report)),
		section("How it gets there", waysOf(examined)),
		section("Worth a look", findingsOf(report, texts.places)),
		section(
			"Where the bytes are",
			maps === ""
				? ""
				: `${maps}<output id="detail">Point at a box, or go through them with the arrow keys.</output>`,
		),
		section("Imports, exports and dependencies", tablesOf(report)),
		section("Functions", texts.html),
	];
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(report.file.slice(0, 100))}: wherry inspect</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main data-file="${escaped(shellWord(report.file.slice(0, 200)))}">
${headOf(report)}
${contentsOf(sections)}
${sections.join("\n")}
</main>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function changesOf(old: Examined, now: Examined): string {
	const difference = compare(old, now);
	return differenceOf(difference) + changedTexts(old, now, difference);
}

function section(title: string, contents: string): string {
	return contents === "" ? "" : `<section id="${slug(title)}"><h2>${title}</h2>${contents}</section>`;
}

function slug(title: string): string {
	return title.toLowerCase().replaceAll(/[^a-z]+/g, "-");
}

/** Links to what the page has. */
function contentsOf(sections: readonly string[]): string {
	const links = sections.flatMap((text) => {
		const title = /^<section id="[^"]*"><h2>([^<]*)/.exec(text)?.[1];
		return title === undefined ? [] : [`<li><a href="#${slug(title)}">${title}</a></li>`];
	});
	return `<nav aria-label="On this page"><ul>${links.join("")}</ul></nav>`;
}

function policy(): string {
	const own = (text: string) =>
		`'sha256-${toBase64(new Sha256().update(new TextEncoder().encode(text)).digest())}'`;
	return `default-src 'none'; style-src ${own(PAGE_STYLE)}; script-src ${own(PAGE_SCRIPT)}; base-uri 'none'; form-action 'none'`;
}
