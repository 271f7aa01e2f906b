/** What the completions of all shells are made of. */
import { CODES } from "../../base/codes.ts";
import type { LoadedCommand } from "../commands.ts";
import type { Flag } from "../flags.ts";

export type Commands = readonly LoadedCommand[];

/** Prints the names of the images that are here, one a line. */
export const IMAGE_NAMES = "wherry images --format names";

/** All that a command is called: `images`, `image ls`, `image list`. */
export function callings({ name, aliases = [] }: LoadedCommand): string[] {
	return [name, ...aliases];
}

/** What stands as the first word: of `image inspect`, image. */
export function firstWords(commands: Commands): string[] {
	return [...new Set(commands.flatMap(callings).map((calling) => calling.split(" ", 1)[0] ?? ""))];
}

/** What stands as the second word behind a first one that is no command: inspect, ls and list behind image. */
export function secondWords(commands: Commands): Map<string, string[]> {
	const groups = new Map<string, string[]>();
	for (const calling of commands.flatMap(callings)) {
		const [first = "", second] = calling.split(" ");
		if (second !== undefined) groups.set(first, [...(groups.get(first) ?? []), second]);
	}
	return groups;
}

export function shownFlags(command: LoadedCommand): readonly Flag<never>[] {
	return command.flags.filter(({ doc }) => doc !== undefined);
}

/** `--volume` and `-v`. */
export function spellings({ long, short }: Flag<never>): string[] {
	return short === undefined ? [`--${long}`] : [`--${long}`, `-${short}`];
}

export function needsValue({ value, bare }: Flag<never>): boolean {
	return value !== undefined && bare === undefined;
}

/** What a command's first argument may be: these words, the names of images, the names of files. */
export interface Offer {
	readonly words: readonly string[];
	readonly images: boolean;
	readonly files: boolean;
}

export function offerOf({ completes }: LoadedCommand, commands: Commands, shells: readonly string[]): Offer {
	switch (completes) {
		case "program":
			return { words: [], images: true, files: true };
		case "image":
			return { words: [], images: true, files: false };
		case "file":
		case "directory":
			return { words: [], images: false, files: true };
		case "command":
			return { words: firstWords(commands), images: false, files: false };
		case "code":
			return { words: Object.keys(CODES), images: false, files: false };
		case "shell":
			return { words: shells, images: false, files: false };
		case "nothing":
			return { words: [], images: false, files: false };
	}
}

/** In single quotes, as bash, zsh and fish read them. */
export function quoted(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}
