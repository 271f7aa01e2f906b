import type { Flag } from "../flags.ts";

export interface InDraft {
	in: string | undefined;
}

/** Which core module of a component is meant. */
export const IN_FLAG: Flag<InDraft> = {
	long: "in",
	value: "PATH",
	group: "Options",
	doc: "The core module of a component, by the path that 'wherry inspect' gives it, such as 0.2",
	apply: (draft, value) => (draft.in = value),
};
