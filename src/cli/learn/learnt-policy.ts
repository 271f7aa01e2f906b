import { lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { Fault } from "../../base/fault.ts";
import type { Grants } from "../../capability/grants.ts";
import { parsePolicy } from "../../capability/policy.ts";
import { readText } from "../text-file.ts";
import { replaceFile } from "../trust/replace-file.ts";
import type { Use } from "./use.ts";
import { learntLines } from "./learnt-lines.ts";
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
	readonly #before: string;
	readonly #mode: number | undefined;

	/**
	 * @throws Fault USAGE for JSON, which has no comments; IO where it cannot be written, POLICY_INVALID for what is no
	 * policy
	 */
	static async open(file: string): Promise<LearntPolicy> {
		if (file.endsWith(".json")) throw notToml(file);
		const policy = new LearntPolicy(file);
		if (policy.#before !== "") await parsePolicy(policy.#before, file);
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
		this.#before = this.#mode === undefined ? "" : readText(file, "the policy");
	}

	/**
	 * Writes what it was before and what these uses need more, in one step.
	 *
	 * @throws Fault POLICY_INVALID where nothing can be added to it, IO where its folder is not what it was
	 */
	async write(uses: readonly Use[], grants: Grants): Promise<Written> {
		const learnt = { uses, grants, real: this.#real };
		const text = await learntText({ ...learnt, file: this.file, before: this.#before });
		if (!this.#isInPlace()) throw moved(this.file);
		// what the program itself wrote there does not stay
		if (text !== this.#now()) replaceFile(this.#place, text, this.#mode);
		const open = learntLines(learnt).filter((line) => "mount" in line && !line.mount.readOnly);
		return {
			isNew: text !== this.#before,
			isExposed: open.some((line) => "mount" in line && this.#liesIn(line.mount.source)),
			closed: await stillClosed(text, { ...learnt, file: this.file }),
			whole: open.find((line) => "mount" in line && line.mount.target === "/")?.why,
		};
	}

	#liesIn(source: string): boolean {
		const way = relative(resolve(this.#real, source), this.#place);
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
			return lstatSync(this.#place).isFile() ? readFileSync(this.#place, "utf8") : undefined;
		} catch {
			return undefined;
		}
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
