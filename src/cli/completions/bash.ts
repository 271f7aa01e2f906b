import type { LoadedCommand } from "../commands.ts";
import type { Flag } from "../flags.ts";
import {
	callings,
	type Commands,
	firstWords,
	IMAGE_NAMES,
	needsValue,
	offerOf,
	secondWords,
	shownFlags,
	spellings,
} from "./command-words.ts";

export function bashScript(commands: Commands, shells: readonly string[]): string {
	const groups = [...secondWords(commands)];
	return `# bash completion for wherry; made by: wherry completion bash
_wherry_images() {
	# bash takes a ':' for the end of a word: what is before it must not stand in the answer
	local whole="\${COMP_LINE:0:COMP_POINT}"
	whole="\${whole##* }"
	[ -n "$whole" ] || whole="$1"
	local before="\${whole%"\${whole##*:}"}"
	[[ "$COMP_WORDBREAKS" == *:* ]] || before=
	local names
	names=($(compgen -W "$(${IMAGE_NAMES} 2>/dev/null)" -- "$whole"))
	COMPREPLY+=("\${names[@]#"$before"}")
}
_wherry() {
	local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		COMPREPLY=($(compgen -W "${firstWords(commands).join(" ")} --help --version" -- "$word") $(compgen -f -X '!*.wa[st]*' -- "$word") $(compgen -d -- "$word"))
		return
	fi
	case "$command" in
${groups.map(bashGroup).join("\n")}
	esac
	case "$command" in
${commands
	.filter(({ aliases = [] }) => aliases.length > 0)
	.map(bashAliases)
	.join("\n")}
	esac
	case "$command $before" in
${commands.flatMap(bashValueCases).join("\n")}
	esac
	case "$command" in
${commands.map((command) => bashCommandCase(command, commands, shells)).join("\n")}
	esac
}
complete -o filenames -o bashdefault -F _wherry wherry
`;
}

function bashGroup([first, seconds]: readonly [string, readonly string[]]): string {
	return `\t${first})
		if [ "$COMP_CWORD" -eq 2 ]; then
			COMPREPLY=($(compgen -W "${seconds.join(" ")}" -- "$word"))
			return
		fi
		command="$command \${COMP_WORDS[2]}" ;;`;
}

function bashAliases(command: LoadedCommand): string {
	const [name = "", ...others] = callings(command);
	return `\t${others.map((other) => `"${other}"`).join("|")}) command="${name}" ;;`;
}

function bashValueCases(command: LoadedCommand): string[] {
	return shownFlags(command)
		.filter(needsValue)
		.map((flag) => {
			const patterns = spellings(flag).map((name) => `"${command.name} ${name}"`);
			return `\t${patterns.join("|")}) ${bashValues(flag)}; return ;;`;
		});
}

function bashValues({ choices, starts, completes }: Flag<never>): string {
	if (starts !== undefined)
		return `compopt -o nospace; COMPREPLY=($(compgen -W "${starts.join(" ")}" -- "$word"))`;
	if (choices !== undefined) return `COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$word"))`;
	if (completes === "directory") return 'COMPREPLY=($(compgen -d -- "$word"))';
	return completes === "file" ? 'COMPREPLY=($(compgen -f -- "$word"))' : ":";
}

function bashCommandCase(command: LoadedCommand, commands: Commands, shells: readonly string[]): string {
	const flags = shownFlags(command).flatMap(spellings).join(" ");
	const { words, images, files } = offerOf(command, commands, shells);
	const acts = [
		...(files ? ['COMPREPLY=($(compgen -f -- "$word"))'] : []),
		...(images ? ['_wherry_images "$word"'] : []),
		...(words.length > 0 ? [`COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$word"))`] : []),
	];
	const act = acts.length === 0 ? ":" : acts.join("; ");
	return `\t"${command.name}") case "$word" in -*) COMPREPLY=($(compgen -W "${flags}" -- "$word")) ;; *) ${act} ;; esac ;;`;
}
