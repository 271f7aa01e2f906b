import type { LoadedCommand } from "../commands.ts";
import type { Flag } from "../flags.ts";
import {
	callings,
	type Commands,
	firstWords,
	IMAGE_NAMES,
	type Offer,
	offerOf,
	quoted,
	secondWords,
	shownFlags,
	spellings,
} from "./command-words.ts";

export function zshScript(commands: Commands, shells: readonly string[]): string {
	const groups = [...secondWords(commands)];
	return `#compdef wherry
# zsh completion for wherry; made by: wherry completion zsh
_wherry_images() {
	local -a names
	names=(\${(f)"$(${IMAGE_NAMES} 2>/dev/null)"})
	compadd -a names
}
_wherry_programs() {
	_wherry_images
	_files
}
_wherry() {
	local -a commands
	commands=(
${firstWords(commands)
	.map((word) => `\t\t${quoted(describe(word, commands))}`)
	.join("\n")}
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
${groups.map((group) => zshGroup(group, commands)).join("\n")}
	esac
	case "$verb" in
${commands.map((command) => zshCommandCase(command, offerOf(command, commands, shells))).join("\n")}
	esac
}
if [ "$funcstack[1]" = "_wherry" ]; then _wherry "$@"; else compdef _wherry wherry; fi
`;
}

/** A word with what its command does; of a group, with what there is in it. */
function describe(word: string, commands: Commands): string {
	const command = commands.find((one) => callings(one).includes(word));
	const seconds = secondWords(commands).get(word) ?? [];
	return `${word}:${command?.summary ?? seconds.join(", ")}`;
}

function zshGroup([first, seconds]: readonly [string, readonly string[]], commands: Commands): string {
	const described = seconds.map((second) => {
		const command = commands.find((one) => callings(one).includes(`${first} ${second}`));
		return quoted(`${second}:${command?.summary ?? ""}`);
	});
	return `\t(${first})
		if (( CURRENT == 2 )); then
			commands=(${described.join(" ")})
			_describe command commands
			return
		fi
		verb="$verb $words[2]"
		shift words
		(( CURRENT-- )) ;;`;
}

function zshCommandCase(command: LoadedCommand, offer: Offer): string {
	const specs = [...shownFlags(command).flatMap(zshSpecs), quoted(zshArgument(offer))];
	const names = callings(command).map(quoted).join("|");
	return `\t(${names}) _arguments -s -S \\\n\t\t${specs.join(" \\\n\t\t")} ;;`;
}

function zshArgument({ words, images, files }: Offer): string {
	if (images) return files ? "*:program:_wherry_programs" : "*:image:_wherry_images";
	return files ? "*:file:_files" : `1:word:(${words.join(" ")})`;
}

function zshSpecs(flag: Flag<never>): string[] {
	const doc = (flag.doc ?? "").replaceAll(/[[\]:\\]/g, "\\$&");
	return spellings(flag).map((name) => {
		if (flag.value === undefined) return quoted(`*${name}[${doc}]`);
		const mark = flag.bare === undefined ? (name.startsWith("--") ? "=" : "+") : "=-";
		return quoted(`*${name}${mark}[${doc}]:${flag.bare === undefined ? "" : ":"}value:${zshValues(flag)}`);
	});
}

function zshValues({ choices, starts, completes }: Flag<never>): string {
	if (starts !== undefined) return `{compadd -S "" -- ${starts.join(" ")}}`;
	if (choices !== undefined) return `(${choices.join(" ")})`;
	if (completes === "directory") return "_files -/";
	return completes === "file" ? "_files" : " ";
}
