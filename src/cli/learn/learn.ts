/** `wherry run --learn`: the process that starts the run, and afterwards writes what it used. */
import { spawn } from "node:child_process";
import {
	closeSync,
	existsSync,
	lstatSync,
	mkdtempSync,
	openSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
} from "node:fs";
import { tmpdir, constants as os } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { Fault } from "../../base/fault.ts";
import type { BindMount, Grants } from "../../capability/grants.ts";
import { parseDir } from "../../capability/mounts.ts";
import { parseNetRule } from "../../capability/net.ts";
import { parsePolicy } from "../../capability/policy.ts";
import { denialFault } from "../../capability/suggest.ts";
import { startWords } from "../../host/node/start-anew.ts";
import { printFault, printNote } from "../print.ts";
import type { RunOptions } from "../run-options.ts";
import type { Wishes } from "../../capability/wishes.ts";
import { readText } from "../text-file.ts";
import { replaceFile } from "../trust/replace-file.ts";
import { JOURNAL_BYTES_MAX, Learning, type Use } from "./journal.ts";
import { learntText } from "./learnt-text.ts";

/** What the flags say of learning. */
export interface LearnAsked {
	/** The policy file. */
	readonly file: string;
	readonly from: readonly string[];
	readonly net: readonly string[];
	/** Names of variables, `*` for any characters. */
	readonly env: readonly string[];
}

/** By which the process that runs the guest knows where to write. */
const JOURNAL = "WHERRY_LEARN_JOURNAL";

/** What may be learnt, as one more source of wishes: the working folder where nothing else is said. */
export function learnWishes({ from, net, env }: LearnAsked): Wishes {
	const mounts: BindMount[] =
		from.length === 0
			? [{ type: "bind", host: ".", guest: "/", readOnly: false, origin: { where: LEARN_DEFAULT } }]
			: from.map((text) => atRoot(parseDir(text, { where: `--learn-from ${text}` })));
	const names = Object.keys(process.env).filter((name) => env.some((pattern) => matches(pattern, name)));
	return {
		mounts,
		env: names.map((name) => ({ name, value: undefined })),
		net: net.map((text) => parseNetRule(text, { where: `--learn-net ${text}` })),
		limits: {},
		config: [],
		keyvalue: [],
		...(mounts.some(({ guest }) => guest === "/") ? { workdir: "/" } : {}),
	};
}

/** How the working folder appears as the origin of what may be learnt. */
export const LEARN_DEFAULT = "--learn";

/** Of several paths only what is granted at "/" can be narrowed: beside "." nothing else has a name. */
function atRoot(mount: BindMount): BindMount {
	return mount.guest === "." ? { ...mount, guest: "/" } : mount;
}

function matches(pattern: string, name: string): boolean {
	const parts = pattern.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
	return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
}

/** Runs and learns. In the process that it starts, only runs, and takes down what is used. */
export async function learnRun(
	asked: LearnAsked,
	options: RunOptions,
	run: (options: RunOptions) => number | Promise<number>,
): Promise<number> {
	const journal = process.env[JOURNAL];
	if (journal !== undefined) return run({ ...options, learning: new Learning(journal) });
	if (asked.file.endsWith(".json")) throw notToml(asked.file);
	const before = existsSync(asked.file) ? readText(asked.file, "the policy") : "";
	if (before !== "") await parsePolicy(before, asked.file);
	const place = folderOf(asked.file);
	const { status, uses } = await runAndRead();
	if (!isSame(place, asked.file)) throw moved(asked.file);
	const text = await learntText({ file: asked.file, before, uses, grants: options.grants, real: place.real });
	if (text !== before) replaceFile(join(place.real, basename(asked.file)), text);
	tell(asked.file, uses, options.grants, before === text, options);
	return status;
}

interface Folder {
	readonly real: string;
	readonly inode: bigint;
}

/** The guest may have been able to change the folder: what it put in its place is not written to. */
function folderOf(file: string): Folder {
	const folder = dirname(resolve(file));
	try {
		const real = realpathSync(folder);
		return { real, inode: statSync(real, { bigint: true }).ino };
	} catch (cause) {
		throw new Fault("IO", `cannot write '${file}'`, { note: (cause as Error).message, cause });
	}
}

function isSame({ real, inode }: Folder, file: string): boolean {
	try {
		const found = lstatSync(real, { bigint: true });
		return found.isDirectory() && found.ino === inode && realpathSync(dirname(resolve(file))) === real;
	} catch {
		return false;
	}
}

async function runAndRead(): Promise<{ readonly status: number; readonly uses: readonly Use[] }> {
	const folder = mkdtempSync(join(tmpdir(), "wherry-learn-"));
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
	const lines = text.split("\n");
	// the last one is empty, or was cut off when the run was killed
	return lines.slice(0, -1).map((line) => JSON.parse(line) as Use);
}

const TOLD_MAX = 8;

function tell(file: string, uses: readonly Use[], grants: Grants, same: boolean, options: RunOptions): void {
	printNote(
		same ? `'${file}' covers what the program used already` : `wrote '${file}': read it before you trust it`,
	);
	if (uses.some(({ type }) => type === "full"))
		printNote("the program used more different things than are kept: the policy may not be enough");
	const offered = new Set<string>();
	for (const use of uses) {
		if (use.type !== "denied") continue;
		const fault = denialFault(use.denial, grants, lookUp);
		const key = `${fault.message}${fault.helps.join()}`;
		if (offered.has(key) || offered.size >= TOLD_MAX) continue;
		offered.add(key);
		printFault(
			new Fault(fault.code, fault.message, {
				note: [...fault.notes, "it was not learnt: nothing allows to learn it"],
				help: fault.helps.flatMap(learnHelp),
			}),
			options.format,
			false,
		);
	}
}

/** The flag that grants it, and that which lets it be learnt. */
function learnHelp(help: string): string[] {
	const learn = help
		.replace(/^--dir ('?)(.*?)(?::r[ow])?('?)$/, "--learn-from $1$2$3")
		.replace(/^--net /, "--learn-net ");
	return learn === help ? [help] : [learn, help];
}

function lookUp(path: string): "file" | "directory" | "missing" {
	try {
		return statSync(path).isDirectory() ? "directory" : "file";
	} catch {
		return "missing";
	}
}

function moved(file: string): Fault {
	return new Fault("IO", `cannot write '${file}'`, {
		note: "its folder is not what it was before the run: the program may have put another in its place",
		help: "name a file outside of what the program may write",
	});
}

function notToml(file: string): Fault {
	return new Fault("USAGE", `cannot learn into '${file}'`, {
		note: "what is learnt is written as TOML, with comments, which JSON has none of",
		help: "--learn policy.toml",
	});
}
