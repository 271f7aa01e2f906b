/** `wherry run --learn`: the process that starts the run, and afterwards writes what it used. */
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, constants as os } from "node:os";
import { basename, dirname, join } from "node:path";
import { endWithParent } from "../../host/node/end-with-parent.ts";
import { startWords } from "../../host/node/start-anew.ts";
import type { RunOptions } from "../run-options.ts";
import { journalIn, Learning } from "./journal.ts";
import { JOURNAL, type LearnAsked } from "./learn-wishes.ts";
import { LearntPolicy } from "./learnt-policy.ts";
import { JOURNAL_BYTES_MAX, parseUse, type Use } from "./use.ts";
import { tellRefused, tellWritten } from "./tell-learnt.ts";

/** Runs and learns. In the process that it starts, only runs, and takes down what is used. */
export async function learnRun(
	asked: LearnAsked,
	options: RunOptions,
	run: (options: RunOptions) => number | Promise<number>,
): Promise<number> {
	const journal = process.env[JOURNAL];
	if (journal !== undefined && basename(dirname(journal)).startsWith(FOLDER)) {
		endWithParent();
		return run({ ...options, learning: new Learning(() => journalIn(journal)) });
	}
	const policy = await LearntPolicy.open(asked.file);
	const { status, uses } = await runAndRead();
	// a program that could not be started has said why, and used nothing
	if (!uses.some(({ type }) => type === "begun")) return status;
	tellWritten(asked.file, uses, await policy.write(uses, options.grants), options);
	tellRefused(uses, options, asked);
	return status;
}

/** How the names of journals' folders begin: nothing else is taken for one, and removed. */
const FOLDER = "wherry-learn-";

async function runAndRead(): Promise<{ readonly status: number; readonly uses: readonly Use[] }> {
	const folder = mkdtempSync(join(tmpdir(), FOLDER));
	try {
		const journal = join(folder, "journal");
		const descriptor = openSync(journal, "wx+", 0o600);
		try {
			const status = await child(journal);
			return { status, uses: readUses(descriptor) };
		} finally {
			closeSync(descriptor);
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function child(journal: string): Promise<number> {
	const [command, ...words] = startWords(process.argv.slice(2));
	const started = spawn(command ?? "", words, {
		stdio: "inherit",
		env: { ...process.env, [JOURNAL]: journal },
	});
	// a terminal sends these to both: the guest's process ends by it, and this one writes what was used until then
	const onInterrupt = () => {};
	const forward = (signal: NodeJS.Signals) => void started.kill(signal);
	process.on("SIGINT", onInterrupt).on("SIGTERM", forward).on("SIGHUP", forward);
	return new Promise((settled, failed) => {
		started.on("error", failed);
		started.on("exit", (code, signal) => {
			process.off("SIGINT", onInterrupt).off("SIGTERM", forward).off("SIGHUP", forward);
			settled(code ?? SIGNAL_STATUS + (signal === null ? 0 : os.signals[signal]));
		});
	});
}

/** What a shell answers for a process that a signal ended, beside the signal's number. */
const SIGNAL_STATUS = 128;

function readUses(descriptor: number): Use[] {
	const text = readFileSync(descriptor, "utf8").slice(0, 2 * JOURNAL_BYTES_MAX);
	// the last one is empty, or was cut off when the run was killed
	return text.split("\n").flatMap((line) => parseUse(line) ?? []);
}
