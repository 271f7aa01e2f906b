import type { Flag } from "../flags.ts";

/** What the verbs that sign take. */
export interface SigningDraft {
	key: string | undefined;
	passwordStdin: boolean;
}

/** @param doc what becomes of the key in this verb */
export function signingFlags<Draft extends SigningDraft>(doc: string): readonly Flag<Draft>[] {
	return [
		{
			long: "key",
			value: "FILE",
			completes: "file",
			group: "Options",
			doc,
			apply: (draft, value) => (draft.key = value),
		},
		{
			long: "password-stdin",
			group: "Options",
			doc: "Read the password of the key from standard input",
			apply: (draft, value) => (draft.passwordStdin = value === "true"),
		},
	];
}

/** Of those whose one purpose is to sign. */
export const SIGN_WITH = "Sign with this private key, made by wherry trust keygen, cosign or OpenSSL";
