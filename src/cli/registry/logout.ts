import { DEFAULT_REGISTRY } from "../../oci/reference.ts";
import { forgetCredentials } from "../../registry/client/keep-credentials.ts";
import { demandWords } from "../images/each.ts";
import { printResult } from "../print.ts";
import { verb } from "../verb.ts";
import { serverOf } from "./server-name.ts";

const USAGE = "wherry logout [HOST]";

/** `wherry logout`: forgets what login keeps. */
export const LOGOUT_VERB = verb({
	name: "logout",
	usage: USAGE,
	about: [
		"Forgets the login of a registry, docker.io when none is named: in docker's file, in podman's, and in the helpers that these name.",
	],
	flags: [],
	examples: [{ says: "Log out", words: "wherry logout registry.example.com" }],
	completes: "nothing",
	draft: () => ({}),
	async act({ format }, words) {
		demandWords(words, 0, 1, USAGE);
		const host = serverOf(words[0] ?? DEFAULT_REGISTRY);
		const places = await forgetCredentials(process.env, host);
		if (format === "json") printResult(`${JSON.stringify({ host, places })}\n`);
		else if (places.length === 0) printResult(`Not logged in to ${host}\n`);
		else printResult(`Removing login credentials for ${host}\n`);
		return 0;
	},
});
