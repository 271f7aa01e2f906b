import { Fault } from "../base/fault.ts";
import type { Environment, EnvWord } from "../capability/env.ts";
import { settle, type Wishes } from "../capability/wishes.ts";
import { unknownFlag } from "./common-flags.ts";
import { dockerFlagRefused } from "./docker-flags.ts";
import { parseFlags } from "./flags.ts";
import { emptyRunDraft, RUN_FLAGS, type RunDraft } from "./run-flags.ts";
import type { RunOptions } from "./run-options.ts";

/** The words of `wherry run` as they were read. Files that flags name have not been. */
export interface RunWords extends Readonly<RunDraft> {
	/** Undefined: no file was named, which only `--help` and `--print-policy` allow. */
	readonly file: string | undefined;
	readonly args: readonly string[];
}

/**
 * Reads the words behind `wherry run`: flags, the file, and the words that belong to the guest.
 *
 * @throws Fault FLAG_UNKNOWN, FLAG_INVALID, GRANT_INVALID, or USAGE when there is no file
 */
export function parseRunWords(words: readonly string[]): RunWords {
	const draft = emptyRunDraft();
	const [file, ...args] = parseFlags(RUN_FLAGS, draft, words, unknownRunFlag);
	if (file === undefined && !draft.help && draft.printPolicy === undefined)
		throw new Fault("USAGE", "there is no program to run", {
			note: "the form is wherry run [OPTIONS] FILE.wasm|IMAGE [ARG...]",
			help: "wherry run --help",
		});
	return { ...draft, file, args };
}

/** The flags that grant more than the policies. Variables that a policy names may be given in any way. */
function beyondPolicies(
	{ mounts, net, env, config, keyvalue }: Wishes,
	policies: readonly Wishes[],
): string[] {
	const named = new Set(policies.flatMap((policy) => policy.env.map(({ name }) => name)));
	return [
		...[...mounts, ...net, ...keyvalue].map(({ origin }) => origin.where),
		...env.filter(({ name }) => !named.has(name)).map(({ name }) => `-e ${name}`),
		...config.map(([name]) => `--config ${name}`),
	];
}

/** What the words come to: policies first, then files of variables, then the flags. */
export function settleRun(
	words: RunWords,
	policies: readonly Wishes[],
	fileEnv: readonly EnvWord[],
	environment: Environment,
): RunOptions {
	const wishes = { ...words.wishes, env: [...fileEnv, ...words.wishes.env] };
	const { grants, limits, readOnly } = settle([...policies, wishes], environment);
	const {
		file = "",
		args,
		argv0,
		invoke,
		tlsCa,
		traceWasi,
		isolation,
		unknownImports,
		debug,
		format,
	} = words;
	return {
		file,
		args,
		argv0,
		image: { ...words.image, readOnly, policies: words.policies, beyond: beyondPolicies(wishes, policies) },
		grants,
		limits,
		tlsCa,
		invoke,
		traceWasi,
		isolation,
		unknownImports,
		debug,
		format,
	};
}

function unknownRunFlag(name: string): Fault {
	return dockerFlagRefused(name) ?? unknownFlag("run", name, RUN_FLAGS);
}
