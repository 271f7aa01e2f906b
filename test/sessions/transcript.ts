import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "../support/wherry.ts";

/** Where a session is played: all three are empty at first but for what the fixtures put into `files`. */
export interface Stage {
	/** The working directory; its path is shown as DIR. */
	readonly files: string;
	/** HOME and TMPDIR: what a run leaves behind is found here. */
	readonly home: string;
	readonly temporary: string;
}

/** Makes an empty stage beneath `folder`. */
export function makeStage(folder: string): Stage {
	const stage = {
		files: join(folder, "files"),
		home: join(folder, "home"),
		temporary: join(folder, "temporary"),
	};
	for (const path of Object.values(stage)) mkdirSync(path);
	return stage;
}

const TIMEOUT_MS = 120_000;

/**
 * Plays a transcript's commands again and answers the transcript that comes of it.
 *
 * A transcript is text: `$ words` is a command for the shell, in which `wherry` is ours; what follows
 * is what it printed, both streams as they came, and `[exit n]`. Lines that begin with `#` are kept.
 */
export function replay(transcript: string, stage: Stage): string {
	const lines: string[] = [];
	for (const line of transcript.split("\n")) {
		if (line.startsWith("#") || line === "") lines.push(line);
		if (line.startsWith("$ ")) lines.push(line, play(line.slice(2), stage));
	}
	return lines.join("\n").replaceAll(/\n{3,}/g, "\n\n");
}

function play(command: string, stage: Stage): string {
	const log = join(stage.files, "../output");
	const output = openSync(log, "w");
	const { status, signal } = spawnSync("sh", ["-c", command], {
		cwd: stage.files,
		env: {
			PATH: `${join(ROOT, "bin")}:${process.env["PATH"]}`,
			HOME: stage.home,
			TMPDIR: stage.temporary,
			LANG: "C.UTF-8",
		},
		stdio: ["ignore", output, output],
		timeout: TIMEOUT_MS,
	});
	closeSync(output);
	const text = readFileSync(log, "utf8").replaceAll(stage.files, "DIR").replace(/\n$/, "");
	const end = signal === null ? `[exit ${status}]` : `[killed by ${signal}]`;
	return text === "" ? end : `${text}\n${end}`;
}
