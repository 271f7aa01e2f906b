import { totalmem } from "node:os";
import { Fault } from "../../base/fault.ts";
import { unknownFlag } from "../common-flags.ts";
import { dockerFlagRefused } from "../docker-flags.ts";
import { readEnvFiles } from "../env-files.ts";
import { parseFlags } from "../flags.ts";
import { printNote, printResult } from "../print.ts";
import { learnAsked, ourVariable } from "../run-verb.ts";
import { settleRun } from "../run-words.ts";
import type { Verb } from "../verb.ts";
import { emptyServeDraft, SERVE_FLAGS, type ServeDraft } from "./serve-flags.ts";
import { serveOptions } from "./serve-options.ts";

/** `wherry serve`: HTTP from a component, until a signal ends it. */
export const SERVE_VERB: Verb = {
	usage: "wherry serve [OPTIONS] FILE.wasm|IMAGE [ARG...]",
	about: [
		"Serves HTTP from a component: one that exports wasi:http/handler (WASI 0.3) or wasi:http/incoming-handler (0.2). Each request gets an instance of its own, which starts with nothing and is gone after the answer, unless --reuse says otherwise. FILE, IMAGE and what options grant are as for wherry run.",
		"It tells its address on standard output once it can be asked. SIGTERM or SIGINT ends it: what is under way is finished first, for as long as --drain allows; a second signal ends it at once.",
	],
	flags: SERVE_FLAGS,
	examples: [
		{ says: "Serve on port 8080 of this machine", words: "wherry serve app.wasm" },
		{
			says: "Let other machines ask, by HTTPS and HTTP/2, and log requests",
			words: "wherry serve -p 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem --access-log - app.wasm",
		},
		{
			says: "Let the program read files and call one other service, and watch it with Prometheus",
			words: "wherry serve -v ./site:/site:ro --net connect=api.example.com:443 --metrics 9090 app.wasm",
		},
	],
	completes: "program",
	start: async (words) => {
		const asked = emptyServeDraft();
		const [file, ...args] = parseFlags(SERVE_FLAGS, asked, words, unknownServeFlag);
		if (asked.help) return help();
		if (asked.isWorker) return (await import("./worker.ts")).runWorker();
		if (file === undefined && asked.printPolicy === undefined) throw noProgram();
		return serve(asked, file ?? "", args);
	},
};

async function serve(asked: ServeDraft, file: string, args: readonly string[]): Promise<number> {
	const policies =
		asked.policies.length === 0
			? []
			: await (await import("../policy-files.ts")).readPolicies(asked.policies);
	const variables = asked.envFiles.length === 0 ? [] : readEnvFiles(asked.envFiles);
	const learn = learnAsked(asked);
	if (learn !== undefined) policies.unshift((await import("../learn/learn-wishes.ts")).learnWishes(learn));
	const run = settleRun({ ...asked, file, args }, policies, variables, ourVariable);
	for (const note of asked.notes) printNote(note);
	if (asked.printPolicy !== undefined) {
		const { printPolicy } = await import("../../capability/policy-print.ts");
		printResult(printPolicy(run.grants, run.limits, asked.printPolicy));
		return 0;
	}
	const memory_bytes = Math.min(totalmem(), process.constrainedMemory() || Infinity);
	const options = serveOptions(asked, run, memory_bytes);
	const { tlsOf } = await import("../tls-files.ts");
	const { serveUntilSignal } = await import("./start-service.ts");
	const learning =
		learn === undefined
			? undefined
			: await (await import("./service-learning.ts")).ServiceLearning.open(learn, run);
	return serveUntilSignal(options, tlsOf(asked), learning);
}

async function help(): Promise<number> {
	printResult(await (await import("../help.ts")).helpText("serve"));
	return 0;
}

function noProgram(): Fault {
	return new Fault("USAGE", "there is no program to serve", {
		note: "the form is wherry serve [OPTIONS] FILE.wasm|IMAGE [ARG...]",
		help: "wherry serve --help",
	});
}

function unknownServeFlag(name: string): Fault {
	return dockerFlagRefused(name) ?? unknownFlag("serve", name, SERVE_FLAGS);
}
