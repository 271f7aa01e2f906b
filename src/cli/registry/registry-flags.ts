import type { Flag } from "../flags.ts";

/** What the verbs that speak to a registry take. */
export interface RegistryDraft {
	insecure: string[];
}

export type ProgressKind = "auto" | "plain" | "none";

/** What those that move images take besides. */
export interface TransferDraft extends RegistryDraft {
	quiet: boolean;
	progress: ProgressKind;
	attachments: boolean;
}

const GROUP = "Registry";

/** @return what holds when no flag is given */
export function emptyTransfer(): TransferDraft {
	return { insecure: [], quiet: false, progress: "auto", attachments: true };
}

export const REGISTRY_FLAGS: readonly Flag<RegistryDraft>[] = [
	{
		long: "insecure",
		value: "HOST",
		group: GROUP,
		doc: "Speak plain HTTP to this registry; without it that is for this machine alone (repeatable)",
		apply: (draft, value) => draft.insecure.push(value),
	},
];

export const TRANSFER_FLAGS: readonly Flag<TransferDraft>[] = [
	...(REGISTRY_FLAGS as readonly Flag<TransferDraft>[]),
	{
		long: "no-attachments",
		group: GROUP,
		doc: "Leave signatures, SBOMs and attestations where they are",
		apply: (draft, value) => (draft.attachments = value !== "true"),
	},
	{
		long: "progress",
		value: "auto|plain|none",
		choices: ["auto", "plain", "none"],
		group: "Output",
		doc: "Show bars, lines, or nothing while it works (auto: bars on a terminal)",
		apply: (draft, value) => (draft.progress = value as ProgressKind),
	},
	{
		long: "quiet",
		short: "q",
		group: "Output",
		doc: "Print only the name of the image",
		apply: (draft, value) => (draft.quiet = value === "true"),
	},
];
