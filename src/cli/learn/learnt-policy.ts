import { lstatSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { Fault } from "../../base/fault.ts";
import { makeFolders } from "../../base/make-folders.ts";
import type { Grants } from "../../capability/grants.ts";
import { parsePolicy } from "../../capability/policy.ts";
import { dataFolder } from "../../host/node/folders.ts";
import { tryLock } from "../../store/lock.ts";
import { readText } from "../text-file.ts";
import { replaceFile } from "../trust/replace-file.ts";
import type { Use } from "./use.ts";
import { type Learnt, learntLines } from "./learnt-lines.ts";
import { learntText, stillClosed } from "./learnt-text.ts";

/** What came of writing what was learnt. */
export interface Written {
	/** Whether the uses needed more than the policy held. */
	readonly isNew: boolean;
	/** Whether the program may write the policy itself, by what was learnt. */
	readonly isExposed: boolean;
	/** Why it may write all of what stands at "/"; undefined: it may not. */
	readonly whole: string | undefined;
	/** What the program wrote, and may not by this policy. */
	readonly closed: readonly string[];
}

/** A policy file that is learnt into: what it was before a program ran that may be able to write it. */
export class LearntPolicy {
	readonly file: string;
	/** The folder that the person named, without links. Paths in the policy are relative to it. */
	readonly #real: string;
	/** Where the file is, without links. */
	readonly #place: string;
	/** Of the file's folder. */
	readonly #inode: bigint;
	readonly #mode: number | undefined;
	/** What is added to: the file as it was, until somebody else than the program changed it. */
	#base: string;
	/** What the file holds if nobody else changed it. */
	#known: string;
	/** What somebody else has changed it to, when it was last looked at. */
	#seen: string | undefined;
	#isNew = false;

	/**
	 * @throws Fault USAGE for JSON, which has no comments; IO where it cannot be written, POLICY_INVALID for what is no
	 * policy
	 */
	static async open(file: string): Promise<LearntPolicy> {
		if (file.endsWith(".json")) throw notToml(file);
		const policy = new LearntPolicy(file);
		if (policy.#base !== "") await parsePolicy(policy.#base, file);
		return policy;
	}

	private constructor(file: string) {
		this.file = file;
		try {
			this.#real = realpathSync(dirname(resolve(file)));
			const named = join(this.#real, basename(file));
			const stat = statSync(named, { throwIfNoEntry: false });
			if (stat?.isFile() === false) throw new Error("it is no file");
			this.#place = stat === undefined ? named : realpathSync(named);
			this.#mode = stat === undefined ? undefined : stat.mode & 0o777;
			this.#inode = statSync(dirname(this.#place), { bigint: true }).ino;
		} catch (cause) {
			throw new Fault("IO", `cannot write '${file}'`, { note: (cause as Error).message, cause });
		}
		this.#base = this.#mode === undefined ? "" : readText(file, "the policy");
		this.#known = this.#base;
	}

	/**
	 * Writes what it was and what these uses need more, in one step. What somebody else wrote there meanwhile, another run
	 * that learns or a person, stays; what the program wrote there itself does not.
	 *
	 * @param uses all that there are
	 * @throws Fault POLICY_INVALID where nothing can be added to it, IO where its folder is not what it was
	 */
	async write(uses: readonly Use[], grants: Grants): Promise<Written> {
		this.#seen = this.#now();
		return (await this.writeSoFar(uses, grants)) ?? this.write(uses, grants);
	}

	/**
	 * The same while the program runs, and uses may be on their way still: undefined, and nothing is written, where the file
	 * has been changed since the last call, as the program may have done it.
	 *
	 * @throws Fault as `write`
	 */
	async writeSoFar(uses: readonly Use[], grants: Grants): Promise<Written | undefined> {
		const lock = lockLearning();
		try {
			return await this.#write({ uses, grants, real: this.#real });
		} finally {
			lock?.close();
		}
	}

	async #write(learnt: Learnt): Promise<Written | undefined> {
		const lines = learntLines(learnt);
		const open = lines.filter((line) => "mount" in line && !line.mount.readOnly);
		const isExposed = open.some((line) => "mount" in line && this.#liesIn(line.mount.source));
		const mayHaveWritten = isExposed || learnt.uses.some(({ type }) => type === "full");
		const now = this.#now();
		if (!mayHaveWritten && now !== undefined && now !== this.#known) {
			if (now !== this.#seen) {
				this.#seen = now;
				return undefined;
			}
			this.#base = now;
		}
		const text = await learntText({ file: this.file, before: this.#base, lines, real: this.#real });
		if (!this.#isInPlace()) throw moved(this.file);
		if (text !== now) replaceFile(this.#place, text, this.#mode);
		this.#known = text;
		this.#isNew ||= text !== this.#base;
		return {
			isNew: this.#isNew,
			isExposed,
			closed: await stillClosed(text, { ...learnt, file: this.file }),
			whole: open.find((line) => "mount" in line && line.mount.target === "/")?.why,
		};
	}

	#liesIn(source: string): boolean {
		// some systems take names for the same that differ in case
		const way = relative(folded(resolve(this.#real, source)), folded(this.#place));
		return way !== ".." && !way.startsWith("../");
	}

	/** The guest may have been able to change the folder: what it put in its place is not written to. */
	#isInPlace(): boolean {
		const folder = dirname(this.#place);
		try {
			const found = lstatSync(folder, { bigint: true });
			return found.isDirectory() && found.ino === this.#inode && realpathSync(folder) === folder;
		} catch {
			return false;
		}
	}

	#now(): string | undefined {
		try {
			return lstatSync(this.#place).isFile() ? readText(this.#place, "the policy") : undefined;
		} catch {
			return undefined;
		}
	}
}

/** One learning process after the other; where nothing can be kept for this user, undefined. */
function lockLearning(): { close: () => void } | undefined {
	try {
		const folder = dataFolder();
		makeFolders(folder, 0o777, { mkdirSync, statSync, dirname });
		return tryLock(join(folder, "learn.lock"), LOCK_WAIT_MS);
	} catch {
		return undefined;
	}
}

/** It is held for some milliseconds. */
const LOCK_WAIT_MS = 10_000;

function folded(path: string): string {
	return path.normalize("NFKC").toUpperCase().toLowerCase();
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
