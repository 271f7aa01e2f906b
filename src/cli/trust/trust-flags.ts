import type { Flag } from "../flags.ts";

/** What run and pull take of trust. */
export interface TrustDraft {
	trustPolicy: string | undefined;
	locked: boolean;
}

const GROUP = "Trust";

export const TRUST_FLAGS: readonly Flag<TrustDraft>[] = [
	{
		long: "trust-policy",
		value: "FILE",
		completes: "file",
		group: GROUP,
		doc: "Take this trust policy (trust.toml, trust.json or containers' policy.json), not your own",
		apply: (draft, value) => (draft.trustPolicy = value),
	},
	{
		long: "locked",
		group: GROUP,
		doc: "Refuse images that are not in wherry.lock, or differ from it",
		apply: (draft, value) => (draft.locked = value === "true"),
	},
];
