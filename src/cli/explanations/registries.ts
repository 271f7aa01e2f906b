import type { Explanation } from "../explanations.ts";

/** The error codes of registries. */
export const REGISTRIES_EXPLANATIONS = {
	REGISTRY_UNREACHABLE: {
		means: "The registry did not answer.",
		why: "There may be no network, no such host, no server at that port, or a certificate that is not trusted; or it speaks plain HTTP.",
		remedy:
			"Look at the host's name and port. A registry on this machine is reached without encryption; for any other one --insecure HOST says so.",
		example: "wherry pull 127.0.0.1:5000/app:1.2",
	},
	REGISTRY_ERROR: {
		means: "The registry answered, but not as the distribution-spec demands.",
		why: "It failed in itself, or is no registry at all.",
		remedy: "Try again later; the note holds what it said.",
		example: "wherry pull registry.example.com/app:1.2",
	},
	REGISTRY_DENIED: {
		means: "The registry refuses what was asked with the name and password it got, or without any.",
		why: "A private image needs a login, and a push the right to write. Some registries hide what is not there in the same way.",
		remedy: "Log in to the registry, with an account that may do this.",
		example: "wherry login registry.example.com",
	},
	CREDENTIALS_INVALID: {
		means: "A file of logins or the helper that keeps them cannot be used.",
		why: "The file is no JSON of docker's form, or the helper program is missing or failed.",
		remedy: "Put right what the note names, or log in anew.",
		example: "wherry login registry.example.com",
	},
} as const satisfies Record<string, Explanation>;
