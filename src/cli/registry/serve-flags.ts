import { Fault } from "../../base/fault.ts";
import type { Flag } from "../flags.ts";
import { tlsFlags } from "../tls-flags.ts";

/** What the flags of `wherry registry serve` write into. */
export interface ServeDraft {
	address: string;
	port: number;
	storage: string | undefined;
	memory: boolean;
	deletes: boolean;
	collect: boolean;
	user: string | undefined;
	passwordStdin: boolean;
	htpasswd: string | undefined;
	tokenAuth: boolean;
	anonymousPull: boolean;
	tlsCert: string | undefined;
	tlsKey: string | undefined;
	verbose: boolean;
}

/** A registry for this machine, without a login. */
export function emptyServeDraft(): ServeDraft {
	return {
		address: LOOPBACK,
		port: 5000,
		storage: undefined,
		memory: false,
		deletes: true,
		collect: false,
		user: undefined,
		passwordStdin: false,
		htpasswd: undefined,
		tokenAuth: false,
		anonymousPull: false,
		tlsCert: undefined,
		tlsKey: undefined,
		verbose: false,
	};
}

export const LOOPBACK = "127.0.0.1";

const REACHED = "Where it is reached";
const KEPT = "What it keeps";
const LOGIN = "Who may use it (everybody on this machine, unless users are named)";

export const SERVE_FLAGS: readonly Flag<ServeDraft>[] = [
	{
		long: "port",
		short: "p",
		value: "PORT",
		group: REACHED,
		doc: "Listen on this port instead of 5000; 0 takes a free one",
		apply: (draft, text, where) => (draft.port = parsePort(text, where)),
	},
	{
		long: "address",
		value: "ADDRESS",
		group: REACHED,
		doc: "Listen on this address instead of 127.0.0.1: other machines may then reach it",
		apply: (draft, text) => (draft.address = text),
	},
	...tlsFlags<ServeDraft>(REACHED, "HTTPS"),
	{
		long: "storage",
		value: "DIR",
		completes: "directory",
		group: KEPT,
		doc: "Keep everything in this folder instead of wherry's own",
		apply: (draft, text) => (draft.storage = text),
	},
	{
		long: "memory",
		group: KEPT,
		doc: "Keep everything in memory, up to 1 GiB, and forget it at the end",
		apply: (draft, value) => (draft.memory = value === "true"),
	},
	{
		long: "no-delete",
		group: KEPT,
		doc: "Refuse to delete anything",
		apply: (draft, value) => (draft.deletes = value !== "true"),
	},
	{
		long: "gc",
		group: KEPT,
		doc: "Before serving, remove the blobs that no manifest names",
		apply: (draft, value) => (draft.collect = value === "true"),
	},
	{
		long: "user",
		short: "u",
		value: "NAME",
		group: LOGIN,
		doc: "Demand a login with this name; its password comes by --password-stdin",
		apply: (draft, text) => (draft.user = text),
	},
	{
		long: "password-stdin",
		group: LOGIN,
		doc: "Read the password of --user from standard input",
		apply: (draft, value) => (draft.passwordStdin = value === "true"),
	},
	{
		long: "htpasswd",
		value: "FILE",
		completes: "file",
		group: LOGIN,
		doc: "Demand a login of a user in this file, made by htpasswd -s",
		apply: (draft, text) => (draft.htpasswd = text),
	},
	{
		long: "token-auth",
		group: LOGIN,
		doc: "Let clients log in for tokens, as at the large registries, instead of with each request",
		apply: (draft, value) => (draft.tokenAuth = value === "true"),
	},
	{
		long: "anonymous-pull",
		group: LOGIN,
		doc: "Let everybody pull; only pushing and deleting need the login",
		apply: (draft, value) => (draft.anonymousPull = value === "true"),
	},
	{
		long: "verbose",
		group: "Output",
		doc: "Write a line for each request on standard error",
		apply: (draft, value) => (draft.verbose = value === "true"),
	},
];

function parsePort(text: string, where: string): number {
	if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
	throw new Fault("FLAG_INVALID", `cannot read '${text}' as a port`, {
		note: [`a port is a number from 0 to 65535`, `it came from ${where}`],
		help: "--port 5000",
	});
}
