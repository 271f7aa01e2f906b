import { parsePlatform } from "../../oci/platform.ts";
import { Fault } from "../../base/fault.ts";
import type { Platform } from "../../oci/descriptor.ts";
import { familiarName, formatReference, parseReference } from "../../oci/reference.ts";
import type { OptimiseFor } from "../../build/toolchain.ts";
import type { Flag } from "../flags.ts";

/** What the flags of `wherry build` write into. */
export interface BuildDraft {
	readonly tags: BuildTag[];
	file: string | undefined;
	platform: Platform | undefined;
	profile: OptimiseFor | undefined;
	optimise: boolean;
	readonly labels: Map<string, string>;
	readonly annotations: Map<string, string>;
	readonly args: Map<string, string>;
	output: string | undefined;
	idFile: string | undefined;
	attest: boolean;
	/** Signs what is attached. */
	key: string | undefined;
	quiet: boolean;
	plan: boolean;
}

export interface BuildTag {
	/** With all its parts. */
	readonly name: string;
	/** As docker shows it. */
	readonly shown: string;
}

export function emptyBuildDraft(): BuildDraft {
	return {
		tags: [],
		file: undefined,
		platform: undefined,
		profile: undefined,
		optimise: false,
		labels: new Map(),
		annotations: new Map(),
		args: new Map(),
		output: undefined,
		idFile: undefined,
		attest: false,
		key: undefined,
		quiet: false,
		plan: false,
	};
}

/** @throws Fault REFERENCE_INVALID, also for a name with a digest: that cannot be chosen */
export function parseTag(text: string): BuildTag {
	const reference = parseReference(text);
	if (reference.digest === undefined)
		return { name: formatReference(reference), shown: familiarName(reference) };
	throw new Fault("REFERENCE_INVALID", `cannot give the name '${text}' to what is built`, {
		note: "a digest follows from the bytes, and cannot be chosen",
		help: `-t ${text.replace(/@.*/s, "")}`,
	});
}

const WHAT = "What is built";
const IMAGE = "The image";
const RESULT = "Result";

export const BUILD_FLAGS: readonly Flag<BuildDraft>[] = [
	{
		long: "tag",
		short: "t",
		value: "NAME[:TAG]",
		group: IMAGE,
		doc: "Name the image; may be given several times",
		apply: (draft, value) => void draft.tags.push(parseTag(value)),
	},
	{
		long: "file",
		short: "f",
		value: "FILE",
		completes: "file",
		group: WHAT,
		doc: "Follow this Dockerfile",
		apply: (draft, value) => (draft.file = value),
	},
	{
		long: "build-arg",
		value: "NAME=VALUE",
		group: WHAT,
		doc: "Set an ARG of the Dockerfile; NAME alone takes the value from the environment",
		apply: (draft, value, where) => setPair(draft.args, value, where, ourVariable),
	},
	{
		long: "profile",
		value: "size|speed",
		choices: ["size", "speed"],
		group: WHAT,
		doc: "Compile for a small program or a fast one; fast is what holds without it",
		apply: (draft, value) => (draft.profile = value as OptimiseFor),
	},
	{
		long: "opt",
		group: WHAT,
		doc: "Let binaryen's wasm-opt work on the program",
		apply: (draft, value) => (draft.optimise = value === "true"),
	},
	{
		long: "plan",
		group: WHAT,
		doc: "Print what would be run, and run nothing",
		apply: (draft, value) => (draft.plan = value === "true"),
	},
	{
		long: "dry-run",
		group: WHAT,
		apply: (draft, value) => (draft.plan = value === "true"),
	},
	{
		long: "platform",
		value: "OS/ARCH",
		group: IMAGE,
		doc: "Label the image so, linux/amd64 for engines that refuse wasi/wasm",
		apply: (draft, value) => (draft.platform = parsePlatform(value)),
	},
	{
		long: "label",
		value: "NAME=VALUE",
		group: IMAGE,
		doc: "Set a label in the image's config",
		apply: (draft, value, where) => setPair(draft.labels, value, where, () => ""),
	},
	{
		long: "annotation",
		value: "NAME=VALUE",
		group: IMAGE,
		doc: "Set an annotation of the manifest",
		apply: (draft, value, where) => setPair(draft.annotations, value, where, () => ""),
	},
	{
		long: "attest",
		group: IMAGE,
		doc: "Attach an SBOM and a statement of how it was built",
		apply: (draft, value) => (draft.attest = value === "true"),
	},
	{
		long: "key",
		value: "FILE",
		completes: "file",
		group: IMAGE,
		doc: "Attach those signed with this private key, whose password is in WHERRY_PASSWORD or asked for",
		apply(draft, value) {
			draft.key = value;
			draft.attest = true;
		},
	},
	{
		long: "output",
		short: "o",
		value: "FILE.wasm",
		completes: "file",
		group: RESULT,
		doc: "Write the program to a file as well; without -t, instead of storing an image",
		apply: (draft, value) => (draft.output = value),
	},
	{
		long: "iidfile",
		value: "FILE",
		completes: "file",
		group: RESULT,
		doc: "Write the image's digest to a file",
		apply: (draft, value) => (draft.idFile = value),
	},
	{
		long: "quiet",
		short: "q",
		group: RESULT,
		doc: "Print the image's digest alone, and what compilers say only when they fail",
		apply: (draft, value) => (draft.quiet = value === "true"),
	},
	// wherry keeps nothing between builds that this could switch off; toolchains have caches of their own
	{ long: "no-cache", group: RESULT, apply: () => undefined },
	{ long: "pull", group: RESULT, apply: () => undefined },
	{ long: "rm", group: RESULT, apply: () => undefined },
	{ long: "force-rm", group: RESULT, apply: () => undefined },
	{ long: "progress", value: "KIND", group: RESULT, apply: () => undefined },
];

function setPair(
	pairs: Map<string, string>,
	text: string,
	where: string,
	otherwise: (name: string) => string | undefined,
): void {
	const equals = text.indexOf("=");
	const name = equals < 0 ? text : text.slice(0, equals);
	if (name === "")
		throw new Fault("FLAG_INVALID", `cannot set ${where}`, { note: "a name has to stand before the '='" });
	const value = equals < 0 ? otherwise(name) : text.slice(equals + 1);
	if (value !== undefined) pairs.set(name, value);
}

function ourVariable(name: string): string | undefined {
	return Object.hasOwn(process.env, name) ? process.env[name] : undefined;
}
