import { Fault } from "../../base/fault.ts";
import { shellWord } from "../../base/shell.ts";
import type { BindMount } from "../../capability/grants.ts";
import { parseDir } from "../../capability/mounts.ts";
import { parseNetRule } from "../../capability/net.ts";
import type { Wishes } from "../../capability/wishes.ts";

/** What the flags say of learning. */
export interface LearnAsked {
	/** The policy file. */
	readonly file: string;
	readonly from: readonly string[];
	readonly net: readonly string[];
	/** Names of variables, `*` for any characters. */
	readonly env: readonly string[];
}

/** The variable by which the process that runs the guest knows where to write. */
export const JOURNAL = "WHERRY_LEARN_JOURNAL";

/** How the working folder appears as the origin of what may be learnt. */
export const LEARN_DEFAULT = "--learn";

/** What may be learnt, as one more source of wishes: the working folder where nothing else is said. */
export function learnWishes({ from, net, env }: LearnAsked): Wishes {
	const mounts: BindMount[] =
		from.length === 0
			? [{ type: "bind", host: ".", guest: "/", readOnly: false, origin: { where: LEARN_DEFAULT } }]
			: from.map((text) => atRoot(learnFrom(text)));
	const names = Object.keys(process.env).filter(
		(name) => name !== JOURNAL && env.some((pattern) => matches(pattern, name)),
	);
	return {
		mounts,
		env: names.map((name) => ({ name, value: undefined })),
		net: net.map((text) => parseNetRule(text, { where: `--learn-net ${text}` })),
		limits: {},
		config: [],
		keyvalue: [],
		...(mounts.some(({ guest }) => guest === "/") ? { workdir: "/" } : {}),
	};
}

function learnFrom(text: string): BindMount {
	try {
		return parseDir(text, { where: `--learn-from ${text}` });
	} catch (cause) {
		if (!(cause instanceof Fault)) throw cause;
		throw new Fault(cause.code, `cannot learn from '${text}'`, {
			note: cause.notes,
			help: text.includes(":") ? "--learn-from ./data:/data" : `--learn-from ${shellWord(`${text}:/`)}`,
			cause,
		});
	}
}

/** Of several paths only what is granted at "/" can be narrowed: beside "." nothing else has a name. */
function atRoot(mount: BindMount): BindMount {
	return mount.guest === "." ? { ...mount, guest: "/" } : mount;
}

function matches(pattern: string, name: string): boolean {
	const parts = pattern.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
	return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
}
