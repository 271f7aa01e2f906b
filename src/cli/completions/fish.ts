import type { LoadedCommand } from "../commands.ts";
import type { Flag } from "../flags.ts";
import {
	callings,
	type Commands,
	IMAGE_NAMES,
	needsValue,
	type Offer,
	offerOf,
	quoted,
	secondWords,
	shownFlags,
} from "./command-words.ts";

export function fishScript(commands: Commands, shells: readonly string[]): string {
	const lines = [
		...commands.flatMap(fishFirstWords),
		...[...secondWords(commands)].flatMap(fishGroup),
		...commands.flatMap((command) => [
			...shownFlags(command).map((flag) => fishFlag(command, flag)),
			...fishArguments(command, offerOf(command, commands, shells)),
		]),
	];
	return `# fish completion for wherry; made by: wherry completion fish
function __wherry_is
	set -l words (commandline -opc)
	set -l last (math 1 + (count $argv))
	test "$words[2..$last]" = "$argv"
end
function __wherry_group
	test (count (commandline -opc)) -eq 2; and __wherry_is $argv
end
${lines.join("\n")}
`;
}

function fishFirstWords(command: LoadedCommand): string[] {
	return callings(command)
		.filter((calling) => !calling.includes(" "))
		.map((name) => `complete -c wherry -n __fish_use_subcommand -f -a ${name} -d ${quoted(command.summary)}`);
}

function fishGroup([first, seconds]: readonly [string, readonly string[]]): string[] {
	return [
		`complete -c wherry -n __fish_use_subcommand -f -a ${first} -d ${quoted(seconds.join(", "))}`,
		`complete -c wherry -n '__wherry_group ${first}' -f -a ${quoted(seconds.join(" "))}`,
	];
}

function condition(command: LoadedCommand): string {
	return quoted(
		callings(command)
			.map((calling) => `__wherry_is ${calling}`)
			.join("; or "),
	);
}

function fishFlag(command: LoadedCommand, flag: Flag<never>): string {
	const short = flag.short === undefined ? "" : ` -s ${flag.short}`;
	const doc = quoted(flag.doc ?? "");
	return `complete -c wherry -n ${condition(command)} -l ${flag.long}${short}${fishValues(flag)} -d ${doc}`;
}

function fishValues(flag: Flag<never>): string {
	const needs = needsValue(flag) ? " -x" : "";
	const words = flag.choices ?? flag.starts;
	if (words !== undefined) return `${needs} -a ${quoted(words.join(" "))}`;
	if (flag.completes === "directory") return " -x -a '(__fish_complete_directories)'";
	return flag.completes === "file" ? " -r -F" : needs;
}

function fishArguments(command: LoadedCommand, { words, images, files }: Offer): string[] {
	const offered = images ? `(${IMAGE_NAMES} 2>/dev/null)` : words.join(" ");
	if (files && !images) return [];
	const offer = offered === "" ? "" : ` -a ${quoted(offered)}`;
	return [`complete -c wherry -n ${condition(command)}${files ? "" : " -f"}${offer}`];
}
