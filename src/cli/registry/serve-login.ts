import { Fault } from "../../base/fault.ts";
import type { Login } from "../../registry/server/access.ts";
import { Tokens } from "../../registry/server/tokens.ts";
import { oneUser, parseHtpasswd, type Users } from "../../registry/server/users.ts";
import { readText } from "../text-file.ts";
import type { ServeDraft } from "./serve-flags.ts";

/**
 * The login that the flags demand, undefined when everybody may do everything.
 *
 * @throws Fault USAGE for flags that do not go together; FLAG_INVALID for what a flag names
 */
export function loginOf(asked: ServeDraft): Login | undefined {
	const users = usersOf(asked);
	const { tokenAuth, anonymousPull } = asked;
	if (users !== undefined) return { users, anonymousPull, ...(tokenAuth && { tokens: new Tokens() }) };
	if (tokenAuth || anonymousPull || asked.passwordStdin)
		throw new Fault("USAGE", "there are no users to log in", {
			note: `${tokenAuth ? "--token-auth" : anonymousPull ? "--anonymous-pull" : "--password-stdin"} says how users log in`,
			help: ["--user NAME --password-stdin", "--htpasswd FILE"],
		});
	return undefined;
}

function usersOf({ user, passwordStdin, htpasswd }: ServeDraft): Users | undefined {
	if (htpasswd !== undefined && user !== undefined)
		throw new Fault("USAGE", "users come from --htpasswd or from --user, not from both", {
			help: "--htpasswd FILE",
		});
	if (htpasswd !== undefined) return parseHtpasswd(readFile(htpasswd, "the file of passwords"), htpasswd);
	if (user === undefined) return undefined;
	if (!passwordStdin)
		throw new Fault("USAGE", `the password of '${user}' is missing`, {
			note: "on the command line, every process of this machine could read it",
			help: `--user ${user} --password-stdin`,
		});
	return oneUser(user, readFile("-", "the password").replace(/\r?\n$/, ""));
}

/** As other verbs read files, but these are no grants. */
export function readFile(file: string, what: string): string {
	return readText(file, what, { missing: "FLAG_INVALID", invalid: "FLAG_INVALID" });
}
