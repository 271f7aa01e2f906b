/** Scripts that teach a shell wherry's words, from the tables of commands and flags. */
import { CODES } from "../base/codes.ts";
import { Fault } from "../base/fault.ts";
import { nearMisses, orList } from "../base/near.ts";
import { COMMANDS, loadCommands, type LoadedCommand } from "./commands.ts";
import type { Flag } from "./flags.ts";
import { printResult } from "./print.ts";
import { verb } from "./verb.ts";

/** `wherry completion SHELL`: prints the script. */
export const COMPLETION_VERB = verb({
	name: "completion",
	usage: "wherry completion bash|zsh|fish|powershell",
	about: ["Prints a script that teaches a shell the commands and flags of wherry."],
	flags: [],
	examples: [
		{ says: "In ~/.bashrc", words: 'eval "$(wherry completion bash)"' },
		{ says: "In ~/.zshrc, behind compinit", words: 'eval "$(wherry completion zsh)"' },
		{ says: "In fish", words: "wherry completion fish | source" },
		{
			says: "In PowerShell's profile",
			words: "wherry completion powershell | Out-String | Invoke-Expression",
		},
	],
	completes: "shell",
	draft: () => ({}),
	async act(_asked, [shell]) {
		printResult(await completionScript(shell));
		return 0;
	},
});

/**
 * The script for a shell.
 *
 * @throws Fault USAGE when there is none for it
 */
export async function completionScript(shell: string | undefined): Promise<string> {
	const script = shell === undefined ? undefined : SCRIPTS.get(shell);
	if (script !== undefined) return script(await loadCommands());
	const shells = [...SCRIPTS.keys()];
	const near = shell === undefined ? [] : nearMisses(shell, shells);
	throw new Fault("USAGE", shell === undefined ? "which shell?" : `there are no completions for '${shell}'`, {
		note: `there are some for ${orList(shells)}`,
		help: `wherry completion ${near[0] ?? "bash"}`,
	});
}

type Commands = readonly LoadedCommand[];

const SCRIPTS: ReadonlyMap<string, (commands: Commands) => string> = new Map([
	["bash", bashScript],
	["zsh", zshScript],
	["fish", fishScript],
	["powershell", powershellScript],
]);

/** What stands as the first word: of `image inspect`, image. */
const WORDS = [...new Set(COMMANDS.map(({ name }) => firstWord(name)))];

function firstWord(name: string): string {
	return name.split(" ", 1)[0] ?? name;
}

function shownFlags(command: LoadedCommand): readonly Flag<never>[] {
	return command.flags.filter(({ doc }) => doc !== undefined);
}

/** `--volume` and `-v`. */
function spellings({ long, short }: Flag<never>): string[] {
	return short === undefined ? [`--${long}`] : [`--${long}`, `-${short}`];
}

function needsValue({ value, bare }: Flag<never>): boolean {
	return value !== undefined && bare === undefined;
}

/** The words for the first argument; undefined: names of files. */
function argumentWords({ completes }: LoadedCommand): string[] | undefined {
	switch (completes) {
		case "program":
		case "image":
		case "file":
		case "directory":
			return undefined;
		case "command":
			return WORDS;
		case "code":
			return Object.keys(CODES);
		case "shell":
			return [...SCRIPTS.keys()];
		case "nothing":
			return [];
	}
}

function bashScript(commands: Commands): string {
	return `# bash completion for wherry; made by: wherry completion bash
_wherry() {
	local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		COMPREPLY=($(compgen -W "${WORDS.join(" ")} --help --version" -- "$word") $(compgen -f -X '!*.wa[st]*' -- "$word") $(compgen -d -- "$word"))
		return
	fi
	case "$command $before" in
${commands.flatMap(bashValueCases).join("\n")}
	esac
	case "$command" in
${commands.map(bashCommandCase).join("\n")}
	esac
}
complete -o filenames -o bashdefault -F _wherry wherry
`;
}

function bashValueCases(command: LoadedCommand): string[] {
	return shownFlags(command)
		.filter(needsValue)
		.map((flag) => {
			const patterns = spellings(flag).map((name) => `"${command.name} ${name}"`);
			return `\t${patterns.join("|")}) ${bashValues(flag)}; return ;;`;
		});
}

function bashValues({ choices, completes }: Flag<never>): string {
	if (choices !== undefined) return `COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$word"))`;
	if (completes === "directory") return 'COMPREPLY=($(compgen -d -- "$word"))';
	return completes === "file" ? 'COMPREPLY=($(compgen -f -- "$word"))' : ":";
}

function bashCommandCase(command: LoadedCommand): string {
	const flags = shownFlags(command).flatMap(spellings).join(" ");
	const words = argumentWords(command);
	const others =
		words === undefined ? '$(compgen -f -- "$word")' : `$(compgen -W "${words.join(" ")}" -- "$word")`;
	return `\t${command.name}) case "$word" in -*) COMPREPLY=($(compgen -W "${flags}" -- "$word")) ;; *) COMPREPLY=(${others}) ;; esac ;;`;
}

function zshScript(commands: Commands): string {
	return `#compdef wherry
# zsh completion for wherry; made by: wherry completion zsh
_wherry() {
	local -a commands
	commands=(
${commands.map(({ name, summary }) => `\t\t${quoted(`${name}:${summary}`)}`).join("\n")}
	)
	if (( CURRENT == 2 )); then
		_describe command commands
		_files -g '*.(wasm|wat)'
		return
	fi
	local verb="$words[2]"
	shift words
	(( CURRENT-- ))
	case "$verb" in
${commands.map(zshCommandCase).join("\n")}
	esac
}
if [ "$funcstack[1]" = "_wherry" ]; then _wherry "$@"; else compdef _wherry wherry; fi
`;
}

function zshCommandCase(command: LoadedCommand): string {
	const words = argumentWords(command);
	const first = words === undefined ? "*:file:_files" : `1:word:(${words.join(" ")})`;
	const specs = [...shownFlags(command).flatMap(zshSpecs), quoted(first)];
	return `\t${command.name}) _arguments -s -S \\\n\t\t${specs.join(" \\\n\t\t")} ;;`;
}

function zshSpecs(flag: Flag<never>): string[] {
	const doc = (flag.doc ?? "").replaceAll(/[[\]:\\]/g, "\\$&");
	return spellings(flag).map((name) => {
		if (flag.value === undefined) return quoted(`*${name}[${doc}]`);
		const mark = flag.bare === undefined ? (name.startsWith("--") ? "=" : "+") : "=-";
		return quoted(`*${name}${mark}[${doc}]:${flag.bare === undefined ? "" : ":"}value:${zshValues(flag)}`);
	});
}

function zshValues({ choices, completes }: Flag<never>): string {
	if (choices !== undefined) return `(${choices.join(" ")})`;
	if (completes === "directory") return "_files -/";
	return completes === "file" ? "_files" : " ";
}

function fishScript(commands: Commands): string {
	const lines = commands.flatMap((command) => [
		`complete -c wherry -n __fish_use_subcommand -f -a ${command.name} -d ${quoted(command.summary)}`,
		...shownFlags(command).map((flag) => fishFlag(command, flag)),
		...fishArguments(command),
	]);
	return `# fish completion for wherry; made by: wherry completion fish\n${lines.join("\n")}\n`;
}

function fishFlag(command: LoadedCommand, flag: Flag<never>): string {
	const short = flag.short === undefined ? "" : ` -s ${flag.short}`;
	const doc = quoted(flag.doc ?? "");
	return `complete -c wherry -n '__fish_seen_subcommand_from ${command.name}' -l ${flag.long}${short}${fishValues(flag)} -d ${doc}`;
}

function fishValues(flag: Flag<never>): string {
	const needs = needsValue(flag) ? " -x" : "";
	if (flag.choices !== undefined) return `${needs} -a ${quoted(flag.choices.join(" "))}`;
	if (flag.completes === "directory") return " -x -a '(__fish_complete_directories)'";
	return flag.completes === "file" ? " -r -F" : needs;
}

function fishArguments(command: LoadedCommand): string[] {
	const words = argumentWords(command);
	if (words === undefined) return [];
	const offer = words.length === 0 ? "" : ` -a ${quoted(words.join(" "))}`;
	return [`complete -c wherry -n '__fish_seen_subcommand_from ${command.name}' -f${offer}`];
}

function powershellScript(commands: Commands): string {
	const table = commands.map((command) => {
		const words = [...shownFlags(command).map(({ long }) => `--${long}`), ...(argumentWords(command) ?? [])];
		return `        ${quotedPowershell(command.name)} = @(${words.map(quotedPowershell).join(", ")})`;
	});
	return `# PowerShell completion for wherry; made by: wherry completion powershell
Register-ArgumentCompleter -Native -CommandName wherry -ScriptBlock {
    param($word, $tree, $position)
    $words = @{
${table.join("\n")}
    }
    $given = @($tree.CommandElements | ForEach-Object { $_.ToString() })
    $verb = if ($given.Count -gt 1) { $given[1] } else { '' }
    $offer = if ($given.Count -gt 2 -or ($given.Count -eq 2 -and $word -eq '')) { $words[$verb] } else { $words.Keys }
    $offer | Where-Object { $_ -like "$word*" } | Sort-Object | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
`;
}

/** In single quotes, as bash, zsh and fish read them. */
function quoted(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}

function quotedPowershell(text: string): string {
	return `'${text.replaceAll("'", "''")}'`;
}
