import { RUN_VERB } from "./run-verb.ts";
import type { Verb } from "./verb.ts";

/** One command, declared once. What else there is to know of it is in the verb's own file. */
export interface Command {
	/** One word, or two: `image inspect`. */
	readonly name: string;
	/** Other names, docker's: `image ls`. */
	readonly aliases?: readonly string[];
	readonly summary: string;
	/** Loads the verb's own file, and no other's. */
	readonly load: () => Verb | Promise<Verb>;
}

/** Every command, in the order of help. */
export const COMMANDS: readonly Command[] = [
	{
		name: "run",
		summary: "Run a program in a sandbox that starts with nothing",
		load: () => RUN_VERB,
	},
	{
		name: "serve",
		summary: "Serve HTTP from a component, a fresh instance for each request",
		load: async () => (await import("./serve/serve.ts")).SERVE_VERB,
	},
	{
		name: "build",
		aliases: ["image build", "builder build", "buildx build"],
		summary: "Build an image from a folder: its toolchain is found by its files",
		load: async () => (await import("./build/build.ts")).BUILD_VERB,
	},
	{
		name: "images",
		aliases: ["image ls", "image list"],
		summary: "List the images of this machine",
		load: async () => (await import("./images/list.ts")).IMAGES_VERB,
	},
	{
		name: "tag",
		aliases: ["image tag"],
		summary: "Give an image another name",
		load: async () => (await import("./images/tag.ts")).TAG_VERB,
	},
	{
		name: "rmi",
		aliases: ["image rm", "image remove"],
		summary: "Remove images",
		load: async () => (await import("./images/remove.ts")).REMOVE_VERB,
	},
	{
		name: "prune",
		aliases: ["image prune"],
		summary: "Remove images without a tag, and what no image needs",
		load: async () => (await import("./images/prune.ts")).PRUNE_VERB,
	},
	{
		name: "pull",
		aliases: ["image pull"],
		summary: "Bring an image of a registry to this machine",
		load: async () => (await import("./registry/pull.ts")).PULL_VERB,
	},
	{
		name: "push",
		aliases: ["image push"],
		summary: "Bring an image of this machine to a registry",
		load: async () => (await import("./registry/push.ts")).PUSH_VERB,
	},
	{
		name: "login",
		summary: "Log in to a registry",
		load: async () => (await import("./registry/login.ts")).LOGIN_VERB,
	},
	{
		name: "logout",
		summary: "Forget the login of a registry",
		load: async () => (await import("./registry/logout.ts")).LOGOUT_VERB,
	},
	{
		name: "save",
		aliases: ["image save"],
		summary: "Write images to an archive",
		load: async () => (await import("./images/save.ts")).SAVE_VERB,
	},
	{
		name: "load",
		aliases: ["image load"],
		summary: "Read images from an archive",
		load: async () => (await import("./images/load.ts")).LOAD_VERB,
	},
	{
		name: "image inspect",
		summary: "Show all there is to know of an image",
		load: async () => (await import("./images/inspect.ts")).INSPECT_VERB,
	},
	{
		name: "history",
		aliases: ["image history"],
		summary: "Show how an image was made",
		load: async () => (await import("./images/history.ts")).HISTORY_VERB,
	},
	{
		name: "sign",
		summary: "Put a signature beside an image",
		load: async () => (await import("./trust/sign.ts")).SIGN_VERB,
	},
	{
		name: "attest",
		summary: "Sign a statement about an image: how it was built, what is in it",
		load: async () => (await import("./trust/attest.ts")).ATTEST_VERB,
	},
	{
		name: "verify",
		summary: "Say who signed an image, and refuse it if nobody known did",
		load: async () => (await import("./trust/verify.ts")).VERIFY_VERB,
	},
	{
		name: "trust keygen",
		aliases: ["generate-key-pair"],
		summary: "Make a key pair to sign images with",
		load: async () => (await import("./trust/keygen.ts")).KEYGEN_VERB,
	},
	{
		name: "trust show",
		summary: "Show whom this machine trusts, and why an image may run",
		load: async () => (await import("./trust/show.ts")).TRUST_SHOW_VERB,
	},
	{
		name: "trust rule",
		summary: "Say what is demanded of images with some names",
		load: async () => (await import("./trust/rule.ts")).TRUST_RULE_VERB,
	},
	{
		name: "trust accept",
		summary: "Accept that a name stands for something else now",
		load: async () => (await import("./trust/accept.ts")).TRUST_ACCEPT_VERB,
	},
	{
		name: "trust pin",
		summary: "Say which digest a name stands for",
		load: async () => (await import("./trust/pin.ts")).TRUST_PIN_VERB,
	},
	{
		name: "trust forget",
		summary: "Forget what a name stood for",
		load: async () => (await import("./trust/forget.ts")).TRUST_FORGET_VERB,
	},
	{
		name: "lock",
		summary: "Write which digests the images of a folder have",
		load: async () => (await import("./trust/lock.ts")).LOCK_VERB,
	},
	{
		name: "approve",
		summary: "Show what an image needs that wherry.lock does not have, and accept it",
		load: async () => (await import("./trust/approve.ts")).APPROVE_VERB,
	},
	{
		name: "registry serve",
		summary: "Serve a small registry on this machine, for development and tests",
		load: async () => (await import("./registry/serve.ts")).REGISTRY_SERVE_VERB,
	},
	{
		name: "sbom",
		summary: "Say what a program or an image is made of",
		load: async () => (await import("./sbom/sbom.ts")).SBOM_VERB,
	},
	{
		name: "inspect",
		summary: "Say what is inside a program: what it asks for, gives, carries, and was made by",
		load: async () => (await import("./inspect/inspect.ts")).INSPECT_VERB,
	},
	{
		name: "diff",
		summary: "Say what changed from one program to another, what it newly asks for first",
		load: async () => (await import("./inspect/diff.ts")).DIFF_VERB,
	},
	{
		name: "wat",
		summary: "Print a function, or the outline of a module, in WebAssembly's text format",
		load: async () => (await import("./inspect/wat.ts")).WAT_VERB,
	},
	{
		name: "decompile",
		summary: "Print a function as pseudo-code, for reading",
		load: async () => (await import("./inspect/decompile.ts")).DECOMPILE_VERB,
	},
	{
		name: "wit",
		summary: "Print the world of a component: what it imports and exports",
		load: async () => (await import("./component/wit.ts")).WIT_VERB,
	},
	{
		name: "doctor",
		summary: "Show which walls this machine can put around a program",
		load: async () => (await import("./doctor.ts")).DOCTOR_VERB,
	},
	{
		name: "explain",
		summary: "Say at length what an error code means and what to do",
		load: async () => (await import("./explain.ts")).EXPLAIN_VERB,
	},
	{
		name: "completion",
		summary: "Print the completions for a shell",
		load: async () => (await import("./completion.ts")).COMPLETION_VERB,
	},
	{
		name: "help",
		summary: "Show how wherry, or one command of it, is used",
		load: async () => (await import("./help.ts")).HELP_VERB,
	},
	{
		name: "version",
		summary: "Show the versions of wherry and of what it runs on",
		load: async () => (await import("./version-verb.ts")).VERSION_VERB,
	},
];

/** A command with all that its file brings. */
export type LoadedCommand = Command & Verb;

/** All of them: for help, completions and documents. */
export async function loadCommands(): Promise<readonly LoadedCommand[]> {
	const verbs = await Promise.all(COMMANDS.map(async ({ load }) => load()));
	return COMMANDS.map((command, index) => Object.assign({}, command, verbs[index]));
}
