/**
 * Writes docs/cli.md from the tables of commands, flags and error codes. With `--check` it only
 * says whether the file is what it would write.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Code, CODES } from "../src/base/codes.ts";
import { loadCommands, type LoadedCommand } from "../src/cli/commands.ts";
import { EXPLANATIONS } from "../src/cli/explanations.ts";
import { flagGroups, flagUsage } from "../src/cli/help.ts";

const FILE = join(resolve(import.meta.dirname, ".."), "docs/cli.md");

if (import.meta.main) {
	if (!process.argv.includes("--check")) writeFileSync(FILE, await cliReference());
	else if (!(await isCurrent())) {
		process.stderr.write("docs/cli.md is out of date: node tools/docs.ts\n");
		process.exitCode = 1;
	}
}

/** Whether docs/cli.md says what the tables say. */
export async function isCurrent(): Promise<boolean> {
	return readFileSync(FILE, "utf8") === (await cliReference());
}

async function cliReference(): Promise<string> {
	const commands = await loadCommands();
	return `# The commands of wherry

<!-- Written by tools/docs.ts from the tables in src/cli. Change those. -->

\`wherry FILE.wasm [ARG...]\` is short for \`wherry run FILE.wasm [ARG...]\`.

${commands.map(({ name, summary }) => `- [wherry ${name}](#wherry-${name.replaceAll(" ", "-")}): ${summary}`).join("\n")}

${commands.map(commandSection).join("\n")}
## Error codes

An error of wherry's ends its first line with a code in brackets. \`wherry explain CODE\` says more.

| code | exit status | what it means |
|---|---|---|
${(Object.keys(CODES) as Code[]).map(codeRow).join("\n")}
`;
}

function commandSection(command: LoadedCommand): string {
	const shown = flagGroups(command).filter(([group]) => command.name === "run" || group !== "Output");
	const groups = shown.map(
		([group, flags]) =>
			`### ${group}\n\n| flag | |\n|---|---|\n${flags
				.map((flag) => `| \`${cell(flagUsage(flag))}\` | ${cell(flag.doc ?? "")} |`)
				.join("\n")}\n`,
	);
	const examples = command.examples.map(({ says, words }) => `# ${says}\n${words}\n`).join("");
	return `## wherry ${command.name}

    ${command.usage}

${command.summary}. ${command.about.join(" ")}

\`\`\`sh
${examples}\`\`\`

${groups.join("\n")}`;
}

/** Exit status 1 stands for the guest's own. */
function codeRow(code: Code): string {
	const { exit, blame } = CODES[code];
	return `| ${code} | ${exit === 1 && blame === "guest" ? "the program's own" : exit} | ${cell(EXPLANATIONS[code].means)} |`;
}

function cell(text: string): string {
	return text.replaceAll("|", "\\|");
}
