/** Scripts that teach a shell wherry's words, from the tables of commands and flags. */
import { Fault } from "../base/fault.ts";
import { nearMisses, orList } from "../base/near.ts";
import { loadCommands } from "./commands.ts";
import { bashScript } from "./completions/bash.ts";
import type { Commands } from "./completions/command-words.ts";
import { fishScript } from "./completions/fish.ts";
import { powershellScript } from "./completions/powershell.ts";
import { zshScript } from "./completions/zsh.ts";
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
	const shells = [...SCRIPTS.keys()];
	if (script !== undefined) return script(await loadCommands(), shells);
	const near = shell === undefined ? [] : nearMisses(shell, shells);
	throw new Fault("USAGE", shell === undefined ? "which shell?" : `there are no completions for '${shell}'`, {
		note: `there are some for ${orList(shells)}`,
		help: `wherry completion ${near[0] ?? "bash"}`,
	});
}

const SCRIPTS: ReadonlyMap<string, (commands: Commands, shells: readonly string[]) => string> = new Map([
	["bash", bashScript],
	["zsh", zshScript],
	["fish", fishScript],
	["powershell", powershellScript],
]);
