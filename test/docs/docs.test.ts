/**
 * The documents are true: every command of every page runs here, in order, and prints what the page
 * says. `UPDATE_GOLDEN=1 node --test test/docs/docs.test.ts` writes into the pages what came instead;
 * read the difference before you commit it.
 */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";

import { missingWalls } from "../../src/host/node/wall/testing/confined.ts";
import { golden } from "../support/golden.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { ROOT } from "../support/wherry.ts";
import { agrees, ANYTHING, formatPage, type Part, parsePage } from "./page.ts";
import { makeSession, play } from "./session.ts";

/** Written from the tables of flags; a test of src/cli holds it to them. */
const WRITTEN_BY_TOOLS = "docs/cli.md";
/** Shows what only a machine with a second wall does. */
const SHOWS_WALLS = "docs/isolation.md";

const pages = ["README.md", ...globSync(["docs/*.md", "examples/*/README.md"], { cwd: ROOT }).sort()];

for (const page of pages) {
	const path = join(ROOT, page);
	const text = readFileSync(path, "utf8");
	if (page !== WRITTEN_BY_TOOLS) {
		const skip = page === SHOWS_WALLS && missingWalls();
		test(`${page}: every command prints what the page says`, { skip }, async (context) => {
			golden(path, formatPage(await playPage(context, parsePage(text))));
		});
		test(`${page}: no command hides from the test`, () => assert.deepEqual(hiddenCommands(text), []));
	}
	test(`${page}: its links lead somewhere`, () => assert.deepEqual(deadLinks(page, text), []));
}

/** The page with what its commands print now; what agrees with the page stays as it is there. */
async function playPage(context: TestContext, parts: readonly Part[]): Promise<Part[]> {
	const commands = parts.flatMap((part) => (typeof part === "string" ? [] : [part.words]));
	const session = await makeSession(temporaryDirectory(context), commands);
	try {
		return parts.map((part) => {
			if (typeof part === "string") return part;
			const output = play(part.words, session);
			return agrees(part.expected, output) ? part : { ...part, expected: output };
		});
	} finally {
		await session.end();
	}
}

/** Lines that look like commands to type, outside of what is run. Other commands than wherry's may stand in ```sh. */
function hiddenCommands(text: string): string[] {
	return parsePage(text).filter(
		(part) => typeof part === "string" && /^\s*(\$ |wherry |>?\s*```\s*console.|~~~)/.test(part),
	) as string[];
}

function deadLinks(page: string, text: string): string[] {
	const targets = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? "");
	return targets.filter(
		(target) => !target.startsWith("https://") && !existsSync(join(ROOT, dirname(page), target)),
	);
}

const examples: readonly (readonly [string, string, string, boolean])[] = [
	["a line that is the same", "a", "a", true],
	["another line", "a", "b", false],
	["a line more", "a", "a\nb", false],
	["a line less", "a\nb", "a", false],
	["any lines, none of them", "a\n...\nb", "a\nb", true],
	["any lines, two of them", "a\n...\nb", "a\n1\n2\nb", true],
	["any lines, but then another end", "a\n...\nb", "a\n1\n2\nc", false],
	["anything in a line", `took ${ANYTHING} ms`, "took 12.5 ms", true],
	["anything but a line's end", `took ${ANYTHING} ms`, "took 12\n13 ms", false],
	["what means something in an expression", "[a-c]* (x)", "[a-c]* (x)", true],
	["the same, not taken as one", "[a-c]", "b", false],
];
for (const [name, expected, output, agreed] of examples)
	test(`output agrees with a page, or not: ${name}`, () => {
		assert.equal(agrees(expected.split("\n"), output.split("\n")), agreed);
	});

test("a page is its parts", () => {
	const page = "text\n```console\n$ a \\\n  b\nout\n$ cat > f <<'EOF'\n$ x\nEOF\n$ c\n```\n```sh\nd\n```\n";
	const parts = parsePage(page);
	assert.deepEqual(
		parts.filter((part) => typeof part !== "string"),
		[
			{ words: "a \\\n  b", expected: ["out"] },
			{ words: "cat > f <<'EOF'\n$ x\nEOF", expected: [] },
			{ words: "c", expected: [] },
		],
	);
	assert.equal(formatPage(parts), page);
});
