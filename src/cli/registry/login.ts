import { createInterface } from "node:readline/promises";
import { Fault } from "../../base/fault.ts";
import { DEFAULT_REGISTRY } from "../../oci/reference.ts";
import { credentialPaths } from "../../registry/client/credential-files.ts";
import { keepCredentials } from "../../registry/client/keep-credentials.ts";
import { Registry } from "../../registry/client/registry.ts";
import { demandWords } from "../images/each.ts";
import { askPassword, passwordFromStdin } from "../password.ts";
import { printLog, printResult } from "../print.ts";
import { verb } from "../verb.ts";
import { interruptible } from "../interrupt.ts";
import { REGISTRY_FLAGS, type RegistryDraft } from "./registry-flags.ts";
import { serverOf } from "./server-name.ts";
import type { Flag } from "../flags.ts";

const USAGE = "wherry login [OPTIONS] [HOST]";

interface LoginDraft extends RegistryDraft {
	username: string | undefined;
	password: string | undefined;
	passwordStdin: boolean;
}

const LOGIN_FLAGS: readonly Flag<LoginDraft>[] = [
	{
		long: "username",
		short: "u",
		value: "NAME",
		group: "Login",
		doc: "Your name at the registry",
		apply: (draft, value) => (draft.username = value),
	},
	{
		long: "password-stdin",
		group: "Login",
		doc: "Read the password or token from standard input",
		apply: (draft, value) => (draft.passwordStdin = value === "true"),
	},
	{
		long: "password",
		short: "p",
		value: "TEXT",
		group: "Login",
		doc: "The password; every process of this machine can read it here",
		apply: (draft, value) => (draft.password = value),
	},
];

/** `wherry login`: tries a name and password, and keeps them. */
export const LOGIN_VERB = verb<LoginDraft>({
	name: "login",
	usage: USAGE,
	about: [
		"Logs in to a registry, docker.io when none is named. The registry is asked first, and only what it takes is kept: where docker keeps its logins, so that docker, podman and skopeo know it too.",
	],
	flags: [...LOGIN_FLAGS, ...(REGISTRY_FLAGS as readonly Flag<LoginDraft>[])],
	examples: [
		{ says: "Log in, and be asked for the rest", words: "wherry login registry.example.com" },
		{
			says: "Log in with a token from a file",
			words: "wherry login -u ann --password-stdin registry.example.com < token",
		},
	],
	completes: "nothing",
	draft: () => ({ insecure: [], username: undefined, password: undefined, passwordStdin: false }),
	async act(asked, words) {
		demandWords(words, 0, 1, USAGE);
		const host = serverOf(words[0] ?? DEFAULT_REGISTRY);
		const { username, password } = await askedFor(asked, host);
		return interruptible(async (signal) => {
			await demandAccepted(host, username, password, asked.insecure, signal);
			const kept = await keepCredentials(process.env, host, username, password);
			if (kept.kind === "plain") warnOfPlainText(kept.where);
			printResult(asked.format === "json" ? `${JSON.stringify({ host, username })}\n` : "Login Succeeded\n");
			return 0;
		});
	},
});

interface NameAndPassword {
	readonly username: string;
	readonly password: string;
}

async function askedFor(asked: LoginDraft, host: string): Promise<NameAndPassword> {
	checkFlags(asked);
	if (asked.password !== undefined)
		printLog("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
	const username = asked.username ?? (await askUsername(host));
	if (asked.passwordStdin) return { username, password: passwordFromStdin() };
	const password = asked.password ?? (await askPassword("Password", helpFor(host)));
	if (password !== "") return { username, password };
	throw new Fault("USAGE", "the password is empty", { help: helpFor(host) });
}

function checkFlags({ username, password, passwordStdin }: LoginDraft): void {
	if (passwordStdin && password !== undefined)
		throw new Fault("USAGE", "the password comes from --password or from standard input, not from both", {
			help: "--password-stdin",
		});
	if (passwordStdin && username === undefined)
		throw new Fault("USAGE", "--password-stdin needs a name", { help: "--username NAME --password-stdin" });
	if (username !== undefined && (username === "" || username.includes(":")))
		throw new Fault("USAGE", `cannot log in as '${username}'`, {
			note: "a name is not empty, and has no ':' (RFC 7617)",
		});
}

async function askUsername(host: string): Promise<string> {
	if (!process.stdin.isTTY)
		throw new Fault("USAGE", "cannot ask for the name", {
			note: "standard input is no terminal",
			help: helpFor(host),
		});
	const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
	try {
		return (await lines.question("Username: ")).trim();
	} finally {
		lines.close();
	}
}

function helpFor(host: string): string[] {
	return [`printf %s "$PASSWORD" | wherry login -u NAME --password-stdin ${host}`];
}

/** Asks the registry with these alone: what is kept for it already must not speak for them. */
async function demandAccepted(
	host: string,
	username: string,
	password: string,
	insecure: readonly string[],
	signal: AbortSignal,
): Promise<void> {
	const registry = new Registry(host, {
		credentials: async () => ({ kind: "password", username, password, from: "this login" }),
		insecure: new Set(insecure),
		isLogin: true,
		signal,
	});
	await registry.greet();
}

function warnOfPlainText(file: string): void {
	printLog(`WARNING! Your password will be stored unencrypted in ${file}.`);
	printLog("Configure a credential helper to remove this warning: docs/registries.md says how.");
	const [first] = credentialPaths(process.env);
	if (first !== undefined && first !== file && process.env["REGISTRY_AUTH_FILE"] === first)
		printLog(`$REGISTRY_AUTH_FILE is asked first, and knows nothing of it.`);
}
