import {
	callings,
	type Commands,
	firstWords,
	IMAGE_NAMES,
	offerOf,
	secondWords,
	shownFlags,
} from "./command-words.ts";

export function powershellScript(commands: Commands, shells: readonly string[]): string {
	const offers = commands.flatMap((command) => {
		const flags = shownFlags(command).map(({ long }) => `--${long}`);
		const { words } = offerOf(command, commands, shells);
		return callings(command).map((calling) => tableLine(calling, [...flags, ...words]));
	});
	const groups = [...secondWords(commands)].map(([first, seconds]) => tableLine(first, seconds));
	const takesImages = commands.filter((command) => offerOf(command, commands, shells).images);
	return `# PowerShell completion for wherry; made by: wherry completion powershell
Register-ArgumentCompleter -Native -CommandName wherry -ScriptBlock {
    param($word, $tree, $position)
    $first = @(${list(firstWords(commands))})
    $groups = @{
${groups.join("\n")}
    }
    $words = @{
${offers.join("\n")}
    }
    $takesImages = @(${list(takesImages.flatMap(callings))})
    $given = @($tree.CommandElements | ForEach-Object { $_.ToString() })
    $whole = if ($word -eq '') { $given.Count } else { $given.Count - 1 }
    $verb = if ($given.Count -gt 1) { $given[1] } else { '' }
    if ($whole -le 1) { $offer = $first }
    elseif ($groups.ContainsKey($verb) -and $whole -le 2) { $offer = $groups[$verb] }
    else {
        if ($groups.ContainsKey($verb)) { $verb = $verb + ' ' + $given[2] }
        $offer = @($words[$verb])
        if ($takesImages -contains $verb) { $offer += @(${IMAGE_NAMES} 2>$null) }
    }
    $offer | Where-Object { $_ -like "$word*" } | Sort-Object | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
`;
}

function tableLine(name: string, words: readonly string[]): string {
	return `        ${quotedPowershell(name)} = @(${list(words)})`;
}

function list(words: readonly string[]): string {
	return words.map(quotedPowershell).join(", ");
}

function quotedPowershell(text: string): string {
	return `'${text.replaceAll("'", "''")}'`;
}
