import { isIP } from "node:net";
import { join, resolve } from "node:path";
import { Fault } from "../../base/fault.ts";
import { dataFolder } from "../../host/node/folders.ts";
import { isLoopback } from "../../registry/server/guard.ts";
import { type OpenHoldings, openHoldings } from "../../registry/server/open-holdings.ts";
import { type Listening, type RunningRegistry, serve } from "../../registry/server/serve.ts";
import { printLog, printNote, printResult } from "../print.ts";
import type { Format } from "../run-options.ts";
import { tlsOf } from "../tls-files.ts";
import { verb } from "../verb.ts";
import { emptyServeDraft, LOOPBACK, SERVE_FLAGS, type ServeDraft } from "./serve-flags.ts";
import { loginOf } from "./serve-login.ts";

/** `wherry registry serve`: a small registry, until a signal ends it. */
export const REGISTRY_SERVE_VERB = verb({
	name: "registry serve",
	usage: "wherry registry serve [OPTIONS]",
	about: [
		"Serves a small registry of OCI images for development and tests, on this machine's loopback. It keeps what is pushed in a folder of its own, apart from the images that wherry images lists.",
		"It tells its address on standard output once it can be asked, and ends at SIGINT or SIGTERM, when the requests under way are done.",
	],
	flags: SERVE_FLAGS,
	examples: [
		{ says: "Serve on port 5000", words: "wherry registry serve" },
		{ says: "Keep nothing, on another port", words: "wherry registry serve --memory --port 5001" },
		{
			says: "Demand a login, by tokens, to push",
			words: "echo secret | wherry registry serve --user ann --password-stdin --token-auth --anonymous-pull",
		},
	],
	completes: "nothing",
	draft: emptyServeDraft,
	act: async (asked, words) => {
		if (words.length > 0)
			throw new Fault("USAGE", `wherry registry serve takes no '${words[0]}'`, {
				help: "wherry registry serve --storage DIR",
			});
		return serveUntilSignal(asked);
	},
});

const GRACE_MS = 10_000;

async function serveUntilSignal(asked: ServeDraft & { format: Format }): Promise<number> {
	const listening = listeningOf(asked);
	warn(asked, listening);
	const folder = storageOf(asked);
	const { deletes, collect } = asked;
	const holdings = await openHoldings({ deletes, collect, ...(folder !== undefined && { folder }) });
	try {
		const end = signalled();
		const running = await listen(holdings, listening);
		printResult(announcement(running.url, folder, asked.format));
		await end;
		await running.stop(GRACE_MS);
	} finally {
		await holdings.close();
	}
	return 0;
}

function listeningOf(asked: ServeDraft): Listening {
	const { address, port, verbose } = asked;
	if (isIP(address) === 0)
		throw new Fault("FLAG_INVALID", `cannot read '${address}' as an address`, {
			note: "it is a numeric address of this machine; 0.0.0.0 stands for all",
			help: "--address 0.0.0.0",
		});
	const login = loginOf(asked);
	const tls = tlsOf(asked);
	return {
		address,
		port,
		...(login !== undefined && { login }),
		...(tls !== undefined && { tls }),
		...(verbose && { log: printLog }),
	};
}

function storageOf({ memory, storage }: ServeDraft): string | undefined {
	if (!memory) return storage === undefined ? join(dataFolder(), "registry") : resolve(storage);
	if (storage === undefined) return undefined;
	throw new Fault("USAGE", "a registry keeps its content in --memory or in --storage, not in both", {
		help: `--storage ${storage}`,
	});
}

function warn({ address }: ServeDraft, { login, tls }: Listening): void {
	if (isLoopback(address)) return;
	printNote(`other machines may reach this registry at ${address}: it is made for development and tests`);
	if (login === undefined) printNote("everybody who reaches it may push and delete: --user demands a login");
	if (tls === undefined) printNote("it speaks no TLS: what goes over the network can be read and changed");
}

async function listen(holdings: OpenHoldings, listening: Listening): Promise<RunningRegistry> {
	const { address, port } = listening;
	try {
		return await serve(holdings, listening);
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		throw new Fault("IO", `cannot listen on '${address}:${port}'`, {
			note: code === "EADDRINUSE" ? "another program listens there" : (cause as Error).message,
			help: code === "EADDRINUSE" ? `--port ${port === 5000 ? 5001 : 0}` : `--address ${LOOPBACK}`,
			cause,
		});
	}
}

function announcement(url: string, folder: string | undefined, format: Format): string {
	if (format === "json") return `${JSON.stringify({ url, storage: folder ?? null })}\n`;
	return `serving a registry at ${url}, ${folder === undefined ? "in memory" : `in ${folder}`}\n`;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Settles at the first signal; the next one ends the process at once. */
async function signalled(): Promise<void> {
	await new Promise<void>((settle) => {
		const end = () => {
			for (const signal of SIGNALS) process.off(signal, end);
			settle();
		};
		for (const signal of SIGNALS) process.on(signal, end);
	});
}
